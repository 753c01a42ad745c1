// An application that makes three calls: one is answered, one streams, one fails. It then leaves as PLAY says.
import { createRequire } from 'node:module';
import { OpenAIInstrumentation } from '@llmtrace/instrumentation-openai';

const { HOST, SDK, PLAY = '' } = process.env;
// The test server's host has no prices.
const modelMap = { 'gpt-4o-mini': 'openai:gpt-4o-mini' };
const instrumentation = new OpenAIInstrumentation(
  PLAY.includes('latest') ? { modelMap, semconv: 'latest' } : { modelMap },
);
let sdk;
if (HOST) {
  const host = createRequire(HOST);
  const { NodeSDK } = host('@opentelemetry/sdk-node');
  sdk = new NodeSDK({ instrumentations: PLAY.includes('apart') ? [] : [instrumentation] });
  sdk.start();
}
const { OpenAI } = createRequire(SDK)('openai');
const client = new OpenAI({ maxRetries: 0 });
const body = { model: 'gpt-4o-mini', messages: [{ role: 'user', content: 'the secret' }] };

process.stdout.write(JSON.stringify({ msg: 'of the application' }));
await client.chat.completions.create(body);
for await (const _ of await client.chat.completions.create({ ...body, stream: true }));
await client.chat.completions.create({ ...body, model: 'fail-401' }).catch(() => {});
await sdk?.shutdown();
if (PLAY.includes('exit')) process.exit(0);
