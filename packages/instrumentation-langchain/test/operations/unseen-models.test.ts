import { describeUnseenModels } from '@llmtrace/test-fixtures/operations';

describeUnseenModels({
  title: 'LangChain',
  app: new URL('unseen-model.mjs', import.meta.url),
  set: 'langchain-1',
  module: '@langchain/core',
  ways: [{}, { SCENE: 'a stream' }, { SCENE: 'a text' }, { SCENE: 'a stream of a text' }],
});
