/**
 * Hooks of the application with the span of a call, as instrumentations of OpenTelemetry have them. An error of a hook is
 * logged, once a hook and message, and dropped.
 */
import type { Attributes, DiagLogger, Span } from '@opentelemetry/api';
import type { Call, Observer } from '../model/call.ts';
import { spanOf } from '../model/call-span.ts';
import { shown } from '../options/rules.ts';

export interface SpanHooks {
  /** Returns attributes for the span of a call before it starts, so that a sampler sees them. */
  startSpanHook?: ((call: Readonly<Call>) => Attributes | undefined) | undefined;
  /** Runs when the span has started, before anything is sent. */
  requestHook?: ((span: Span, call: Readonly<Call>) => void) | undefined;
  /** Runs when the call has ended, however it did: the span has all its attributes, and is still open. */
  responseHook?: ((span: Span, call: Readonly<Call>) => void) | undefined;
}

/** The names of all hooks with a span. */
export const SPAN_HOOKS = [
  'startSpanHook',
  'requestHook',
  'responseHook',
] as const satisfies (keyof SpanHooks)[];

/** @throws TypeError that names the first wrong one. */
export function spanHooksOf(given: Readonly<SpanHooks>): Required<SpanHooks> {
  for (const name of SPAN_HOOKS) {
    const hook: unknown = given[name];
    if (hook !== undefined && typeof hook !== 'function')
      throw new TypeError(`Expected \`${name}\` to be a function, got ${shown(hook)}.`);
  }
  const { startSpanHook, requestHook, responseHook } = given;
  return { startSpanHook, requestHook, responseHook };
}

/** The hooks, none of which fails. */
export function safeHooks(hooks: SpanHooks, diag: DiagLogger): SpanHooks {
  return {
    startSpanHook: safe('startSpanHook', hooks.startSpanHook, diag),
    requestHook: safe('requestHook', hooks.requestHook, diag),
    responseHook: safe('responseHook', hooks.responseHook, diag),
  };
}

const MAX_REPORTS = 100;

function safe<A extends unknown[], R>(
  name: string,
  hook: ((...args: A) => R) | undefined,
  diag: DiagLogger,
): ((...args: A) => R | undefined) | undefined {
  if (!hook) return undefined;
  const reported = new Set<string>();
  const report = (error: unknown): undefined => {
    const cause = String(error);
    if (reported.has(cause) || reported.size >= MAX_REPORTS) return;
    reported.add(cause);
    try {
      diag.error(`the ${name} failed; the call goes on without what it would have set`, error);
    } catch {} // the application's own logger failed
  };
  return (...args) => {
    try {
      const result = hook(...args);
      if (!isThenable(result)) return result;
      result.then(undefined, report); // a rejection that nothing handles would end the process
      return undefined;
    } catch (error) {
      return report(error);
    }
  };
}

const isThenable = (value: unknown): value is PromiseLike<unknown> =>
  typeof (value as Partial<PromiseLike<unknown>> | null | undefined)?.then === 'function';

/** Runs the hook that gets the span when it has started. */
export const requestHookObserver = (requestHook: NonNullable<SpanHooks['requestHook']>): Observer => ({
  start(call) {
    const span = spanOf(call);
    if (span) requestHook(span, call);
  },
});
