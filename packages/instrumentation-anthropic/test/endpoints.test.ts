import assert from 'node:assert/strict';
import type { Endpoint, LlmResponse } from '@llmtrace/core';
import { entry as anthropicEntry } from '../src/index.ts';

const anthropic = anthropicEntry.vendor;

const endpoint = (path: string): Endpoint => {
  const found = anthropic.endpoints.find((candidate) => candidate.path === path)?.endpoint([]);
  assert.ok(found, path);
  return found;
};
const messages = endpoint('Messages');
const completions = endpoint('Completions');

/** The response that these events add up to. */
function folded({ chunk }: Endpoint, events: readonly object[]): LlmResponse {
  const response: LlmResponse = {};
  for (const event of events) chunk?.(response, event);
  return known(response);
}

const known = <T extends object>(object: T): T =>
  Object.fromEntries(
    Object.entries(object)
      .filter(([, value]) => value !== undefined)
      .map(([key, value]) => [key, isPlain(value) ? known(value) : value]),
  ) as T;

const isPlain = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const START = {
  type: 'message_start',
  message: {
    id: 'msg_1',
    model: 'claude-haiku-4-5-20251001',
    stop_reason: null,
    usage: {
      input_tokens: 10,
      cache_read_input_tokens: 100,
      cache_creation_input_tokens: 30,
      cache_creation: { ephemeral_5m_input_tokens: 20, ephemeral_1h_input_tokens: 10 },
      output_tokens: 3,
      output_tokens_details: { thinking_tokens: 1 },
      service_tier: 'standard',
    },
  },
};
const end = (usage: object, stop_reason: string | null = 'end_turn') => ({
  type: 'message_delta',
  delta: { stop_reason },
  usage,
});

describe('the methods of a version', () => {
  it('are expected from the first version that has them: an older one does not lack them', () => {
    const first = (path: string): (string | undefined)[] => {
      const point = anthropic.endpoints.find((candidate) => candidate.path === path);
      return [point?.since, point?.until];
    };
    assert.deepEqual(first('Messages'), [undefined, undefined]);
    assert.deepEqual(first('Beta.Messages'), ['0.30.0', undefined]);
    assert.deepEqual(first('Beta.PromptCaching.Messages'), ['0.26.0', '0.33.0']);
  });
});

describe('a request for a message', () => {
  it('has all fields that the conventions name', () => {
    const params = {
      model: 'claude-opus-4-6',
      max_tokens: 64,
      temperature: 0.5,
      top_p: 0.9,
      top_k: 40,
      stop_sequences: ['END'],
      stream: true,
      service_tier: 'standard_only',
      output_config: { effort: 'low', format: { type: 'json_schema', schema: {} } },
      thread: { type: 'continue', previous_message_id: 'msg_0' },
      messages: [{ role: 'user', content: 'Hello' }],
    };
    const options = { openTelemetry: { conversationId: 'conversation-7' } };
    assert.deepEqual(messages.request([params, options], {}), {
      model: 'claude-opus-4-6',
      stream: true,
      maxTokens: 64,
      temperature: 0.5,
      topP: 0.9,
      topK: 40,
      stopSequences: ['END'],
      outputType: 'json',
      reasoningLevel: 'low',
      previousResponseId: 'msg_0',
      conversationId: 'conversation-7',
      serviceTier: 'standard_only',
      messageCount: 1,
    });
  });

  it('may ask for JSON as the beta once did', () => {
    const { outputType } = messages.request([{ output_format: { type: 'json_schema' } }], {});
    assert.equal(outputType, 'json');
  });

  it('may be no request at all', () => {
    assert.deepEqual(known(messages.request([], {})), { stream: false });
  });
});

describe('an answer', () => {
  it('has input tokens that include reads from and writes to a cache', () => {
    const { usage, ...rest } = START.message;
    const { usage: counted } = messages.response({ ...rest, usage, stop_reason: 'end_turn' });
    assert.deepEqual(known(counted ?? {}), {
      inputTokens: 140,
      outputTokens: 3,
      cacheReadTokens: 100,
      cacheWriteTokens: 30,
      cacheWrite1hTokens: 10,
      reasoningTokens: 1,
    });
  });

  it('has no counts if the vendor reports none', () => {
    assert.deepEqual(known(messages.response({ id: 'msg_1', usage: {} })), { id: 'msg_1', usage: {} });
    assert.deepEqual(known(messages.response({ id: 'msg_1' })), { id: 'msg_1' });
  });

  it('counts the searches that are billed one by one', () => {
    const usage = { input_tokens: 1, output_tokens: 1, server_tool_use: { web_search_requests: 2 } };
    assert.equal(messages.response({ usage }).usage?.webSearches, 2);
  });

  it('leaves out the calls of other models and of compaction, as its totals do', () => {
    const iterations = [
      { type: 'compaction', input_tokens: 5000, output_tokens: 100 },
      { type: 'message', input_tokens: 20, output_tokens: 5 },
    ];
    const { usage } = messages.response({ usage: { input_tokens: 20, output_tokens: 5, iterations } });
    assert.deepEqual([usage?.inputTokens, usage?.outputTokens], [20, 5]);
  });

  it('has a service tier; fast mode is a separate one', () => {
    assert.equal(
      messages.response({ usage: { service_tier: 'priority', speed: 'standard' } }).serviceTier,
      'priority',
    );
    assert.equal(
      messages.response({ usage: { service_tier: 'standard', speed: 'fast' } }).serviceTier,
      'fast',
    );
  });

  const reasons: [theirs: string, ours: string][] = [
    ['end_turn', 'stop'],
    ['stop_sequence', 'stop'],
    ['max_tokens', 'length'],
    ['model_context_window_exceeded', 'length'],
    ['tool_use', 'tool_call'],
    ['refusal', 'content_filter'],
    ['pause_turn', 'pause_turn'],
    ['compaction', 'compaction'],
    ['a reason of the future', 'a reason of the future'],
  ];
  for (const [theirs, ours] of reasons) {
    it(`that ends for ${theirs} ends for ${ours}`, () => {
      assert.deepEqual(messages.response({ stop_reason: theirs }).finishReasons, [ours]);
    });
  }
});

describe('a stream of a message', () => {
  it('reports its input at the start, and its output only at its end', () => {
    assert.deepEqual(folded(messages, [START]), {
      id: 'msg_1',
      model: 'claude-haiku-4-5-20251001',
      usage: { inputTokens: 140, cacheReadTokens: 100, cacheWriteTokens: 30, cacheWrite1hTokens: 10 },
      serviceTier: 'standard',
    });
  });

  it('ends with the output, and with the counts that it repeats', () => {
    const usage = {
      input_tokens: 12,
      cache_read_input_tokens: 200,
      cache_creation_input_tokens: null,
      output_tokens: 50,
      output_tokens_details: { thinking_tokens: 20 },
      server_tool_use: { web_search_requests: 1 },
    };
    const response = folded(messages, [START, { type: 'ping' }, end(usage), { type: 'message_stop' }]);
    assert.deepEqual(response.finishReasons, ['stop']);
    assert.deepEqual(response.usage, {
      inputTokens: 242,
      outputTokens: 50,
      cacheReadTokens: 200,
      cacheWriteTokens: 30,
      cacheWrite1hTokens: 10,
      reasoningTokens: 20,
      webSearches: 1,
    });
  });

  it('counts by the last of several ends, each of which counts from the start', () => {
    const events = [START, end({ output_tokens: 5 }, null), end({ output_tokens: 9 }, 'tool_use')];
    const { usage, finishReasons } = folded(messages, events);
    assert.deepEqual([usage?.inputTokens, usage?.outputTokens, finishReasons], [140, 9, ['tool_call']]);
  });

  it('keeps the earlier counts if the end reports none', () => {
    const events = [START, end({ output_tokens: 5 }), { type: 'message_delta' }];
    const { usage, finishReasons } = folded(messages, events);
    assert.deepEqual([usage?.inputTokens, usage?.outputTokens, finishReasons], [140, 5, ['stop']]);
  });

  it('is the answer of the model that took over', () => {
    const to = { model: 'claude-opus-4-8' };
    const takeover = { type: 'content_block_start', index: 0, content_block: { type: 'fallback', to } };
    assert.equal(folded(messages, [START, takeover]).model, 'claude-opus-4-8');
  });

  it('may fail in an event', () => {
    const error = { type: 'overloaded_error', message: 'Overloaded' };
    assert.deepEqual(folded(messages, [START, { type: 'error', error }]).failure, error);
  });

  it('may contain unknown and malformed events', () => {
    const events = [{ type: 'message_start' }, { type: 'content_block_start' }, { type: 'brand_new' }];
    assert.deepEqual(folded(messages, events), {});
  });

  it('never changes an event', () => {
    const frozen = Object.freeze({ ...START, message: Object.freeze({ ...START.message }) });
    assert.doesNotThrow(() =>
      folded(messages, [frozen, Object.freeze(end(Object.freeze({ output_tokens: 1 })))]),
    );
  });
});

describe('a text completion', () => {
  it('has its own field names', () => {
    const params = {
      model: 'claude-2.1',
      max_tokens_to_sample: 9,
      prompt: 'Hi',
      stop_sequences: ['END'],
      top_k: 3,
    };
    assert.deepEqual(known(completions.request([params], {})), {
      model: 'claude-2.1',
      stream: false,
      maxTokens: 9,
      topK: 3,
      stopSequences: ['END'],
      messageCount: 1,
    });
  });

  it('has a finish reason, and no tokens', () => {
    const response = completions.response({ id: 'compl_1', model: 'claude-2.1', stop_reason: 'max_tokens' });
    assert.deepEqual(known(response), { id: 'compl_1', model: 'claude-2.1', finishReasons: ['length'] });
  });

  it('is the same record in a stream', () => {
    const event = {
      type: 'completion',
      id: 'compl_1',
      model: 'claude-2.1',
      completion: ' Hi',
      stop_reason: null,
    };
    assert.deepEqual(folded(completions, [event, { ...event, stop_reason: 'stop_sequence' }]), {
      id: 'compl_1',
      model: 'claude-2.1',
      finishReasons: ['stop'],
    });
  });
});

describe('the provider of a client', () => {
  const providerOf = (client: object) => anthropic.providerOf?.(client);

  it('is set by the client of another platform', () => {
    assert.equal(providerOf({ _genAIProviderName: 'aws.bedrock' }), 'aws.bedrock');
  });

  it('follows from the class of a client that does not state it', () => {
    assert.equal(providerOf(new (class AnthropicBedrock {})()), 'aws.bedrock');
    assert.equal(providerOf(new (class AnthropicVertex {})()), 'gcp.vertex_ai');
  });

  it('is left to the base URL of a plain client', () => {
    assert.equal(providerOf({ _genAIProviderName: 'anthropic' }), undefined);
    assert.equal(providerOf({}), undefined);
  });
});

describe('the span that a helper gives', () => {
  const span = { name: 'of the caller' };
  const args = [{ model: 'claude' }, { timeout: 5, __span: { span } }];

  it('is found among the arguments', () => {
    assert.equal(anthropic.native?.callerSpan(args), span);
    assert.equal(anthropic.native?.callerSpan([{ model: 'claude' }]), undefined);
  });

  it('can be left out of them, which changes none', () => {
    assert.deepEqual(anthropic.native?.withoutCallerSpan(args), [
      { model: 'claude' },
      { timeout: 5, __span: undefined },
    ]);
    assert.equal(args[1]?.__span?.span, span);
    assert.deepEqual(anthropic.native?.withoutCallerSpan([{ model: 'claude' }]), [{ model: 'claude' }]);
  });
});
