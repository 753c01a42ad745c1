/**
 * A raw `Response`, whose body the application reads itself. The application is its only reader; llmtrace observes that
 * reading to get the tokens and the end of the call.
 */
import type { Readable } from 'node:stream';
import { setImmediate } from '../platform/at-start.ts';
import { guard } from './guard.ts';
import { chunkArrived, close, eventArrived, forget, type OpenCall } from './open-call.ts';
import { newRawAnswer, type RawAnswer, readOtherwise } from './raw-answer.ts';
import { answerArrived } from './result.ts';

type Read = (this: unknown, ...args: unknown[]) => Promise<unknown>;

/** The ways to read a body at once, and how to get at its text. */
const READERS: Readonly<Record<string, (value: unknown) => unknown>> = {
  json: (value) => value,
  text: (value) => value,
  arrayBuffer: (value) => new TextDecoder().decode(value as ArrayBuffer),
  bytes: (value) => new TextDecoder().decode(value as Uint8Array),
  buffer: (value) => new TextDecoder().decode(value as Uint8Array),
  blob: () => undefined,
  formData: () => undefined,
};

/** The reading state of a response and all its clones: reading any of them counts as reading the answer. */
interface Body {
  reading: boolean;
  cloning: boolean;
}

/** Keeps a response from being collected, which would end its call, while a clone of it can still be read. */
const originals = new WeakMap<object, object>();

/** Reports the reading of `response` to `live`. */
export function watchResponse(
  response: Response,
  live: OpenCall,
  body: Body = { reading: false, cloning: false },
): void {
  const methods = response as unknown as Record<string, unknown>;
  for (const [name, textOf] of Object.entries(READERS)) {
    const read = methods[name];
    if (typeof read !== 'function') continue;
    hide(response, name, {
      value(this: unknown, ...args: unknown[]) {
        body.reading = true;
        const run = () => (read as Read).apply(this, args);
        // The SDK reads the body itself after all: it may convert an error that occurs here.
        return isReadBySdk(live) || live.rawAnswer?.isFollowed ? run() : observeRead(live, run, textOf);
      },
      writable: true,
    });
  }
  const clone = response.clone;
  hide(response, 'clone', {
    value(this: Response) {
      body.cloning = true; // node-fetch looks at the body
      try {
        const copy = clone.call(this);
        originals.set(copy, this);
        watchResponse(copy, live, body);
        return copy;
      } finally {
        body.cloning = false;
      }
    },
    writable: true,
  });
  watchBody(response, live, body);
}

/** Whether the SDK reads the body: of a stream, not before the application reads that. */
const isReadBySdk = ({ parsing, delivered, reading }: OpenCall): boolean =>
  parsing && (!delivered || reading);

/** A body that the application takes as a stream has no second reader: an HTTP instrumentation sees it on its way. */
function watchBody(response: Response, live: OpenCall, state: Body): void {
  const prototype = Object.getPrototypeOf(response);
  const get = findGetter(prototype, 'body');
  if (!get) return;
  live.rawAnswer ??= newRawAnswer();
  const raw = live.rawAnswer;
  hide(response, 'body', {
    get(this: unknown) {
      const body: unknown = get.call(this);
      const isLook = state.reading || state.cloning || raw.isFollowed || isReadBySdk(live);
      if (!isLook && typeof body === 'object' && body !== null && live.call.endTime === undefined)
        guard(live.engine, 'answer', () => bodyTaken(response, body, live, raw, state));
      return body;
    },
  });
}

function bodyTaken(response: Response, body: object, live: OpenCall, raw: RawAnswer, state: Body): void {
  if (raw.wire) {
    raw.isFollowed = true;
    forget(live); // the application may drop the response, and read its body
    raw.wire.follow(body);
    return;
  }
  raw.isUnseen = true;
  // The call ends here, with nothing known of the answer, unless a look at the body was only that.
  const look = (): void => {
    const isTaken = response.bodyUsed || isRead(body);
    if (isTaken && !state.reading && !isReadBySdk(live)) close(live, 'completed');
  };
  setImmediate(look);
}

/** Whether a reader is attached to a body: a web stream, or a Node.js stream where the SDK uses node-fetch. */
function isRead(body: object): boolean {
  if ('locked' in body) return body.locked === true;
  const { readableDidRead, listenerCount } = body as Partial<Readable>;
  const listeners = (event: string): number => listenerCount?.call(body as Readable, event) ?? 1;
  return readableDidRead === true || listeners('data') + listeners('readable') > 0;
}

function findGetter(prototype: object | null, name: string): ((this: unknown) => unknown) | undefined {
  for (let owner = prototype; owner !== null; owner = Object.getPrototypeOf(owner)) {
    const found = Object.getOwnPropertyDescriptor(owner, name)?.get;
    if (found) return found;
  }
  return undefined;
}

async function observeRead(
  live: OpenCall,
  read: () => Promise<unknown>,
  textOf: (value: unknown) => unknown,
): Promise<unknown> {
  readOtherwise(live.rawAnswer);
  try {
    const value = await read();
    bodyArrived(live, textOf, value);
    return value;
  } catch (error) {
    close(live, 'failed', error);
    throw error;
  }
}

function bodyArrived(live: OpenCall, textOf: (value: unknown) => unknown, value: unknown): void {
  try {
    if (live.endpoint.hasLines) {
      fileArrived(live, value, textOf);
      return;
    }
    const body = textOf(value);
    if (typeof body !== 'string') answerArrived(live, body);
    else if (live.call.request.stream) eventsArrived(live, body);
    else answerArrived(live, JSON.parse(body));
  } catch {
    close(live, 'completed'); // the body is no JSON: nothing is known of the answer
  }
}

/** The part of a file that is read, in characters or bytes. JSON of this size takes half a second. */
const MAX_FILE = 64 * 1024 * 1024;
/** The part that is read at once: 1 to 2 ms. */
const STEP = 256 * 1024;

/**
 * A file of JSON documents, one a line. It is read in steps, so that a large one does not hold up the application. What
 * is beyond the limit, or is no JSON, counts as not read.
 */
function fileArrived(live: OpenCall, value: unknown, textOf: (value: unknown) => unknown): void {
  const size = sizeOf(value);
  const text = textOf(size > MAX_FILE ? startOf(value) : value);
  if (typeof text !== 'string') {
    close(live, 'completed');
    return;
  }
  const lines = linesOf(text.slice(0, MAX_FILE));
  const read = (): void => {
    const isEnd = guard(live.engine, 'chunk', () => readStep(live, lines)) ?? true;
    if (!isEnd) {
      setImmediate(read);
      return;
    }
    if (size > MAX_FILE) chunkArrived(live, {});
    close(live, 'completed');
  };
  read();
}

const sizeOf = (value: unknown): number => (value as string).length ?? (value as ArrayBuffer).byteLength;

const startOf = (value: unknown): unknown =>
  value instanceof ArrayBuffer
    ? new Uint8Array(value, 0, MAX_FILE)
    : (value as string | Uint8Array).slice(0, MAX_FILE);

function* linesOf(text: string): Generator<string, undefined> {
  for (let start = 0; start < text.length; ) {
    const found = text.indexOf('\n', start);
    const end = found < 0 ? text.length : found;
    yield text.slice(start, end);
    start = end + 1;
  }
  return undefined;
}

/** @returns whether there are no more lines */
function readStep(live: OpenCall, lines: Iterator<string, undefined>): boolean {
  for (let size = 0; size < STEP; ) {
    const { value: line, done } = lines.next();
    if (done) return true;
    size += line.length + 1;
    if (line.trim() !== '') chunkArrived(live, documentOf(line));
  }
  return false;
}

function documentOf(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return {};
  }
}

/** A stream that was read as one text: its events, as the SDK would have handed them over. */
function eventsArrived(live: OpenCall, text: string): void {
  for (const line of text.split(/\r\n|\n|\r/)) {
    const data = line.startsWith('data:') ? line.slice(5).trim() : '';
    if (data !== '' && data !== '[DONE]') eventArrived(live, JSON.parse(data));
  }
  close(live, 'completed');
}

function hide(response: Response, key: string, property: PropertyDescriptor): void {
  Object.defineProperty(response, key, { ...property, configurable: true, enumerable: false });
}
