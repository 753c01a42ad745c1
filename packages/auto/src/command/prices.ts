/** `llmtrace prices`: prints the prices of a model in the price book. */
import { findPrice, loadPrices, PRICES_DATE, pricedProviders } from '@llmtrace/core/internal';

type Found = NonNullable<ReturnType<typeof findPrice>>;

/** The units that a model is most often billed by, in USD per million. */
const UNITS = [
  ['input', 'input'],
  ['cacheRead', 'cached'],
  ['cacheWrite', 'written to cache'],
  ['output', 'output'],
] as const;

/** The providers to print first: those with instrumentations. */
const FIRST = ['openai', 'anthropic', 'google', 'azure', 'aws'];

function rank(provider: string): number {
  const place = FIRST.indexOf(provider);
  return place < 0 ? FIRST.length : place;
}

function rateWords({ price: { rates } }: Found): string {
  const words = UNITS.flatMap(([unit, name]) => {
    const rate = (rates as unknown as Record<string, unknown>)[unit];
    return typeof rate === 'number' && rate >= 0 ? [`${name} $${rate}`] : [];
  });
  return words.join(', ') || 'not billed by tokens';
}

function notesOf({ price, missing, standardRates }: Found): string {
  const notes = [
    price.source === 'user' && 'your own price',
    price.rates.next !== undefined && `other rates above ${price.rates.next.above} tokens of input`,
    price.dated !== undefined && 'other rates at some times',
    standardRates && 'of the standard tier',
    missing && missing.length > 0 && `without ${missing.join(', ')}`,
  ].filter(Boolean);
  return notes.length > 0 ? ` (${notes.join('; ')})` : '';
}

const HOW = `A price of your own: LLMTRACE_PRICES names a file with it. A name of your own for a known model: LLMTRACE_MODEL_MAP.
`;

/** @returns 1 for a model without a price. */
export function prices(model: string | undefined, file = process.env['LLMTRACE_PRICES']): number {
  if (file) loadPrices(file);
  const providers = pricedProviders();
  if (model === undefined) {
    process.stdout.write(
      `The price book is of ${PRICES_DATE} and has ${providers.length} providers. Name a model: llmtrace prices gpt-5-mini\n${HOW}`,
    );
    return 0;
  }
  const found = [...providers]
    .sort((a, b) => rank(a) - rank(b))
    .flatMap((provider) => {
      const price = findPrice(provider, model);
      return price === undefined ? [] : [[provider, price] as const];
    });
  if (found.length === 0) {
    process.stdout.write(
      `No provider of the price book has ${JSON.stringify(model)}: its calls have no cost.\n${HOW}`,
    );
    return 1;
  }
  const width = Math.max(...found.map(([provider]) => provider.length));
  const lines = found.map(
    ([provider, price]) => `  ${provider.padEnd(width)}  ${rateWords(price)}${notesOf(price)}`,
  );
  process.stdout.write(
    `${model}, USD per million tokens, price book of ${PRICES_DATE}:\n${lines.join('\n')}\n`,
  );
  return 0;
}
