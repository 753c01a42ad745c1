/** The usage of turns, by the totals that their results state and by their messages. */
import assert from 'node:assert/strict';
import type { ModelUsage } from '@llmtrace/core';
import { Counted } from '../src/counted.ts';
import { endOf } from '../src/result.ts';
import { Totals } from '../src/totals.ts';

const MODEL = 'claude-sonnet-4-5';

/** A row of the totals after some calls, each of 10 + 100 + 20 tokens, 50 of output, and 0.01 USD. */
const rowAfter = (calls: number, more = {}): object => ({
  inputTokens: 10 * calls,
  cacheReadInputTokens: 100 * calls,
  cacheCreationInputTokens: 20 * calls,
  outputTokens: 50 * calls,
  webSearchRequests: 0,
  costUSD: 0.01 * calls,
  ...more,
});

const resultAfter = (calls: number, more = {}, id = 'a session'): object => ({
  type: 'result',
  session_id: id,
  modelUsage: { [MODEL]: rowAfter(calls, more) },
  usage: {
    input_tokens: 10,
    cache_read_input_tokens: 100,
    cache_creation_input_tokens: 20,
    output_tokens: 50,
  },
});

let ids = 0;
const message = (more = {}): object => ({
  id: `msg_${++ids}`,
  model: MODEL,
  stop_reason: null,
  usage: {
    input_tokens: 10,
    cache_read_input_tokens: 100,
    cache_creation_input_tokens: 20,
    cache_creation: { ephemeral_1h_input_tokens: 5 },
    output_tokens: 1,
  },
  ...more,
});

/** A turn with some calls of the model. */
function turn(calls: number, result?: unknown): Counted {
  const counted = new Counted();
  for (let call = 0; call < calls; call++) counted.message(message());
  if (result !== undefined) counted.finish(result);
  return counted;
}

const brief = (usages: readonly ModelUsage[]): unknown[] =>
  usages.map(({ model, modelCalls, usage, isWhole }) => [
    model,
    modelCalls,
    usage.inputTokens,
    usage.outputTokens,
    usage.reportedCost,
    isWhole,
  ]);

const whole = (calls: number): unknown[] => [MODEL, calls, 130 * calls, 50 * calls, 0.01 * calls, true];

describe('the totals of a session', () => {
  it('add up over its turns, of which each has its difference', () => {
    const totals = new Totals(false, undefined);
    assert.deepEqual(brief(totals.usageOf(turn(1, resultAfter(1)))), [whole(1)]);
    assert.deepEqual(brief(totals.usageOf(turn(2, resultAfter(3)))), [whole(2)]);
    assert.deepEqual(brief(totals.usageOf(turn(0, resultAfter(3)))), []);
  });

  it('may begin anew', () => {
    const totals = new Totals(false, undefined);
    totals.usageOf(turn(3, resultAfter(3)));
    assert.deepEqual(brief(totals.usageOf(turn(1, resultAfter(1)))), [whole(1)]);
  });

  it('stay as they are where a result states none, as that of a crash', () => {
    const totals = new Totals(false, undefined);
    totals.usageOf(turn(1, resultAfter(1)));
    const none = { type: 'result', session_id: 'a session', total_cost_usd: 0, modelUsage: {} };
    assert.deepEqual(brief(totals.usageOf(turn(1, none))), [[MODEL, 1, 130, undefined, undefined, false]]);
    assert.deepEqual(brief(totals.usageOf(turn(0, none))), []);
  });

  it('have all that a row states, without what it does not', () => {
    const more = {
      thinkingTokens: 7,
      cacheCreationEphemeral1hInputTokens: 6,
      webSearchRequests: 2,
      provider: 'vertex',
    };
    const [used] = new Totals(false, undefined).usageOf(turn(1, resultAfter(1, more)));
    assert.equal(used?.provider, 'gcp.vertex_ai');
    assert.deepEqual(used?.usage, {
      inputTokens: 130,
      outputTokens: 50,
      cacheReadTokens: 100,
      cacheWriteTokens: 20,
      cacheWrite1hTokens: 6,
      reasoningTokens: 7,
      webSearches: 2,
      reportedCost: 0.01,
    });
  });

  it('have no cost that the CLI guesses', () => {
    const [used] = new Totals(false, undefined).usageOf(turn(1, resultAfter(1, { costBasis: 'unknown' })));
    assert.equal(used?.usage.reportedCost, undefined);
    assert.equal(used?.usage.inputTokens, 130);
  });

  it('know the calls of a model by its name without what the CLI adds, and count one at least', () => {
    const result = { modelUsage: { [`${MODEL}[1m]`]: rowAfter(2), other: rowAfter(1) } };
    const used = new Totals(false, undefined).usageOf(turn(2, result));
    assert.deepEqual(
      used.map(({ model, modelCalls }) => [model, modelCalls]),
      [
        [`${MODEL}[1m]`, 2],
        ['other', 1],
      ],
    );
  });

  it('survive what is no total', () => {
    for (const modelUsage of [
      undefined,
      null,
      7,
      'x',
      [1],
      { [MODEL]: null },
      { [MODEL]: { inputTokens: 'x', costUSD: Number.NaN } },
    ])
      assert.ok(Array.isArray(new Totals(false, undefined).usageOf(turn(1, { modelUsage }))));
  });
});

describe('the totals of a session that is resumed', () => {
  it('go on from those that the process remembers', () => {
    new Totals(false, undefined).usageOf(turn(2, resultAfter(2, {}, 'known')));
    const resumed = new Totals(true, 'known');
    assert.deepEqual(brief(resumed.usageOf(turn(1, resultAfter(3, {}, 'fork')))), [whole(1)]);
    assert.deepEqual(brief(resumed.usageOf(turn(1, resultAfter(4, {}, 'fork')))), [whole(1)]);
  });

  it('may begin at 0', () => {
    new Totals(false, undefined).usageOf(turn(2, resultAfter(2, {}, 'old')));
    assert.deepEqual(brief(new Totals(true, 'old').usageOf(turn(2, resultAfter(2, {}, 'old')))), [whole(2)]);
    assert.deepEqual(brief(new Totals(true, 'unknown 1').usageOf(turn(2, resultAfter(2, {}, 'unknown 1')))), [
      whole(2),
    ]);
  });

  it('tell nothing of the first turn where the process knows no earlier ones', () => {
    const resumed = new Totals(true, 'unknown 2');
    // The result has the output of the main agent in this turn.
    assert.deepEqual(brief(resumed.usageOf(turn(1, resultAfter(9, {}, 'unknown 2')))), [
      [MODEL, 1, 130, 50, undefined, false],
    ]);
    assert.deepEqual(brief(resumed.usageOf(turn(2, resultAfter(11, {}, 'unknown 2')))), [whole(2)]);
  });
});

describe('the messages of a turn', () => {
  const usageOf = (counted: Counted): unknown[] => brief(new Totals(false, undefined).usageOf(counted));

  it('count a call once, whose answer has several', () => {
    const counted = new Counted();
    const twice = message();
    for (const answer of [twice, twice, message()]) counted.message(answer);
    assert.deepEqual(usageOf(counted), [[MODEL, 2, 260, undefined, undefined, false]]);
  });

  it('have the output where the answer is whole, and where it is streamed', () => {
    const counted = new Counted();
    counted.message(message({ stop_reason: 'end_turn' }));
    const streamed = message();
    counted.event({ type: 'message_start', message: streamed }, null);
    counted.event({ type: 'message_delta', usage: { output_tokens: 40 } }, null);
    counted.event({ type: 'message_delta', usage: { output_tokens: 7 } }, 'another agent');
    counted.message(streamed);
    assert.deepEqual(usageOf(counted), [[MODEL, 2, 260, 41, undefined, false]]);
  });

  it('are unknown where there are none, and nothing where the CLI failed before', () => {
    assert.deepEqual(usageOf(new Counted()), [[undefined, 0, undefined, undefined, undefined, false]]);
    const failed = new Counted();
    failed.message(message({ model: '<synthetic>' }));
    failed.fail();
    assert.deepEqual(usageOf(failed), []);
  });
});

describe('the end of a turn', () => {
  const ENDS: readonly (readonly [result: object, end: object])[] = [
    [{ subtype: 'success', is_error: false }, {}],
    [{ subtype: 'success', is_error: true, api_error_status: 529 }, { errorType: '529' }],
    [
      { subtype: 'success', is_error: true, terminal_reason: 'prompt_too_long' },
      { errorType: 'prompt_too_long' },
    ],
    [{ subtype: 'success', is_error: true, terminal_reason: 'A text' }, { errorType: '_OTHER' }],
    [{ subtype: 'error_max_budget_usd', is_error: true }, { errorType: 'error_max_budget_usd' }],
    [{ subtype: 7 }, { errorType: '_OTHER' }],
    [{ subtype: 'success', terminal_reason: 'tool_deferred' }, { outcome: 'interrupted' }],
    [{ subtype: 'error_during_execution', terminal_reason: 'aborted_tools' }, { outcome: 'cancelled' }],
  ];
  for (const [result, end] of ENDS)
    it(`is ${JSON.stringify(end)} by ${JSON.stringify(result)}`, () => assert.deepEqual(endOf(result), end));
});
