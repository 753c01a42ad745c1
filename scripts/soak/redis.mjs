/** Redis that is killed, paused or full while processes share a limit over it. */
import { expectWithin, runTroop, startWitness } from '../../packages/redis/test/processes.ts';
import { installed, startRedis } from '../../packages/redis/test/server.ts';
import { headOf, table, warningsOf } from './rig.mjs';

const PROCESSES = 2;
const CALLS = 30;
const RATE = 10;
const BURST = 10;
/** So many may go beyond the limit while the processes do not know of each other: each process' share of a burst. */
const ALLOWANCE = PROCESSES * 4;

async function fill(redis) {
  await redis.ask('CONFIG SET maxmemory-policy noeviction');
  await redis.ask('CONFIG SET maxmemory 1');
}

const FAULTS = {
  none: () => {},
  'killed, and started again after 2 s': async (redis) => {
    await redis.kill();
    setTimeout(() => redis.restart(), 2000);
  },
  'killed for good': (redis) => redis.kill(),
  'paused for 2 s': (redis) => {
    redis.pause();
    setTimeout(() => redis.resume(), 2000);
  },
  'full (`maxmemory`)': fill,
};

export async function measure() {
  if (!installed) return { rows: [] };
  const rows = [];
  for (const [title, fault] of Object.entries(FAULTS)) rows.push(await rowOf(title, fault));
  return { server: installed, rows };
}

async function rowOf(title, fault) {
  const redis = await startRedis();
  const witness = await startWitness();
  const troop = runTroop({
    count: PROCESSES,
    calls: CALLS,
    env: {
      LLMTRACE_REDIS_URL: redis.url,
      LLMTRACE_RATE_LIMIT: String(RATE),
      LLMTRACE_RATE_LIMIT_BURST: String(BURST),
      OPENAI_BASE_URL: witness.url,
    },
  });
  // Begins when the first calls of the limit have gone out.
  const begun = async () => {
    while (witness.requests.length < BURST) await new Promise((resolve) => setTimeout(resolve, 20));
    await fault(redis);
  };
  const [{ ends, stderr, codes }] = await Promise.all([troop, begun()]);
  const verdict = holds(witness);
  await witness.close();
  redis.resume();
  await redis.close();
  return {
    ...{
      title,
      calls: PROCESSES * CALLS,
      answered: ends.filter((end) => end === 'answered').length,
      codes,
      verdict,
    },
    outages: stderr.map((text) => warningsOf(text).filter((warning) => OUTAGE.test(warning)).length),
    said: merged(stderr.flatMap(warningsOf).map(headOf)),
  };
}

const OUTAGE = /out of reach \(([^)]*)\)/;

/** Each warning once. Each process names the error that it saw of the same outage. */
function merged(warnings) {
  const errors = new Map();
  for (const warning of warnings) {
    const [, error] = OUTAGE.exec(warning) ?? [];
    const text = error === undefined ? warning : warning.replace(`(${error})`, '(ERRORS)');
    errors.set(text, (errors.get(text) ?? new Set()).add(error));
  }
  return [...errors].map(([text, seen]) => text.replace('ERRORS', [...seen].join(' or ')));
}

function holds({ requests, lateness }) {
  try {
    expectWithin(requests, RATE, BURST + ALLOWANCE, lateness());
    return 'yes';
  } catch ({ message }) {
    return message;
  }
}

export const problems = ({ rows }) =>
  rows.flatMap(({ title, calls, answered, verdict, outages }) => [
    ...(answered === calls ? [] : [`Redis ${title}: ${answered} of ${calls} answered`]),
    ...(outages.every((count) => count <= 1) ? [] : [`Redis ${title}: a process warned of one outage twice`]),
    ...(verdict === 'yes' ? [] : [`Redis ${title}: ${verdict}`]),
  ]);

export const report = ({ rows }) =>
  rows.length === 0
    ? 'No Redis or Valkey was installed where this was run.'
    : table(
        ['Redis is', 'calls', 'answered', 'the limit held', 'stderr'],
        rows.map(({ title, calls, answered, verdict, said }) => [
          title,
          calls,
          answered,
          verdict,
          said.join('; ') || '–',
        ]),
      );
