// An agent with a model of the application's own, which sends no request.
import { playScenes, sdkLoader, show } from '@llmtrace/test-fixtures/operations-app';

const load = sdkLoader((file) => file.replace(/\.cjs$/, '.js'));
const { Agent } = await load('@mastra/core/agent');

const usage = { inputTokens: 1, outputTokens: 1, totalTokens: 2 };
const isCached = process.env.CACHED === 'true';
const response = isCached ? { request: { body: '{}' }, response: { headers: { 'x-request-id': '1' } } } : {};
const oak = {
  specificationVersion: 'v2',
  provider: 'wood',
  modelId: 'oak',
  supportedUrls: {},
  doGenerate: async () => ({
    content: [{ type: 'text', text: 'Oak' }],
    finishReason: 'stop',
    usage,
    warnings: [],
    ...response,
  }),
  doStream: async () => ({
    stream: new ReadableStream({
      start(controller) {
        controller.enqueue({ type: 'stream-start', warnings: [] });
        controller.enqueue({ type: 'text-start', id: '0' });
        controller.enqueue({ type: 'text-delta', id: '0', delta: 'Oak' });
        controller.enqueue({ type: 'text-end', id: '0' });
        controller.enqueue({ type: 'finish', finishReason: 'stop', usage });
        controller.close();
      },
    }),
    ...response,
  }),
};
const gardener = new Agent({ id: 'gardener', name: 'Gardener', instructions: 'Help.', model: oak });
const SCENES = {
  'an answer': async () => show((await gardener.generate('Name a tree')).text),
  'a stream': async () => show(await (await gardener.stream('Name a tree')).text),
};
const { SCENE } = process.env;
await playScenes(SCENE ? { [SCENE]: SCENES[SCENE] } : SCENES);
