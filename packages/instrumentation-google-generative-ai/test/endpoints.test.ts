/** The values that endpoints read from requests and answers. */
import assert from 'node:assert/strict';
import type { Endpoint } from '@llmtrace/core';
import { entry as googleGenerativeAIEntry } from '../src/index.ts';

const googleGenerativeAI = googleGenerativeAIEntry.vendor;

/** The defined fields of a record. */
const defined = (record: object) => JSON.parse(JSON.stringify(record));

const endpoint = (method: string): Endpoint =>
  googleGenerativeAI.endpoints.find((candidate) => candidate.method === method)?.endpoint([]) ??
  assert.fail(method);
const request = (method: string, self: object, ...args: unknown[]) =>
  defined(endpoint(method).request(args, self));

const model = {
  model: 'models/gemini-2.5-flash',
  generationConfig: { temperature: 0.5, maxOutputTokens: 9 },
  _requestOptions: {},
};

describe('content', () => {
  it('has the options of its model', () => {
    const asked = { model: 'gemini-2.5-flash', temperature: 0.5, maxTokens: 9, messageCount: 1 };
    assert.deepEqual(request('generateContent', model, 'secret'), asked);
    assert.deepEqual(request('generateContentStream', model, 'secret'), { ...asked, stream: true });
    assert.deepEqual(request('generateContent', model, { contents: [{}, {}] }), {
      ...asked,
      messageCount: 2,
    });
  });

  it('has the options of the request, which take precedence', () => {
    const params = { contents: [{}], generationConfig: { topK: 3 } };
    assert.deepEqual(request('generateContent', model, params), {
      model: 'gemini-2.5-flash',
      topK: 3,
      messageCount: 1,
    });
  });

  it('has the options of its chat', () => {
    const chat = { model: 'models/gemini-2.5-flash', params: { generationConfig: { topP: 0.5 } } };
    const asked = { model: 'gemini-2.5-flash', topP: 0.5 };
    assert.deepEqual(request('sendMessage', chat, 'secret'), asked);
    assert.deepEqual(request('sendMessageStream', chat, 'secret'), { ...asked, stream: true });
    assert.deepEqual(request('sendMessage', { model: 'tunedModels/mine' }), { model: 'tunedModels/mine' });
  });

  it('is answered within a result, or without one at the end of a stream', () => {
    const answer = { candidates: [{ finishReason: 'STOP' }], usageMetadata: { promptTokenCount: 3 } };
    const expected = { finishReasons: ['stop'], usage: { inputTokens: 3 } };
    const { response } = endpoint('generateContentStream');
    assert.deepEqual(defined(response({ response: answer })), expected);
    assert.deepEqual(defined(response(answer)), expected);
  });

  it('is aborted by a signal of the call or of the model', () => {
    const [one, other] = [new AbortController().signal, new AbortController().signal];
    const { signal } = endpoint('generateContent');
    assert.equal(signal?.(['secret', { signal: one }], { _requestOptions: { signal: other } }), one);
    assert.equal(signal?.(['secret'], { _requestOptions: { signal: other } }), other);
    assert.equal(signal?.(['secret'], {}), undefined);
  });
});

describe('embeddings', () => {
  it('have a request for one text or for several', () => {
    const asked = { model: 'gemini-2.5-flash', messageCount: 1 };
    assert.deepEqual(request('embedContent', model, 'secret'), asked);
    assert.deepEqual(request('embedContent', model, { content: {}, outputDimensionality: 64 }), {
      ...asked,
      dimensions: 64,
    });
    const requests = [{ content: {}, outputDimensionality: 64 }, { content: {} }];
    assert.deepEqual(request('batchEmbedContents', model, { requests }), {
      model: 'gemini-2.5-flash',
      dimensions: 64,
      messageCount: 2,
    });
    assert.deepEqual(request('batchEmbedContents', model), { model: 'gemini-2.5-flash' });
  });

  it('have usage if the vendor counts tokens', () => {
    const { response } = endpoint('batchEmbedContents');
    assert.deepEqual(defined(response({ embeddings: [], usageMetadata: { promptTokenCount: 5 } })), {
      usage: { inputTokens: 5 },
    });
    assert.deepEqual(defined(response({ embeddings: [] })), {});
  });
});

describe('the base URL', () => {
  const baseURL = (self: object, ...args: unknown[]) => googleGenerativeAI.baseURL(self, args);

  it("is the call's, the model's or the SDK's own", () => {
    const proxied = { _requestOptions: { baseUrl: 'https://proxy.example.com' } };
    assert.equal(baseURL({}), 'https://generativelanguage.googleapis.com');
    assert.equal(baseURL(proxied), 'https://proxy.example.com');
    const options = { baseUrl: 'https://other.example.com' };
    assert.equal(baseURL(proxied, 'secret', options), 'https://other.example.com');
  });
});
