// OpenTelemetry as an application (or one of its packages) sets it up, with an exporter of its own.
import { NodeSDK, tracing } from '@opentelemetry/sdk-node';

new NodeSDK({ traceExporter: new tracing.InMemorySpanExporter(), metricReaders: [] }).start();
