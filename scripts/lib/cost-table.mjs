// Writes the table of docs/cost.md: for each provider with a known host, what has a price and what is marked as
// missing. The table is made from the hosts, the price book and its overlay.
import { providerId } from '../../packages/core/src/cost/price-book.ts';
import { OVERLAY, PRICES } from '../../packages/core/src/cost/prices.ts';
import { UNITS } from '../../packages/core/src/cost/units.ts';
import { hostProviders } from '../../packages/core/src/vendor/hosts.ts';

const START = '<!-- providers: npm run update-prices -- overlay -->';
const END = '<!-- /providers -->';

const SUB_PROVIDERS = Object.keys(PRICES).filter((id) => id.startsWith('huggingface_'));
const EVENTS = new Map(UNITS.filter(({ kind }) => kind === 'event').map(({ code, name }) => [code, name]));
const words = (name) => name.replaceAll(/[A-Z0-9]+/g, (part) => ` ${part.toLowerCase()}`);

/** The page with an up-to-date table. */
export function withTable(page) {
  const [before, rest = ''] = page.split(START);
  const [, after = ''] = rest.split(END);
  return `${before}${START}\n${table()}\n${END}${after}`;
}

function table() {
  const rows = [...providers()].map(([name, shelves]) => row(name, shelves));
  return [
    '| provider | models | tiers | regions | beside tokens | marked |',
    '| --- | --- | --- | --- | --- | --- |',
    ...rows,
  ].join('\n');
}

/** Each provider, with the names of the shelves that its hosts have. */
function providers() {
  const found = new Map();
  for (const { name, prices } of hostProviders()) {
    const shelves = found.get(name) ?? new Set();
    if (prices !== null) shelves.add(providerId(prices));
    // Hugging Face routes a call to another provider, whose prices apply.
    if (name === 'hugging_face') for (const id of SUB_PROVIDERS) shelves.add(id);
    found.set(name, shelves);
  }
  return [...found].toSorted(([one], [other]) => one.localeCompare(other));
}

function row(name, shelves) {
  const known = [...shelves].filter((id) => PRICES[id] || OVERLAY[id]);
  if (known.length === 0) return `| \`${name}\` | none | | | | unpriced, unless the answer states its cost |`;
  const lines = known.flatMap((id) => JSON.parse(PRICES[id] ?? '{"models":[]}').models);
  const overlays = known.map((id) => JSON.parse(OVERLAY[id] ?? '{"models":[],"amendments":[]}'));
  const models = lines.length + overlays.reduce((sum, { models }) => sum + models.length, 0);
  const amendments = overlays.flatMap((overlay) => overlay.amendments.map(([, what]) => what));
  const tiers = [
    ...new Set([...lines.flatMap(([, , tier]) => tier ?? []), ...amendments.flatMap(({ t }) => t ?? [])]),
  ];
  const regions = amendments.flatMap(({ p, f }) => (p && f ? `×${f}` : []));
  const marked = [...new Set(amendments.flatMap(({ u }) => u ?? []))].map((unit) => `\`${unit}\``);
  const cells = [
    `\`${name}\``,
    models,
    tiers.join(', '),
    [...new Set(regions)].join(', '),
    fees([...lines, ...overlays.flatMap((overlay) => overlay.models)], amendments),
    marked,
  ];
  return `| ${cells.join(' | ')} |`.replaceAll('  ', ' ');
}

function fees(lines, amendments) {
  const codes = [...lines, ...amendments.map(({ r }) => [undefined, r])].flatMap(([, price]) =>
    codesOf(price),
  );
  return [...new Set(codes.map((code) => EVENTS.get(code)).filter(Boolean))].map(words).sort().join(', ');
}

const codesOf = (price) => {
  if (!price) return [];
  return Array.isArray(price) ? price.flatMap(([, rates]) => Object.keys(rates)) : Object.keys(price);
};
