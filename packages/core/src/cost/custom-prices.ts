/** The user's custom prices: their rules, and the errors that name a wrong field. */
import { expectKnown, quoted, shown } from '../options/rules.ts';
import { readTextFile } from '../platform/text-file.ts';
import { compilePrice, type Price, type RateData } from './rates.ts';
import { tierOf } from './tier.ts';
import { type EventUnit, type TokenUnit, UNITS, type UnitName } from './units.ts';

/**
 * A price in USD: of a million tokens (`inputPer1M`) or of a thousand (`inputPer1K`), of each search, and of each
 * request. All but one field may be left out; a part of the input or the output without a rate of its own costs
 * what the whole costs, and a side without any rate costs nothing (the output of an embedding).
 *
 * Parts are `cacheRead`, `cacheWrite` and, of that, `cacheWrite1h`; `reasoning` and `citation`; and by modality
 * `inputAudio`, `cacheReadAudio`, `outputAudio`, the same with `Text`, `Image` and `Video`.
 */
export type OwnPrice = { readonly [U in TokenUnit as `${U}Per1M` | `${U}Per1K`]?: number } & {
  readonly [U in EventUnit as `per${Capitalize<U>}`]?: number;
};

/** Which calls a price holds for. */
export interface PriceScope {
  /** `gen_ai.provider.name`. @default every provider */
  readonly provider?: string;
  /** As the vendor names it (`flex`, `priority`, …). @default every tier without a price of its own */
  readonly serviceTier?: string;
}

/** One price of the user's. */
export interface OwnEntry extends PriceScope {
  /** In lower case. */
  readonly model: string;
  readonly price: Price;
}

/** The highest price of a million tokens, or of one request, in USD: with it, each cost is a finite number. */
const MAX_PRICE = 1e9;

const FIELDS = new Map<string, { unit: UnitName; code: string; factor: number }>();
for (const { name: unit, code, scale, kind } of UNITS) {
  if (kind === 'token') {
    FIELDS.set(`${unit}Per1M`, { unit, code, factor: 1 }).set(`${unit}Per1K`, { unit, code, factor: 1000 });
  } else {
    FIELDS.set(`per${unit[0]!.toUpperCase()}${unit.slice(1)}`, { unit, code, factor: 1e6 / scale });
  }
}

/** The wholes whose rate must be known before one of their parts can have another. */
const WHOLES: readonly (readonly [part: RegExp, whole: UnitName])[] = [
  [/^(?:input.|cacheRead|cacheWrite)/, 'input'],
  [/^cacheRead./, 'cacheRead'],
  [/^cacheWrite./, 'cacheWrite'],
  [/^(?:reasoning|citation|output.)/, 'output'],
];

/**
 * Checks a price and makes it ready. `where` names its origin in errors.
 * @throws TypeError that names the model and the field.
 */
export function ownEntry(model: string, price: OwnPrice, scope: PriceScope = {}, where = ''): OwnEntry {
  if (typeof model !== 'string' || !model.trim()) {
    throw new TypeError(
      `Expected the model of a price${where} to be a non-empty string, got ${show(model)}.`,
    );
  }
  if (!isObject(price)) {
    throw new TypeError(
      `Expected the price of ${quoted(model)}${where} to be an object, got ${show(price)}.`,
    );
  }
  if (!isObject(scope)) {
    throw new TypeError(
      `Expected the scope of ${quoted(model)}${where} to be an object, got ${show(scope)}.`,
    );
  }
  expectKnown(`the scope of ${quoted(model)}${where}`, scope, ['provider', 'serviceTier']);
  const about = ` of ${quoted(model)}${where}`;
  const rates = ratesOf(price, about);
  const provider = name('provider', scope.provider, about);
  const serviceTier = name('serviceTier', scope.serviceTier, about);
  return {
    model: model.toLowerCase().trim(),
    ...(provider && { provider }),
    ...(serviceTier && { serviceTier: tierOf(serviceTier) }),
    price: compilePrice(rates, 'user'),
  };
}

/**
 * Reads a file of prices, in JSON: `{ "my-model": { "inputPer1M": 2.5, "outputPer1M": 10 } }`. A price may also
 * have a `provider` and a `serviceTier`; an array holds several prices of one model.
 * @throws TypeError that names the file, the model and the field; or the error of reading the file.
 */
export function readPrices(file: string): OwnEntry[] {
  const where = ` in ${file}`;
  let prices: unknown;
  try {
    prices = JSON.parse(readTextFile(file));
  } catch (error) {
    if (error instanceof SyntaxError) throw new TypeError(`Expected ${file} to be JSON: ${error.message}`);
    throw error;
  }
  if (!isObject(prices))
    throw new TypeError(`Expected the prices${where} to be an object, got ${show(prices)}.`);
  return Object.entries(prices).flatMap(([model, value]) =>
    (Array.isArray(value) ? value : [value]).map((entry: unknown) => {
      if (!isObject(entry)) return ownEntry(model, entry as OwnPrice, {}, where);
      const { provider, serviceTier, ...price } = entry;
      return ownEntry(model, price, { provider, serviceTier } as PriceScope, where);
    }),
  );
}

function ratesOf(price: Readonly<Record<string, unknown>>, where: string): Record<string, RateData> {
  const rates: Record<string, number> = {};
  const units = new Set<UnitName>();
  for (const [field, value] of Object.entries(price)) {
    if (value === undefined) continue;
    const known = FIELDS.get(field);
    if (known === undefined)
      throw new TypeError(`Unknown field ${quoted(field)}${where}.${suggestion(field)}`);
    if (typeof value !== 'number' || !(value >= 0) || value > MAX_PRICE) {
      throw new TypeError(
        `Expected \`${field}\`${where} to be a number from 0 to ${MAX_PRICE}, got ${show(value)}.`,
      );
    }
    if (units.has(known.unit)) {
      throw new TypeError(`Expected only one of \`${known.unit}Per1M\` and \`${known.unit}Per1K\`${where}.`);
    }
    units.add(known.unit);
    rates[known.code] = value * known.factor;
  }
  if (units.size === 0) throw new TypeError(`Expected a rate such as \`inputPer1M\`${where}.`);
  requireWholes(units, where);
  return rates;
}

function requireWholes(units: ReadonlySet<UnitName>, where: string): void {
  for (const unit of units) {
    for (const [part, whole] of WHOLES) {
      if (part.test(unit) && !units.has(whole)) {
        throw new TypeError(
          `Expected \`${whole}Per1M\` beside \`${unit}Per1M\`${where}: one is a part of the other.`,
        );
      }
    }
  }
  for (const modality of ['Text', 'Audio', 'Image', 'Video'] as const) requireOverlap(units, modality, where);
}

/** Tokens that are both cached and of a modality, or both reasoning and of a modality, would have two rates. */
function requireOverlap(
  units: ReadonlySet<UnitName>,
  modality: 'Text' | 'Audio' | 'Image' | 'Video',
  where: string,
) {
  const [input, output, both] = [`input${modality}`, `output${modality}`, `cacheRead${modality}`] as const;
  if (units.has('cacheRead') && units.has(input) !== units.has(both)) {
    const [priced, missing] = units.has(both) ? [both, input] : [input, both];
    throw new TypeError(
      `Expected \`${missing}Per1M\` beside \`cacheReadPer1M\` and \`${priced}Per1M\`${where}.`,
    );
  }
  for (const [one, other] of [
    ['cacheWrite', input],
    ['reasoning', output],
    ['citation', output],
  ] as const) {
    if (units.has(one) && units.has(other)) {
      throw new TypeError(
        `Expected not both \`${one}Per1M\` and \`${other}Per1M\`${where}: they may overlap.`,
      );
    }
  }
}

function name(field: string, value: unknown, about: string): string | undefined {
  if (value === undefined) return undefined;
  if (typeof value === 'string' && value.trim()) return value.trim();
  throw new TypeError(`Expected \`${field}\`${about} to be a non-empty string, got ${show(value)}.`);
}

function suggestion(field: string): string {
  const meant = [...FIELDS.keys()].find((known) => known.toLowerCase() === field.toLowerCase());
  return meant === undefined
    ? ` Known are inputPer1M, outputPer1M, cacheReadPer1M and so on.`
    : ` Meant is \`${meant}\`.`;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A value, as an error message shows it; never long. */
export const show = (value: unknown): string => (Array.isArray(value) ? 'an array' : shown(value));
