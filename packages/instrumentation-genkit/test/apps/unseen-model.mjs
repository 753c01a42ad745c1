// A model of the application's own, which sends no request.
import { playScenes, sdkLoader, show } from '@llmtrace/test-fixtures/operations-app';

const load = sdkLoader((file) => file.replace(/\.js$/, '.mjs'));
const { genkit } = await load('genkit');
const { logger } = await load('genkit/logging');
logger.setLogLevel('error');

const ai = genkit({});
const message = { role: 'model', content: [{ text: 'Oak' }] };
const oak = ai.defineModel({ name: 'oak' }, async (_request, sendChunk) => {
  sendChunk?.({ content: message.content });
  return { message, finishReason: 'stop' };
});
const ask = async () => show((await ai.generate({ model: oak, prompt: 'Name a tree' })).text);
await playScenes({ 'an answer': ask, 'another answer': ask });
