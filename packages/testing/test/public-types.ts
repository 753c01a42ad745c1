/** The public types of `@llmtrace/testing`, as users write them. It is compiled by `npm run check`, never run. */
import {
  assertLlmCall,
  type ExpectedLlmCall,
  type FakeAnswer,
  type LlmMatchers,
  llmMatchers,
  recordTelemetry,
  startFakeVendors,
} from '@llmtrace/testing';

/** Compiles where both types are the same. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const isTrue = <T extends true>(): T | undefined => undefined;

export const answer: FakeAnswer = { vendor: 'gemini', text: 'x', usage: { input: 1, output: 2 }, delay: 5 };
// @ts-expect-error no fake vendor has this name
export const unknownVendor: FakeAnswer = { vendor: 'acme' };
export const expected: ExpectedLlmCall = { model: /gpt/, tokens: 5, cost: (usd) => (usd ?? 0) > 0 };
// @ts-expect-error a pattern cannot match a number
export const pattern: ExpectedLlmCall = { tokens: /5/ };

export async function use(): Promise<void> {
  const vendors = await startFakeVendors();
  const telemetry = recordTelemetry({ clients: [{}], vendors });
  assertLlmCall(telemetry, { times: 1 });
  isTrue<Same<(typeof telemetry.calls)[number]['provider'], string>>();
  // @ts-expect-error the list of recorded calls is read-only
  telemetry.calls = [];
  await telemetry.reset();
}

isTrue<Same<ReturnType<LlmMatchers<void>['toHaveLlmCall']>, void>>();
export const matcher: (telemetry: unknown, expected?: ExpectedLlmCall) => { pass: boolean } = (one, other) =>
  llmMatchers.toHaveLlmCall.call(undefined, one, other);
