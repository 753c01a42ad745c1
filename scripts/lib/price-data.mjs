// Makes the compact form of prices from genai-prices' data and from the overlay, which has the same fields. An
// unknown field is an error: to leave a price out silently would make a cost wrong.
import { isDeepStrictEqual } from 'node:util';
import { UNITS } from '../../packages/core/src/cost/units.ts';

// Keys of units that no answer reports to llmtrace: the messages of a voice session.
const UNCOUNTED = new Set(['input_text_messages_kcount']);

/** Keys that repeat another key of the same object. */
const SAME = new Map([['input_audio_hours', 'audio_hours']]);

// The models for which a price of `{}` means "free"; for other models it means "unknown".
const FREE_ID = /:free$|-exp(-\d\d-\d\d)?$/;
const FREE_COMMENT = /^Included in the subscription|Free of charge/;
const FREE = new Set(['google gemma-3', 'google gemma-3n', 'openai moderation']);

const RULES = { equals: '=', starts_with: '^', ends_with: '$', contains: '~' };
const CODES = new Map(UNITS.map((unit) => [unit.key, unit]));

/** The TypeScript source of shelves: one line for each line of a provider's JSON. */
export function literals(shelves) {
  return Object.entries(shelves)
    .map(
      ([id, json]) => `  ${/^\w+$/.test(id) ? id : `'${id}'`}: \`${json.replace(/[`\\]|\$\{/g, '\\$&')}\`,`,
    )
    .join('\n');
}

/** A shelf of genai-prices' data. */
export function shelfOf({ id, models, fallback_model_providers: fallback = [] }, note) {
  if (typeof id !== 'string' || !Array.isArray(models)) throw shape('provider', { id, models });
  const lines = models.map((model) => JSON.stringify(modelLine(id, model, note)));
  return `{"fallback":${JSON.stringify(fallback)},"models":[\n${lines.join(',\n')}\n]}`;
}

function modelLine(provider, model, note) {
  const { id, match, prices } = model;
  const line = [rule(match), price(provider, model, prices, note)];
  const tier = /:(batch|flex|priority)$/.exec(id)?.[1];
  return tier === undefined ? line : [...line, tier];
}

// ------------------------------------------------------------ the overlay
const SURE = new Set(['vendor', 'reported', 'likely']);
const PROVENANCE = ['provider', 'match', 'source', 'date', 'sure'];

/**
 * The overlay's shelves. If genai-prices' data has the model of an entry, the newer of the two applies: an entry that
 * is not newer than `dataDate` is left out, and reported.
 * @param isInData whether the data has a model of a provider.
 */
export function overlayShelves({ models, amendments }, dataDate, isInData, note) {
  const shelves = {};
  const shelf = (provider) => {
    shelves[provider] ??= { models: [], amendments: [] };
    return shelves[provider];
  };
  for (const entry of models) {
    checkProvenance(entry, ['id', 'prices']);
    const { provider, id, match, prices, date } = entry;
    if (date <= dataDate && isInData(provider, id)) {
      note(
        `the overlay's ${provider} ${id} of ${date} is left out: the data of ${dataDate} has it; remove it`,
      );
      continue;
    }
    shelf(provider).models.push([rule(match), prices === null ? null : price(provider, entry, prices, note)]);
  }
  for (const entry of amendments) {
    checkProvenance(entry, AMENDMENT);
    shelf(entry.provider).amendments.push([rule(entry.match), amendment(entry)]);
  }
  return Object.fromEntries(Object.entries(shelves).map(([provider, entry]) => [provider, shelfText(entry)]));
}

/** The date of the newest entry. */
export const overlayDate = ({ models, amendments }) =>
  [...models, ...amendments].reduce((newest, { date }) => (date > newest ? date : newest), '');

const AMENDMENT = ['tiers', 'regions', 'factor', 'rates', 'cache_write_1h', 'unknown'];

function checkProvenance(entry, fields) {
  const { provider, source, date, sure } = entry;
  const isKnown = Object.keys(entry).every((key) => PROVENANCE.includes(key) || fields.includes(key));
  const isSound =
    typeof provider === 'string' &&
    typeof source === 'string' &&
    source.length > 0 &&
    /^\d{4}-\d\d-\d\d$/.test(date) &&
    SURE.has(sure);
  if (!isKnown || !isSound) throw shape('entry of the overlay', entry);
}

function amendment({ tiers, regions, factor, rates, cache_write_1h: hour, unknown }) {
  if (factor !== undefined && !(factor > 0 && factor < 100)) throw shape('factor', factor);
  if (hour !== undefined && !(hour > 0 && hour < 100)) throw shape('cache_write_1h', hour);
  const codes =
    rates && Object.fromEntries(Object.entries(rates).map(([key, value]) => [unit(key).code, rate(value)]));
  return JSON.parse(
    JSON.stringify({ t: tiers, p: regions && rule(regions), f: factor, r: codes, h: hour, u: unknown }),
  );
}

const shelfText = ({ models, amendments }) => {
  const lines = (list) => list.map((line) => JSON.stringify(line)).join(',\n');
  return `{"models":[\n${lines(models)}\n],"amendments":[\n${lines(amendments)}\n]}`;
};

// ------------------------------------------------------------ rules
function rule(match) {
  const entries = Object.entries(match);
  if (entries.length !== 1) throw shape('match', match);
  const [[kind, value]] = entries;
  if (kind === 'or') return value.map(rule);
  if (kind === 'and') return { and: value.map(rule) };
  if (typeof value !== 'string') throw shape('match', match);
  if (kind === 'regex') return `/${new RegExp(value).source}`;
  if (RULES[kind] === undefined) throw shape('match', match);
  return RULES[kind] + value.toLowerCase();
}

// ------------------------------------------------------------ prices
function price(provider, model, prices, note) {
  const dated = Array.isArray(prices) ? prices : [{ prices }];
  const sets = dated.map((entry) => [when(entry), rates(provider, model, entry.prices, note)]);
  if (sets.every(([, value]) => value === null)) return null;
  if (sets.some(([, value]) => value === null)) throw shape(`prices of ${provider} ${model.id}`, prices);
  return Array.isArray(prices) ? sets : sets[0][1];
}

function when({ constraint, prices, ...rest }) {
  if (Object.keys(rest).length > 0) throw shape('conditional price', rest);
  if (constraint === undefined) return null;
  const { type, start_date: date, start_time: start, end_time: end } = constraint;
  if (type === 'start_date' && isDeepStrictEqual(constraint, { type, start_date: date })) {
    if (/^\d{4}-\d\d-\d\d$/.test(date) && Date.parse(date) > 0) return date;
  }
  if (type === 'time_of_date') {
    const daily = { type, start_time: start, end_time: end };
    if (isDeepStrictEqual(constraint, daily)) return [seconds(start), seconds(end)];
    if (isDeepStrictEqual(constraint, { ...daily, weekdays: true })) return [seconds(start), seconds(end), 1];
  }
  throw shape('constraint', constraint);
}

function seconds(time) {
  const [, hours, minutes, rest] = /^(\d\d):(\d\d):(\d\d)Z$/.exec(time) ?? [];
  if (rest === undefined) throw shape('time of the day', time);
  return Number(hours) * 3600 + Number(minutes) * 60 + Number(rest);
}

function rates(provider, model, prices, note) {
  const entries = Object.entries(prices).filter(([key]) => !isRepeated(key, prices));
  if (entries.length === 0)
    return free(provider, model) ? {} : unknown(provider, model, 'no price at all', note);
  if (entries.some(([key]) => UNCOUNTED.has(key))) {
    return unknown(provider, model, Object.keys(prices).join(', '), note);
  }
  const result = Object.fromEntries(entries.map(([key, value]) => [unit(key).code, rate(value)]));
  requireWholes(provider, model, result);
  return result;
}

/** Whether a key only repeats another one. */
const isRepeated = (key, prices) => SAME.has(key) && isDeepStrictEqual(prices[key], prices[SAME.get(key)]);

const unit = (key) => expect(CODES.get(key), 'a price key that llmtrace knows', key);

function rate(value) {
  if (isRate(value)) return value;
  const { base, tiers } = value;
  if (
    !isRate(base) ||
    !Array.isArray(tiers) ||
    !tiers.every((t) => isRate(t.price) && Number.isSafeInteger(t.start))
  ) {
    throw shape('tiers', value);
  }
  return [base, ...tiers.toSorted((a, b) => a.start - b.start).flatMap(({ start, price }) => [start, price])];
}

function isRate(value) {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0;
}

// Asserts what the computation of a cost relies on: each part with a price belongs to a whole with a price; two parts
// that may overlap (cached tokens and audio tokens) do not both have a price, unless their overlap has one, too.
function requireWholes(provider, model, codes) {
  const has = (...all) => all.every((code) => code in codes);
  const parts = (whole, ...all) => has(whole) || !all.some((code) => has(code));
  const sound =
    parts('i', 'r', 'w', 'it', 'ia', 'ii', 'iv') &&
    parts('o', 'q', 'c', 'ot', 'oa', 'oi', 'ov') &&
    parts('w', 'h') &&
    ['t', 'a', 'i', 'v'].every(
      (m) =>
        has('r', `i${m}`) === has(`r${m}`) && !has('w', `i${m}`) && !has('q', `o${m}`) && !has('c', `o${m}`),
    );
  if (!sound) throw shape(`prices of ${provider} ${model.id}`, codes);
}

function free(provider, { id, price_comments: comments = '' }) {
  return FREE_ID.test(id) || FREE_COMMENT.test(comments) || FREE.has(`${provider} ${id}`);
}

function unknown(provider, { id }, why, note) {
  note(`not priced: ${provider} ${id} (${why})`);
  return null;
}

// ------------------------------------------------------------ complaints
export function expect(value, what, got) {
  if (value === undefined) throw new Error(`Expected ${what}, got ${JSON.stringify(got)}.`);
  return value;
}

function shape(what, value) {
  return new Error(`${what} of a shape that this script does not know: ${JSON.stringify(value)}`);
}
