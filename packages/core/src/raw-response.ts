/**
 * A raw `Response` that the application asked for, to read its body itself. The body has one reader, the
 * application; its own reading is observed, so that tokens and the end of the call are known all the same.
 */
import { answerArrived } from './answer.ts';
import { chunkArrived, close, type Live } from './live.ts';

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

/** Reports the reading of `response` to `live`. */
export function watchResponse(response: Response, live: Live): void {
  const methods = response as unknown as Record<string, unknown>;
  let reading = false;
  for (const [name, textOf] of Object.entries(READERS)) {
    const read = methods[name];
    if (typeof read !== 'function') continue;
    hide(response, name, {
      value(this: unknown, ...args: unknown[]) {
        reading = true;
        const run = () => (read as Read).apply(this, args);
        // The SDK's own reading, after all: it may make another error of what fails here.
        return live.parsing ? run() : observeRead(live, run, textOf);
      },
      writable: true,
    });
  }
  const clone = response.clone;
  hide(response, 'clone', {
    value(this: Response) {
      const copy = clone.call(this);
      watchResponse(copy, live);
      return copy;
    },
    writable: true,
  });
  watchBody(response, live, () => reading);
}

/**
 * A body taken as a stream cannot be followed without reading it too: the call ends there, with nothing
 * known of the answer, unless a look at the body was only that, and a reader follows at once.
 */
function watchBody(response: Response, live: Live, isReading: () => boolean): void {
  const prototype = Object.getPrototypeOf(response);
  const get = findGetter(prototype, 'body');
  if (!get) return;
  hide(response, 'body', {
    get(this: unknown) {
      if (!isReading()) setImmediate(() => isReading() || live.parsing || close(live, 'completed'));
      return get.call(this);
    },
  });
}

function findGetter(prototype: object | null, name: string): ((this: unknown) => unknown) | undefined {
  for (let owner = prototype; owner !== null; owner = Object.getPrototypeOf(owner)) {
    const found = Object.getOwnPropertyDescriptor(owner, name)?.get;
    if (found) return found;
  }
  return undefined;
}

async function observeRead(
  live: Live,
  read: () => Promise<unknown>,
  textOf: (value: unknown) => unknown,
): Promise<unknown> {
  try {
    const value = await read();
    bodyArrived(live, textOf, value);
    return value;
  } catch (error) {
    close(live, 'failed', error);
    throw error;
  }
}

function bodyArrived(live: Live, textOf: (value: unknown) => unknown, value: unknown): void {
  try {
    const body = textOf(value);
    if (typeof body !== 'string') answerArrived(live, body);
    else if (live.call.request.stream) eventsArrived(live, body);
    else answerArrived(live, JSON.parse(body));
  } catch {
    close(live, 'completed'); // the body is no JSON: nothing is known of the answer
  }
}

/** A stream that was read as one text: its events, as the SDK would have handed them over. */
function eventsArrived(live: Live, text: string): void {
  for (const line of text.split(/\r\n|\n|\r/)) {
    const data = line.startsWith('data:') ? line.slice(5).trim() : '';
    if (data !== '' && data !== '[DONE]') chunkArrived(live, JSON.parse(data));
  }
  close(live, 'completed');
}

function hide(response: Response, key: string, property: PropertyDescriptor): void {
  Object.defineProperty(response, key, { ...property, configurable: true, enumerable: false });
}
