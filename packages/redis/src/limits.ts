/** Limits and budgets that all processes with the same Redis and the same prefix of keys share. */
import { createHash, randomUUID } from 'node:crypto';
import type { SharedLimits } from '@llmtrace/core';
import {
  type Ask,
  checkRedisOptions,
  type RedisLimitsOptions,
  type Settlement,
  type SharedLimit,
  type Spending,
  type Spent,
  type Taken,
  type UsageField,
  type WindowRule,
  warnOnce,
} from '@llmtrace/core/internal';
import { context, createContextKey } from '@opentelemetry/api';
import { type RedisClient, type RunScript, runnerOf, scriptOf, stateOf } from './client.ts';
import { LEASE, PING, SETTLE, SPEND, TAKE } from './scripts.ts';
import { totalsIn } from './totals.ts';
import { type Connector, connectorOf } from './url-connection.ts';

const DEFAULTS = { prefix: 'llmtrace', timeout: 50, fallback: 'local', processes: 1, usage: [] } as const;

const take = scriptOf(TAKE);
const settle = scriptOf(SETTLE);
const spend = scriptOf(SPEND);
const ping = scriptOf(PING);

/**
 * Keeps limits and budgets in Redis or Valkey:
 * `new OpenAIInstrumentation({ rateLimit, sharedLimits: redisLimits(…) })`.
 *
 * @param redis a connected client of `redis` or `ioredis` (also of a cluster), which llmtrace never closes; or a URL,
 * to which llmtrace connects at the first use. That connection keeps no process alive.
 * @throws TypeError for a value that is neither a client nor a URL, and for a wrong option.
 */
export function redisLimits(redis: RedisClient | string, options: RedisLimitsOptions = {}): SharedLimits {
  const { prefix, timeout, fallback, processes, usage } = {
    ...DEFAULTS,
    ...defined(checkRedisOptions(options)),
  };
  const access = accessTo(redis);
  const [run, probe] = [untraced(access.run), untraced(access.probe)];
  const process = randomUUID();
  const keyOf = (name: string): string => `${prefix}:{${tagOf(name)}}`;
  const limitOf = (name: string): string[] => {
    const key = keyOf(name);
    return [key, `${key}:running`, `${key}:processes`];
  };
  const countProcesses = async (by: RunScript): Promise<number> =>
    finite(await by(ping, [`${prefix}:processes`], [process]));
  return {
    timeout,
    fallback,
    processes,
    lease: LEASE,
    async open() {
      const by = access.isOwn ? run : probe; // a client of the application would queue it while it connects
      const [processes] = await Promise.all([
        countProcesses(by),
        ...[take, settle, spend].map((script) => by(script, [], [])),
      ]);
      return processes;
    },
    ping: () => countProcesses(probe),
    take: async (name, ask) => takenOf(await run(take, limitOf(name), askOf(process, ask)), ask),
    settle: (name, settlement) => run(settle, limitOf(name), settlementOf(process, settlement)),
    async spend(name, spending) {
      const [key] = limitOf(name) as [string];
      return spentOf(
        await run(spend, [key, `${key}:processes`, `${key}:reserved`], spendingOf(process, spending)),
      );
    },
    ...(usage.length > 0 && { totals: totalsIn(prefix, [...new Set(usage as readonly UsageField[])], run) }),
  };
}

/** The key by which OpenTelemetry's SDK marks a context in which instrumentations create no spans. */
const SUPPRESSED = createContextKey('OpenTelemetry SDK Context Key SUPPRESS_TRACING');

/** The application does not send these commands, so an instrumentation of Redis must create no spans for them. */
const untraced =
  (run: RunScript): RunScript =>
  (...command) =>
    context.with(context.active().setValue(SUPPRESSED, true), () => run(...command));

/** The options, without those that are undefined: a default must apply in their place. */
const defined = (options: RedisLimitsOptions): { [name in keyof RedisLimitsOptions]: never } =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));

interface Access extends Connector {
  /** True for a connection that llmtrace made, false for a client of the application. */
  readonly isOwn: boolean;
}

function accessTo(redis: RedisClient | string): Access {
  if (typeof redis === 'string') return lazily(redis);
  const run = runnerOf(redis);
  if (run)
    return {
      run: guarded(redis, run, ['away']),
      probe: guarded(redis, run, ['away', 'connecting']),
      isOwn: false,
    };
  throw new TypeError('Expected `redisLimits` to be given a client of `redis` or `ioredis`, or a URL.');
}

/**
 * Refuses commands while the client is in one of the states of `refused`. A client without a connection queues each
 * command until it connects: calls at the start may wait for that, but probes would pile up in the queue.
 */
function guarded(client: RedisClient, run: RunScript, refused: readonly string[]): RunScript {
  return async (...command) => {
    if (refused.includes(stateOf(client)))
      throw Object.assign(new Error('not connected'), { code: 'not connected' });
    return run(...command);
  };
}

/** Loads the package of a client at the first use; {@link Connector} connects then, too. */
function lazily(url: string): Access {
  let connector: Connector | undefined;
  const known = (): Connector => {
    connector ??= connectorOf(url) ?? missing();
    return connector;
  };
  return {
    run: (...command) => known().run(...command),
    probe: (...command) => known().probe(...command),
    isOwn: true,
  };
}

function missing(): Connector {
  warnOnce('shared limits need the package `redis` or `ioredis`, and neither is installed');
  const run: RunScript = async () => {
    throw Object.assign(new Error(), { code: 'no client' });
  };
  return { run, probe: run };
}

/** The longest name that is part of a key as it is; a longer one is hashed. */
const MAX_NAME = 200;

/** The hash tag of all keys of a limit. It contains no brace, which would end the tag, and has a bounded length. */
function tagOf(name: string): string {
  const tag = name.replace(/[{}%]/g, encodeURIComponent);
  return tag.length <= MAX_NAME ? tag : createHash('sha256').update(name).digest('hex');
}

/** The first arguments of the scripts `TAKE` and `SETTLE`, as `LOAD` in scripts.ts reads them. */
const headOf = (process: string, memory: string, { buckets, concurrency }: SharedLimit): string[] => [
  process,
  memory,
  String(buckets.length),
  String(concurrency),
  ...buckets.flatMap(({ rate, burst }) => [String(rate), String(burst)]),
];

let memories = 0;

function askOf(process: string, ask: Ask): string[] {
  const { memory, returning, announcing, processes, calls, levels } = ask;
  return [
    ...headOf(process, `${process}:${++memories}`, ask), // the name of a new memory, if Redis has none
    memory,
    returning ? '1' : '0',
    announcing ? '1' : '0',
    String(processes),
    String(calls.length),
    ...levels.map((level) => (level === Infinity ? '' : String(level))),
    ...calls.flatMap(({ maxWait, lease, amounts }) => [
      String(maxWait),
      String(lease),
      ...amounts.map(String),
    ]),
  ];
}

/** @throws TypeError for a reply that no script of llmtrace returns; the store then counts as unreachable. */
function takenOf(reply: unknown, { buckets, calls }: Ask): Taken {
  const [full, ahead, memory, processes, , ...rest] = listOf(reply);
  const numbers = rest.map(finite);
  const [levels, waits] = [numbers.slice(0, buckets.length), numbers.slice(buckets.length)];
  if (levels.length < buckets.length || waits.length > calls.length) throw unexpected();
  return {
    full: finite(full) === 1,
    ahead: finite(ahead),
    memory: String(memory),
    processes: finite(processes),
    levels,
    waits,
  };
}

const unexpected = (): TypeError => new TypeError('Expected Redis to answer with finite numbers.');

function listOf(reply: unknown): unknown[] {
  if (Array.isArray(reply)) return reply;
  throw unexpected();
}

function finite(value: unknown): number {
  const number = typeof value === 'string' || typeof value === 'number' ? Number(value) : Number.NaN;
  if (!Number.isFinite(number)) throw unexpected();
  return number;
}

const settlementOf = (process: string, settlement: Settlement): string[] => [
  ...headOf(process, `${process}:${++memories}`, settlement),
  String(settlement.pause),
  String(settlement.ended.length),
  String(settlement.running.length),
  ...settlement.amounts.map(String),
  ...settlement.ended.map(String),
  ...settlement.running.map(String),
];

/** The amount that stands for "no budget" in Redis, which reads no infinity: calls cannot spend so much. */
const NO_BUDGET = 1e18;

function spendingOf(process: string, { usd, tokens, window, known, pending, asking }: Spending): string[] {
  const { expected = NOTHING, budget = NOTHING } = asking ?? {};
  const asks = asking ? (asking.always ? 2 : 1) : 0;
  const amounts = [
    [usd, tokens],
    [known?.window ?? -1, known?.usd ?? 0, known?.tokens ?? 0],
    [pending.usd, pending.tokens],
    [expected.usd, expected.tokens],
    [budget.usd, budget.tokens].map((amount) => (amount === Infinity ? NO_BUDGET : amount)),
  ];
  return [process, ...amounts.flat().map(String), String(asks), window.kind, ...ruleOf(window).map(String)];
}

const NOTHING = { usd: 0, tokens: 0 };

function ruleOf(window: WindowRule): number[] {
  if (window.kind === 'rolling') return [window.length];
  if (window.kind === 'fixed') return [window.length, window.offset];
  return window.periods.flatMap(({ start, end }) => [start, end]);
}

function spentOf(reply: unknown): Spent {
  const numbers = listOf(reply).map(finite);
  if (numbers.length < 8) throw unexpected();
  const [usd, tokens, window, left, processes, othersUsd, othersTokens, granted] = numbers as [
    ...[number, number, number, number],
    ...[number, number, number, number],
  ];
  const reserved = { usd: othersUsd, tokens: othersTokens };
  return { usd, tokens, window, left, processes, reserved, granted: granted === 1 };
}
