/**
 * The totals of a session that the results of its turns state by model. They add up over the turns, and over sessions that are
 * resumed, so that the usage of a turn is a difference.
 */
import { checkedUsage, fields, type ModelUsage, name, number, reportedUsd, tokenCount } from '@llmtrace/core';
import type { Counted, CountedModel } from './counted.ts';

const COUNTERS = [
  'inputTokens',
  'outputTokens',
  'cacheReadInputTokens',
  'cacheCreationInputTokens',
  'cacheCreationEphemeral1hInputTokens',
  'thinkingTokens',
  'webSearchRequests',
  'costUSD',
] as const;

/** The counters of one model. A version may not have all. */
type Counters = { readonly [counter in (typeof COUNTERS)[number]]?: number | undefined };

interface Row extends Counters {
  /** The name of the model for prices, if the CLI knows it. */
  readonly canonical: string | undefined;
  readonly provider: string;
  /** False if the CLI does not know the model's price, and estimates the cost by that of another. */
  readonly isPriced: boolean;
}

type Rows = ReadonlyMap<string, Row>;

const NO_ROWS: Rows = new Map();

/** The models of a session, and the sessions of the process whose totals are remembered. */
const MAX_MODELS = 50;
const MAX_SESSIONS = 1000;

/** The totals at the last result of each session, the oldest first. */
const remembered = new Map<string, Rows>();

/** Who serves the models, as the CLI calls it. */
const PROVIDERS: Readonly<Record<string, string>> = { bedrock: 'aws.bedrock', vertex: 'gcp.vertex_ai' };

export class Totals {
  readonly #resumed: string | undefined;
  /** The totals before the turn; undefined where a session is resumed whose totals are unknown. */
  #before: Rows | undefined;

  constructor(isResumed: boolean, resumed: string | undefined) {
    this.#resumed = isResumed ? resumed : undefined;
    this.#before = isResumed ? undefined : NO_ROWS;
  }

  /** The usage of a turn, by model. */
  usageOf(counted: Counted): readonly ModelUsage[] {
    const models = counted.byModel();
    const { modelUsage, session_id: id, usage } = fields(counted.result);
    const rows = rowsOf(modelUsage);
    if (counted.result === undefined || (rows.size === 0 && models.size > 0))
      return counted.isNothing ? [] : partialUsage(models, undefined);
    const before = this.#baseline(rows, models, name(id));
    if (rows.size > 0) this.#remember(name(id), rows);
    return before ? differences(rows, before, models) : partialUsage(models, usage);
  }

  #baseline(rows: Rows, models: Models, id: string | undefined): Rows | undefined {
    const before = this.#before;
    // `/clear` begins the totals anew.
    if (before) return isAtLeast(rows, before, NO_MODELS) ? before : NO_ROWS;
    const known = remembered.get(this.#resumed ?? id ?? '');
    // Versions before 0.3, and transcripts without totals, begin at 0.
    if (known) return isAtLeast(rows, known, models) ? known : NO_ROWS;
    return isAll(rows, models) ? NO_ROWS : undefined;
  }

  #remember(id: string | undefined, rows: Rows): void {
    this.#before = rows;
    if (id === undefined) return;
    remembered.delete(id);
    const [oldest] = remembered.keys();
    if (remembered.size >= MAX_SESSIONS && oldest !== undefined) remembered.delete(oldest);
    remembered.set(id, rows);
  }
}

type Models = ReadonlyMap<string, CountedModel>;

const NO_MODELS: Models = new Map();

function rowsOf(modelUsage: unknown): Rows {
  const entries = Object.entries(fields(modelUsage)).slice(0, MAX_MODELS);
  return new Map(entries.map(([model, row]) => [name(model) ?? '', rowOf(fields(row))]));
}

const rowOf = (row: any): Row => ({
  ...Object.fromEntries(COUNTERS.map((counter) => [counter, number(row[counter])])),
  canonical: name(row.canonicalModel),
  provider: PROVIDERS[String(row.provider)] ?? 'anthropic',
  isPriced: row.costBasis !== 'unknown',
});

const inputOf = ({
  inputTokens = 0,
  cacheReadInputTokens = 0,
  cacheCreationInputTokens = 0,
}: Counters): number => inputTokens + cacheReadInputTokens + cacheCreationInputTokens;

/** Whether totals go on from earlier ones, with the model calls that were counted since. */
const isAtLeast = (rows: Rows, before: Rows, models: Models): boolean =>
  [...before].every(([model, earlier]) => {
    const row = rows.get(model);
    const since = countedOf(models, model, earlier)?.usage.inputTokens ?? 0;
    return (
      row !== undefined &&
      inputOf(row) >= inputOf(earlier) + since &&
      (row.outputTokens ?? 0) >= (earlier.outputTokens ?? 0)
    );
  });

/** Whether totals are those of the counted model calls alone. */
const isAll = (rows: Rows, models: Models): boolean =>
  [...rows].every(([model, row]) => inputOf(row) === (countedOf(models, model, row)?.usage.inputTokens ?? 0));

/** The CLI adds `[1m]` to the name of a model with a long context. */
const countedOf = (models: Models, model: string, { canonical = '' }: Row): CountedModel | undefined =>
  models.get(model) ?? models.get(model.split('[')[0] as string) ?? models.get(canonical);

function differences(rows: Rows, before: Rows, models: Models): ModelUsage[] {
  return [...rows].flatMap(([model, row]) => {
    const spent = difference(row, before.get(model));
    if (COUNTERS.every((counter) => !spent[counter])) return [];
    return {
      provider: row.provider,
      model,
      modelCalls: Math.max(1, countedOf(models, model, row)?.calls ?? 0),
      usage: usageOf(spent, row.isPriced),
      isWhole: true,
    };
  });
}

const difference = (row: Counters, before: Counters | undefined): Counters =>
  Object.fromEntries(
    COUNTERS.map((counter) => {
      const value = row[counter];
      return [counter, value === undefined ? undefined : exact(value - (before?.[counter] ?? 0))];
    }),
  );

/** Without what floating point adds to a difference: costs are exact to 1e-12 USD. */
const exact = (value: number): number => Math.max(0, Math.round(value * 1e12) / 1e12);

function usageOf(spent: Counters, isPriced: boolean): ModelUsage['usage'] {
  return checkedUsage({
    inputTokens: tokenCount(spent.inputTokens === undefined ? undefined : inputOf(spent)),
    outputTokens: tokenCount(spent.outputTokens),
    cacheReadTokens: tokenCount(spent.cacheReadInputTokens),
    cacheWriteTokens: tokenCount(spent.cacheCreationInputTokens),
    cacheWrite1hTokens: tokenCount(spent.cacheCreationEphemeral1hInputTokens),
    reasoningTokens: tokenCount(spent.thinkingTokens),
    webSearches: tokenCount(spent.webSearchRequests),
    reportedCost: isPriced ? reportedUsd(spent.costUSD) : undefined,
  });
}

/** What the messages show where no total tells the rest. A result has the output of the main agent's calls of the turn. */
function partialUsage(models: Models, mainLoop: unknown): ModelUsage[] {
  if (models.size === 0) return [{ provider: 'anthropic', modelCalls: 0, usage: {}, isWhole: false }];
  return [...models].map(([model, { calls, usage }]) => ({
    provider: 'anthropic',
    model,
    modelCalls: calls,
    usage: models.size === 1 ? withOutput(usage, fields(mainLoop)) : usage,
    isWhole: false,
  }));
}

function withOutput(usage: ModelUsage['usage'], mainLoop: any): ModelUsage['usage'] {
  const { input_tokens = 0, cache_read_input_tokens = 0, cache_creation_input_tokens = 0 } = mainLoop;
  const input = input_tokens + cache_read_input_tokens + cache_creation_input_tokens;
  if (input !== usage.inputTokens) return usage;
  return {
    ...usage,
    outputTokens: checkedUsage({ outputTokens: tokenCount(mainLoop.output_tokens) }).outputTokens,
  };
}
