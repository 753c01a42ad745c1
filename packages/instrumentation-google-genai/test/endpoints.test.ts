/** The values that endpoints read from requests, answers and events. */
import assert from 'node:assert/strict';
import type { Endpoint, LlmResponse } from '@llmtrace/core';
import { decisions } from '../src/decisions.ts';
import { entry as googleGenAIEntry } from '../src/index.ts';
import { interactions as all } from '../src/interactions.ts';

const googleGenAI = googleGenAIEntry.vendor;

/** The defined fields of a record. */
const defined = (record: object | undefined) => JSON.parse(JSON.stringify(record ?? null));

const request = (endpoint: Endpoint, params?: object) => defined(endpoint.request([params], undefined));

function fold(endpoint: Endpoint, events: object[]): LlmResponse {
  const response: LlmResponse = {};
  for (const event of events) endpoint.chunk?.(response, event);
  return defined(response);
}

const endpoint = (method: string): Endpoint =>
  googleGenAI.endpoints.find((candidate) => candidate.method === method)?.endpoint([]) ??
  assert.fail(`no ${method}`);
const content = endpoint('generateContentInternal');
const stream = endpoint('generateContentStreamInternal');
const embeddings = endpoint('embedContentInternal');
const images = endpoint('generateImagesInternal');

describe('content', () => {
  it('reads these parameters of a request', () => {
    const params = {
      model: 'models/gemini-2.5-flash',
      contents: [{ parts: [{ text: 'secret' }] }, { parts: [{ text: 'more' }] }],
      config: { temperature: 0.5, maxOutputTokens: 9, serviceTier: 'flex', systemInstruction: 'secret' },
    };
    const asked = {
      model: 'gemini-2.5-flash',
      temperature: 0.5,
      maxTokens: 9,
      serviceTier: 'flex',
      messageCount: 2,
    };
    assert.deepEqual(request(content, params), asked);
    assert.deepEqual(request(stream, params), { ...asked, stream: true });
  });

  it('accepts a request without fields', () => {
    assert.deepEqual(request(content, {}), {});
    assert.deepEqual(request(content), {});
  });

  it('is aborted only by the signal of its config', () => {
    const { signal } = new AbortController();
    assert.equal(content.signal?.([{ config: { abortSignal: signal } }], undefined), signal);
    assert.equal(content.signal?.([{}], undefined), undefined);
  });

  it('fails by an error that the SDK drops from a stream', () => {
    const soFar: LlmResponse = {};
    stream.raw?.(soFar, { candidates: [] });
    assert.deepEqual(defined(soFar), {});
    stream.raw?.(soFar, { error: { code: 503, status: 'UNAVAILABLE', message: 'Overloaded.' } });
    assert.deepEqual(defined(soFar), { failure: { code: 'UNAVAILABLE', message: 'Overloaded.' } });
  });
});

describe('embeddings', () => {
  it('read these parameters of a request', () => {
    const params = {
      model: 'gemini-embedding-001',
      contents: ['a', 'b', 'c'],
      config: { outputDimensionality: 64 },
    };
    assert.deepEqual(request(embeddings, params), {
      model: 'gemini-embedding-001',
      dimensions: 64,
      messageCount: 3,
    });
    assert.deepEqual(request(embeddings, { model: 'm', content: {} }), { model: 'm', messageCount: 1 });
  });

  it('have usage, also if the SDK does not return it', () => {
    const usageMetadata = { promptTokenCount: 5, promptTokenDetails: [{ modality: 'TEXT', tokenCount: 5 }] };
    const usage = { inputTokens: 5, inputTextTokens: 5 };
    const soFar: LlmResponse = {};
    embeddings.raw?.(soFar, { embeddings: [], usageMetadata });
    assert.deepEqual(defined(soFar), { usage });
    assert.deepEqual(defined(embeddings.response({ usageMetadata })), { usage });
    assert.deepEqual(defined(embeddings.response({ embeddings: [{ values: [] }] })), {});
  });

  it('of Vertex AI are counted one by one', () => {
    const counted = (tokenCount: number) => ({ statistics: { tokenCount } });
    assert.deepEqual(defined(embeddings.response({ embeddings: [counted(3), counted(4)] })), {
      usage: { inputTokens: 7 },
    });
    const tokensDetails = [{ modality: 'IMAGE', tokenCount: 258 }];
    const pictured = { embeddings: [{ statistics: { tokenCount: 258, tokensDetails } }] };
    assert.deepEqual(defined(embeddings.response(pictured)), {
      usage: { inputTokens: 258, inputImageTokens: 258 },
    });
    assert.deepEqual(defined(embeddings.response({ embeddings: [counted(3), { statistics: {} }] })), {
      usage: {},
    });
  });
});

describe('images', () => {
  it('have a request, and answers without id, model and usage', () => {
    const params = {
      model: 'imagen-4.0-generate-001',
      prompt: 'secret',
      config: { numberOfImages: 2, seed: 1 },
    };
    assert.deepEqual(request(images, params), {
      model: 'imagen-4.0-generate-001',
      seed: 1,
      choiceCount: 2,
      outputType: 'image',
    });
    assert.deepEqual(images.response({ generatedImages: [] }), {});
  });
});

describe('interactions', () => {
  const interactions = all.create;
  const usage = {
    total_input_tokens: 100,
    total_tool_use_tokens: 20,
    total_cached_tokens: 60,
    total_output_tokens: 30,
    total_thought_tokens: 50,
    total_tokens: 200,
    input_tokens_by_modality: [{ modality: 'text', tokens: 100 }],
  };
  const tokens = {
    inputTokens: 120,
    outputTokens: 80,
    cacheReadTokens: 60,
    reasoningTokens: 50,
    inputTextTokens: 100,
  };

  it('read these parameters of a request', () => {
    const params = {
      model: 'gemini-2.5-flash',
      input: [{ type: 'text', text: 'secret' }],
      stream: true,
      previous_interaction_id: 'i0',
      response_mime_type: 'application/json',
      generation_config: {
        temperature: 1,
        max_output_tokens: 9,
        stop_sequences: ['END'],
        thinking_level: 'low',
      },
      service_tier: 'priority',
    };
    assert.deepEqual(request(interactions, params), {
      model: 'gemini-2.5-flash',
      stream: true,
      maxTokens: 9,
      temperature: 1,
      stopSequences: ['END'],
      outputType: 'json',
      reasoningLevel: 'low',
      previousResponseId: 'i0',
      serviceTier: 'priority',
      messageCount: 1,
    });
  });

  it('may name an agent, and request audio or images', () => {
    const agent = { agent: 'deep-research', input: 'secret', response_modalities: ['audio'] };
    assert.deepEqual(request(interactions, agent), {
      model: 'deep-research',
      stream: false,
      outputType: 'speech',
      messageCount: 1,
    });
    assert.equal(request(interactions, { response_modalities: ['image'] }).outputType, 'image');
  });

  it('have a status in place of finish reasons', () => {
    const statusOf = (status: string) => defined(interactions.response({ status }));
    assert.deepEqual(statusOf('completed'), { finishReasons: ['stop'] });
    assert.deepEqual(statusOf('requires_action'), { finishReasons: ['tool_call'] });
    assert.deepEqual(statusOf('incomplete'), { finishReasons: ['length'] });
    assert.deepEqual(statusOf('in_progress'), { isPending: true });
    assert.deepEqual(statusOf('failed'), { finishReasons: ['error'], failure: { code: 'failed' } });
  });

  it('answer with a usage in which tools are input and thoughts output', () => {
    const answer = {
      id: 'i1',
      model: 'gemini-2.5-flash',
      status: 'completed',
      usage,
      service_tier: 'standard',
    };
    assert.deepEqual(defined(interactions.response(answer)), {
      id: 'i1',
      model: 'gemini-2.5-flash',
      finishReasons: ['stop'],
      usage: tokens,
      serviceTier: 'standard',
    });
  });

  it('report in a stream the values that have arrived so far', () => {
    const known = { id: 'i1', model: 'gemini-2.5-flash' };
    const folded = fold(interactions, [
      { event_type: 'interaction.created', interaction: { ...known, status: 'in_progress' } },
      { event_type: 'interaction.status_update', status: 'in_progress' },
      { event_type: 'step.delta', delta: { type: 'text', text: 'secret' } },
      { event_type: 'interaction.completed', interaction: { ...known, status: 'incomplete', usage } },
    ]);
    assert.deepEqual(folded, { ...known, finishReasons: ['length'], usage: tokens });
  });

  it('add up their usage if the SDK continues one by another', () => {
    const part = (id: string, status: string) => [
      { event_type: 'interaction.created', interaction: { id } },
      { event_type: 'interaction.completed', interaction: { id, status, usage: { total_input_tokens: 5 } } },
      { event_type: 'interaction.completed', interaction: { id, status, usage: { total_input_tokens: 10 } } },
    ];
    const events = [
      ...part('i1', 'requires_continuation'),
      ...part('i2', 'requires_continuation'),
      ...part('i3', 'completed'),
    ];
    assert.deepEqual(fold(interactions, events), {
      id: 'i3',
      finishReasons: ['stop'],
      usage: { inputTokens: 30 },
      billing: {
        tokens: null,
        inner: [{ usage: { inputTokens: 30 }, what: 'inner_model', contextTokens: 10 }],
      },
    });
  });

  it('fail by an event, or by their status', () => {
    const error = { code: 'quota_exceeded', message: 'No more.' };
    assert.deepEqual(fold(interactions, [{ event_type: 'error', error }]), { failure: error });
    assert.deepEqual(fold(interactions, [{ event_type: 'interaction.status_update', status: 'failed' }]), {
      finishReasons: ['error'],
    });
  });
});

describe('decisions', () => {
  const create = decisions;

  it('have a request, and answers with usage alone', () => {
    const params = {
      model: 'models/gemini-decision-1',
      input: ['secret', 'more'],
      questions: { a: { type: 'noul', instructions: 'secret' } },
    };
    assert.deepEqual(request(create, params), { model: 'gemini-decision-1', messageCount: 2 });
    assert.deepEqual(request(create), {});
    const counted = { total_input_tokens: 9, total_output_tokens: 0, total_tokens: 9 };
    const answer = { answers: { a: { type: 'noul', noul: 0.9, confidence: 0.9 } }, usage: counted };
    assert.deepEqual(defined(create.response(answer)), { usage: { inputTokens: 9, outputTokens: 0 } });
  });

  it('end for a reason only if the input was blocked', () => {
    const blocked = { prompt_feedback: { block_reason: 'safety' } };
    assert.deepEqual(defined(create.response(blocked)), { finishReasons: ['content_filter'] });
  });
});

describe('the client', () => {
  const options = (httpOptions: object, vertexai = false) => ({ clientOptions: { vertexai, httpOptions } });
  const origin = (client: object | undefined, params?: object) =>
    defined({
      baseURL: googleGenAI.baseURL(client, [params]),
      provider: googleGenAI.providerOf?.(client),
    });

  it('is found behind models and behind interactions', () => {
    assert.equal(googleGenAI.client({ apiClient: 1 }), 1);
    assert.equal(googleGenAI.client({ parentClient: 2 }), 2);
    assert.equal(googleGenAI.client({ _client: 3 }), 3);
    assert.equal(googleGenAI.client(undefined), undefined);
  });

  it('knows the base URL, which a request may replace', () => {
    const client = options({ baseUrl: 'https://generativelanguage.googleapis.com/' });
    assert.deepEqual(origin(client), { baseURL: 'https://generativelanguage.googleapis.com/' });
    const params = { config: { httpOptions: { baseUrl: 'https://proxy.example.com' } } };
    assert.deepEqual(origin(client, params), { baseURL: 'https://proxy.example.com' });
    assert.deepEqual(origin(undefined), {});
  });

  it('knows whether it asks Vertex AI', () => {
    const baseUrl = 'https://aiplatform.googleapis.com/';
    const vertex = { baseURL: baseUrl, provider: 'gcp.vertex_ai' };
    assert.deepEqual(origin(options({ baseUrl }, true)), vertex);
    // Interactions of version 1 have a client of their own, which knows the other.
    assert.deepEqual(origin({ baseURL: baseUrl, clientAdapter: options({}, true) }), vertex);
  });
});
