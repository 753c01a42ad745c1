/** The **cells** of the usage: one for each combination of dimensions, with the sums of its calls. */
import { isRefusal } from '../../errors/llmtrace-error.ts';
import { NAMED_ATTRIBUTES } from '../../model/attributes.ts';
import { isUnpriced } from '../../model/billing.ts';
import type { Call } from '../../model/call.ts';
import {
  type Dimensions,
  USAGE_FIELDS,
  type UsageField,
  type UsageTotals,
} from '../../model/usage-totals.ts';
import { cut, MAX_NAME } from '../../platform/bounds.ts';
import { ExactSum } from '../../platform/exact-sum.ts';

/** The dimensions that may have a value for each user: cells of old usage are merged over them. */
const FINE: ReadonlySet<UsageField> = new Set(['user', 'session', 'conversation', 'promptVersion']);

/** The value of a dimension over which cells were merged. */
export const OTHER = 'other';

export class Cell {
  readonly dimensions: Dimensions;
  readonly #cost = new ExactSum();
  #calls = 0;
  #failed = 0;
  #refused = 0;
  #inputTokens = 0;
  #outputTokens = 0;
  #unpriced = 0;
  #partial = 0;

  constructor(dimensions: Dimensions) {
    this.dimensions = dimensions;
  }

  add(call: Readonly<Call>): void {
    if (isRefusal(call.error)) {
      this.#refused++;
      return;
    }
    const { inputTokens = 0, outputTokens = 0 } = call.response.usage ?? {};
    this.#calls += call.modelCalls ?? 1;
    this.#inputTokens += inputTokens;
    this.#outputTokens += outputTokens;
    if (call.outcome === 'failed') this.#failed++;
    if (call.cost) this.#cost.add(call.cost.total);
    else if (isUnpriced(call)) this.#unpriced++;
    if (call.cost?.partial) this.#partial++;
  }

  addCell(other: Cell): void {
    this.#cost.addSum(other.#cost);
    this.#calls += other.#calls;
    this.#failed += other.#failed;
    this.#refused += other.#refused;
    this.#inputTokens += other.#inputTokens;
    this.#outputTokens += other.#outputTokens;
    this.#unpriced += other.#unpriced;
    this.#partial += other.#partial;
  }

  addTotals(other: UsageTotals): void {
    this.#cost.add(other.cost);
    this.#calls += other.calls;
    this.#failed += other.failed;
    this.#refused += other.refused;
    this.#inputTokens += other.inputTokens;
    this.#outputTokens += other.outputTokens;
    this.#unpriced += other.unpriced;
    this.#partial += other.partial;
  }

  get totals(): UsageTotals {
    return {
      calls: this.#calls,
      failed: this.#failed,
      refused: this.#refused,
      inputTokens: this.#inputTokens,
      outputTokens: this.#outputTokens,
      cost: this.#cost.value,
      unpriced: this.#unpriced,
      partial: this.#partial,
    };
  }
}

/** The dimensions of a call. */
export function dimensionsOf({
  provider,
  operation,
  request,
  response,
  attributes,
}: Readonly<Call>): Dimensions {
  const dimensions: { -readonly [field in UsageField]?: string } = { provider, operation };
  const model = request.model ?? response.model;
  if (typeof model === 'string') dimensions.model = cut(model, MAX_NAME);
  for (const name of NAMED_ATTRIBUTES) {
    const value = attributes[name];
    if (value !== undefined) dimensions[name] = value;
  }
  return dimensions;
}

/** The dimensions with these fields only. */
export function only(dimensions: Dimensions, fields: readonly UsageField[]): Dimensions {
  const found: { -readonly [field in UsageField]?: string } = {};
  for (const field of fields) {
    const value = dimensions[field];
    if (value !== undefined) found[field] = value;
  }
  return found;
}

/** The key of a combination of dimensions. It has the length of each value, because a value may contain any character. */
export function keyOf(dimensions: Dimensions, fields: readonly UsageField[] = USAGE_FIELDS): string {
  let key = '';
  for (const field of fields) {
    const value = dimensions[field];
    key += part(value);
  }
  return key;
}

const part = (value: string | undefined): string => (value === undefined ? '-' : `${value.length}:${value}`);

/** The same key as {@link keyOf} of {@link dimensionsOf} the call, without the object between them. */
export function keyOfCall({ provider, operation, request, response, attributes: a }: Readonly<Call>): string {
  const model = request.model ?? response.model;
  const source = part(provider) + part(typeof model === 'string' ? cut(model, MAX_NAME) : undefined);
  const attribution =
    part(a.user) + part(a.session) + part(a.conversation) + part(a.tenant) + part(a.feature);
  return source + part(operation) + attribution + part(a.promptName) + part(a.promptVersion);
}

/** The dimensions of the cell into which a cell of old usage is merged: {@link FINE} ones are `other`. */
export const coarse = (dimensions: Dimensions): Dimensions =>
  Object.fromEntries(
    Object.entries(dimensions).map(([field, value]) => [
      field,
      FINE.has(field as UsageField) ? OTHER : value,
    ]),
  );

/** The dimensions of the cell for all calls beyond the limit of cells. */
export const REST: Dimensions = Object.fromEntries(USAGE_FIELDS.map((field) => [field, OTHER]));
