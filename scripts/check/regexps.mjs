// Checks every regular expression of the built packages for catastrophic and polynomial backtracking: by recheck's
// analysis, and by its processor time on texts of 1 MB that are made of what the expression looks for. Run it after a
// build: `npm run check:regexps`. The analysis takes up to 10 s an expression and depends on how busy the machine is, so
// its results are kept in regexps.json; an expression that is not there is analysed.
//   --write   add the results of new expressions to regexps.json, and remove those of former ones
//   --all     analyse all expressions anew, and write the results
//   --times   print the time of each expression
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { tokenizer, tokTypes } from 'acorn';
import { check } from 'recheck';

const root = new URL('../..', import.meta.url);
/** Longer than any linear expression takes for 1 MB (the slowest: 0.2 s); a quadratic one takes minutes. */
const MAX_MS = 2000;
const SIZE = 1_000_000;

/**
 * Beginnings of expressions that the analysis does not know to be linear, though each of their repetitions is bounded
 * or ends the match: the steps at each place of a text have an upper limit. They are timed all the same.
 */
const EXPLAINED = [
  '/[\\\\/]node_modules', // names of 100 characters
  '/(?<before>\\b(?:key|token)[ -](?:hash|name)', // 20 characters within brackets
  '/(?<before>\\b[a-z][\\w+.-]{0,30}:', // 331 characters of a URL
  '/data:(?:[\\w.+-]{1,60}', // 565 characters before the bytes
  '/(?<before>(?:(?:api|access|', // the value after a name ends the match
  '/-----BEGIN', // its end, or the end of the text, always follows
  '/(?<![\\w-])eyJ', // a beginning is in no other run of letters
  '/(?<before>\\bauthorization', // 22 characters before a value that ends the match
  '/(?<before>[?&;]', // the value of a parameter ends the match
  '/(?<![A-Za-z0-9])(?:sk-(?:proj|', // 161 characters, or a run that ends the match
];
const isExplained = (text) => EXPLAINED.some((start) => text.startsWith(start));

/** OpenTelemetry's base class reads an instrumentation's range of versions by it: of ours that is `*`. */
const OF_CONSTANTS = new Set(['/([<>=~^]+)\\s+/g']);

/** The literals of the built files, and the expressions that modules make of texts as they load. */
async function expressions() {
  const found = new Map();
  for (const file of globSync('packages/*/dist/**/*.js', { cwd: root })) {
    // The viewer's page runs in a browser. Its quadratic expressions are those of the library that reads Markdown.
    if (file.startsWith(join('packages', 'view', 'dist', 'page'))) continue;
    const text = readFileSync(new URL(file, root), 'utf8');
    const tokens = tokenizer(text, { ecmaVersion: 'latest', sourceType: 'module', allowHashBang: true });
    for (const { type, value } of tokens) {
      if (type === tokTypes.regexp) found.set(`/${value.pattern}/${value.flags}`, { file, ...value });
    }
  }
  for (const name of OF_CONSTANTS) found.delete(name);
  const constructed = await constructedExpressions();
  if (found.size === 0 || constructed.length === 0)
    throw new Error('Expected built packages: npm run build.');
  for (const made of constructed) found.set(`/${made.pattern}/${made.flags}`, made);
  return [...found.values()];
}

/** The expressions that the sources create by `new RegExp()` as they load, without those of their dependencies. */
async function constructedExpressions() {
  const made = [];
  const Native = globalThis.RegExp;
  globalThis.RegExp = class extends Native {
    constructor(pattern, flags = '') {
      super(pattern, flags);
      const [, file] = /\/(packages\/[^/]+\/src\/.+?\.ts):/.exec(new Error().stack.split('\n')[2]) ?? [];
      if (file) made.push({ file, pattern: this.source, flags });
    }
  };
  for (const file of globSync('packages/*/src/**/*.ts', { cwd: root })) {
    if (readFileSync(new URL(file, root), 'utf8').includes('new RegExp(')) await import(new URL(file, root));
  }
  globalThis.RegExp = Native;
  return made;
}

/** Texts that repeat the beginning of a match without its end. */
function hostileTexts(pattern) {
  const literals = pattern.replace(/\\[bBdDsSwW]|\[[^\]]*\]|\{[\d,]*\}|[\\^$.*+?()|]/g, '\0').split('\0');
  const words = [...new Set(literals)].filter((word) => word.length > 0).slice(0, 16);
  const single = ['a', '0', ' ', '"', '-', '.', '@', '\n'];
  const units = [
    ...single,
    ...words.slice(0, 6),
    ...words.slice(0, 2).flatMap((word) => [`${word}a`, `${word} `]),
  ];
  const prefixes = words.slice(0, 2);
  return [
    ...units.map((unit) => unit.repeat(SIZE / unit.length)),
    ...prefixes.flatMap((prefix) => ['a', ' '].map((unit) => prefix + unit.repeat(SIZE / unit.length))),
  ].map((text) => `${text}\0`);
}

const cpuMs = () => (process.threadCpuUsage ? process.threadCpuUsage().user / 1000 : performance.now());

/** The text of a finding, made as long as the others. */
function attackTexts({ pumps, suffix } = {}) {
  if (!pumps?.length) return [];
  const share = SIZE / pumps.length;
  const parts = pumps.map(({ prefix, pump }) => prefix + pump.repeat(Math.ceil(share / (pump.length || 1))));
  return [parts.join('') + suffix];
}

function time({ pattern, flags, attack }) {
  let slowest = 0;
  for (const text of [...hostileTexts(pattern), ...attackTexts(attack)]) {
    const start = cpuMs();
    if (flags.includes('g')) text.replace(new RegExp(pattern, flags), '');
    else new RegExp(pattern, flags).test(text);
    slowest = Math.max(slowest, cpuMs() - start);
    parentPort.postMessage('alive');
  }
  return slowest;
}

/** A thread hangs that reports nothing for so long, in ms of processor time: other processes have no part in it. */
const HANGS_MS = 10_000;

const processMs = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

/** The time of each expression; infinite for one that hangs. */
async function timed(all) {
  const times = [];
  while (times.length < all.length) {
    await timedUntilHang(all.slice(times.length), times);
    if (times.length < all.length) times.push(Number.POSITIVE_INFINITY);
  }
  return times;
}

/** Adds the times of all, or of those before the first that hangs. */
function timedUntilHang(left, times) {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL(import.meta.url), { workerData: left });
    let last = processMs();
    const watchdog = setInterval(() => {
      if (processMs() - last > HANGS_MS) worker.terminate();
    }, 500);
    worker.on('message', (ms) => {
      if (ms !== 'alive') times.push(ms);
      last = processMs();
    });
    worker.on('error', reject);
    worker.on('exit', () => {
      clearInterval(watchdog);
      resolve();
    });
  });
}

const KEPT = new URL('regexps.json', import.meta.url);
const SETTINGS = { timeout: 10_000, attackTimeout: 1000, randomSeed: 1 };

/** Whether an expression repeats a part; without repetition its time is linear. */
const canRepeat = ({ pattern }) => /[*+{]/.test(pattern);

/** The results of the analysis by the text of each expression; expressions without a stored result are analysed. */
async function analysed(all, kept) {
  const results = {};
  const queue = [...all];
  const next = async () => {
    for (let expression = queue.shift(); expression; expression = queue.shift()) {
      const text = textOf(expression);
      results[text] =
        kept[text] === 'safe' ? { status: 'safe' } : (kept[text] ?? (await analyse(expression)));
    }
  };
  await Promise.all(Array.from({ length: Math.min(4, availableParallelism()) }, next));
  return results;
}

async function analyse({ pattern, flags }) {
  const { status, checker, complexity, attack } = await check(pattern, flags, SETTINGS);
  if (status === 'safe') return { status };
  const { pumps, suffix } = attack ?? {};
  return { status, checker, summary: complexity?.summary, attack: pumps && { pumps, suffix } };
}

function write(results) {
  const sorted = Object.entries(results).sort(([a], [b]) => (a < b ? -1 : 1));
  const compact = sorted.map(([text, result]) => [text, result.status === 'safe' ? 'safe' : result]);
  writeFileSync(KEPT, `${JSON.stringify(Object.fromEntries(compact), undefined, 2)}\n`);
}

const textOf = ({ pattern, flags }) => `/${pattern}/${flags}`;

function faultsOf(expression, { status, checker, summary }, ms) {
  const text = textOf(expression);
  // If the analysis does not finish, only the measured time decides, as for findings that recheck makes by trial:
  // recheck measures wall-clock time, which a busy machine lengthens.
  const isKnown = status !== 'vulnerable' || checker === 'fuzz' || isExplained(text);
  return [
    ...(isKnown ? [] : [`${expression.file}: ${text} is ${summary}`]),
    ...(ms > MAX_MS ? [`${expression.file}: ${text} takes ${ms.toFixed(0)} ms for 1 MB`] : []),
  ];
}

const outdated = (all) =>
  EXPLAINED.filter((start) => !all.some((expression) => textOf(expression).startsWith(start)));

async function main() {
  const { values: options } = parseArgs({
    options: {
      all: { type: 'boolean', default: false },
      write: { type: 'boolean', default: false },
      times: { type: 'boolean', default: false },
    },
  });
  const found = await expressions();
  const all = found.filter(canRepeat);
  const results = await analysed(all, options.all ? {} : JSON.parse(readFileSync(KEPT, 'utf8')));
  if (options.all || options.write) write(results);
  const times = await timed(
    all.map((expression) => ({ ...expression, attack: results[textOf(expression)].attack })),
  );
  const wrong = [
    ...all.flatMap((expression, index) => faultsOf(expression, results[textOf(expression)], times[index])),
    ...outdated(all).map((start) => `No expression begins with ${start}: remove it from EXPLAINED.`),
  ];
  if (options.times) {
    for (const [index, expression] of all.entries()) {
      const text = textOf(expression);
      console.log(times[index].toFixed(0).padStart(6), results[text].status, text.slice(0, 100));
    }
  }
  for (const line of wrong) console.error(line.slice(0, 500));
  const undecided = Object.values(results).filter(
    ({ status, checker }) => status === 'unknown' || checker === 'fuzz',
  ).length;
  console.log(
    `${found.length} regular expressions, ${all.length} with repetition, ${undecided} decided by time alone`,
  );
  console.log(`${found.length - wrong.length} passed, ${wrong.length} failed`);
  process.exit(wrong.length > 0 ? 1 : 0);
}

if (isMainThread) await main();
else for (const expression of workerData) parentPort.postMessage(time(expression));
