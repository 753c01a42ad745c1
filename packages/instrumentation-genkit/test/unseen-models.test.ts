import { describeUnseenModels } from '@llmtrace/test-fixtures/operations';

describeUnseenModels({
  title: 'Genkit',
  app: new URL('apps/unseen-model.mjs', import.meta.url),
  set: 'genkit-1',
  module: '@genkit-ai/core',
});
