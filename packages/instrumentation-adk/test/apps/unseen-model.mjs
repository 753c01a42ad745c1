// An agent with a model of the application's own, which sends no request.
import { playScenes, sdkLoader, show } from '@llmtrace/test-fixtures/operations-app';

const { BaseLlm, InMemoryRunner, LlmAgent, LogLevel, setLogLevel } = await sdkLoader((file) =>
  file.replace('/dist/cjs/', '/dist/esm/'),
)('@google/adk');
setLogLevel(LogLevel.ERROR);

class Oak extends BaseLlm {
  async *generateContentAsync() {
    yield { content: { role: 'model', parts: [{ text: 'Oak' }] } };
  }
}

async function ask() {
  const agent = new LlmAgent({ name: 'Gardener', model: new Oak({ model: 'oak' }) });
  const runner = new InMemoryRunner({ agent, appName: 'app' });
  const message = { userId: 'u', newMessage: { role: 'user', parts: [{ text: 'Name a tree' }] } };
  for await (const { content } of runner.runEphemeral(message)) show(content.parts[0].text);
}

await playScenes({ 'an answer': ask, 'another answer': ask });
