/** The usage and the cost of several models, together: those of the model calls that only a framework sees. */
import type { AgentOperation } from '../model/agent-operation.ts';
import type { Call, Cost, Usage } from '../model/call.ts';

/** What the span of an operation has of its {@link AgentOperation.usage}. */
export interface UsageSums {
  /** The model that answered, if it was one alone. */
  readonly model: string | undefined;
  readonly usage: Usage;
  readonly cost: Cost | undefined;
}

export function usageSums({ usage: records = [], hasTokenSpans }: AgentOperation): UsageSums {
  const models = new Set(records.map(({ response }) => response.model));
  const [model] = models;
  return {
    model: models.size === 1 ? model : undefined,
    usage: hasTokenSpans ? {} : usageOf(records.flatMap(({ response }) => response.usage ?? [])),
    cost: costOf(records),
  };
}

/** All tokens of a kind are unknown where those of one model are; of a part of them, such as cache reads, a model may have none. */
function usageOf(usages: readonly Usage[]): Usage {
  const names = new Set(usages.flatMap((usage) => Object.keys(usage) as (keyof Usage)[]));
  const sums: Usage = {};
  for (const name of names) {
    const values = usages.map((usage) => usage[name]);
    if (values.every((value) => value === undefined)) continue;
    if (isWhole(name) && values.includes(undefined)) continue;
    sums[name] = values.reduce<number>((total, value) => total + (value ?? 0), 0);
  }
  return sums;
}

const isWhole = (name: keyof Usage): boolean => name === 'inputTokens' || name === 'outputTokens';

function costOf(records: readonly Call[]): Cost | undefined {
  const costs = records.flatMap(({ cost }) => cost ?? []);
  const [first] = costs;
  if (!first) return undefined;
  const missing = [...new Set(costs.flatMap((cost) => cost.missing ?? []))];
  const isPartial = costs.length < records.length || costs.some(({ partial }) => partial);
  return {
    total: costs.reduce((total, cost) => total + cost.total, 0),
    source: first.source,
    ...(isPartial && { partial: true }),
    ...(missing.length > 0 && { missing }),
  };
}
