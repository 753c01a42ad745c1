// llmtrace in an application that is fuzzed: all that it emits stays in memory, and is examined after each play.

import { setTimeout as delay } from 'node:timers/promises';
import { llmtraceInstrumentations } from '@llmtrace/auto/instrumentations';
import { prometheusObserver } from '@llmtrace/prometheus';
import { redisLimits } from '@llmtrace/redis';
import { createTelemetry, recordDiag } from '@llmtrace/test-fixtures/telemetry';
import { DiagLogLevel } from '@opentelemetry/api';
import { logs } from '@opentelemetry/api-logs';
import { faultOf } from './faults.mjs';
import { revived } from './odd.mjs';
import { faultsOf } from './sane.mjs';

/** So long a span may take to end once its call has, in ms: some end when garbage is collected. */
const ENDS_WITHIN = 1500;

/** Limits that are never reached, by calls of 10^9 tokens and 10^6 USD either: with them, each call takes the way of interceptors. */
const UNREACHED = {
  rateLimit: { requestsPerMinute: 1e9, tokensPerMinute: 1e15, concurrency: 1e6 },
  budget: { usd: 1e15 },
};

/** What Redis answers in the play, to any question. */
let redisAnswer;
const fakeRedis = {
  evalSha: async () => {
    if (redisAnswer?.$reject !== undefined) throw revived(redisAnswer.$reject);
    return revived(redisAnswer);
  },
  eval: async () => revived(redisAnswer),
};

/** By the name that the parent chooses: each must leave the application as it is. */
const PROFILES = {
  plain: () => ({}),
  latest: () => ({ semconv: 'dup', costSemconv: 'langfuse', tokenModality: true, exceptionsOnSpans: true }),
  limits: () => UNREACHED,
  shared: () => ({ ...UNREACHED, sharedLimits: redisLimits(fakeRedis) }),
  content: () => ({
    content: { capture: 'SPAN_AND_EVENT', redact: ['keys', 'emails', 'cards'] },
  }),
};

/** What llmtrace writes beside telemetry: log events, log lines, and warnings. */
function recorded() {
  const records = { events: [], lines: [] };
  const logger = { emit: (event) => void records.events.push(event), enabled: () => true };
  logs.setGlobalLoggerProvider({ getLogger: () => logger });
  const write = (...args) => void records.lines.push(args);
  const lineLogger = { trace: write, debug: write, info: write, warn: write, error: write, fatal: write };
  return { records, lineLogger };
}

/** Switches llmtrace on. Each play begins with `begin`, and `end` gives the faults of what it emitted. */
export async function trace(profile) {
  const { records, lineLogger } = recorded();
  const diag = recordDiag(DiagLogLevel.WARN);
  const telemetry = createTelemetry();
  const prometheus = prometheusObserver();
  const { observers = [], ...options } = faultOf(profile)?.config ?? PROFILES[profile]();
  const config = { ...options, log: { logger: lineLogger }, observers: [prometheus, ...observers] };
  for (const instrumentation of llmtraceInstrumentations(config)) telemetry.install(instrumentation);
  return {
    async begin(play) {
      redisAnswer = play.redis;
      records.events.length = 0;
      records.lines.length = 0;
      diag.lines.length = 0;
      await telemetry.reset();
    },
    async end(play) {
      await allEnded(telemetry);
      const emitted = {
        spans: telemetry.spans(),
        started: telemetry.started(),
        metrics: await telemetry.metrics(),
        diag: diag.lines,
        ...records,
      };
      const faults = faultsOf(emitted, { play, capturesContent: profile === 'content' });
      return { telemetry: faults, calls: emitted.started };
    },
  };
}

async function allEnded(telemetry) {
  const bound = Date.now() + ENDS_WITHIN;
  while (telemetry.spans().length < telemetry.started() && Date.now() < bound) {
    globalThis.gc();
    await delay(10);
  }
}
