/**
 * The span of a call or an operation, on the record itself: where no span could be started, its context holds the
 * application's own. Nor is it in a map: one of short-lived calls, weak or not, costs the garbage collector as much as a
 * span.
 */
import type { Span } from '@opentelemetry/api';
import type { AgentOperation } from './agent-operation.ts';
import type { Call } from './call.ts';

const SPAN = Symbol('span');

type Recorded = Call | AgentOperation;
type Traced = Recorded & { [SPAN]?: Span };

export const spanOf = (record: Recorded): Span | undefined => (record as Traced)[SPAN];

export function setSpanOf(record: Recorded, span: Span): void {
  (record as Traced)[SPAN] = span;
}
