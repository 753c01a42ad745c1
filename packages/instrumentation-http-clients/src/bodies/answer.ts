/** Turns the bodies of answers into the input of a protocol: events of a stream, or one JSON value. */
import { EventStream } from './event-stream.ts';
import { fieldsNear, jsonOf } from './json.ts';
import { END, TextEnds } from './text-ends.ts';

/** The outcome of an answer. */
export interface AnswerSink {
  /** An event of a stream. */
  event(value: unknown): void;
  /** The whole answer. */
  whole(value: unknown): void;
  /** The whole answer, which is a list: of the events of a stream, or of answers. */
  list(values: readonly unknown[]): void;
  /** The stream has sent its end marker. */
  last(): void;
}

/** Reads the bytes of a body as they come. */
export interface AnswerReader {
  push(bytes: Uint8Array): void;
  end(): void;
}

/** The longest event of a stream, in characters; the last event of a Responses stream repeats all of the answer. */
const MAX_EVENT = 8 * 2 ** 20;
/** The longest whole answer that is parsed. */
const MAX_WHOLE = 16 * 2 ** 20;

/**
 * @param isBulky true for answers that are mostly numbers or base64: they are never parsed from {@link END} on.
 */
export function readerOf(contentType: string, isBulky: boolean, sink: AnswerSink): AnswerReader {
  const type = contentType.toLowerCase();
  const unread = () => new Bytes(sink);
  if (type.includes('amazon.eventstream'))
    return new EventStream(sink, () => new Unnamed(sink, isBulky, unread, () => new Lines(sink)));
  if (type.includes('event-stream')) return new Unnamed(sink, isBulky, () => new Events(sink));
  if (/ndjson|jsonl|json-lines|json-seq|stream\+json/.test(type)) return new Lines(sink);
  if (type.includes('json')) return new Whole(sink, isBulky ? END : MAX_WHOLE);
  if (/^(?:audio|image|video)\/|html/.test(type)) return new Bytes(sink);
  return new Unnamed(sink, isBulky, unread);
}

/** Lines of text, whichever way they end. */
abstract class ByLine implements AnswerReader {
  protected readonly sink: AnswerSink;
  readonly #decoder = new TextDecoder();
  #text = '';
  #isTooLong = false;

  constructor(sink: AnswerSink) {
    this.sink = sink;
  }

  protected abstract line(text: string): void;

  push(bytes: Uint8Array): void {
    this.#split(this.#decoder.decode(bytes, { stream: true }));
  }

  #split(text: string): void {
    let pending = this.#text + text;
    if (pending.includes('\r')) pending = withoutReturns(pending);
    let from = 0;
    for (let at = pending.indexOf('\n'); at >= 0; at = pending.indexOf('\n', from)) {
      const line = pending.slice(from, at);
      from = at + 1;
      if (!this.#isTooLong) this.line(line);
      this.#isTooLong = false;
    }
    this.#text = pending.slice(from);
    if (this.#text.length <= MAX_EVENT) return;
    this.#text = '';
    this.#isTooLong = true;
  }

  end(): void {
    const { length } = this.#text;
    if (length > 0 && !this.#isTooLong) this.line(this.#text.replace(/\r$/, ''));
    this.#text = '';
  }
}

/** `\r` at the very end may be the half of an end. */
const withoutReturns = (text: string): string =>
  text.endsWith('\r') ? `${ends(text.slice(0, -1))}\r` : ends(text);

const ends = (text: string): string => text.replace(/\r\n?/g, '\n');

/** Server-sent events: https://html.spec.whatwg.org/multipage/server-sent-events.html */
class Events extends ByLine {
  #data: string | undefined;

  protected line(text: string): void {
    if (text === '') this.#dispatch();
    else if (text.startsWith('data:')) this.#add(text.startsWith('data: ') ? text.slice(6) : text.slice(5));
  }

  #add(data: string): void {
    this.#data = this.#data === undefined ? data : `${this.#data}\n${data}`;
    if (this.#data.length > MAX_EVENT) this.#data = '';
  }

  #dispatch(): void {
    const data = this.#data;
    this.#data = undefined;
    if (data === undefined) return;
    if (data.startsWith('[DONE]')) {
      this.sink.last();
      return;
    }
    const value = jsonOf(data);
    if (value !== undefined) this.sink.event(value);
  }

  override end(): void {
    super.end();
    this.#dispatch();
  }
}

/** A JSON value a line. */
class Lines extends ByLine {
  protected line(text: string): void {
    const value = text === '' ? undefined : jsonOf(text);
    if (value !== undefined) this.sink.event(value);
  }
}

/** One JSON value. Gemini's streams are a list of events where the client does not ask for server-sent ones. */
class Whole implements AnswerReader {
  readonly #sink: AnswerSink;
  readonly #text: TextEnds;
  readonly #decoder = new TextDecoder();

  constructor(sink: AnswerSink, most: number) {
    this.#sink = sink;
    this.#text = new TextEnds(most);
  }

  push(bytes: Uint8Array): void {
    this.#text.add(this.#decoder.decode(bytes, { stream: true }));
  }

  end(): void {
    const { isWhole, start, end } = this.#text;
    if (!isWhole) {
      this.#sink.whole(fieldsNear(start, end));
      return;
    }
    const value = jsonOf(start);
    if (Array.isArray(value)) this.#sink.list(value);
    else if (value !== undefined) this.#sink.whole(value);
  }
}

/** Sound or a picture: nothing in it is read. */
class Bytes implements AnswerReader {
  readonly #sink: AnswerSink;

  constructor(sink: AnswerSink) {
    this.#sink = sink;
  }

  push(): void {}

  end(): void {
    this.#sink.whole({});
  }
}

/**
 * A body without a content type, or with a generic one, or whole JSON where events are announced: its beginning shows the
 * format.
 */
class Unnamed implements AnswerReader {
  readonly #sink: AnswerSink;
  readonly #other: () => AnswerReader;
  readonly #json: () => AnswerReader;
  #start: Uint8Array = new Uint8Array();
  #reader: AnswerReader | undefined;

  /**
   * @param other reads a body whose beginning is neither that of events nor that of JSON.
   * @param json reads a body that begins as JSON.
   */
  constructor(
    sink: AnswerSink,
    isBulky: boolean,
    other: () => AnswerReader,
    json = (): AnswerReader => readerOf('application/json', isBulky, sink),
  ) {
    this.#sink = sink;
    this.#other = other;
    this.#json = json;
  }

  push(bytes: Uint8Array): void {
    if (this.#reader) {
      this.#reader.push(bytes);
      return;
    }
    this.#start = Buffer.concat([this.#start, bytes]);
    const format = formatOf(this.#start);
    if (format === undefined) return;
    this.#reader = this.#readerOf(format);
    this.#reader.push(this.#start);
  }

  #readerOf(format: Format): AnswerReader {
    if (format === 'other') return this.#other();
    return format === 'events' ? new Events(this.#sink) : this.#json();
  }

  end(): void {
    this.#reader?.end();
  }
}

/** The longest word that begins an event, with its colon. */
const ENOUGH = 'event:'.length;

type Format = 'events' | 'json' | 'other';

/** The format that the beginning of a body shows; undefined where it is too short to show one. */
function formatOf(bytes: Uint8Array): Format | undefined {
  const start = new TextDecoder().decode(bytes.subarray(0, 64)).trimStart();
  if (/^(?:data|event|id|retry)?:/.test(start)) return 'events';
  if (/^[{[]/.test(start)) return 'json';
  return start.length < ENOUGH && bytes.length < 64 ? undefined : 'other';
}
