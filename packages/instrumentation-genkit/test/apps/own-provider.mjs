// The set-up of an application that has a provider of its own, which exports to the collector of the test.
import '@llmtrace/auto/hook';
import { GenkitAIInstrumentation, GenkitCoreInstrumentation } from '@llmtrace/instrumentation-genkit';
import { HttpClientsInstrumentation } from '@llmtrace/instrumentation-http-clients';
import { OpenAIInstrumentation } from '@llmtrace/instrumentation-openai';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { NodeSDK } from '@opentelemetry/sdk-node';

const sdk = new NodeSDK({
  traceExporter: new OTLPTraceExporter(),
  metricReaders: [],
  logRecordProcessors: [],
  instrumentations: [
    new OpenAIInstrumentation(),
    new HttpClientsInstrumentation(),
    new GenkitCoreInstrumentation(),
    new GenkitAIInstrumentation(),
  ],
});
sdk.start();
globalThis.flush = () => sdk.shutdown();
