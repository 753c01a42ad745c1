/**
 * Adds each call that ends to the runs of agents and workflows around it. A sum over spans would be wrong, because a
 * sampler drops some of them.
 */
import { isRefusal } from '../errors/llmtrace-error.ts';
import { operationOf, parentOf, type RollUp, runOf } from '../model/agent-operation.ts';
import { wasAnswered } from '../model/billing.ts';
import type { Call, Observer } from '../model/call.ts';

export const rollUpObserver: Observer = { end: addToRuns, usage: addToRuns };

function addToRuns(call: Call): void {
  const operation = operationOf(call.context);
  if (!operation || isRefusal(call.error)) return;
  const now = call.endTime ?? call.activeTime;
  operation.activeTime = Math.max(operation.activeTime, now);
  const innermost = runOf(operation);
  for (let run = innermost; run; run = runOf(parentOf(run))) {
    run.activeTime = Math.max(run.activeTime, now);
    add(run.rollUp, call, run === innermost);
  }
}

function add(sums: RollUp, call: Call, isOwn: boolean): void {
  const { usage } = call.response;
  const { modelCalls = 1 } = call;
  // Reading the answer of an earlier call is not a model call, but it may report the usage of that call.
  if (!call.reads) {
    sums.modelCalls += modelCalls;
    if (isOwn) sums.ownModelCalls += modelCalls;
  }
  sums.inputTokens += usage?.inputTokens ?? 0;
  sums.outputTokens += usage?.outputTokens ?? 0;
  sums.cost += call.cost?.total ?? 0;
  if (isUnknown(call)) sums.unknownCalls++;
}

/** Whether a call may have an unknown cost. A call that failed without an answer costs nothing. */
function isUnknown(call: Call): boolean {
  const { cost, response, operation } = call;
  if (cost) return cost.partial === true;
  if (response.billing?.isPrepaid || operation === 'moderation') return false;
  return wasAnswered(call) || response.usage !== undefined;
}
