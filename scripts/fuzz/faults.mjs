// What would be wrong with llmtrace, each put into it on purpose: the fuzzer must find it. `npm run test:fuzz --
// --self-test` shows that each of its oracles can fail.
import { trace } from '@opentelemetry/api';
import { MARKER } from './bodies.mjs';

const attribute = (key, value) => ({
  observers: [{ start: ({ context }) => void trace.getSpan(context)?.setAttribute(key, value) }],
});
const atEnd = (end) => ({ observers: [{ end }] });

/** Longer than a play may block, in ms, by far. */
const BLOCK = 150;
function block() {
  const { user, system } = process.cpuUsage();
  const until = user + system + BLOCK * 1000;
  for (let used = 0; used < until; ) {
    const now = process.cpuUsage();
    used = now.user + now.system;
  }
}

const kept = [];

/** By name: the configuration that has the fault, and what the fuzzer must find. */
export const FAULTS = {
  'another answer': {
    config: { interceptors: [async () => Response.json({ changed: true })] },
    found: /^seen differs/,
  },
  'another request': {
    config: {
      interceptors: [
        async (_call, next) => {
          await next().catch(() => {});
          return next();
        },
      ],
    },
    found: /^(?:seen|requests) differs/,
  },
  'a call that never ends': {
    config: { interceptors: [() => new Promise(() => {})] },
    found: /^seen differs[\s\S]*hung/,
  },
  'a process that ends': { config: atEnd(() => process.exit(0)), found: /^died differs/ },
  'an unhandled rejection': {
    config: atEnd(() => void Promise.reject(new Error('a fault'))),
    found: /^noise differs[\s\S]*unhandledRejection/,
  },
  'a blocked event loop': { config: atEnd(block), found: /the event loop was blocked/ },
  'memory that grows': {
    config: atEnd(() => void kept.push(Buffer.alloc(4 * 2 ** 20))),
    found: /memory grows/,
  },
  'a count that is no number': {
    config: attribute('llmtrace.fault', Number.NaN),
    found: /llmtrace\.fault is NaN/,
  },
  'a text of any length': {
    config: attribute('llmtrace.fault', 'x'.repeat(3000)),
    found: /llmtrace\.fault has 3000 characters/,
  },
  'content where none is captured': {
    config: attribute('llmtrace.fault', MARKER),
    found: /content in spans/,
  },
  'a call without a span': { config: { enabled: false }, found: /no call was traced/ },
};

/** A profile of `traced.mjs` that has this fault. */
export const profileOf = (fault) => `fault: ${fault}`;

/** The fault of a profile, if it has one. */
export const faultOf = (profile) => FAULTS[profile.replace(/^fault: /, '')];
