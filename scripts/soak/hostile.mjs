/** Answers that no vendor sends: the time and the memory that they take over the bare SDK. */
import { HOSTILE, STREAMED_HOSTILE } from './answers.mjs';
import {
  AUTO,
  appOf,
  exportTo,
  headOf,
  lastJson,
  mapped,
  round,
  run,
  startCollector,
  startVendor,
  table,
  warningsOf,
} from './rig.mjs';

const TIMES = 5;
/** The exit waits for what was recorded, so that what warns is the answer. */
const LIMITED = {
  LLMTRACE_EXIT_TIMEOUT_MS: '60000',
  LLMTRACE_RATE_LIMIT_TOKENS_PER_MINUTE: '1000000',
  LLMTRACE_BUDGET_USD: '1000',
};
const ENV = { 'an endless 503': { LLMTRACE_RETRY: 'true' } };

export async function measure({ jobs }) {
  const vendor = await startVendor();
  const rowOf = async (name) => {
    const collector = await startCollector();
    const times = name === 'an endless 503' ? 1 : TIMES;
    const options = {
      args: [name, name === STREAMED_HOSTILE, times],
      env: { OPENAI_BASE_URL: `${vendor.url}/v1`, ...exportTo(collector.url) },
    };
    const bare = await run(appOf('hostile.mjs'), options);
    const env = { ...options.env, ...LIMITED, ...ENV[name] };
    const traced = await run(appOf('hostile.mjs'), { ...options, flags: AUTO, env });
    collector.close();
    return {
      name,
      bare: summary(bare),
      traced: summary(traced),
      said: warningsOf(traced.stderr),
      spans: collector.ids.size,
    };
  };
  const rows = await mapped(Object.keys(HOSTILE), rowOf, jobs);
  vendor.close();
  return { rows };
}

function summary(result) {
  const { results, after } = lastJson(result);
  const sorted = results.map(({ ms }) => ms).sort((a, b) => a - b);
  return { ms: sorted[Math.floor(sorted.length / 2)], outcome: results[0].outcome, after, peak: result.peak };
}

/** Wide: what was wrong took seconds. */
const MAX_OVER_MS = 500;
/** With retries, an attempt costs what that of the bare SDK does. */
const MAX_ATTEMPTS = 3;
const MAX_OVER_MIB = 200;
/** Of a body as large as this, in MiB, much of the peak is garbage, of which each run has another amount. */
const MUCH_MIB = 500;

export const problems = ({ rows }) =>
  rows.flatMap(({ name, bare, traced }) => [
    ...(bare.outcome === traced.outcome ? [] : [`${name}: ${traced.outcome}, bare ${bare.outcome}`]),
    ...(bare.after === traced.after ? [] : [`after ${name}: ${traced.after}, bare ${bare.after}`]),
    ...(traced.ms - bare.ms < Math.max(MAX_OVER_MS, MAX_ATTEMPTS * bare.ms)
      ? []
      : [`${name}: ${round(traced.ms - bare.ms)} ms over bare`]),
    ...(traced.peak - bare.peak < Math.max(MAX_OVER_MIB, bare.peak > MUCH_MIB ? bare.peak / 2 : 0)
      ? []
      : [`${name}: ${round(traced.peak - bare.peak)} MiB over bare`]),
  ]);

export const report = ({ rows }) =>
  table(
    ['answer', 'the application gets', 'a call, ms of processor time', 'bare', 'peak, MiB', 'bare', 'stderr'],
    rows.map(({ name, bare, traced, said }) => [
      ...[
        name,
        bare.outcome === traced.outcome
          ? `${bare.outcome}, as bare`
          : `**${traced.outcome}**, bare ${bare.outcome}`,
      ],
      ...[
        round(traced.ms, 1),
        round(bare.ms, 1),
        round(traced.peak),
        round(bare.peak),
        said.map(headOf).join('; ') || '–',
      ],
    ]),
  );
