/** The usage of model calls that only a framework sees: each sum is a record as of a call, which has no span. */
import type { AgentOperation } from '../../model/agent-operation.ts';
import type { Call } from '../../model/call.ts';
import type { ModelUsage } from '../../model/operations.ts';
import type { EngineConfig } from '../engine-config.ts';
import { guard } from '../guard.ts';

/** Prices each sum, and notifies the observers. The operation is still open, so that the runs around it count the sums. */
export function recordUsage(
  engine: EngineConfig,
  operation: AgentOperation,
  sums: readonly ModelUsage[],
  now: number,
): void {
  const records = sums.map((sum) => recordOf(engine, operation, sum, now));
  Object.assign(operation, { usage: records });
  for (const record of records) {
    if (engine.isPriced) record.cost = guard(engine, 'end', () => engine.priceOf(record));
    for (const observer of engine.observers) guard(engine, 'end', () => observer.usage?.(record, operation));
  }
}

function recordOf(
  { attribution, isPriced }: EngineConfig,
  { context, subject, startTime }: AgentOperation,
  { provider, model, modelCalls, usage, isWhole }: ModelUsage,
  now: number,
): Call {
  const { conversationId: conversation } = subject;
  return {
    provider,
    operation: 'invoke_agent',
    apiType: undefined,
    server: undefined,
    priceProvider: provider,
    request: {},
    attributes: attribution.of(context, conversation === undefined ? undefined : { conversation }),
    modelCalls,
    startTime,
    attempts: 0,
    attemptTime: startTime,
    response: { model, usage },
    chunks: 0,
    firstChunkTime: undefined,
    lastChunkTime: undefined,
    activeTime: now,
    outcome: isWhole ? 'completed' : 'abandoned',
    error: undefined,
    endTime: now,
    cost: undefined,
    ...(isPriced ? {} : { isFree: true }),
    context,
  };
}
