/** What Converse bills beside tokens at standard rates. */
import assert from 'node:assert/strict';
import type { LlmResponse } from '@llmtrace/core';
import { converseBodies } from '../src/converse.ts';

const usage = { inputTokens: 10, outputTokens: 5, totalTokens: 15 };

describe('what a conversation with Bedrock is billed for', () => {
  const ROWS: readonly (readonly [
    what: string,
    answer: object,
    tier: string | undefined,
    missing?: string[],
  ])[] = [
    ['nothing else', {}, undefined],
    ['a service tier', { serviceTier: { type: 'flex' } }, 'flex'],
    ['optimized latency', { performanceConfig: { latency: 'optimized' } }, 'latency_optimized'],
    ['standard latency', { performanceConfig: { latency: 'standard' } }, undefined],
    [
      'a guardrail that is traced',
      { trace: { guardrail: { inputAssessment: {} } } },
      undefined,
      ['guardrail'],
    ],
  ];
  for (const [what, more, tier, missing] of ROWS)
    it(`is ${what}, whole and streamed`, () => {
      const whole = converseBodies.response({ stopReason: 'end_turn', usage, ...more });
      const streamed: LlmResponse = {};
      converseBodies.chunk(streamed, { messageStop: { stopReason: 'end_turn' } });
      converseBodies.chunk(streamed, { metadata: { usage, ...more } });
      for (const { serviceTier, billing } of [whole, streamed]) {
        assert.equal(serviceTier, tier);
        assert.deepEqual(billing?.uncounted, missing);
      }
    });

  it('is a guardrail that intervened', () => {
    const whole = converseBodies.response({ stopReason: 'guardrail_intervened', usage });
    const streamed: LlmResponse = {};
    converseBodies.chunk(streamed, { messageStop: { stopReason: 'guardrail_intervened' } });
    converseBodies.chunk(streamed, { metadata: { usage } });
    for (const { billing } of [whole, streamed]) assert.deepEqual(billing?.uncounted, ['guardrail']);
  });
});
