/** The filter of the calls: `model:gpt is:error cost>0.01 -user:ann "two words"`. */
import { type CallRow, inMs, sessionOf, statusOf, userOf } from '../store/row.ts';

export type Test = (row: CallRow) => boolean;

export interface Filter {
  /** True for calls that pass all tests; undefined for an empty filter. */
  readonly test: Test | undefined;
  readonly unknown: readonly string[];
}

const NUMBERS: Record<string, (row: CallRow) => number | undefined> = {
  cost: ({ call }) => call.cost,
  ms: ({ duration }) => duration,
  latency: ({ duration }) => duration,
  tokens: ({ call: { input = 0, output = 0 } }) => input + output,
  in: ({ call }) => call.input,
  out: ({ call }) => call.output,
  cached: ({ call }) => call.cached,
  reasoning: ({ call }) => call.reasoning,
  ttft: ({ call }) => inMs(call.firstChunk),
  wait: ({ call }) => inMs(call.wait),
  retries: ({ call }) => call.retries,
};

const TEXTS: Record<string, (row: CallRow) => string | undefined> = {
  model: ({ call }) => call.model,
  provider: ({ call }) => call.provider,
  op: ({ call }) => call.operation,
  finish: ({ call }) => call.finish,
  error: ({ call }) => call.errorCategory ?? call.errorType,
  service: ({ service }) => service,
  session: sessionOf,
  user: userOf,
  tenant: ({ tenant }) => tenant,
  feature: ({ feature }) => feature,
  trace: ({ traceId }) => traceId,
  span: ({ spanId }) => spanId,
  root: ({ trace }) => trace.root?.name,
};

const IS: Record<string, Test> = {
  error: (row) => statusOf(row) === 'error',
  ok: (row) => statusOf(row) === 'ok',
  cancelled: (row) => ['cancelled', 'abandoned'].includes(statusOf(row)),
  streamed: ({ call }) => call.isStream,
  cached: ({ call }) => (call.cached ?? 0) > 0,
  retried: ({ call }) => call.retries > 0,
  waited: ({ call }) => (call.wait ?? 0) > 0,
  unpriced: ({ call, hasFailed }) => call.cost === undefined && !hasFailed,
  content: ({ call }) => call.hasContent,
};

const COMPARE: Record<string, (a: number, b: number) => boolean> = {
  '>': (a, b) => a > b,
  '<': (a, b) => a < b,
  '>=': (a, b) => a >= b,
  '<=': (a, b) => a <= b,
  '=': (a, b) => a === b,
};

const of = <T>(table: Record<string, T>, name: string): T | undefined =>
  Object.hasOwn(table, name) ? table[name] : undefined;

function numberTest(key: string, sign: string, value: string): Test | undefined {
  const get = of(NUMBERS, key);
  const compare = of(COMPARE, sign);
  const bound = Number.parseFloat(value);
  if (!get || !compare || Number.isNaN(bound)) return undefined;
  return (row) => {
    const number = get(row);
    return number !== undefined && compare(number, bound);
  };
}

function textTest(key: string, sign: string, value: string): Test | undefined {
  const get = of(TEXTS, key);
  const wanted = value.toLowerCase();
  if (!get) return undefined;
  if (sign === '=') return (row) => get(row)?.toLowerCase() === wanted;
  return sign === ':' ? (row) => get(row)?.toLowerCase().includes(wanted) ?? false : undefined;
}

/** Searches the received bytes for a text, as JSON escapes it, and as JSON within JSON does. */
function contentTest(value: string): Test {
  const inJson = JSON.stringify(value).slice(1, -1);
  const cases = [inJson, inJson.toLowerCase(), inJson.charAt(0).toUpperCase() + inJson.slice(1)];
  const spellings = new Set(cases.flatMap((text) => [text, JSON.stringify(text).slice(1, -1)]));
  const wanted = [...spellings].map((text) => Buffer.from(text));
  return ({ raw, logs }) =>
    wanted.some((bytes) => raw.includes(bytes)) ||
    (logs ?? []).some((log) => JSON.stringify(log).includes(inJson));
}

const haystack = (row: CallRow): string =>
  [
    row.call.model,
    row.call.provider,
    row.service,
    row.trace.root?.name,
    row.call.message,
    row.call.errorCategory,
    sessionOf(row),
    userOf(row),
    row.spanId,
    row.traceId,
  ]
    .join(' ')
    .toLowerCase();

const WORD = /^([\w.]+)(>=|<=|[:<>=])(.*)$/s;
const unquoted = (text: string): string => text.replace(/^"|"$/g, '');

/** @returns undefined for a word that is no valid test. */
function testOf(word: string): Test | undefined {
  const [, key = '', sign = '', rest = ''] = WORD.exec(word) ?? [];
  if (!key) {
    const wanted = unquoted(word).toLowerCase();
    return (row) => haystack(row).includes(wanted);
  }
  const value = unquoted(rest);
  if (key === 'is') return of(IS, value);
  if (key === 'text') return value ? contentTest(value) : undefined;
  return numberTest(key, sign, value) ?? textTest(key, sign, value);
}

/** Longer filters are cut, because each word is a test of each call. */
const MAX_LENGTH = 500;
const WORDS = /(-?)((?:[\w.]+(?:[<>]=?|[:=]))?(?:"[^"]*"?|[^\s"]+))/g;

export function filterOf(query: string): Filter {
  const tests: Test[] = [];
  const unknown: string[] = [];
  for (const [, minus, word = ''] of query.slice(0, MAX_LENGTH).matchAll(WORDS)) {
    const test = testOf(word);
    if (!test) unknown.push(word);
    else tests.push(minus ? (row) => !test(row) : test);
  }
  return { test: tests.length === 0 ? undefined : (row) => tests.every((test) => test(row)), unknown };
}
