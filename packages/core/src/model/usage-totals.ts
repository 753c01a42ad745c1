/** What calls have used: sums, by their dimensions. */
import { NAMED_ATTRIBUTES, type NamedAttribute } from './attributes.ts';

/** A dimension by which usage is grouped. */
export type UsageField = 'provider' | 'model' | 'operation' | NamedAttribute;

export const USAGE_FIELDS: readonly UsageField[] = ['provider', 'model', 'operation', ...NAMED_ATTRIBUTES];

/** What some calls have used. */
export interface UsageTotals {
  /** Calls that have ended, however they did; refused ones are none. */
  readonly calls: number;
  /** Of these, the calls that failed. */
  readonly failed: number;
  /** Calls that a rate limit or a budget of llmtrace refused. */
  readonly refused: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** In USD, exact to 1e-9. */
  readonly cost: number;
  /** Calls whose usage is known and whose price is not: `cost` lacks them. */
  readonly unpriced: number;
  /** Calls whose cost leaves something out. */
  readonly partial: number;
}

/** By field; absent where the calls have no value of it. */
export type Dimensions = { readonly [field in UsageField]?: string };

/** The totals of calls with the same dimensions. */
export interface UsageRow extends UsageTotals {
  /** The value of each dimension of the query; absent if the calls of the row have none. */
  readonly by: Dimensions;
}

/** The port to a store that sums the totals of several processes. Its methods may reject or never settle. */
export interface SharedTotals {
  /** The dimensions of the rows. */
  readonly fields: readonly UsageField[];
  /**
   * Adds what one process has counted.
   * @param batch a unique name: a batch that comes twice, because the first answer was lost, counts once.
   * @param rows whose costs are multiples of {@link COST_UNIT}.
   */
  add(batch: string, rows: readonly UsageRow[]): Promise<unknown>;
  /**
   * @param since in ms since 1970; undefined for all since the last reset.
   * @returns rows, more than one of which may have the same dimensions, and from when on they count
   */
  read(since: number | undefined): Promise<{ since: number; rows: readonly UsageRow[] }>;
  reset(): Promise<unknown>;
}

/** The smallest part of a cost that is shared, in USD. A 64-bit counter of it holds 92 million USD. */
export const COST_UNIT = 1e-11;
