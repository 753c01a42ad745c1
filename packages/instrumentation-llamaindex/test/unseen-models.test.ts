import { describeUnseenModels } from '@llmtrace/test-fixtures/operations';

describeUnseenModels({
  title: 'LlamaIndex',
  app: new URL('apps/unseen-model.mjs', import.meta.url),
  set: 'llamaindex',
  module: '@llamaindex/workflow',
});
