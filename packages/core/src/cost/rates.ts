/**
 * Computes the cost of a usage at the rates of a price, without allocation.
 *
 * It is that of `@pydantic/genai-prices`. Each token is billed once, at the most specific rate that the price
 * has for it: what is left of a whole (`input`) after its priced parts (`cacheRead`, `inputAudio`, …) is billed
 * at the whole's rate, so a part without a rate of its own costs what its whole costs. With context tiers, the
 * number of all input tokens chooses the rates of the whole call: nothing is marginal.
 */
import type { Fees, FeeUnit, MissingFee } from '../model/billing.ts';
import type { Usage } from '../model/call.ts';
import { FEE_OF, UNITS, type Unit, type UnitName } from './units.ts';

/** Marks a unit that a price does not know apart from its whole. */
const UNPRICED = -1;

/** USD per million of each unit. */
export interface Rates extends Readonly<Record<UnitName, number>> {
  /** Whether the input has rates by modality. */
  readonly modalInput: boolean;
  /** Whether any part of the output has a rate of its own. */
  readonly outputParts: boolean;
  /** Whether tokens have a rate: a model that is billed by the hour or the page alone has none. */
  readonly byTokens: boolean;
  /** These rates hold for calls with more input tokens than this. */
  readonly above: number;
  /** The rates of the next context tier. */
  readonly next: Rates | undefined;
}

/** A time of the day in seconds, its start and its end; with a third element on weekdays alone. All in UTC. */
export type Daily = readonly [start: number, end: number, onWeekdays?: 1];

/** Rates that hold from a date on, or at some time of the day. */
export interface Dated {
  /** The first moment, in ms since the epoch. */
  readonly from: number | undefined;
  /** The first moment of the day and the first one after, in seconds since midnight UTC; it may span midnight. */
  readonly daily: Daily | undefined;
  readonly rates: Rates;
}

/** The price of a model, ready for {@link priceOf}. */
export interface Price {
  readonly source: 'user' | 'local';
  /** The rates where no other ones hold. */
  readonly rates: Rates;
  /** Other rates; the last one that holds wins. */
  readonly dated: readonly Dated[] | undefined;
}

/** A rate: USD per 1 or per 1000 units, and with context tiers also pairs of "above so many" and the rate there. */
export type RateData = number | readonly number[];

/** Rates by a unit's code. */
export type RatesData = Readonly<Record<string, RateData>>;

/** When rates hold: from a date (`2026-08-17`, UTC), or a time of the day in seconds; `null` is always. */
export type When = string | Daily | null;

/** The price of a model as the price book keeps it; `null` where no unit that llmtrace counts is priced. */
export type PriceData = RatesData | readonly (readonly [When, RatesData])[] | null;

/** Makes `data` ready for use. */
export function compilePrice(data: NonNullable<PriceData>, source: Price['source']): Price {
  if (!isDated(data)) return { source, rates: compileRates(data), dated: undefined };
  const dated = data.map(
    ([when, rates]): Dated => ({
      from: typeof when === 'string' ? Date.parse(when) : undefined,
      daily: typeof when === 'object' ? (when ?? undefined) : undefined,
      rates: compileRates(rates),
    }),
  );
  return { source, rates: dated[0]!.rates, dated };
}

function isDated(data: NonNullable<PriceData>): data is readonly (readonly [When, RatesData])[] {
  return Array.isArray(data);
}

function compileRates(data: RatesData): Rates {
  const starts = new Set<number>();
  for (const rate of Object.values(data)) {
    if (typeof rate !== 'number') for (let i = 1; i < rate.length; i += 2) starts.add(rate[i]!);
  }
  let next: Rates | undefined;
  for (const above of [...starts].sort((a, b) => b - a)) next = ratesAbove(data, above, next);
  return ratesAbove(data, 0, next);
}

function ratesAbove(data: RatesData, above: number, next: Rates | undefined): Rates {
  const rates = Object.fromEntries(UNITS.map((unit) => [unit.name, rateAbove(unit, data, above)]));
  const has = (...units: UnitName[]) => units.some((unit) => rates[unit]! >= 0);
  return {
    ...(rates as Record<UnitName, number>),
    modalInput: has('inputText', 'inputAudio', 'inputImage', 'inputVideo'),
    outputParts: has('reasoning', 'citation', 'outputText', 'outputAudio', 'outputImage', 'outputVideo'),
    byTokens: 'i' in data || 'o' in data || !Object.keys(data).some((code) => FEES.has(code)),
    above,
    next,
  };
}

/** The codes of what few calls are billed for. */
const FEES: ReadonlySet<string> = new Set(
  UNITS.filter(({ name }) => Object.hasOwn(FEE_OF, name)).map(({ code }) => code),
);

const FREE: ReadonlySet<UnitName> = new Set(['input', 'output', 'request']);

function rateAbove(unit: Unit, data: RatesData, above: number): number {
  const rate = data[unit.code];
  // What each call has, and no whole to fall back to, costs nothing without a rate.
  if (rate === undefined) return FREE.has(unit.name) ? 0 : UNPRICED;
  if (typeof rate === 'number') return rate * unit.scale;
  let chosen = rate[0]!;
  for (let i = 1; i < rate.length; i += 2) if (rate[i]! <= above) chosen = rate[i + 1]!;
  return chosen * unit.scale;
}

/**
 * What `usage` costs at `price`, in USD. NaN where the usage contradicts itself (parts greater than their
 * whole, or without it), or leaves open which rate holds (cached tokens of a modality that has a rate of its
 * own, without their number). It allocates nothing.
 */
export function priceOf(price: Price, usage: Usage, now: () => number = Date.now): number {
  const rates = ratesFor(price, usage.inputTokens ?? 0, now);
  return inputPrice(rates, usage) + outputPrice(rates, usage) + eventPrice(rates, usage);
}

/** The rates of `price` that hold now, for a request with this many input tokens. */
export function ratesFor(price: Price, input: number, now: () => number = Date.now): Rates {
  let rates = price.dated === undefined ? price.rates : ratesAt(price, price.dated, now());
  while (rates.next !== undefined && input > rates.next.above) rates = rates.next;
  return rates;
}

function ratesAt(price: Price, dated: readonly Dated[], now: number): Rates {
  for (let i = dated.length - 1; i >= 0; i--) if (holds(dated[i]!, now)) return dated[i]!.rates;
  return price.rates;
}

function holds({ from, daily }: Dated, now: number): boolean {
  if (from !== undefined) return now >= from;
  if (daily === undefined) return true;
  const [start, end, onWeekdays] = daily;
  if (onWeekdays === 1 && isWeekend(now)) return false;
  const time = (now % DAY) / 1000;
  return end < start ? time >= start || time < end : time >= start && time < end;
}

const DAY = 86_400_000;

/** The epoch began on a Thursday, and so the week of day 0 with its Saturday on day 2. */
const isWeekend = (now: number): boolean => (Math.floor(now / DAY) + 5) % 7 < 2;

// The three parts of a price are small where a call has nothing special, so that V8 makes one function of them.

/** The input's part of the cost, in USD. */
export function inputPrice(rates: Rates, usage: Usage): number {
  const read = count(rates.cacheRead, usage.cacheReadTokens ?? noRead(usage));
  const write = count(rates.cacheWrite, usage.cacheWriteTokens ?? none(usage.cacheWrite1hTokens));
  const hour = count(rates.cacheWrite1h, usage.cacheWrite1hTokens);
  const rest = less(usage.inputTokens ?? noInput(usage), read + write);
  const cached = read * rates.cacheRead + less(write, hour) * rates.cacheWrite + hour * rates.cacheWrite1h;
  return (cached + (rates.modalInput ? modalPrice(rates, usage, rest, read) : rest * rates.input)) / 1e6;
}

/**
 * What `rest`, the input that neither came from nor went to a cache by the count of `usage`, costs by modality,
 * in millionths of USD; it also corrects the price of the `read` tokens, which are billed at the rate of all.
 */
function modalPrice(rates: Rates, usage: Usage, rest: number, read: number): number {
  const { cacheReadTextTokens, cacheReadAudioTokens, cacheReadImageTokens, cacheReadVideoTokens } = usage;
  const text = count(rates.inputText, usage.inputTextTokens ?? none(cacheReadTextTokens));
  const audio = count(rates.inputAudio, usage.inputAudioTokens ?? none(cacheReadAudioTokens));
  const image = count(rates.inputImage, usage.inputImageTokens ?? none(cacheReadImageTokens));
  const video = count(rates.inputVideo, usage.inputVideoTokens ?? none(cacheReadVideoTokens));
  const readText = cachedPart(rates.cacheReadText, cacheReadTextTokens, read, text);
  const readAudio = cachedPart(rates.cacheReadAudio, cacheReadAudioTokens, read, audio);
  const readImage = cachedPart(rates.cacheReadImage, cacheReadImageTokens, read, image);
  const readVideo = cachedPart(rates.cacheReadVideo, cacheReadVideoTokens, read, video);
  const modal =
    less(text, readText) + less(audio, readAudio) + less(image, readImage) + less(video, readVideo);
  const readModal = readText + readAudio + readImage + readVideo;
  return (
    (text - readText) * rates.inputText +
    (audio - readAudio) * rates.inputAudio +
    (image - readImage) * rates.inputImage +
    (video - readVideo) * rates.inputVideo +
    readText * rates.cacheReadText +
    readAudio * rates.cacheReadAudio +
    readImage * rates.cacheReadImage +
    readVideo * rates.cacheReadVideo +
    (less(read, readModal) - read) * rates.cacheRead +
    less(rest, modal) * rates.input
  );
}

/** The output's part of the cost, in USD. */
export function outputPrice(rates: Rates, usage: Usage): number {
  const output = usage.outputTokens ?? noOutput(usage);
  return (rates.outputParts ? partsPrice(rates, usage, output) : less(output, 0) * rates.output) / 1e6;
}

function partsPrice(rates: Rates, usage: Usage, output: number): number {
  const reasoning = count(rates.reasoning, usage.reasoningTokens);
  const citation = count(rates.citation, usage.citationTokens);
  const text = count(rates.outputText, usage.outputTextTokens);
  const audio = count(rates.outputAudio, usage.outputAudioTokens);
  const image = count(rates.outputImage, usage.outputImageTokens);
  const video = count(rates.outputVideo, usage.outputVideoTokens);
  return (
    reasoning * rates.reasoning +
    citation * rates.citation +
    text * rates.outputText +
    audio * rates.outputAudio +
    image * rates.outputImage +
    video * rates.outputVideo +
    less(output, reasoning + citation + text + audio + image + video) * rates.output
  );
}

/** The part of the searches and of the request itself, in USD. */
export function eventPrice(rates: Rates, usage: Usage): number {
  const { webSearches, fileSearches } = usage;
  if (webSearches === undefined && fileSearches === undefined) return rates.request / 1e6;
  const searches = count(rates.webSearch, webSearches) * rates.webSearch;
  return (searches + count(rates.fileSearch, fileSearches) * rates.fileSearch + rates.request) / 1e6;
}

/** The fees that have a rate, in USD; NaN if a count is invalid. */
export function feesPrice(rates: Rates, fees: Fees): number {
  let total = 0;
  for (const unit of Object.keys(fees))
    total += count(rates[unit as FeeUnit], fees[unit as FeeUnit]) * rates[unit as FeeUnit];
  return total / 1e6;
}

/** The fees that were counted and have no rate. */
export function unpricedFees(rates: Rates, fees: Fees): MissingFee[] {
  const units = (Object.keys(fees) as FeeUnit[]).filter((unit) => (fees[unit] ?? 0) > 0);
  const priced = new Set(units.filter((unit) => rates[unit] >= 0).map((unit) => FEE_OF[unit]));
  return [...new Set(units.map((unit) => FEE_OF[unit]))].filter((fee) => !priced.has(fee));
}

/** A number of tokens if it has a separate rate, else 0; NaN if it is no number of tokens. */
function count(rate: number, tokens: number | undefined): number {
  if (rate < 0 || tokens === undefined) return 0;
  return tokens >= 0 ? tokens : Number.NaN;
}

/** The rest of a whole after its parts; NaN if the parts are greater. */
function less(whole: number, parts: number): number {
  return whole >= parts ? whole - parts : Number.NaN;
}

/** The cached tokens of a modality; NaN if there may be some, but their number is not reported. */
function cachedPart(rate: number, tokens: number | undefined, read: number, modal: number): number {
  if (rate >= 0 && tokens === undefined && read > 0 && modal > 0) return Number.NaN;
  return count(rate, tokens);
}

/** The number of a whole that was not reported: none, but unknown where `part` of it was. */
function none(part: number | undefined): number {
  return part ? Number.NaN : 0;
}

function noInput(usage: Usage): number {
  const { cacheReadTokens, cacheWriteTokens, inputTextTokens, inputAudioTokens } = usage;
  const cached = cacheReadTokens || cacheWriteTokens || usage.cacheWrite1hTokens || noRead(usage) !== 0;
  const modal = inputTextTokens || inputAudioTokens || usage.inputImageTokens || usage.inputVideoTokens;
  return cached || modal ? Number.NaN : 0;
}

function noRead(usage: Usage): number {
  const { cacheReadTextTokens, cacheReadAudioTokens, cacheReadImageTokens } = usage;
  return none(
    cacheReadTextTokens || cacheReadAudioTokens || cacheReadImageTokens || usage.cacheReadVideoTokens,
  );
}

function noOutput(usage: Usage): number {
  const { reasoningTokens, citationTokens, outputTextTokens, outputAudioTokens } = usage;
  const modal = outputTextTokens || outputAudioTokens || usage.outputImageTokens || usage.outputVideoTokens;
  return none(reasoningTokens || citationTokens || modal);
}
