/** {@link compareCalls} in the form of each test runner. */
import assert from 'node:assert';
import { compareCalls, type ExpectedLlmCall } from './llm-call.ts';
import type { RecordedTelemetry } from './telemetry.ts';

type Recorded = Pick<RecordedTelemetry, 'calls'>;

/** For node:test and any other runner. @throws AssertionError if no recorded call matches */
export function assertLlmCall(telemetry: Recorded, expected?: ExpectedLlmCall): void {
  const { pass, message } = compareCalls(telemetry, expected);
  if (!pass) throw new assert.AssertionError({ message: message(), stackStartFn: assertLlmCall });
}

/** For node:test and any other runner. @throws AssertionError if a recorded call matches */
export function assertNoLlmCall(telemetry: Recorded, expected?: ExpectedLlmCall): void {
  const { pass, message } = compareCalls(telemetry, expected);
  if (pass) throw new assert.AssertionError({ message: message(true), stackStartFn: assertNoLlmCall });
}

/** The type of the matcher, for the `Matchers` of a runner. */
export interface LlmMatchers<R = unknown> {
  /** Passes if a recorded call matches, or exactly `times` calls. */
  toHaveLlmCall(expected?: ExpectedLlmCall): R;
}

/** For `expect.extend()` of vitest and jest. */
export const llmMatchers = {
  toHaveLlmCall(
    this: { readonly isNot?: boolean } | undefined,
    telemetry: unknown,
    expected?: ExpectedLlmCall,
  ): { pass: boolean; message(): string } {
    const { pass, message } = compareCalls(telemetry, expected);
    return { pass, message: () => message(pass) };
  },
};

/** The parts of an assertion of chai that the plug-in uses. */
interface ChaiAssertion {
  readonly _obj: unknown;
  assert(pass: boolean, message: string, messageOfNot: string): void;
}

/** The parts of chai that the plug-in uses. */
interface Chai {
  readonly Assertion: {
    addMethod(name: string, method: (this: ChaiAssertion, expected?: ExpectedLlmCall) => void): void;
  };
}

/** For `chai.use()`: `expect(telemetry).to.have.llmCall({ model })`. */
export function llmChai({ Assertion }: Chai): void {
  Assertion.addMethod('llmCall', function (expected) {
    const { pass, message } = compareCalls(this._obj, expected);
    this.assert(pass, message(), message(true));
  });
}
