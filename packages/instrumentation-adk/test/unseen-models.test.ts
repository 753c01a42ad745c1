import { describeUnseenModels } from '@llmtrace/test-fixtures/operations';

describeUnseenModels({
  title: 'ADK',
  app: new URL('apps/unseen-model.mjs', import.meta.url),
  set: 'adk',
  module: '@google/adk',
});
