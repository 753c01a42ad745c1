// An agent without a span around it.
import { sdkLoader, show, work } from '@llmtrace/test-fixtures/operations-app';

const { FunctionTool, InMemoryRunner, LlmAgent, LogLevel, setLogLevel } = await sdkLoader((file) =>
  file.replace('/dist/cjs/', '/dist/esm/'),
)('@google/adk');
setLogLevel(LogLevel.ERROR);

const weather = new FunctionTool({
  name: 'weather',
  description: 'The weather of a city',
  parameters: { type: 'OBJECT', properties: { city: { type: 'STRING' } } },
  execute: ({ city }) => work('look up', `the secret weather of ${city}`),
});
const agent = new LlmAgent({ name: 'Forecaster', model: 'gemini-2.5-flash', tools: [weather] });
const runner = new InMemoryRunner({ agent, appName: 'app' });
const message = { userId: 'u', newMessage: { role: 'user', parts: [{ text: 'The secret question' }] } };
for await (const { content, errorCode, errorMessage } of runner.runEphemeral(message))
  show(content?.parts?.length, errorCode, errorMessage);
await globalThis.flush?.();
