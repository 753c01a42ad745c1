// An agent with a model of the application's own, which sends no request.
import { playScenes, sdkLoader, show } from '@llmtrace/test-fixtures/operations-app';

const load = sdkLoader((file) => file.replace(/\.js$/, '.mjs'));
const { Agent, run, setTraceProcessors, Usage } = await load('@openai/agents');
setTraceProcessors([]); // The SDK's own would send traces to OpenAI.

const output = [
  {
    type: 'message',
    role: 'assistant',
    status: 'completed',
    content: [{ type: 'output_text', text: 'Oak' }],
  },
];
const oak = {
  getResponse: async () => ({ usage: new Usage(), output }),
  async *getStreamedResponse() {
    yield { type: 'response_started' };
    const usage = { inputTokens: 1, outputTokens: 1, totalTokens: 2 };
    yield { type: 'response_done', response: { id: 'r', usage, output } };
  },
};
const gardener = new Agent({ name: 'Gardener', instructions: 'Help.', model: oak });
const SCENES = {
  'an answer': async () => show((await run(gardener, 'Name a tree')).finalOutput),
  'a stream': async () => {
    const result = await run(gardener, 'Name a tree', { stream: true });
    for await (const { type } of result) show(type);
    show(result.finalOutput);
  },
};
const { SCENE } = process.env;
await playScenes(SCENE ? { [SCENE]: SCENES[SCENE] } : SCENES);
