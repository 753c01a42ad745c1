import { describeUnseenModels } from '@llmtrace/test-fixtures/operations';

describeUnseenModels({
  title: 'OpenAI’s agents',
  app: new URL('apps/unseen-model.mjs', import.meta.url),
  set: 'openai-agents',
  module: '@openai/agents-core',
  ways: [{}, { SCENE: 'a stream' }],
});
