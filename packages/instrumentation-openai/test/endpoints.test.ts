/** The values that endpoints read from requests, answers and chunks. */
import assert from 'node:assert/strict';
import type { Endpoint, LlmResponse } from '@llmtrace/core';
import { chat, completions } from '../src/chat.ts';
import { embeddings } from '../src/embeddings.ts';
import { images, transcriptions } from '../src/media.ts';
import { responses } from '../src/responses.ts';

/** The defined fields of a record. */
const defined = (record: object) => JSON.parse(JSON.stringify(record));

const request = (endpoint: Endpoint, body: object) => defined(endpoint.request([body], undefined));
const answer = (endpoint: Endpoint, body: object) => defined(endpoint.response(body));

function fold(endpoint: Endpoint, chunks: object[]): LlmResponse {
  const response: LlmResponse = {};
  for (const chunk of chunks) endpoint.chunk?.(response, chunk);
  return defined(response);
}

const { create } = responses;

describe('chat completions', () => {
  it('read these parameters of a request', () => {
    const body = {
      model: 'gpt-4o',
      messages: [{ role: 'user', content: 'secret' }],
      max_tokens: 5,
      max_completion_tokens: 9,
      stop: 'END',
      n: 2,
      seed: 3,
      response_format: { type: 'json_schema', json_schema: {} },
      reasoning_effort: 'high',
      service_tier: 'flex',
    };
    assert.deepEqual(request(chat, body), {
      model: 'gpt-4o',
      stream: false,
      maxTokens: 9,
      stopSequences: ['END'],
      choiceCount: 2,
      seed: 3,
      outputType: 'json',
      reasoningLevel: 'high',
      serviceTier: 'flex',
      messageCount: 1,
    });
  });

  it('accept a request without fields, or with values of wrong types', () => {
    assert.deepEqual(request(chat, {}), { stream: false });
    assert.deepEqual(defined(chat.request([], undefined)), { stream: false });
    assert.deepEqual(request(chat, { model: 5, temperature: 'hot', stop: null }), { stream: false });
  });

  it('answer with details that are parts of the totals', () => {
    const usage = {
      prompt_tokens: 20,
      completion_tokens: 9,
      prompt_tokens_details: { cached_tokens: 8, audio_tokens: 2 },
      completion_tokens_details: { reasoning_tokens: 4, audio_tokens: 1 },
      cost: 0.25,
    };
    const choices = [{ finish_reason: 'tool_calls' }, { finish_reason: 'length' }];
    assert.deepEqual(answer(chat, { id: 'c1', model: 'm', choices, usage, system_fingerprint: 'fp' }), {
      id: 'c1',
      model: 'm',
      finishReasons: ['tool_call', 'length'],
      usage: {
        inputTokens: 20,
        outputTokens: 9,
        cacheReadTokens: 8,
        inputAudioTokens: 2,
        reasoningTokens: 4,
        outputAudioTokens: 1,
        reportedCost: 0.25,
      },
      systemFingerprint: 'fp',
    });
  });

  it('have no usage where none is reported', () => {
    assert.deepEqual(answer(chat, { choices: [], usage: null }), { finishReasons: [] });
    assert.deepEqual(answer(chat, {}), {});
  });

  it('fold into the same record when streamed', () => {
    const chunks = [
      {
        id: 'c1',
        model: 'm',
        choices: [{ index: 0, delta: { content: 'a' }, finish_reason: null }],
        usage: null,
      },
      { id: 'c1', model: 'm', choices: [{ index: 1, delta: {}, finish_reason: 'stop' }] },
      { id: 'c1', model: 'm', choices: [{ index: 0, delta: {}, finish_reason: 'function_call' }] },
      { id: 'c1', model: 'm', choices: [], usage: { prompt_tokens: 3, completion_tokens: 2 } },
    ];
    assert.deepEqual(fold(chat, chunks), {
      id: 'c1',
      model: 'm',
      finishReasons: ['tool_call', 'stop'],
      usage: { inputTokens: 3, outputTokens: 2 },
    });
  });

  it('may request usage only if the application did not choose', () => {
    const body = Object.freeze({ model: 'm', stream: true, stream_options: Object.freeze({ x: 1 }) });
    const options = {};
    assert.deepEqual(chat.askUsage?.([body, options]), [
      { model: 'm', stream: true, stream_options: { x: 1, include_usage: true } },
      options,
    ]);
    assert.equal(chat.askUsage?.([{ stream: true, stream_options: { include_usage: false } }]), undefined);
    assert.equal(chat.askUsage?.([{ model: 'm' }]), undefined);
    assert.equal(chat.askUsage?.([]), undefined);
  });
});

describe('legacy completions', () => {
  it('count their prompts', () => {
    assert.deepEqual(request(completions, { model: 'm', prompt: ['a', 'b'], max_tokens: 3 }), {
      model: 'm',
      stream: false,
      maxTokens: 3,
      messageCount: 2,
    });
  });
});

describe('responses', () => {
  it('read these parameters of a request', () => {
    const body = {
      model: 'gpt-5',
      input: 'secret',
      max_output_tokens: 7,
      text: { format: { type: 'json_object' } },
      reasoning: { effort: 'minimal' },
      previous_response_id: 'resp_0',
      conversation: { id: 'conv_1' },
      stream: true,
    };
    assert.deepEqual(request(create, body), {
      model: 'gpt-5',
      stream: true,
      maxTokens: 7,
      outputType: 'json',
      reasoningLevel: 'minimal',
      previousResponseId: 'resp_0',
      conversationId: 'conv_1',
      messageCount: 1,
    });
    assert.equal(request(create, { conversation: 'conv_2' }).conversationId, 'conv_2');
  });

  const reasons: [what: string, body: object, reason: string | undefined][] = [
    ['completed', { status: 'completed', output: [{ type: 'message' }] }, 'stop'],
    [
      'completed by the vendor’s own tool',
      { status: 'completed', output: [{ type: 'web_search_call' }] },
      'stop',
    ],
    [
      'completed with a call to answer',
      { status: 'completed', output: [{ type: 'function_call' }] },
      'tool_call',
    ],
    ['cut short', { status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } }, 'length'],
    [
      'filtered',
      { status: 'incomplete', incomplete_details: { reason: 'content_filter' } },
      'content_filter',
    ],
    ['cancelled', { status: 'cancelled' }, 'error'],
    ['not final', { status: 'in_progress' }, undefined],
    ['without a status', {}, undefined],
  ];
  for (const [what, body, reason] of reasons) {
    it(`finish with ${reason ?? 'nothing'} when ${what}`, () => {
      assert.deepEqual(answer(create, body).finishReasons, reason === undefined ? undefined : [reason]);
    });
  }

  it('keep the failure that an event reports', () => {
    const error = { code: 'server_error', message: 'x' };
    const failed = { type: 'response.failed', response: { id: 'r', status: 'failed', error } };
    assert.deepEqual(fold(create, [failed]), { id: 'r', finishReasons: ['error'], failure: error });
    assert.deepEqual(fold(create, [{ type: 'error', code: 'rate_limit_exceeded', message: 'x' }]), {
      failure: { code: 'rate_limit_exceeded', message: 'x' },
    });
  });

  it('take the usage of the last event', () => {
    const usage = { input_tokens: 5, input_tokens_details: { cached_tokens: 2 }, output_tokens: 1 };
    const events = [
      { type: 'response.created', response: { id: 'r', model: 'm', status: 'in_progress', usage: null } },
      { type: 'response.output_text.delta', delta: 'a' },
      {
        type: 'response.completed',
        response: { id: 'r', model: 'm', status: 'completed', output: [], usage },
      },
    ];
    assert.deepEqual(fold(create, events), {
      id: 'r',
      model: 'm',
      finishReasons: ['stop'],
      usage: { inputTokens: 5, outputTokens: 1, cacheReadTokens: 2 },
    });
  });
});

describe('embeddings', () => {
  it('have encodings, dimensions and input tokens', () => {
    const body = { model: 'e', input: ['a', 'b', 'c'], encoding_format: 'float', dimensions: 256 };
    assert.deepEqual(request(embeddings, body), {
      model: 'e',
      encodingFormats: ['float'],
      dimensions: 256,
      messageCount: 3,
    });
    assert.deepEqual(
      answer(embeddings, { model: 'e', data: [], usage: { prompt_tokens: 4, total_tokens: 4 } }),
      {
        model: 'e',
        usage: { inputTokens: 4 },
      },
    );
  });
});

describe('images and audio', () => {
  it('count tokens by modality', () => {
    const usage = {
      input_tokens: 50,
      output_tokens: 100,
      input_tokens_details: { text_tokens: 10, image_tokens: 40 },
      output_tokens_details: { image_tokens: 100 },
    };
    const counted = {
      inputTokens: 50,
      outputTokens: 100,
      inputTextTokens: 10,
      inputImageTokens: 40,
      outputImageTokens: 100,
    };
    assert.deepEqual(answer(images, { data: [], usage }).usage, counted);
    assert.deepEqual(fold(images, [{ type: 'image_generation.completed', usage }]).usage, counted);
    assert.equal(request(images, { model: 'gpt-image-1', n: 2 }).outputType, 'image');
  });

  it('have no tokens where audio is billed by its length', () => {
    assert.deepEqual(answer(transcriptions, { text: 'x', usage: { type: 'duration', seconds: 9 } }), {
      billing: { fees: { audioSecond: 9 } },
    });
  });
});
