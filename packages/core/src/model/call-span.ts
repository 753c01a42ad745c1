/**
 * The span of a call, on the call itself: where no span could be started, the call's context holds the application's own.
 * Nor is it in a map: one of short-lived calls, weak or not, costs the garbage collector as much as a span.
 */
import type { Span } from '@opentelemetry/api';
import type { Call } from './call.ts';

const SPAN = Symbol('span');

type Traced = Call & { [SPAN]?: Span };

export const spanOf = (call: Call): Span | undefined => (call as Traced)[SPAN];

export function setSpanOf(call: Call, span: Span): void {
  (call as Traced)[SPAN] = span;
}
