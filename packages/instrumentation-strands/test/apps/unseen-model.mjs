// An agent with a model of the application's own, which sends no request.
import { playScenes, sdkLoader, show } from '@llmtrace/test-fixtures/operations-app';

const { Agent, Model } = await sdkLoader((file) => file)('@strands-agents/sdk');

class Oak extends Model {
  updateConfig() {}
  getConfig() {
    return { modelId: 'oak' };
  }
  async *stream() {
    yield { type: 'modelMessageStartEvent', role: 'assistant' };
    yield { type: 'modelContentBlockStartEvent' };
    yield { type: 'modelContentBlockDeltaEvent', delta: { type: 'textDelta', text: 'Oak' } };
    yield { type: 'modelContentBlockStopEvent' };
    yield { type: 'modelMessageStopEvent', stopReason: 'endTurn' };
  }
}

const ask = async () => {
  const { lastMessage } = await new Agent({ model: new Oak(), printer: false }).invoke('Name a tree');
  show(lastMessage.content[0].text);
};

await playScenes({ 'an answer': ask, 'another answer': ask });
