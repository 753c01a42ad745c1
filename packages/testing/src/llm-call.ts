/** Compares recorded calls with the call that a test expects. */
import { type Call, callErrorType } from '@llmtrace/core';

/** A value, a pattern of a text, or a function that is true for the right values. */
export type Expected<T> = T | (T extends string ? RegExp : never) | ((value: T | undefined) => boolean);

/** The expected values of a call; fields that are left out are not compared. */
export interface ExpectedLlmCall {
  /** The requested model, or the one that the answer names. */
  model?: Expected<string>;
  /** As `gen_ai.provider.name`: `openai`, `anthropic`, `gcp.gemini`. */
  provider?: Expected<string>;
  /** As `gen_ai.operation.name`: `chat`, `embeddings`, `generate_content`. */
  operation?: Expected<string>;
  /** The sum of input and output, or single counts; `input` includes `cached`, `output` includes `reasoning`. */
  tokens?: number | { input?: number; output?: number; cached?: number; reasoning?: number };
  /** The cost in USD, compared to 1e-9; `null` for a call without a known cost. */
  cost?: number | null | ((usd: number | undefined) => boolean);
  /** How the call ended. */
  outcome?: 'completed' | 'failed' | 'cancelled' | 'abandoned';
  /** As `error.type`: `rate_limit`, `timeout`. */
  errorType?: Expected<string>;
  /** Whether the answer was streamed. */
  stream?: boolean;
  /** The number of retries. */
  retries?: number;
  /** The number of calls that have these values. @default at least one */
  times?: number;
}

/** Whether the calls match, and the message of a failing test. */
export interface Comparison {
  readonly pass: boolean;
  message(isNot?: boolean): string;
}

/** The difference in USD from which on two costs are different. */
const USD = 1e-9;

type Field = Exclude<keyof ExpectedLlmCall, 'times'>;

/** The fields that a test may compare; each returns the values of a call. */
const FIELDS: Readonly<Record<Field, (call: Readonly<Call>) => unknown[]>> = {
  model: ({ request, response }) => [request.model, response.model],
  provider: ({ provider }) => [provider],
  operation: ({ operation }) => [operation],
  tokens: ({ response: { usage } }) => [
    {
      input: usage?.inputTokens,
      output: usage?.outputTokens,
      cached: usage?.cacheReadTokens,
      reasoning: usage?.reasoningTokens,
    },
  ],
  cost: ({ cost }) => [cost?.total],
  outcome: ({ outcome }) => [outcome],
  errorType: (call) => [call.outcome === 'failed' ? callErrorType(call) : undefined],
  stream: ({ request }) => [request.stream === true],
  retries: ({ retries }) => [retries?.length ?? 0],
};

/** Compares the calls of a recorder with an expected call. */
export function compareCalls(recorded: unknown, expected: ExpectedLlmCall = {}): Comparison {
  const calls = callsOf(recorded);
  checkFields(expected);
  const { times, ...wanted } = expected;
  const count = calls.filter((call) => fits(call, wanted)).length;
  const pass = times === undefined ? count > 0 : count === times;
  const many = times === undefined ? 'a call' : `${times} call${times === 1 ? '' : 's'}`;
  return {
    pass,
    message: (isNot = false) =>
      `expected ${isNot ? 'no ' : ''}${isNot ? many.replace(/^a /, '') : many} with ${inWords(wanted)}, got ${count} of ${calls.length}:${linesOf(calls, wanted)}`,
  };
}

function callsOf(recorded: unknown): readonly Readonly<Call>[] {
  const { calls } = (recorded ?? {}) as { calls?: unknown };
  if (Array.isArray(calls)) return calls;
  throw new TypeError('Expected the result of recordTelemetry().');
}

/** Refuses a misspelt field: without it, every call would pass. */
function checkFields(expected: ExpectedLlmCall): void {
  const known = [...Object.keys(FIELDS), 'times'];
  const unknown = Object.keys(expected).find((field) => !known.includes(field));
  if (unknown !== undefined)
    throw new TypeError(
      `Expected a call to be compared by ${known.join(', ')}, got \`${unknown.slice(0, 50)}\`.`,
    );
}

const fits = (call: Readonly<Call>, wanted: ExpectedLlmCall): boolean =>
  Object.entries(wanted).every(([field, value]) =>
    value === undefined
      ? true
      : FIELDS[field as Field](call).some((got) => matches(field as Field, value, got)),
  );

function matches(field: Field, wanted: unknown, got: unknown): boolean {
  if (typeof wanted === 'function') return wanted(got) === true;
  if (field === 'tokens') return areTokens(wanted as NonNullable<ExpectedLlmCall['tokens']>, got as Tokens);
  if (field === 'cost' && wanted !== null) return Math.abs((got as number) - (wanted as number)) < USD;
  if (wanted instanceof RegExp) return typeof got === 'string' && wanted.test(got);
  return (wanted ?? undefined) === got;
}

type Tokens = Readonly<Record<string, number | undefined>>;

function areTokens(wanted: NonNullable<ExpectedLlmCall['tokens']>, got: Tokens): boolean {
  if (typeof wanted === 'number') return (got['input'] ?? Number.NaN) + (got['output'] ?? 0) === wanted;
  return Object.entries(wanted).every(([kind, count]) => count === undefined || got[kind] === count);
}

/** The highest number of calls that a message lists. */
const MAX_LINES = 20;

/** The compared fields of the calls. None of them is message content. */
const linesOf = (calls: readonly Readonly<Call>[], wanted: ExpectedLlmCall): string => {
  const fields = Object.keys({ model: 0, ...wanted }) as Field[];
  const lines = calls.slice(0, MAX_LINES).map((call) => {
    const words = fields.map((field) => `${field} ${FIELDS[field](call).map(shown).join(' / ')}`);
    return `\n  ${words.join(', ')}`;
  });
  return lines.join('') || ' none was recorded';
};

const inWords = (wanted: object): string =>
  Object.entries(wanted)
    .map(([field, value]) => `${field} ${shown(value)}`)
    .join(', ') || 'any values';

function shown(value: unknown): string {
  if (typeof value === 'function') return 'that the function accepts';
  if (value instanceof RegExp) return String(value);
  return value === undefined ? 'unknown' : JSON.stringify(value);
}
