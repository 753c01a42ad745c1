import { register } from 'node:module';
import { llmtraceInstrumentations } from '@llmtrace/auto/instrumentations';
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http';
import { NodeSDK } from '@opentelemetry/sdk-node';

register('@opentelemetry/instrumentation/hook.mjs', import.meta.url);
const sdk = new NodeSDK({ instrumentations: [new HttpInstrumentation(), ...llmtraceInstrumentations()] });
sdk.start();
globalThis.ownTelemetry = sdk;
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => sdk.shutdown().finally(() => process.exit(0)));
}
