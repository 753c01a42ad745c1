/** What stays of calls, in the heap after garbage collection. */
import {
  AUTO,
  appOf,
  exportTo,
  lastJson,
  mapped,
  round,
  run,
  startCollector,
  startVendor,
  table,
} from './rig.mjs';

const RESILIENT = {
  LLMTRACE_RETRY: 'true',
  LLMTRACE_RATE_LIMIT: '1000000',
  LLMTRACE_RATE_LIMIT_CONCURRENCY: '100',
};
const BUDGET = { LLMTRACE_BUDGET_USD: '1000000', LLMTRACE_BUDGET_KEY: 'model' };
const SCENES = [
  ['plain', 'plain calls', 20_000, {}],
  ['streamed', 'streamed calls', 20_000, {}],
  ['aborted', 'streams that are aborted', 5000, {}],
  ['broken', 'streams whose loop is left', 5000, {}],
  ['failing', 'calls that fail', 5000, {}],
  ['plain', 'plain calls, with retries and limits', 5000, RESILIENT],
  // 5,000 calls end before the heap is level: 205 bytes a call, and 15 of 25,000.
  ['aborted', 'streams that are aborted, with retries and limits', 25_000, RESILIENT],
  ['models', 'calls of distinct models', 100_000, {}],
  ['keys', 'calls of distinct keys of a budget', 100_000, BUDGET],
];
/** More than this, in bytes a call, over the second half is growth. A model and a key are what is kept on purpose. */
const MAX_A_CALL = { keys: 700, models: 700 };

export async function measure({ share, jobs }) {
  const vendor = await startVendor();
  const rowOf = async ([kind, title, count, env]) => {
    const collector = await startCollector();
    const options = {
      flags: ['--expose-gc'],
      args: [kind, count * share],
      timeout: 400_000,
      env: { OPENAI_BASE_URL: `${vendor.url}/v1`, ...env, ...exportTo(collector.url) },
    };
    const traced = lastJson(await run(appOf('leaks.mjs'), { ...options, flags: ['--expose-gc', ...AUTO] }));
    const bare = lastJson(await run(appOf('leaks.mjs'), options));
    collector.close();
    return { kind, title, ...traced, bare };
  };
  const rows = await mapped(SCENES, rowOf, jobs);
  vendor.close();
  return { rows };
}

const perCall = ({ half, late, calls }) => (late - half) / (calls * 0.4);

/** Of few calls, one array that grew is more than all that stays. */
export const problems = ({ rows }, { quick }) =>
  rows.flatMap((row) => {
    const over = perCall(row) - perCall(row.bare);
    return quick || over <= (MAX_A_CALL[row.kind] ?? 100)
      ? []
      : [`${row.title}: ${round(over)} bytes a call`];
  });

const MIB = 2 ** 20;

export const report = ({ rows }) =>
  table(
    [
      'calls',
      'how many',
      'heap after 20 %, MiB',
      'after 60 %',
      'after all',
      'bytes a call, last 40 %',
      'bare',
    ],
    rows.map((row) => [
      ...[row.title, row.calls.toLocaleString('en'), round(row.early / MIB, 1), round(row.half / MIB, 1)],
      ...[round(row.late / MIB, 1), round(perCall(row)), round(perCall(row.bare))],
    ]),
  );
