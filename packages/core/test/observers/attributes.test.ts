import assert from 'node:assert/strict';
import { aCall } from '@llmtrace/test-fixtures/call';
import type { Attributes, AttributeValue } from '@opentelemetry/api';
import type { Call } from '../../src/model/call.ts';
import {
  allAttributes,
  endAttributes,
  metricAttributes,
  type Naming,
  spanName,
  startAttributes,
} from '../../src/observers/attributes.ts';

const NAMING: Naming = { semconv: '1.41', costSemconv: 'default', tokenModality: false };

/** One that is over. */
const makeCall = (fields: Partial<Call> = {}): Call =>
  aCall({ startTime: 1000, attemptTime: 1000, outcome: 'completed', endTime: 2000, ...fields });

/** What is set at the end, as one object. */
function atEnd(call: Call, naming: Naming): Attributes {
  const attributes: Attributes = {};
  const setAttribute = (name: string, value: AttributeValue) => Object.assign(attributes, { [name]: value });
  endAttributes({ setAttribute }, call, naming);
  return attributes;
}

describe('the attributes of a call', () => {
  it('are those of its start and of its end', () => {
    const call = makeCall({ response: { id: 'r1' }, cost: { total: 0.5, source: 'local' } });
    assert.deepEqual(allAttributes(call, NAMING), { ...startAttributes(call), ...atEnd(call, NAMING) });
  });

  it('name the span by operation and model, or by the operation alone', () => {
    assert.equal(spanName(makeCall()), 'chat gpt-4o');
    assert.equal(spanName(makeCall({ request: {} })), 'chat');
  });

  it('are short where they are kept for every other one: names of spans, values of metrics', () => {
    const model = 'm'.repeat(100_000);
    const call = makeCall({ request: { model }, response: { model } });
    const cut = 'm'.repeat(256);
    assert.equal(spanName(call), `chat ${cut}`);
    const attributes = metricAttributes(call);
    assert.deepEqual([attributes['gen_ai.request.model'], attributes['gen_ai.response.model']], [cut, cut]);
    assert.equal(startAttributes(call)['gen_ai.request.model'], model);
  });

  it('have the request parameters at the start, where samplers look', () => {
    const request = {
      model: 'gpt-4o',
      stream: true,
      maxTokens: 10,
      temperature: 0,
      topP: 0.5,
      topK: 3,
      frequencyPenalty: 0.1,
      presencePenalty: -0.1,
      seed: 7,
      stopSequences: ['a', 'b'],
      choiceCount: 2,
      outputType: 'json' as const,
      reasoningLevel: 'low',
      previousResponseId: 'resp_1',
      serviceTier: 'flex',
    };
    assert.deepEqual(startAttributes(makeCall({ request, attributes: { conversation: 'conv_1' } })), {
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'openai',
      'server.address': 'api.openai.com',
      'server.port': 443,
      'gen_ai.request.model': 'gpt-4o',
      'gen_ai.request.stream': true,
      'gen_ai.request.max_tokens': 10,
      'gen_ai.request.temperature': 0,
      'gen_ai.request.top_p': 0.5,
      'gen_ai.request.top_k': 3,
      'gen_ai.request.frequency_penalty': 0.1,
      'gen_ai.request.presence_penalty': -0.1,
      'gen_ai.request.seed': 7,
      'gen_ai.request.stop_sequences': ['a', 'b'],
      'gen_ai.request.choice.count': 2,
      'gen_ai.output.type': 'json',
      'gen_ai.request.reasoning.level': 'low',
      'gen_ai.request.previous_response.id': 'resp_1',
      'gen_ai.conversation.id': 'conv_1',
      'openai.api.type': 'chat_completions',
      'openai.request.service_tier': 'flex',
    });
  });

  it('leave out default values: no stream, one choice, the tier that the vendor chooses', () => {
    const request = { model: 'gpt-4o', stream: false, choiceCount: 1, serviceTier: 'auto' };
    const attributes = startAttributes(makeCall({ request, server: undefined }));
    assert.deepEqual(Object.keys(attributes), [
      'gen_ai.operation.name',
      'gen_ai.provider.name',
      'gen_ai.request.model',
      'openai.api.type',
    ]);
  });

  it('have the flavour of OpenAI only for its providers', () => {
    const attributes = startAttributes(makeCall({ provider: 'groq' }));
    assert.equal('openai.api.type' in attributes, false);
  });

  it('hold the answer, its usage and its cost at the end', () => {
    const response = {
      id: 'r1',
      model: 'gpt-4o-2024-08-06',
      finishReasons: ['stop'],
      usage: {
        inputTokens: 10,
        outputTokens: 5,
        cacheReadTokens: 4,
        cacheWriteTokens: 2,
        reasoningTokens: 1,
      },
      serviceTier: 'default',
      systemFingerprint: 'fp',
    };
    const cost = { total: 0.5, input: 0.2, output: 0.3, source: 'local' as const };
    const call = makeCall({ response, cost, attempts: 3, attemptTime: 1500, firstChunkTime: 1750 });
    assert.deepEqual(atEnd(call, NAMING), {
      'gen_ai.response.id': 'r1',
      'gen_ai.response.model': 'gpt-4o-2024-08-06',
      'gen_ai.response.finish_reasons': ['stop'],
      'openai.response.service_tier': 'default',
      'openai.response.system_fingerprint': 'fp',
      'gen_ai.usage.input_tokens': 10,
      'gen_ai.usage.output_tokens': 5,
      'gen_ai.usage.cache_read.input_tokens': 4,
      'gen_ai.usage.reasoning.output_tokens': 1,
      'gen_ai.usage.cache_creation.input_tokens': 2,
      'gen_ai.response.time_to_first_chunk': 0.25,
      'http.request.resend_count': 2,
      'gen_ai.usage.cost': 0.5,
      'llmtrace.cost.input': 0.2,
      'llmtrace.cost.output': 0.3,
      'llmtrace.cost.currency': 'USD',
      'llmtrace.cost.source': 'local',
    });
  });

  it('name a cache write and modalities as the newest conventions do, on demand', () => {
    const usage = { inputTokens: 10, cacheWriteTokens: 2, inputAudioTokens: 3 };
    const latest = atEnd(makeCall({ response: { usage } }), {
      ...NAMING,
      semconv: 'latest',
      tokenModality: true,
    });
    assert.equal(latest['gen_ai.usage.cache_write.input_tokens'], 2);
    assert.equal(latest['gen_ai.usage.audio.input_tokens'], 3);
    assert.equal('gen_ai.usage.cache_creation.input_tokens' in latest, false);
  });

  it('name the cost by the option', () => {
    const call = makeCall({ cost: { total: 0.5, source: 'provider' } });
    const named = (costSemconv: Naming['costSemconv']) => atEnd(call, { ...NAMING, costSemconv });
    assert.equal(named('draft')['gen_ai.usage.cost.amount'], 0.5);
    assert.equal('gen_ai.usage.cost' in named('draft'), false);
    assert.equal(named('logfire')['operation.cost'], 0.5);
    assert.equal(named('langfuse')['langfuse.observation.cost_details'], '{"total":0.5}');
  });

  it('have the outcome of a stream, and of a call that was never awaited', () => {
    const outcomeOf = (fields: Partial<Call>) => atEnd(makeCall(fields), NAMING)['llmtrace.stream.outcome'];
    assert.equal(outcomeOf({ request: { stream: true } }), 'completed');
    assert.equal(outcomeOf({ request: {} }), undefined);
    assert.equal(outcomeOf({ request: {}, outcome: 'abandoned' }), 'abandoned');
  });

  it('name an error by type, code and status', () => {
    const error = { status: 429, code: 'rate_limit_exceeded' };
    const attributes = atEnd(makeCall({ error, outcome: 'failed' }), NAMING);
    assert.equal(attributes['error.type'], '429');
    assert.equal(attributes['llmtrace.error.code'], 'rate_limit_exceeded');
    assert.equal(attributes['http.response.status_code'], 429);
  });

  it('leave out a value that no attribute can have', () => {
    const odd = { model: { name: 'x' }, temperature: 'warm', maxTokens: Number.NaN, stopSequences: [1, 2] };
    const call = makeCall({ request: odd as unknown as Call['request'] });
    const attributes = startAttributes(call);
    assert.equal('gen_ai.request.model' in attributes, false);
    assert.equal('gen_ai.request.max_tokens' in attributes, false);
    assert.equal('gen_ai.request.stop_sequences' in attributes, false);
    assert.equal('gen_ai.request.model' in metricAttributes(call), false);
  });

  it('leave out the finish reasons of choices that never finished', () => {
    const finishReasons: string[] = [];
    finishReasons[1] = 'stop';
    const attributes = atEnd(makeCall({ response: { finishReasons } }), NAMING);
    assert.deepEqual(attributes['gen_ai.response.finish_reasons'], ['stop']);
  });
});
