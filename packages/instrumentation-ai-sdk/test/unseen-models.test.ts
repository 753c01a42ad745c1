import { describeUnseenModels } from '@llmtrace/test-fixtures/operations';

for (const version of ['4', '5', '6', '7']) {
  const AI_VERSION = { AI_VERSION: version };
  const answer = { ...AI_VERSION, SCENE: 'an answer' };
  describeUnseenModels({
    title: `the AI SDK ${version}`,
    app: new URL('apps/unseen-model.mjs', import.meta.url),
    set: `ai-${version}`,
    module: 'ai',
    formats: ['esm'],
    ways: version === '7' ? [AI_VERSION, { ...AI_VERSION, SCENE: 'a stream' }] : [answer],
    cached: { ...answer, CACHED: 'true' },
  });
}
