import { describeUnseenModels } from '@llmtrace/test-fixtures/operations';

describeUnseenModels({
  title: 'Strands',
  app: new URL('apps/unseen-model.mjs', import.meta.url),
  set: 'strands',
  module: '@strands-agents/sdk',
  formats: ['esm'],
});
