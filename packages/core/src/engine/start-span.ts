/** The start of the span of a call or an operation. From here on the record's context holds its span. */
import { type Span, trace } from '@opentelemetry/api';
import type { AgentOperation } from '../model/agent-operation.ts';
import type { Call } from '../model/call.ts';
import { setSpanOf } from '../model/call-span.ts';
import { LinkedContext } from '../platform/linked-context.ts';
import type { EngineConfig } from './engine-config.ts';
import { report } from './guard.ts';

export function startSpan(engine: EngineConfig, record: Call | AgentOperation, start: () => Span): void {
  try {
    const span = start();
    setSpanOf(record, span);
    record.context = trace.setSpan(new LinkedContext(record.context), span);
  } catch (error) {
    report(engine, 'start', error);
  }
}
