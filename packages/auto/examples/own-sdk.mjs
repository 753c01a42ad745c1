// OpenTelemetry as the application sets it up itself: node --import @llmtrace/auto/hook own-sdk.mjs
// The hook is for SDKs that are imported, as here; an application that requires them needs no flag at all.
import { llmtraceInstrumentations } from '@llmtrace/auto/instrumentations';
import { NodeSDK, tracing } from '@opentelemetry/sdk-node';

const sdk = new NodeSDK({
  traceExporter: new tracing.ConsoleSpanExporter(),
  metricReaders: [],
  instrumentations: [...llmtraceInstrumentations()],
});
sdk.start();

// After `start()`: an SDK is patched when it is loaded.
const { default: OpenAI } = await import('openai');
const client = new OpenAI();

await client.chat.completions.create({
  model: 'gpt-4.1-mini',
  messages: [{ role: 'user', content: 'Which is the tallest tree?' }],
});
await sdk.shutdown();
