/**
 * Adds each call that ends to the runs of agents and workflows around it. Spans could not be summed: a sampler drops some
 * of them, and a span of an agent that is left out of the sample has none beneath.
 */
import { isRefusal } from '../errors/llmtrace-error.ts';
import { operationOf, type RollUp, runsOf } from '../model/agent-operation.ts';
import type { Call, Observer } from '../model/call.ts';

export const rollUpObserver: Observer = {
  end(call) {
    const operation = operationOf(call.context);
    if (!operation || isRefusal(call.error)) return;
    const now = call.endTime ?? call.activeTime;
    operation.activeTime = Math.max(operation.activeTime, now);
    runsOf(operation).forEach((run, index) => {
      run.activeTime = Math.max(run.activeTime, now);
      if (run.rollUp) add(run.rollUp, call, index === 0);
    });
  },
};

function add(sums: RollUp, call: Call, isOwn: boolean): void {
  const { usage } = call.response;
  // To read the answer of an earlier call is no call of a model, though it may bring that one's usage.
  if (!call.reads) {
    sums.modelCalls++;
    if (isOwn) sums.ownModelCalls++;
  }
  sums.inputTokens += usage?.inputTokens ?? 0;
  sums.outputTokens += usage?.outputTokens ?? 0;
  sums.cost += call.cost?.total ?? 0;
  if (isUnknown(call)) sums.unknownCalls++;
}

/** Whether a call may have cost something that is not known. A failed call without usage costs nothing. */
function isUnknown({ cost, outcome, response, operation }: Call): boolean {
  if (cost) return cost.partial === true;
  if (response.billing?.isPrepaid || operation === 'moderation') return false;
  return outcome !== 'failed' || response.usage !== undefined;
}
