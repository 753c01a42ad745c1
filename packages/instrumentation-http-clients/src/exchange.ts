/**
 * One request and its answer, observed as a client sends and receives them. The exchange becomes a call once its data
 * identifies a model call.
 */
import {
  chunkArrived,
  close,
  fields,
  headersArrived,
  isCancelled,
  type Live,
  onCollected,
  runAsIn,
  type Scope,
  scopeOf,
  seen,
  wholeAnswered,
} from '@llmtrace/core/internal';
import { type Context, context } from '@opentelemetry/api';
import { type AnswerReader, type AnswerSink, readerOf } from './bodies/answer.ts';
import { Decoder, decoderOf } from './bodies/decoder.ts';
import { RequestBody } from './bodies/request-body.ts';
import type { Header } from './clients/reading.ts';
import type { Target } from './protocols/protocol.ts';
import { type Recognised, recognise } from './recognise.ts';
import { awaitRedirect, takeRedirected } from './redirects.ts';

/** The instrumentation, as far as an exchange needs it. */
export interface CallOpener {
  /** Whether models are known to be served there, or an SDK of such a vendor to send the request. */
  isKnown(target: Target): boolean;
  /** Undefined where nothing is to be traced, or cannot be. */
  open(found: Recognised, begun: number): Live | undefined;
}

export class Exchange {
  readonly #opener: CallOpener;
  readonly #target: Target;
  readonly #context: Context;
  readonly #scope: Scope | undefined = scopeOf();
  readonly #begun = performance.now();
  /**
   * The client's own object for the request: when the request is garbage-collected, the application has dropped the
   * call.
   */
  readonly #request: WeakRef<object>;
  #body: RequestBody | undefined;
  #length = 0;
  #isAsked = false;
  #found: Recognised | undefined;
  #live: Live | undefined;
  #reader: AnswerReader | undefined;
  #decoder: Decoder | undefined;
  #isOver = false;
  /** Of the answer; undefined until it arrives. */
  #header: Header | undefined;

  /** @param parent the context that was active when the application sent the request. */
  constructor(opener: CallOpener, target: Target, request: object, parent: Context) {
    this.#opener = opener;
    this.#target = target;
    this.#request = new WeakRef(request);
    this.#context = parent;
  }

  /** A piece of the request's body is sent. */
  sent(chunk: Uint8Array | string): void {
    if (this.#isAsked) return;
    this.#body ??= new RequestBody(this.#target.header('content-type') ?? '');
    this.#body.add(chunk);
  }

  /** All of the request is sent. */
  requestSent(): void {
    if (!this.#isAsked) this.#ask(this.#body ? (this.#body.value() ?? null) : undefined);
  }

  /** @param sent the body; undefined where it is not known, null where it is no JSON. */
  #ask(sent: unknown): void {
    this.#isAsked = true;
    this.#length = this.#body?.length ?? 0;
    this.#body = undefined;
    const redirected = takeRedirected(this.#target.url.href, this.#length);
    if (redirected) {
      this.#found = redirected.found;
      this.#use(redirected.live);
      return;
    }
    this.#found = recognise(this.#target, sent, this.#opener.isKnown(this.#target));
    if (!this.#found) this.#isOver = true;
    else if (this.#found.isSure) this.#open(this.#found);
  }

  #open(found: Recognised): void {
    const live = runAsIn(this.#scope, () =>
      context.with(this.#context, () => this.#opener.open(found, this.#begun)),
    );
    if (live) this.#use(live);
    else this.#isOver = true;
  }

  #use(live: Live): void {
    this.#live = live;
    if (this.#header) headersArrived(live, { get: this.#header });
    live.call.attempts++;
    live.call.attemptTime = performance.now();
    const request = this.#request.deref();
    if (request) onCollected(request, live);
  }

  /** The head of the answer has arrived. */
  answered(status: number, header: Header): void {
    if (status < 200) return;
    this.requestSent();
    if (this.#isOver) return;
    if (this.#live) seen(this.#live);
    const place = status >= 300 && status < 400 ? header('location') : undefined;
    if (place !== undefined) this.#redirect(place, status);
    else if (status >= 300) this.#refused(status, header);
    else this.#answers(header);
  }

  #redirect(place: string, status: number): void {
    const live = this.#live;
    const found = this.#found;
    this.#stop();
    if (live && found) {
      const { href } = new URL(place, this.#target.url);
      awaitRedirect(href, { live, found, length: this.#length }, status);
    }
  }

  /** The body contains the vendor's reason for its refusal. */
  #refused(status: number, header: Header): void {
    const live = this.#live;
    if (!live) {
      this.#stop(); // on a host that is not known, and so not a call of a protocol
      return;
    }
    const fail = (body: unknown): void => {
      this.#stop();
      close(live, 'failed', refusal(status, header, body));
    };
    const sink: AnswerSink = { event: fail, whole: fail, last() {} };
    this.#reader = withEnd(readerOf('application/json', true, sink), () => fail(undefined));
    this.#decode(header('content-encoding'));
  }

  #answers(header: Header): void {
    const found = this.#found as Recognised;
    this.#header = header;
    if (this.#live) headersArrived(this.#live, { get: header });
    const type = header('content-type') ?? '';
    const reader = readerOf(type, found.protocol.isBulky === true, {
      event: (value) => this.#event(found, value),
      whole: (value) => this.#whole(found, value),
      last: () => this.#close(),
    });
    this.#reader = withEnd(reader, () => this.#close());
    this.#decode(header('content-encoding'));
  }

  #decode(encoding: string | undefined): void {
    const stream = decoderOf(encoding);
    if (stream === undefined) return;
    const reader = this.#reader as AnswerReader;
    if (stream === 'unknown') this.#reader = { push() {}, end: () => reader.end() };
    else
      this.#decoder = new Decoder(
        stream,
        (bytes) => this.#push(bytes),
        () => reader.end(),
      );
  }

  /** Whether the answer shows a call that the request alone did not. */
  #isConfirmed(found: Recognised, value: unknown): boolean {
    if (!this.#live && found.protocol.confirms?.(fields(value)) === true) this.#open(found);
    if (!this.#live) this.#stop();
    return this.#live !== undefined;
  }

  #event(found: Recognised, value: unknown): void {
    if (this.#isOver || !this.#isConfirmed(found, value)) return;
    if (!found.protocol.endpoint.chunk) {
      this.#whole(found, value);
      return;
    }
    chunkArrived(this.#live as Live, value);
    if (found.protocol.isLast?.(fields(value))) this.#close();
  }

  #whole(found: Recognised, value: unknown): void {
    if (this.#isOver || !this.#isConfirmed(found, value)) return;
    try {
      wholeAnswered(this.#live as Live, value);
    } finally {
      this.#close();
    }
  }

  /** A piece of the answer's body has arrived, as it came over the network. */
  data(bytes: Uint8Array): void {
    if (this.#isOver || !this.#reader) return;
    if (this.#decoder) this.#decoder.write(bytes);
    else this.#push(bytes);
  }

  #push(bytes: Uint8Array): void {
    if (this.#isOver) return;
    if (this.#live) seen(this.#live);
    this.#reader?.push(bytes);
  }

  /** The answer has ended. */
  ended(): void {
    if (this.#isOver) return;
    if (this.#decoder) this.#decoder.end();
    else this.#reader?.end();
  }

  /** The request failed, or the application stopped it. */
  failed(error: unknown): void {
    if (this.#isOver) return;
    // Of a request that did not get so far, the path is known.
    if (!this.#isAsked) this.#ask(this.#body?.value());
    const live = this.#live;
    const isLeft = this.#reader !== undefined && !isOfNetwork(error);
    this.#stop();
    if (!live) return;
    // An application that stops reading an answer gets no error.
    if (isLeft) close(live, 'cancelled');
    else close(live, 'failed', error);
  }

  #close(): void {
    const live = this.#live;
    this.#stop();
    if (live) close(live, 'completed');
  }

  #stop(): void {
    this.#isOver = true;
    this.#live = undefined;
    this.#reader = undefined;
    const decoder = this.#decoder;
    this.#decoder = undefined;
    decoder?.stop();
  }
}

/**
 * Whether an error is a network error or a timeout. All others are the application's reasons for aborting.
 */
const isOfNetwork = (error: unknown): boolean =>
  !isCancelled(error) && (typeof fields(error).code === 'string' || fields(error).name === 'TimeoutError');

/** A reader that ends the call even where nothing could be read. */
const withEnd = (reader: AnswerReader, onEnd: () => void): AnswerReader => ({
  push: (bytes) => reader.push(bytes),
  end() {
    try {
      reader.end();
    } finally {
      onEnd();
    }
  },
});

/** An error as the vendors' SDKs make it of a refusal. */
function refusal(status: number, header: Header, body: unknown): Error {
  const inner = fields(body).error ?? body;
  const message = fields(inner).message ?? fields(body).message;
  const error = new Error(typeof message === 'string' ? message : `HTTP ${status}`);
  error.stack = ''; // it would show no file of the application
  return Object.assign(error, { status, headers: headersOf(header), error: inner });
}

/** The headers that say how long to wait, and which request it was. */
const TELLING = [
  'retry-after',
  'retry-after-ms',
  'x-should-retry',
  'x-request-id',
  'request-id',
  'x-amzn-requestid',
];

const headersOf = (header: Header): Record<string, string> =>
  Object.fromEntries(
    TELLING.flatMap((name) => {
      const value = header(name);
      return value === undefined ? [] : [[name, value]];
    }),
  );
