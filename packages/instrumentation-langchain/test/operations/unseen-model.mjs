// Models of the application's own, which send no request.
import { playScenes, sdkLoader, show } from '@llmtrace/test-fixtures/operations-app';

const load = sdkLoader((file) => file.replace(/\.cjs$/, '.js'));
const { SimpleChatModel } = await load('@langchain/core/language_models/chat_models');
const { LLM } = await load('@langchain/core/language_models/llms');
const { ChatGenerationChunk, GenerationChunk } = await load('@langchain/core/outputs');
const { AIMessageChunk } = await load('@langchain/core/messages');

class Oak extends SimpleChatModel {
  _llmType() {
    return 'oak';
  }
  async _call() {
    return 'Oak';
  }
  async *_streamResponseChunks() {
    yield new ChatGenerationChunk({ text: 'Oak', message: new AIMessageChunk('Oak') });
  }
}

class Elm extends LLM {
  _llmType() {
    return 'elm';
  }
  async _call() {
    return 'Elm';
  }
  async *_streamResponseChunks() {
    yield new GenerationChunk({ text: 'Elm' });
  }
}

async function streamed(model) {
  for await (const part of await model.stream('Name a tree')) show(part.content ?? part);
}

const SCENES = {
  'an answer': async () => show((await new Oak({}).invoke('Name a tree')).content),
  'a stream': () => streamed(new Oak({})),
  'a text': async () => show(await new Elm({}).invoke('Name a tree')),
  'a stream of a text': () => streamed(new Elm({})),
};
const { SCENE } = process.env;
await playScenes(SCENE ? { [SCENE]: SCENES[SCENE] } : SCENES);
