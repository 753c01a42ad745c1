/**
 * The **budget of a run** of an agent or a workflow, including the runs within it. Once it is spent, the
 * run's next model call is refused, as by any other budget. It does not count calls outside of runs.
 */
import { type AgentOperation, operationOf, runsOf } from '../model/agent-operation.ts';
import type { Call } from '../model/call.ts';
import { memo } from '../platform/memo.ts';
import { budget } from './budget.ts';
import { BUDGET_DEFAULTS } from './defaults.ts';
import type { Layer } from './feature.ts';
import type { Pricing } from './forecast.ts';

/** @param usd 0 refuses each call of a run. */
export function runBudget(usd: number, pricing: Pricing): Layer {
  const calls = new WeakMap<Call, Layer>();
  const budgetOf = memo(new WeakMap<AgentOperation, Layer>(), ({ subject }) => {
    const key = subject.name ?? subject.kind;
    const options = { ...BUDGET_DEFAULTS, usd, window: 'total' as const, key: () => key };
    return budget(options, { pricing, period: 'a run' });
  });

  return {
    intercept(call, next) {
      const run = runsOf(operationOf(call.context)).at(-1);
      if (!run) return next();
      const layer = budgetOf(run);
      calls.set(call, layer);
      return layer.intercept(call, next);
    },
    observer: {
      end: (call) => calls.get(call)?.observer?.end?.(call),
      usage(used, operation) {
        const run = runsOf(operation as AgentOperation).at(-1);
        if (run) budgetOf(run).observer?.usage?.(used, operation);
      },
    },
  };
}
