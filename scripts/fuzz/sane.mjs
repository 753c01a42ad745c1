// What telemetry must be, whatever was asked and answered.
import { MARKER } from './bodies.mjs';

/** The longest name, and the longest text that is no content, in UTF-16 code units. */
const MAX_NAME = 256;
const MAX_TEXT = 2000;
/** Names of vendors and models: what stands there comes from outside. */
const NAMES = /^gen_ai\.(?:(?:request|response)\.model|response\.id|conversation\.id|provider\.name)$/;
const TOKENS = /tokens$/;
const COST = /cost/;
const CONTENT = /^gen_ai\.(?:input\.messages|output\.messages|system_instructions|tool\.definitions)$/;

/** @returns what is wrong, as texts; none where all is well. */
export function faultsOf(emitted, { play, capturesContent }) {
  const { spans, metrics } = emitted;
  return [
    ...countFaults(emitted),
    ...spans.flatMap(spanFaults),
    ...metrics.flatMap(metricFaults),
    ...(capturesContent ? [] : contentFaults(emitted)),
    ...logFaults(emitted.events),
    ...(play.redis === undefined ? [] : spans.flatMap(refusalFaults)),
  ].slice(0, 10);
}

/** Each play makes one call. */
function countFaults({ spans, started, metrics, diag }) {
  const faults = [];
  if (started > 1) faults.push(`${started} spans of one call`);
  if (spans.length !== started) faults.push(`${started} spans started, ${spans.length} ended`);
  const durations = metrics.filter(({ name }) => name === 'gen_ai.client.operation.duration');
  const measured = durations.reduce((sum, { count }) => sum + count, 0);
  if (measured !== spans.length) faults.push(`${measured} durations of ${spans.length} calls`);
  const twice = diag.find(({ text }) => /once|after.*end|ended/i.test(text) && /span/i.test(text));
  if (twice) faults.push(`diag: ${twice.text}`);
  return faults;
}

function spanFaults({ name, attributes, events, status, startTime, endTime }) {
  const faults = [];
  if (name.length > MAX_NAME + 40) faults.push(`a span's name has ${name.length} characters`);
  if ((status.message ?? '').length > MAX_TEXT)
    faults.push(`a status has ${status.message.length} characters`);
  if (compare(endTime, startTime) < 0) faults.push('a span ends before it starts');
  for (const at of [attributes, ...events.map((event) => event.attributes ?? {})])
    for (const [key, value] of Object.entries(at)) faults.push(...attributeFaults(key, value));
  return faults;
}

const compare = ([s1, n1], [s2, n2]) => s1 - s2 || n1 - n2;

function attributeFaults(key, value) {
  if (typeof value === 'number') return numberFaults(key, value);
  const texts = (Array.isArray(value) ? value : [value]).filter((text) => typeof text === 'string');
  const max = NAMES.test(key) || Array.isArray(value) ? MAX_NAME : MAX_TEXT;
  if (CONTENT.test(key) || key === 'exception.stacktrace') return [];
  return texts.filter((text) => text.length > max).map((text) => `${key} has ${text.length} characters`);
}

function numberFaults(key, value) {
  if (!Number.isFinite(value)) return [`${key} is ${value}`];
  const isCount = TOKENS.test(key) && key.startsWith('gen_ai.usage.');
  if (isCount && !(Number.isInteger(value) && value >= 0)) return [`${key} is ${value}`];
  return COST.test(key) && value < 0 ? [`${key} is ${value}`] : [];
}

function metricFaults({ name, sum, attributes }) {
  const faults = Object.entries(attributes).flatMap(([key, value]) =>
    attributeFaults(`${name} ${key}`, value),
  );
  return Number.isFinite(sum) && sum >= 0 ? faults : [...faults, `the sum of ${name} is ${sum}`];
}

const logFaults = (events) =>
  events.flatMap(({ attributes = {} }) =>
    Object.entries(attributes).flatMap(([key, value]) => attributeFaults(key, value)),
  );

/** Where the marker is in what was emitted without capture. */
function contentFaults({ spans, metrics, events, lines, diag }) {
  const places = {
    spans: spans.map(({ name, attributes, events: ofSpan, status, links, resource }) => {
      return [name, attributes, ofSpan, status, links, resource?.attributes];
    }),
    metrics,
    events,
    lines,
    diag,
  };
  return Object.entries(places).flatMap(([place, value]) => {
    const found = marked(value);
    return found ? [`content in ${place}: ${found}`] : [];
  });
}

/** The text around the marker, if it is anywhere in the value. */
function marked(value, seen = new Set()) {
  if (typeof value === 'string') return around(value);
  if (typeof value !== 'object' || value === null || seen.has(value)) return undefined;
  seen.add(value);
  for (const [key, entry] of Object.entries(Object.getOwnPropertyDescriptors(value))) {
    const found = around(key) ?? marked(entry.value, seen);
    if (found) return `${key}: ${found}`.slice(0, 300);
  }
  return undefined;
}

function around(text) {
  const at = text.indexOf(MARKER);
  return at < 0 ? undefined : text.slice(Math.max(0, at - 60), at + 60);
}

/** A Redis that answers nonsense is out of reach, and no limit of this process is reached: no call is refused. */
const refusalFaults = ({ attributes }) =>
  Object.keys(attributes).some((key) => key.startsWith('llmtrace.refus')) ? ['a call was refused'] : [];
