/** Message content of a model's calls and of its chats, through the real SDK where the result depends on it. */
import assert from 'node:assert/strict';
import { GoogleGenerativeAI } from '@google/generative-ai';
import type { ContentReader, Prompt } from '@llmtrace/core';
import { entry as googleGenerativeAIEntry } from '../src/index.ts';

const googleGenerativeAI = googleGenerativeAIEntry.vendor;

const defined = (value: unknown) => JSON.parse(JSON.stringify(value));
const text = (content: string) => ({ type: 'text', content });
const user = (content: string) => ({ role: 'user', parts: [text(content)] });
const assistant = (content: string) => ({ role: 'assistant', parts: [text(content)] });

const reader = (method: string): ContentReader =>
  googleGenerativeAI.endpoints.find((candidate) => candidate.method === method)?.endpoint([])?.content ??
  assert.fail(method);

describe('the prompt of a model', () => {
  const model = {
    systemInstruction: { role: 'system', parts: [{ text: 'be' }] },
    tools: [{ functionDeclarations: [{ name: 'f' }] }],
  };
  const asked = (request: unknown): unknown => defined(reader('generateContent').prompt([request], model));
  const made = { system: [text('be')], tools: [{ type: 'function', name: 'f' }] };

  it('is a text, parts, or contents', () => {
    for (const request of [
      'hi',
      ['hi'],
      [{ text: 'hi' }],
      { contents: [{ role: 'user', parts: [{ text: 'hi' }] }] },
    ]) {
      assert.deepEqual(asked(request), { ...made, messages: [user('hi')] });
    }
  });

  it('replaces options of the model', () => {
    const request = { contents: [{ parts: [{ text: 'hi' }] }], systemInstruction: 'be brief', tools: [] };
    assert.deepEqual(asked(request), { system: [text('be brief')], messages: [user('hi')], tools: [] });
  });

  it('has a role of its own for results of functions', () => {
    const { messages } = reader('generateContent').prompt(
      [[{ functionResponse: { name: 'f', response: {} } }]],
      {},
    );
    assert.deepEqual(defined(messages), [
      { role: 'function', parts: [{ type: 'tool_call_response', name: 'f', response: {} }] },
    ]);
  });

  it('is answered within a result, or without one at the end of a stream', () => {
    const answer = { candidates: [{ content: { role: 'model', parts: [{ text: 'yes' }] } }] };
    const { answer: read } = reader('generateContentStream');
    assert.deepEqual(read({ response: answer }), [assistant('yes')]);
    assert.deepEqual(read(answer), [assistant('yes')]);
  });

  it('is not read of embeddings', () => {
    const all = googleGenerativeAI.endpoints.flatMap((point) => point.endpoint([]) ?? []);
    const others = all.filter((endpoint) => endpoint.operation === 'embeddings');
    assert.deepEqual(
      others.map(({ content }) => content),
      [undefined, undefined],
    );
  });
});

describe('the prompt of a chat', () => {
  const realFetch = globalThis.fetch;
  const sent: unknown[] = [];
  let prompts: Prompt[] = [];

  /** For each exchange: the contents that the SDK sends, and those that are read when the call starts. */
  function chat(history: object[] = []) {
    const model = new GoogleGenerativeAI('none').getGenerativeModel({
      model: 'any',
      systemInstruction: 'be',
    });
    const session = model.startChat({ history: history as never[] });
    const observed = (method: 'sendMessage' | 'sendMessageStream', message: string) => {
      prompts.push(reader(method).prompt([message], session));
      return session[method](message);
    };
    return { session, observed };
  }

  beforeEach(() => {
    sent.length = 0;
    prompts = [];
    globalThis.fetch = async (url, init) => {
      sent.push(JSON.parse(String(init?.body)).contents.map(({ parts }: any) => parts[0].text));
      const json = JSON.stringify({ candidates: [{ content: { role: 'model', parts: [{ text: 'yes' }] } }] });
      return new Response(String(url).includes('stream') ? `data: ${json}\r\n\r\n` : json);
    };
  });

  afterEach(() => {
    globalThis.fetch = realFetch;
  });

  const read = () =>
    prompts.map(({ messages }) => defined(messages).map(({ parts }: any) => parts[0].content));

  it('includes the earlier messages', async () => {
    const { observed } = chat([
      { role: 'user', parts: [{ text: 'hello' }] },
      { role: 'model', parts: [{ text: 'hi' }] },
    ]);
    await observed('sendMessage', 'one');
    await observed('sendMessage', 'two');
    assert.deepEqual(sent, [
      ['hello', 'hi', 'one'],
      ['hello', 'hi', 'one', 'yes', 'two'],
    ]);
    assert.deepEqual(read(), sent);
    assert.deepEqual(defined(prompts[0]), {
      system: [text('be')],
      messages: [user('hello'), assistant('hi'), user('one')],
      tools: [],
    });
  });

  it('includes an answer whose stream has just ended', async () => {
    const { session, observed } = chat();
    for (const message of ['one', 'two', 'three']) {
      const { stream } = (await observed('sendMessageStream', message)) as { stream: AsyncIterable<unknown> };
      for await (const _ of stream);
    }
    assert.deepEqual(sent[2], ['one', 'yes', 'two', 'yes', 'three']);
    assert.deepEqual(read(), sent);
    assert.equal((await session.getHistory()).length, 6);
  });

  it('leaves out an answer that has not arrived yet', async () => {
    const { observed } = chat();
    await Promise.all([observed('sendMessage', 'one'), observed('sendMessage', 'two')]);
    assert.deepEqual(sent, [['one'], ['two']]);
    assert.deepEqual(read(), sent);
  });
});
