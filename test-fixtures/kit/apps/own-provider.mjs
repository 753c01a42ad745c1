// The set-up of an application that has a provider of its own, which exports to the collector of the test. LLMTRACE=off leaves llmtrace out.
import '@llmtrace/auto/hook';
import { llmtraceInstrumentations } from '@llmtrace/auto/instrumentations';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { NodeSDK } from '@opentelemetry/sdk-node';

const sdk = new NodeSDK({
  traceExporter: new OTLPTraceExporter(),
  metricReaders: [],
  logRecordProcessors: [],
  instrumentations: process.env.LLMTRACE === 'off' ? [] : llmtraceInstrumentations(),
});
sdk.start();
globalThis.flush = () => sdk.shutdown();
