/** A budget for each run of an agent: its calls reduce its own budget only. */
import assert from 'node:assert/strict';
import { ROOT_CONTEXT } from '@opentelemetry/api';
import { LlmTraceError } from '../../src/errors/llmtrace-error.ts';
import { runBudget } from '../../src/interceptors/run-budget.ts';
import { type AgentOperation, OPERATION } from '../../src/model/agent-operation.ts';
import type { Call } from '../../src/model/call.ts';
import { callOf } from './calls.ts';

const runOf = (name: string, parent?: AgentOperation): AgentOperation =>
  ({
    subject: { kind: 'invoke_agent', name },
    parent,
    rollUp: {},
    endTime: undefined,
  }) as unknown as AgentOperation;

const within = (run: AgentOperation | undefined): Call =>
  callOf({ context: run ? ROOT_CONTEXT.setValue(OPERATION, run) : ROOT_CONTEXT });

describe('the budget of a run', () => {
  const pricing = { priceOf: () => 0, isPrepaid: () => false };

  async function ask(layer: ReturnType<typeof runBudget>, call: Call, usd: number): Promise<void> {
    await layer.intercept(call, async () => 'answer');
    const response = { usage: { inputTokens: 1, outputTokens: 1 } };
    const cost = { total: usd, source: 'local' as const };
    Object.assign(call, { endTime: 1, outcome: 'completed', response, cost });
    layer.observer?.end?.(call);
  }

  it('refuses the next call of a run that has spent it, also of runs within', async () => {
    const layer = runBudget(1, pricing);
    const outer = runOf('outer');
    await ask(layer, within(outer), 0.6);
    await ask(layer, within(runOf('inner', outer)), 0.6);
    await assert.rejects(
      () => ask(layer, within(outer), 0),
      (error) =>
        error instanceof LlmTraceError &&
        error.code === 'budget_exceeded' &&
        error.message === 'llmtrace did not send the request: the budget of 1 USD a run is spent (outer).',
    );
    await ask(layer, within(runOf('other')), 0.6);
  });

  it('counts the calls that only a framework sees', async () => {
    const layer = runBudget(1, pricing);
    const outer = runOf('outer');
    const inner = runOf('inner', outer);
    const used = {
      ...within(inner),
      outcome: 'completed' as const,
      cost: { total: 1, source: 'provider' as const },
    };
    layer.observer?.usage?.(used, inner);
    await assert.rejects(() => ask(layer, within(outer), 0), { code: 'budget_exceeded' });
    await ask(layer, within(runOf('other')), 0.6);
  });

  it('leaves calls outside of runs alone', async () => {
    const layer = runBudget(0, pricing);
    await ask(layer, within(undefined), 5);
    await ask(layer, within(undefined), 5);
    await assert.rejects(() => ask(layer, within(runOf('a')), 0), { code: 'budget_exceeded' });
  });
});
