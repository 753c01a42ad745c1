// What is read without a server: environments, configurations, files of prices, answers of Redis.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { json, numbers } from '@llmtrace/test-fixtures/any-json';
import fc from 'fast-check';
import { ANSWERS } from './bodies.mjs';
import { redisAnswer } from './generators.mjs';
import { ODD_NAMES, revived } from './odd.mjs';

const core = new URL('../../packages/core/src/', import.meta.url);
const { resolveConfig, validateConfig, warnOfUnknownVariables } = await import(`${core}config.ts`);
const { VARIABLES } = await import(`${core}options/variables.ts`);
const { clearPrices, loadPrices, priceOf, findPrice } = await import(`${core}cost/cost.ts`);
const { UNITS } = await import(`${core}cost/units.ts`);
const { autoSettings } = await import('../../packages/auto/src/settings.ts');
const { loadConfigFile } = await import('../../packages/auto/src/config-file.ts');
const { gemini } = await import('@llmtrace/core/gemini');
const { openAIUsage } = await import('@llmtrace/core/openai');
const { usage: messageUsage } = await import('../../packages/instrumentation-anthropic/src/usage.ts');
const { redisLimits } = await import('../../packages/redis/src/index.ts');

/** How long one input may take, in ms of this process. */
const MAX_MS = 200;
const MAX_WARNING = 2000;

/** Fails where a prototype of all objects has changed. */
const PROTOTYPES = [Object.prototype, Array.prototype, Function.prototype, String.prototype];
const membersOf = () => PROTOTYPES.map((prototype) => Reflect.ownKeys(prototype).length).join();
const MEMBERS = membersOf();

function expect(holds, what) {
  if (!holds) throw new Error(what);
}

/** Runs it as often as another process may have delayed it. @throws where it takes too long each time */
function timed(run) {
  let least = Number.POSITIVE_INFINITY;
  for (let times = 0; times < 3 && least > MAX_MS; times++) {
    const before = process.cpuUsage();
    run();
    const { user, system } = process.cpuUsage(before);
    least = Math.min(least, (user + system) / 1000);
  }
  expect(least <= MAX_MS, `It took ${Math.round(least)} ms.`);
  expect(membersOf() === MEMBERS, 'A prototype of all objects has changed.');
}

/** What a getter or a proxy of the application throws is the application's to see. */
const APPLICATIONS = ['this getter throws', 'this proxy throws'];

/** Runs it. @throws where it throws anything but a TypeError of a bounded length, or the application's own error */
function onlyTypeError(run) {
  try {
    return run();
  } catch (error) {
    if (error instanceof RangeError && APPLICATIONS.includes(error.message)) return undefined;
    expect(error instanceof TypeError && /^(?:Expected|Unknown)/.test(error.message), `It threw ${error}.`);
    expect(error.message.length <= MAX_WARNING, `The message has ${error.message.length} characters.`);
    return undefined;
  }
}

const OTEL = `OTEL_SDK_DISABLED OTEL_LOG_LEVEL OTEL_TRACES_EXPORTER OTEL_METRICS_EXPORTER OTEL_LOGS_EXPORTER
  OTEL_EXPORTER_OTLP_ENDPOINT OTEL_EXPORTER_OTLP_PROTOCOL OTEL_METRIC_EXPORT_INTERVAL OTEL_METRIC_EXPORT_TIMEOUT
  OTEL_PROPAGATORS OTEL_NODE_RESOURCE_DETECTORS OTEL_SEMCONV_STABILITY_OPT_IN OTEL_SEMCONV_EXCEPTION_SIGNAL_OPT_IN
  OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT NO_COLOR`.split(/\s+/);
const value = fc.oneof(
  fc.constantFrom(
    '',
    ' ',
    'true',
    'FALSE',
    '0',
    '-1',
    '1e999',
    'NaN',
    '0x10',
    '50,00',
    'a=b,c',
    '=',
    ',,,',
    'a=b=c',
  ),
  fc.constantFrom('otlp,none', '__proto__=x', 'constructor', 'redis://[', 'pretty', 'minute', 'wait'),
  fc.string({ unit: 'binary' }),
  fc
    .tuple(fc.constantFrom('a', ',', '=', 'a=b,', ' ', 'eyJ', '{'), fc.constantFrom(10, 100_000))
    .map(([u, n]) => u.repeat(n)),
);
const variable = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom(...VARIABLES) },
  { weight: 3, arbitrary: fc.constantFrom(...OTEL) },
  fc.string({ maxLength: 60 }).map((rest) => `LLMTRACE_${rest}`),
);

/** No system passes a text with a NUL in it. */
const withoutNul = (env) =>
  Object.fromEntries(
    Object.entries(env).map(([name, text]) => [name.replaceAll('\0', ''), text.replaceAll('\0', '')]),
  );

const environment = fc.property(fc.dictionary(variable, value, { maxKeys: 12 }).map(withoutNul), (env) => {
  timed(() => {
    const settings = autoSettings(env);
    warnOfUnknownVariables(env);
    const config = resolveConfig({}, env);
    expect(
      Number.isFinite(settings.exitTimeout) && settings.exitTimeout >= 0,
      `exitTimeout ${settings.exitTimeout}`,
    );
    const bytes = settings.exportQueueBytes;
    expect(bytes > 0 && bytes <= 2 ** 30, `exportQueueBytes is ${bytes}`);
    for (const limits of [config.retry || {}, ...config.rateLimit, ...config.budget]) expectNumbers(limits);
  });
});

function expectNumbers(options) {
  for (const [name, option] of Object.entries(options))
    if (typeof option === 'number') expect(option >= 0 && !Number.isNaN(option), `${name} is ${option}`);
}

const odd = fc.constantFrom(...ODD_NAMES).map(($odd) => ({ $odd }));
const OPTIONS = Object.keys(resolveConfig({}, {}));
const NESTED =
  `capture blobs maxLength redact toolDefinitions requestsPerMinute tokensPerMinute concurrency mode maxWait
  maxQueue estimate adapt key usd tokens window attempts maxRetries baseDelay maxDelay jitter logger level onRequest
  onResponse __proto__ provider`.split(/\s+/);
const nested = fc.oneof(
  json,
  odd,
  fc.dictionary(fc.constantFrom(...NESTED), fc.oneof(json, odd), { maxKeys: 4 }),
);
const entry = fc.oneof(nested, fc.array(nested, { maxLength: 3 }));
const configuration = fc.oneof(
  { weight: 6, arbitrary: fc.dictionary(fc.constantFrom(...OPTIONS), entry, { maxKeys: 4 }) },
  json,
  odd,
);

const config = fc.property(configuration, (input) =>
  timed(() => onlyTypeError(() => validateConfig(revived(input)))),
);

const folder = mkdtempSync(join(tmpdir(), 'llmtrace-fuzz-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

const fileText = (content) =>
  fc.oneof(
    { weight: 6, arbitrary: content.map((it) => JSON.stringify(it) ?? '') },
    fc.string({ unit: 'binary' }),
  );

const configFile = fc.property(fileText(configuration), (text) => {
  const file = join(folder, 'config.json');
  writeFileSync(file, text);
  timed(() => {
    const told = [];
    const taken = loadConfigFile(file, (message) => told.push(message));
    expect(typeof taken === 'object' && taken !== null && !Array.isArray(taken), 'It is no configuration.');
    expect(
      told.every((message) => message.length <= MAX_WARNING),
      'A warning is too long.',
    );
  });
});

const RATES = [
  ...UNITS.flatMap(({ name, kind }) =>
    kind === 'token' ? [`${name}Per1M`, `${name}Per1K`] : [`per${name[0].toUpperCase()}${name.slice(1)}`],
  ),
  'provider',
  'serviceTier',
  '__proto__',
];
const rate = fc.oneof(
  { weight: 6, arbitrary: fc.double({ min: 0, max: 2e9, noNaN: true }) },
  { weight: 2, arbitrary: numbers },
  json,
);
const price = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.dictionary(fc.constantFrom('inputPer1M', 'outputPer1M', ...RATES), rate, { maxKeys: 5 }),
  },
  // One wrong price makes the whole file wrong: so much of the time there is but one.
  { weight: 6, arbitrary: rate.map((inputPer1M) => ({ inputPer1M })) },
  json,
);
const MODELS = ['gpt-4o', 'my-model', '__proto__', 'constructor', 'GPT-4o ', ''];
const priceList = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.tuple(fc.constantFrom(...MODELS), price).map((pair) => Object.fromEntries([pair])),
  },
  {
    weight: 6,
    arbitrary: fc.dictionary(fc.constantFrom(...MODELS), fc.oneof(price, fc.array(price, { maxLength: 3 }))),
  },
  json,
);
const USAGE = {
  inputTokens: 1e9,
  outputTokens: 1e9,
  cacheReadTokens: 1e8,
  cacheWriteTokens: 1e8,
  reasoningTokens: 1e8,
};

const prices = fc.property(fileText(priceList), (text) => {
  const file = join(folder, 'prices.json');
  writeFileSync(file, text);
  timed(() => {
    try {
      onlyTypeError(() => loadPrices(file));
      for (const model of MODELS) expectPrice(findPrice('openai', model)?.price);
    } finally {
      clearPrices();
    }
  });
});

function expectPrice(found) {
  if (found === undefined) return;
  const usd = priceOf(found, USAGE);
  expect(Number.isFinite(usd) && usd >= 0, `A cost is ${usd}.`);
}

const ASK = {
  buckets: [{ rate: 1, burst: 2, of: 'requests' }],
  concurrency: 5,
  levels: [Number.POSITIVE_INFINITY],
  memory: '',
  returning: false,
  announcing: true,
  processes: 1,
  calls: [{ amounts: [1], maxWait: 0, lease: 1 }],
};

/** Anything that Redis answers is numbers that are finite, or an error: the store is out of reach then. */
const redis = fc.asyncProperty(fc.oneof(redisAnswer, fc.array(json)), async (answer) => {
  const answered = async () => {
    if (answer?.$reject !== undefined) throw revived(answer.$reject);
    return revived(answer);
  };
  const limits = redisLimits({ evalSha: answered, eval: answered });
  const questions = [
    () => limits.ping(),
    () => limits.open(),
    () => limits.take('a', ASK),
    () => limits.spend('a', { usd: 1, tokens: 1, window: 60_000, known: undefined }),
  ];
  for (const question of questions) {
    const got = await question().catch(() => undefined);
    for (const number of numbersOf(got)) expect(Number.isFinite(number), `A number is ${number}.`);
  }
  expect(membersOf() === MEMBERS, 'A prototype of all objects has changed.');
});

const numbersOf = (got) =>
  Object.values(Object(got))
    .flat()
    .concat(got)
    .filter((item) => typeof item === 'number');

/** What an answer's usage may have in the place of a count. */
const noCount = fc.oneof(
  fc.constantFrom(-1, -100, 0.5, 1e10, 1e308, Number.POSITIVE_INFINITY, Number.NaN, '7', '', true, [], {}),
  fc.integer({ max: -1 }),
);
const count = fc.integer({ min: 0, max: 1e6 });

/** The readers of usage, each with what its vendor sends, in which every number is a count. */
const READERS = {
  chat: [(usage) => openAIUsage(usage).usage, ANSWERS.chat.whole.usage],
  message: [messageUsage, ANSWERS.message.whole.usage],
  gemini: [gemini.usage, ANSWERS.generated.whole.usageMetadata],
};

/** All ways to a number within JSON. */
const numbersIn = (value, path = []) =>
  typeof value === 'number'
    ? [path]
    : Object.entries(Object(value)).flatMap(([key, inner]) =>
        typeof value === 'string' ? [] : numbersIn(inner, [...path, key]),
      );

function withValue(value, [key, ...rest], replaced) {
  const copy = Array.isArray(value) ? [...value] : { ...value };
  copy[key] = rest.length > 0 ? withValue(copy[key], rest, replaced) : replaced;
  return copy;
}

const usageCase = fc.constantFrom(...Object.keys(READERS)).chain((reader) => {
  const [, sample] = READERS[reader];
  const places = numbersIn(sample);
  return fc
    .record({
      counts: fc.array(count, { minLength: places.length, maxLength: places.length }),
      at: fc.nat({ max: places.length - 1 }),
      by: noCount,
    })
    .map(({ counts, at, by }) => {
      const sound = places.reduce((made, path, index) => withValue(made, path, counts[index]), sample);
      const wrong = withValue(sound, places[at], by);
      return { reader, sound, wrong, absent: withValue(sound, places[at], undefined) };
    });
});

/** A value that is no count makes what it is a part of unknown; it changes no count, and is no part of a sum. */
const usage = fc.property(usageCase, ({ reader, sound, wrong, absent }) => {
  const [read] = READERS[reader];
  const [got, whole, without] = [wrong, sound, absent].map((input) => read(input) ?? {});
  for (const [field, number] of Object.entries(got)) {
    const isKnown = [undefined, whole[field], without[field]].includes(number);
    expect(isKnown, `${field} is ${number}, where it is ${whole[field]} or unknown`);
  }
});

export const PURE = { usage, environment, config, 'config-file': configFile, prices, redis };

/** Runs one of them for so long. */
export async function pureSuite({ name, seed, ms, path, examples }) {
  const counts = { plays: 0, unsteady: 0 };
  const run = await fc.check(PURE[name], {
    seed,
    ...(path === undefined ? {} : { path, endOnFailure: true }),
    examples: examples.map((example) => [example]),
    numRuns: Number.MAX_SAFE_INTEGER,
    interruptAfterTimeLimit: ms,
  });
  counts.plays = run.numRuns;
  return { run, counts };
}
