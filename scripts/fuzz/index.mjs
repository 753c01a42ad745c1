// Fuzzing: `npm run test:fuzz -- [--seed N] [--minutes N] [--only TEXT] [--path PATH] [--self-test]`. Applications with llmtrace and
// without it make the same calls of servers that answer anything; both must see the same, and telemetry must be sane.
// A failing run prints its seed and what failed; kept in `fuzz/regressions.json`, it is always run first.
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { compareSuite } from './compare.mjs';
import { FAULTS, profileOf } from './faults.mjs';
import { PURE, pureSuite } from './pure.mjs';
import { VENDORS } from './vendors.mjs';

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    minutes: { type: 'string', default: '2' },
    only: { type: 'string', default: '' },
    path: { type: 'string' },
    'self-test': { type: 'boolean', default: false },
  },
});

const seed = Number(values.seed ?? Date.now() % 2 ** 31) | 0;
const minutes = Number(values.minutes);
if (!(minutes > 0)) throw new TypeError(`Expected --minutes to be a positive number, got ${values.minutes}.`);

/** The ways in which llmtrace is configured: `profile` of `fuzz/traced.mjs`, in turn with the formats of an SDK. */
const PROFILES = ['plain', 'limits', 'latest', 'shared', 'content'];
const FORMATS = ['cjs', 'esm'];
/** How long the applications of one suite are used, in ms: they are started anew then, with the next profile. */
const SLICE = 12_000;
/** Suites without a server are fast: so much of the time is theirs. */
const PURE_PART = 0.12;

const regressions = JSON.parse(readFileSync(new URL('regressions.json', import.meta.url), 'utf8'));
const wanted = (suite) => suite.includes(values.only);

let passed = 0;
let failed = 0;
let unsteady = 0;

/** Prints what failed, so that it can be repeated, and kept. */
function tell(suite, { counterexample, counterexamplePath, errorInstance, seed: failing }) {
  const example = JSON.stringify(counterexample?.[0]) ?? 'undefined';
  console.log(`  FAILED: ${errorInstance?.message ?? errorInstance ?? 'no reason'}`);
  const kept = { suite, seed: failing, path: counterexamplePath };
  if (example.length <= 4000) kept.example = counterexample?.[0];
  console.log(`  keep: ${JSON.stringify(kept)}`);
}

function judge(suite, { run, counts, memory }) {
  // Interrupted before its first play, it has not failed.
  const hasFailed = run.failed && run.errorInstance != null;
  const isFine = !hasFailed && memory?.failed !== true;
  const grown = memory ? `, ${Math.round(memory.bytes / 1024)} KiB more retained` : '';
  console.log(`${suite} (seed ${run.seed}): ${counts.plays} plays${grown}${isFine ? '' : ': failed'}`);
  if (hasFailed) tell(suite, run);
  if (memory?.failed) console.log('  FAILED: memory grows');
  unsteady += counts.unsteady;
  passed += Math.max(0, counts.plays - (isFine ? 0 : 1));
  failed += isFine ? 0 : 1;
}

async function run(suite, options) {
  const [vendor, profile, format] = suite.split('/');
  const common = { seed, examples: [], ...options };
  const result = PURE[vendor]
    ? await pureSuite({ name: vendor, ...common })
    : await compareSuite({ vendor, profile, format, ...common });
  judge(suite, result);
}

/** Whether the fuzzer finds each fault that is put into llmtrace on purpose. */
async function runSelfTest() {
  const options = {
    vendor: 'openai',
    format: 'cjs',
    seed: 1,
    examples: [],
    plays: 24,
    attempts: 2,
    ms: 60_000,
  };
  for (const [fault, { found }] of Object.entries(FAULTS)) {
    const { run, memory } = await compareSuite({ ...options, profile: profileOf(fault) });
    const what = memory?.failed ? 'memory grows' : (run.errorInstance?.message ?? 'nothing');
    const isFound = found.test(what);
    console.log(`self-test: ${fault}: ${isFound ? 'found' : `NOT FOUND, but ${what}`}`);
    passed += isFound ? 1 : 0;
    failed += isFound ? 0 : 1;
  }
}

/** Plays what failed once: those of one suite in the same applications. */
async function runRegressions() {
  const bySuite = Map.groupBy(regressions, ({ suite }) => suite);
  for (const [suite, kept] of bySuite) {
    if (!wanted(suite)) continue;
    const examples = kept.filter(({ example }) => example !== undefined).map(({ example }) => example);
    // It is stopped by the time only: examples come first.
    if (examples.length > 0) await run(suite, { examples, ms: 3000 });
    for (const { seed, path, example } of kept)
      if (example === undefined) await run(suite, { seed, path, ms: 20_000 });
  }
}

/** Each round has the next profile and format of each vendor, and the next seed. */
async function runRounds(end) {
  const pure = Object.keys(PURE).filter(wanted);
  for (const name of pure)
    await run(name, { ms: Math.max(500, (minutes * 60_000 * PURE_PART) / Object.keys(PURE).length) });
  const suitesOf = (round) =>
    Object.keys(VENDORS).map((vendor, index) => {
      const turn = round + index;
      return `${vendor}/${PROFILES[turn % PROFILES.length]}/${FORMATS[(turn + Math.floor(turn / 5)) % 2]}`;
    });
  for (let round = 0; Date.now() < end; round++) {
    const suites = suitesOf(round + Math.abs(seed)).filter(wanted);
    if (suites.length === 0) return;
    for (const suite of suites) {
      const left = end - Date.now();
      if (left > 1000) await run(suite, { seed: (seed + round) | 0, ms: Math.min(SLICE, left) });
    }
  }
}

if (values.path) {
  await run(values.only, { path: values.path, ms: 60_000 });
} else {
  const end = Date.now() + minutes * 60_000;
  if (values['self-test']) await runSelfTest();
  await runRegressions();
  await runRounds(end);
}
if (unsteady > 0) console.log(`${unsteady} plays agreed only when they were played again`);
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed > 0 || passed === 0 ? 1 : 0);
