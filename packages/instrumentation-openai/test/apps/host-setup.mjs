// An OpenTelemetry set-up as applications have it, of the line that HOST names.
import { createRequire } from 'node:module';
import { OpenAIInstrumentation } from '@llmtrace/instrumentation-openai';

const host = createRequire(process.env.HOST);
const { NodeSDK } = host('@opentelemetry/sdk-node');
const { HttpInstrumentation } = host('@opentelemetry/instrumentation-http');
const { UndiciInstrumentation } = host('@opentelemetry/instrumentation-undici');

const instrumentations = [
  new HttpInstrumentation(),
  new UndiciInstrumentation(),
  new OpenAIInstrumentation(),
];
const sdk = new NodeSDK({ instrumentations });
sdk.start();
process.once('beforeExit', () => sdk.shutdown());
