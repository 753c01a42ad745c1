// What is generated: requests, answers, and how a server gives them. A play is plain JSON, so that it can be kept.
import { json, numbers, object } from '@llmtrace/test-fixtures/any-json';
import { frame as awsFrame, bedrockStreamFailure } from '@llmtrace/test-fixtures/bodies/bedrock';
import fc from 'fast-check';
import { ANSWERS, FAILURES, MARKER, REQUESTS } from './bodies.mjs';
import { ODD_NAMES } from './odd.mjs';
import { VENDORS } from './vendors.mjs';

/** Numbers that JSON can hold and JavaScript cannot, as a text that is replaced where the body is written. */
const RAW_NUMBERS = ['@@1e999', '@@-1e999', '@@1e-400', '@@-0', '@@123456789012345678901234567890'];
const anything = fc.oneof({ weight: 4, arbitrary: json }, numbers, fc.constantFrom(...RAW_NUMBERS));
const odd = fc.constantFrom(...ODD_NAMES).map(($odd) => ({ $odd }));

/** All ways to a value within JSON. */
function pathsOf(value, path = []) {
  if (typeof value !== 'object' || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([key, entry]) => pathsOf(entry, [...path, key]))];
}

const EDITS = {
  replace(parent, key, value) {
    parent[key] = value;
  },
  remove: (parent, key) => void (Array.isArray(parent) ? parent.splice(key, 1) : delete parent[key]),
  repeat(parent, key) {
    if (Array.isArray(parent)) parent.splice(key, 0, structuredClone(parent[key]));
    else parent[`${key}2`] = parent[key];
  },
  count: (parent, key, by) => EDITS.replace(parent, key, by),
  swap(parent) {
    if (Array.isArray(parent)) parent.reverse();
  },
};

/** Where counts, indices and costs are. */
const COUNTED = /tokens?$|TokenCount$|index|usage|cost|count/i;

function edited(value, edits) {
  const holder = { value: structuredClone(value) };
  for (const { at, edit, by } of edits) {
    const all = pathsOf(holder.value, ['value']);
    const counted = all.filter((path) => COUNTED.test(path.at(-1)));
    const paths = edit === 'count' && counted.length > 0 ? counted : all;
    const path = paths[at % paths.length];
    const parent = path.slice(0, -1).reduce((found, key) => found[key], holder);
    EDITS[edit](parent, path.at(-1), structuredClone(by));
  }
  return holder.value;
}

/** A sound value, changed in some places. */
const changed = (value, values, maxLength = 4) =>
  fc
    .array(
      fc.record({
        at: fc.nat({ max: 400 }),
        edit: fc.constantFrom('replace', 'replace', 'replace', 'count', 'count', 'remove', 'repeat', 'swap'),
        by: fc.oneof({ weight: 3, arbitrary: values }, numbers),
      }),
      { maxLength },
    )
    .map((edits) => edited(value, edits));

const textOf = (value) => (JSON.stringify(value) ?? '').replace(/"@@(-?[\d.e+-]+)"/g, '$1');

const wholeBody = (answer) =>
  fc.oneof(
    { weight: 6, arbitrary: changed(answer.whole, anything).map(textOf) },
    {
      weight: 2,
      arbitrary: fc
        .constantFrom(...FAILURES)
        .chain((f) => changed(f, anything, 2))
        .map(textOf),
    },
    object.map(textOf),
    anything.map(textOf),
    { weight: 2, arbitrary: garbage },
  );

/** What gateways send in place of JSON. Long ones are found to be slow, where anything is quadratic. */
const UNITS = [
  `<p>${MARKER}</p>`,
  '"',
  'a@',
  '{"a":',
  '\\',
  ' ',
  '=',
  'sk-',
  '\u2028',
  '\u{1F600}',
  `"${MARKER}" `,
  'eyJ.',
];
const garbage = fc.oneof(
  fc.constantFrom(
    '',
    'null',
    '[]',
    `${MARKER} is no JSON`,
    `<html><body>502 ${MARKER}</body></html>`,
    '\ufeff{}',
  ),
  fc.string({ unit: 'binary' }),
  fc
    .tuple(fc.constantFrom(...UNITS), fc.constantFrom(1, 10, 1000, 20_000, 100_000))
    .map(([unit, count]) => unit.repeat(count).slice(0, 1_000_000)),
);

const LINES = [
  ': ping\n\n',
  'data: [DONE]\n\n',
  `data: {"text": "${MARKER}\n\n`,
  'data:\n\n',
  'event: error\ndata: {"type":"error","error":{"type":"overloaded_error","message":"MARKER"}}\n\n',
  'data: {"error":{"code":503,"message":"MARKER","status":"UNAVAILABLE"}}\n\n',
  'data: {"error":"MARKER"}\n\n',
  'retry: 5\nid: 7\n\n',
  '\r\n\r\n',
  'event: message_stop\n\n',
  'data: null\n\n',
].map((line) => line.replaceAll('"MARKER"', `"${MARKER}"`));
const noise = fc.oneof(fc.constantFrom(...LINES), fc.string({ unit: 'binary' }));

const frame = (newline) => (event) => {
  if (event === '[DONE]') return `data: [DONE]${newline}${newline}`;
  const name =
    typeof event?.type === 'string' ? `event: ${event.type.replace(/[\r\n]/g, ' ')}${newline}` : '';
  return `${name}data: ${textOf(event)}${newline}${newline}`;
};

const eventsBody = ({ events, whole }) =>
  fc
    .record({
      events: fc.oneof(
        { weight: 4, arbitrary: changed(events, anything, 5) },
        fc.array(fc.oneof(object, fc.constantFrom(...events, whole)), { maxLength: 8 }),
      ),
      noise: fc.array(fc.tuple(fc.nat({ max: 12 }), noise), { maxLength: 2 }),
      newline: fc.constantFrom('\n', '\n', '\r\n'),
    })
    .map(({ events: list, noise: lines, newline }) => {
      const frames = (Array.isArray(list) ? list : [list]).map(frame(newline));
      for (const [at, line] of lines) frames.splice(at, 0, line);
      return frames.join('');
    });

/** Faulty frames of an event stream: failures, an unknown type, a payload that is no JSON, a wrong checksum. */
const AWS_NOISE = [
  bedrockStreamFailure(),
  awsFrame('throttlingException', { message: MARKER }, 'exception'),
  awsFrame('later', { text: MARKER }),
  awsFrame('chunk', `"${MARKER}`),
  awsFrame('metadata', ''),
  Buffer.concat([awsFrame('messageStop', { stopReason: 'end_turn' }).subarray(0, -4), Buffer.alloc(4)]),
];

/** The name of a frame's type, cut to 100 characters: the format has 2 bytes for its length. */
const awsTypeOf = (type) => (typeof type === 'string' ? type.slice(0, 100) : 'chunk');

function awsFrameOf(event) {
  const { type, payload, model } = Object(event);
  if (model === undefined) return awsFrame(awsTypeOf(type), textOf(payload));
  return awsFrame(awsTypeOf(type), { bytes: Buffer.from(textOf(model)).toString('base64') });
}

const framedBody = ({ events }) =>
  fc
    .record({
      events: fc.oneof(
        { weight: 4, arbitrary: changed(events, anything, 5) },
        fc.array(fc.constantFrom(...events), { maxLength: 8 }),
      ),
      noise: fc.array(fc.tuple(fc.nat({ max: 12 }), fc.constantFrom(...AWS_NOISE)), { maxLength: 2 }),
    })
    .map(({ events: list, noise: frames }) => {
      const all = (Array.isArray(list) ? list : [list]).map(awsFrameOf);
      for (const [at, noiseFrame] of frames) all.splice(at, 0, noiseFrame);
      return Buffer.concat(all);
    });

/**
 * The SDK reads the first bytes of a stream as a length, and reserves that much memory: up to 4 GB for arbitrary text.
 * So text becomes the payload of a frame, and no stream is compressed.
 */
const inFrames = ({ status, body, encoding, raw, ...rest }) => ({
  ...rest,
  status,
  body: status < 300 && typeof body === 'string' ? awsFrame('metadata', body) : body,
  encoding: status < 300 ? 'identity' : encoding,
  raw: raw?.includes(' 200 ') ? undefined : raw,
});

/** A text in parts, which may end within a character. */
function split(text, cuts) {
  const bytes = Buffer.from(text);
  const ends = [...cuts.map((cut) => Math.floor((cut / 100) * bytes.length)), bytes.length];
  const parts = [];
  let start = 0;
  for (const end of ends.sort((a, b) => a - b)) {
    if (end > start) parts.push(partOf(bytes.subarray(start, end)));
    start = Math.max(start, end);
  }
  return parts;
}

/** A text where it is one: a play is easier to read. */
function partOf(bytes) {
  const text = bytes.toString();
  return Buffer.from(text).equals(bytes) ? text : { base64: bytes.toString('base64') };
}

const HEADERS = [
  'x-amzn-errortype',
  'x-amzn-requestid',
  'x-amzn-bedrock-input-token-count',
  'request-id',
  'x-request-id',
  'retry-after',
  'retry-after-ms',
  'x-should-retry',
  'x-ratelimit-remaining-requests',
  'x-ratelimit-reset-tokens',
  'anthropic-ratelimit-tokens-reset',
  'openai-organization',
  'openai-processing-ms',
  'server-timing',
  'x-litellm-response-cost',
  'location',
];
const headerValue = fc.oneof(
  fc.constantFrom(
    '0',
    '-1',
    '1e999',
    'NaN',
    '99999999999',
    'Wed, 21 Oct 2099 07:28:00 GMT',
    'x'.repeat(4000),
    '',
  ),
  fc.string({ maxLength: 40 }),
);
/** A length that is no number is no HTTP: what of the body is read before that is found depends on the moment. */
const contentLength = fc.constantFrom('0', '1', '100', '99999999999');
const header = fc.oneof(
  { weight: HEADERS.length, arbitrary: fc.tuple(fc.constantFrom(...HEADERS), headerValue) },
  fc.tuple(fc.constant('content-length'), contentLength),
);
const headers = fc.array(header, { maxLength: 3 });

const STATUSES = [
  200, 201, 204, 299, 301, 304, 400, 401, 403, 404, 408, 409, 422, 429, 500, 502, 503, 529, 599,
];
const TYPES = ['application/json', 'text/event-stream', 'text/html', 'application/json; charset=latin1', ''];

const RAW = [
  'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n{"a":1',
  'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\ncontent-type: text/event-stream\r\n\r\nzz\r\n',
  'HTTP/1.1 999 ?\r\n\r\n',
  'HTTP/1.1 100 Continue\r\n\r\n',
  'not http',
  '',
];

const replyOf = (answer, isStream) =>
  fc
    .record({
      status: fc.oneof({ weight: 4, arbitrary: fc.constant(200) }, fc.constantFrom(...STATUSES)),
      type: fc.oneof(
        { weight: 6, arbitrary: fc.constant(isStream ? 'text/event-stream' : 'application/json') },
        fc.constantFrom(...TYPES),
      ),
      headers,
      body: fc.oneof(
        { weight: isStream ? 1 : 6, arbitrary: wholeBody(answer) },
        { weight: isStream ? 8 : 1, arbitrary: answer.isFramed ? framedBody(answer) : eventsBody(answer) },
      ),
      cuts: fc.array(fc.nat({ max: 100 }), { maxLength: 4 }),
      encoding: fc.constantFrom(...Array(12).fill('identity'), 'gzip', 'br', 'deflate', 'false'),
      end: fc.constantFrom(...Array(8).fill('end'), 'cut', 'hang'),
      raw: fc.oneof({ weight: 20, arbitrary: fc.constant(undefined) }, fc.constantFrom(...RAW)),
    })
    .map((reply) => (isStream && answer.isFramed ? inFrames(reply) : reply))
    .map(({ type, headers: others, body, cuts, raw, ...rest }) => ({
      ...rest,
      headers: type ? [['content-type', type], ...others] : others,
      parts: split(body, cuts),
      ...(raw === undefined ? {} : { raw }),
    }));

const requestOf = (request) =>
  fc.oneof(
    { weight: 5, arbitrary: fc.constant(request) },
    { weight: 5, arbitrary: changed(request, fc.oneof(json, odd), 3) },
    { weight: 1, arbitrary: fc.oneof(json, odd, object) },
  );

/** What a Redis that is broken, or none, may answer: nothing of it is what llmtrace's scripts answer. */
export const redisAnswer = fc.oneof(
  fc.constantFrom(null, '', 'OK', 'NaN', -1, [], [null], ['NaN'], {}, [[[]]], [1, 'inf', 'x', -1], {
    $odd: 'symbol',
  }),
  json.filter((value) => !Array.isArray(value) || value.length < 5),
  odd,
  fc.oneof(json, odd).map(($reject) => ({ $reject })),
);

/** A play of a vendor. */
export function playOf(vendor, profile) {
  const { uses } = VENDORS[vendor];
  return fc.constantFrom(...Object.keys(uses)).chain((use) => {
    const { request, answer, isStream } = uses[use];
    return fc
      .record({
        use: fc.constant(use),
        request: requestOf(REQUESTS[request]),
        replies: fc.array(replyOf(ANSWERS[answer], isStream), { minLength: 1, maxLength: 1 }),
        take: fc.constantFrom(0, 0, 0, 1, 2, 4),
        abort: fc.constantFrom(...Array(19).fill(false), true),
        ...(profile === 'shared' ? { redis: redisAnswer } : {}),
      })
      .filter((play) => JSON.stringify(play).length < 3e6);
  });
}
