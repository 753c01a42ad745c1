/**
 * The span of a call or an operation, kept on the record. It is not read from the record's context, which holds the
 * application's span if no span could be started. A map of short-lived calls, weak or not, would cost the garbage
 * collector as much as a span.
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
