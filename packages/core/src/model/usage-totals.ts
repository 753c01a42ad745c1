/** The usage of calls: sums, by their dimensions. */
import { NAMED_ATTRIBUTES, type NamedAttribute } from './attributes.ts';

/** A dimension by which usage is grouped. */
export type UsageField = 'provider' | 'model' | 'operation' | NamedAttribute;

export const USAGE_FIELDS: readonly UsageField[] = ['provider', 'model', 'operation', ...NAMED_ATTRIBUTES];

/** The sums of a group of calls. */
export interface UsageTotals {
  /** Calls that have ended, with any outcome; refused calls do not count. */
  readonly calls: number;
  /** The number of these calls that failed. */
  readonly failed: number;
  /** Calls that a rate limit or a budget of llmtrace refused. */
  readonly refused: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** In USD, exact to 1e-9. */
  readonly cost: number;
  /** Calls with a known usage and an unknown price: `cost` does not include them. */
  readonly unpriced: number;
  /** Calls whose cost is known in part. */
  readonly partial: number;
}

/** The totals of no calls. */
export const NO_USAGE: UsageTotals = {
  calls: 0,
  failed: 0,
  refused: 0,
  inputTokens: 0,
  outputTokens: 0,
  cost: 0,
  unpriced: 0,
  partial: 0,
};

/** The value of each dimension; absent if the calls have none. */
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
   * Adds the usage of one process.
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
