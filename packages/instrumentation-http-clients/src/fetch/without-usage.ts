/**
 * The answer to a request in which llmtrace has requested the usage of the stream: the same answer without the added usage,
 * so that the application gets the answer to its own request.
 */
import type { UnderlyingByteSource } from 'node:stream/web';
import { type Endpoint, fields } from '@llmtrace/core/internal';
import { jsonOf } from '../bodies/json.ts';

type DropUsage = NonNullable<Endpoint['dropUsage']>;

/** A longer event is passed on as it is. */
const MAX_EVENT = 8 * 2 ** 20;

/** What a new `Response` does not take over. */
const KEPT = ['url', 'redirected', 'type', 'headers'] as const;

/** @param response of this process' own class `Response`. */
export function withoutUsage(response: Response, dropUsage: DropUsage): Response {
  const { body, status, statusText, headers } = response;
  if (!body || !/event-stream/i.test(headers.get('content-type') ?? '')) return response;
  const filtered = new Response(filteredBody(body, dropUsage), { status, statusText, headers });
  return like(filtered, response);
}

function like(copy: Response, response: Response): Response {
  for (const key of KEPT) Object.defineProperty(copy, key, { value: response[key], configurable: true });
  Object.defineProperty(copy, 'clone', {
    value: (): Response => like(Response.prototype.clone.call(copy), response),
    configurable: true,
    writable: true,
  });
  return copy;
}

/** It reads on only as the application does, and hands on every error and the end as they come. */
function filteredBody(body: ReadableStream<Uint8Array>, dropUsage: DropUsage): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  const filter = new EventFilter(dropUsage);
  const source: UnderlyingByteSource = {
    type: 'bytes',
    async pull(controller) {
      for (let isWaiting = true; isWaiting; ) {
        const { done, value } = await reader.read();
        const passed = done ? filter.rest() : filter.push(value);
        if (passed.length > 0) controller.enqueue(passed);
        if (done) end(controller);
        isWaiting = !done && passed.length === 0;
      }
    },
    cancel: (reason) => reader.cancel(reason),
  };
  return new ReadableStream(source);
}

function end(controller: Parameters<NonNullable<UnderlyingByteSource['pull']>>[0]): void {
  controller.close();
  // A read into the application's buffer ends with this; its type lacks it.
  (controller.byobRequest as { respond(size: number): void } | undefined)?.respond(0);
}

/** Whole events of a stream of server-sent ones. The text is kept byte by byte: `latin1` has one character for each. */
export class EventFilter {
  readonly #dropUsage: DropUsage;
  #pending = '';

  constructor(dropUsage: DropUsage) {
    this.#dropUsage = dropUsage;
  }

  push(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
    // An end may begin in the bytes before.
    const unread = Math.max(0, this.#pending.length - MAX_END);
    this.#pending += Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
    let passed = '';
    let from = 0;
    for (let end = endOfEvent(this.#pending, unread); end > 0; end = endOfEvent(this.#pending, from)) {
      passed += this.#filtered(this.#pending.slice(from, end));
      from = end;
    }
    this.#pending = this.#pending.slice(from);
    if (this.#pending.length > MAX_EVENT) passed += this.#take();
    return bytesOf(passed);
  }

  rest(): Uint8Array<ArrayBuffer> {
    return bytesOf(this.#filtered(this.#take()));
  }

  #take(): string {
    const pending = this.#pending;
    this.#pending = '';
    return pending;
  }

  #filtered(event: string): string {
    if (!event.includes('"usage"')) return event;
    const start = event.indexOf('data:') + 5;
    const end = endOfLine(event, start);
    const data = Buffer.from(event.slice(start, end), 'latin1').toString();
    const chunk = fields(jsonOf(data));
    const before = JSON.stringify(chunk);
    if (this.#dropUsage(chunk)) return '';
    const after = JSON.stringify(chunk);
    if (before === after) return event;
    const changed = Buffer.from(cut(data, after)).toString('latin1');
    return `${event.slice(0, start)}${changed}${event.slice(end)}`;
  }
}

/** The event's own text without `"usage":null`, or that of the changed event where the cut gives another value. */
function cut(data: string, wanted: string): string {
  const text = data.replace(/,\s{0,9}"usage"\s{0,9}:\s{0,9}null(?=\s{0,9}[,}])/, '');
  return JSON.stringify(jsonOf(text)) === wanted ? text : ` ${wanted}`;
}

/** The empty line that ends an event. */
const EVENT_END = /\n\n|\r\n\r\n|\r\r/g;
const MAX_END = 4;

/** The index after the empty line that ends an event; 0 where that has not come yet. */
function endOfEvent(text: string, from: number): number {
  EVENT_END.lastIndex = from;
  return EVENT_END.test(text) ? EVENT_END.lastIndex : 0;
}

function endOfLine(text: string, from: number): number {
  const ends = [text.indexOf('\n', from), text.indexOf('\r', from)].filter((at) => at >= 0);
  return ends.length > 0 ? Math.min(...ends) : text.length;
}

const bytesOf = (text: string): Uint8Array<ArrayBuffer> => new Uint8Array(Buffer.from(text, 'latin1'));
