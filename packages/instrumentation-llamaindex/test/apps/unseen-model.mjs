// An agent with a model of the application's own, which sends no request.
import { playScenes, sdkLoader, show } from '@llmtrace/test-fixtures/operations-app';

const load = sdkLoader((file) => file.replace(/\.cjs$/, '.js'));
const { agent } = await load('@llamaindex/workflow');
const { ToolCallLLM } = await load('@llamaindex/core/llms');

class Oak extends ToolCallLLM {
  supportToolCall = true;
  get metadata() {
    return {
      model: 'oak',
      temperature: 0,
      topP: 1,
      contextWindow: 100,
      tokenizer: undefined,
      structuredOutput: false,
    };
  }
  async chat({ stream }) {
    if (!stream) return { raw: null, message: { role: 'assistant', content: 'Oak' } };
    return (async function* () {
      yield { raw: null, delta: 'Oak' };
    })();
  }
}

const ask = async () => {
  const { data } = await agent({ name: 'Gardener', llm: new Oak(), tools: [] }).run('Name a tree');
  show(data.result);
};
await playScenes({ 'an answer': ask, 'another answer': ask });
