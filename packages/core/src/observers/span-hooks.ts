/**
 * The application's hooks on the span of a call, as OpenTelemetry's instrumentations have them. An error of a hook is
 * dropped, and logged once for each hook and message.
 */
import type { Attributes, DiagLogger, Span } from '@opentelemetry/api';
import type { Call, Observer } from '../model/call.ts';
import { spanOf } from '../model/call-span.ts';
import { shown } from '../options/rules.ts';
import { safeCallback } from '../platform/safe-callback.ts';

export interface SpanHooks {
  /** Returns attributes for the span of a call before it starts, so that a sampler sees them. */
  startSpanHook?: ((call: Readonly<Call>) => Attributes | undefined) | undefined;
  /** Runs when the span has started, before anything is sent. */
  requestHook?: ((span: Span, call: Readonly<Call>) => void) | undefined;
  /** Runs when the call has ended, with any outcome. The span has all its attributes and is still open. */
  responseHook?: ((span: Span, call: Readonly<Call>) => void) | undefined;
}

/** The names of all span hooks. */
const SPAN_HOOKS = ['startSpanHook', 'requestHook', 'responseHook'] as const satisfies (keyof SpanHooks)[];

/** @throws TypeError that names the first wrong hook. */
export function spanHooksOf(config: Readonly<SpanHooks>): Required<SpanHooks> {
  for (const name of SPAN_HOOKS) {
    const hook: unknown = config[name];
    if (hook !== undefined && typeof hook !== 'function')
      throw new TypeError(`Expected \`${name}\` to be a function, got ${shown(hook)}.`);
  }
  const { startSpanHook, requestHook, responseHook } = config;
  return { startSpanHook, requestHook, responseHook };
}

/** The hooks, with their errors caught. */
export function safeHooks(
  { startSpanHook, requestHook, responseHook }: SpanHooks,
  diag: DiagLogger,
): SpanHooks {
  return {
    startSpanHook: startSpanHook && safeCallback('the startSpanHook', startSpanHook, diag),
    requestHook: requestHook && safeCallback('the requestHook', requestHook, diag),
    responseHook: responseHook && safeCallback('the responseHook', responseHook, diag),
  };
}

/** Runs the `requestHook` of a call. */
export const requestHookObserver = (requestHook: NonNullable<SpanHooks['requestHook']>): Observer => ({
  start(call) {
    const span = spanOf(call);
    if (span) requestHook(span, call);
  },
});
