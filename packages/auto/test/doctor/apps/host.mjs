// OpenTelemetry as an application sets it up, without the hook for ES modules.
import { llmtraceInstrumentations } from '@llmtrace/auto/instrumentations';
import { NodeSDK, tracing } from '@opentelemetry/sdk-node';

new NodeSDK({
  traceExporter: new tracing.InMemorySpanExporter(),
  metricReaders: [],
  instrumentations: [...llmtraceInstrumentations()],
}).start();
