// A model of the application's own, which sends no request; and one that answers from a cache what another one has answered.
import { playScenes, sdkLoader, show } from '@llmtrace/test-fixtures/operations-app';

const version = Number(process.env.AI_VERSION);
// Before version 7, ES modules have `.mjs`.
const load = sdkLoader((file) => (version < 7 ? file.replace(/\.js$/, '.mjs') : file));
const { generateText, simulateReadableStream, streamText } = await load('ai');

const INTERFACES = { 4: 'v1', 5: 'v2', 6: 'v3', 7: 'v4' };
const usage =
  version < 6
    ? { promptTokens: 1, completionTokens: 1, inputTokens: 1, outputTokens: 1 }
    : { inputTokens: { total: 1 }, outputTokens: { total: 1 } };
const finishReason = version < 6 ? 'stop' : { unified: 'stop' };
const isCached = process.env.CACHED === 'true';
const response = isCached ? { request: { body: '{}' }, response: { headers: { 'x-request-id': '1' } } } : {};
const oak = {
  specificationVersion: INTERFACES[version],
  provider: 'wood',
  modelId: 'oak',
  supportedUrls: {},
  doGenerate: async () => ({
    content: [{ type: 'text', text: 'Oak' }],
    text: 'Oak', // of version 4
    rawCall: {},
    finishReason,
    usage,
    warnings: [],
    ...response,
  }),
  doStream: async () => ({
    stream: simulateReadableStream({
      chunks: [
        { type: 'stream-start', warnings: [] },
        { type: 'text-start', id: '0' },
        { type: 'text-delta', id: '0', delta: 'Oak' },
        { type: 'text-end', id: '0' },
        { type: 'finish', finishReason, usage },
      ],
    }),
    ...response,
  }),
};

const SCENES = {
  'an answer': async () => show((await generateText({ model: oak, prompt: 'Name a tree' })).text),
  'a stream': async () => show(await streamText({ model: oak, prompt: 'Name a tree' }).text),
};
const { SCENE } = process.env;
await playScenes(SCENE ? { [SCENE]: SCENES[SCENE] } : SCENES);
