import { describeUnseenModels } from '@llmtrace/test-fixtures/operations';

describeUnseenModels({
  title: 'Mastra',
  app: new URL('apps/unseen-model.mjs', import.meta.url),
  set: 'mastra',
  module: '@mastra/core',
  ways: [{}, { SCENE: 'a stream' }],
  cached: { CACHED: 'true' },
});
