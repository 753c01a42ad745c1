/**
 * One request and its answer, observed as a client sends and receives them. The exchange becomes a call once its data
 * identifies a model call.
 */
import {
  attempted,
  close,
  eventArrived,
  fields,
  headersArrived,
  isCancelled,
  isOnlyUsage,
  note,
  type OpenCall,
  objects,
  onCollected,
  runAsIn,
  type Scope,
  scopeOf,
  seen,
  wholeAnswered,
} from '@llmtrace/core/internal';
import { type Context, context } from '@opentelemetry/api';
import { type AnswerReader, type AnswerSink, readerOf } from './bodies/answer.ts';
import { Decoder, decodingOf } from './bodies/decoder.ts';
import { RequestBody } from './bodies/request-body.ts';
import { abortError, type Header } from './clients/reading.ts';
import { isNamed, type Protocol, type Target } from './protocols/protocol.ts';
import { type Recognised, recognise } from './recognise.ts';
import { awaitRedirect, takeRedirected } from './redirects.ts';
import { stepOfAnswer } from './steps.ts';

/** The instrumentation, as far as an exchange needs it. */
export interface CallOpener {
  /** Whether models are known to be served there, or an SDK of such a vendor to send the request. */
  isKnown(target: Target): boolean;
  /** Undefined where nothing is to be traced, or cannot be. */
  open(found: Recognised, begun: number, target: Target): OpenCall | undefined;
  /** Watches for calls whose answer does not come to its end. */
  answerBegins(): void;
}

/** A call that was opened before its request was sent. */
export interface OpenedCall {
  readonly live: OpenCall;
  readonly found: Recognised;
}

/** A request, as each protocol that has such a one reads it. */
const formsOf = (found: Recognised): readonly Recognised[] => [found, ...(found.others ?? [])];

/** What a client does with a request and its answer, as the watchers of clients report it. */
export interface RequestObserver
  extends Pick<Exchange, 'sent' | 'requestSent' | 'answered' | 'data' | 'ended' | 'failed'> {
  /**
   * Only of a request of an SDK: nothing is observed of it but the head of its answer, and the rest of the answer where this
   * is true then.
   */
  wantsAnswer?(): boolean;
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
  #live: OpenCall | undefined;
  #headers: Header | undefined;
  #reader: AnswerReader | undefined;
  #decoder: Decoder | undefined;
  #isOver = false;
  /** Whether the answer has ended; a copy of it may still be decoded. */
  #isWhole = false;

  /**
   * @param parent the context that was active when the application sent the request.
   * @param opened the request's call, where that is open already: its attempts are counted by the code that opened it.
   */
  constructor(opener: CallOpener, target: Target, request: object, parent: Context, opened?: OpenedCall) {
    this.#opener = opener;
    this.#target = target;
    this.#request = new WeakRef(request);
    this.#context = parent;
    if (!opened) return;
    this.#isAsked = true;
    this.#found = opened.found;
    this.#follow(opened.live);
  }

  /** A piece of the request's body is sent. */
  sent(chunk: Uint8Array | string): void {
    if (this.#isAsked) return;
    const { header } = this.#target;
    this.#body ??= new RequestBody(header('content-type') ?? '', header('content-encoding'));
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
      context.with(this.#context, () => this.#opener.open(found, this.#begun, this.#target)),
    );
    if (live) this.#use(live);
    else this.#isOver = true;
  }

  #use(live: OpenCall): void {
    attempted(live);
    this.#follow(live);
  }

  #follow(live: OpenCall): void {
    this.#live = live;
    const request = this.#request.deref();
    if (request) onCollected(request, live);
  }

  /** From here on the application may leave the answer without a sign of it. */
  #begins(): void {
    const live = this.#live;
    if (!live || live.delivered) return;
    live.delivered = true;
    headersArrived(live, { get: this.#headers });
    this.#opener.answerBegins();
  }

  /** The head of the answer has arrived. */
  answered(status: number, header: Header): void {
    if (status < 200) return;
    this.requestSent();
    this.#openStep(header);
    if (this.#isOver) return;
    if (this.#live) seen(this.#live);
    const place = status >= 300 && status < 400 ? header('location') : undefined;
    if (place !== undefined && URL.canParse(place, this.#target.url.href)) this.#redirect(place, status);
    else if (status >= 300) this.#refused(status, header);
    else this.#answers(header);
  }

  /** Opens the call of a request that has several steps: of the first one, where there is no answer. */
  #openStep(header?: Header): void {
    const found = this.#found;
    if (this.#isOver || this.#live || !found?.steps) return;
    const step = header ? found.steps[stepOfAnswer(header)] : found;
    this.#found = step;
    if (step) this.#open(step);
    else this.#isOver = true;
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
    const sink: AnswerSink = { event: fail, whole: fail, list: fail, last() {} };
    this.#reader = withEnd(readerOf('application/json', true, sink), () => fail(undefined));
    this.#decode(header('content-encoding'));
  }

  #answers(header: Header): void {
    const found = this.#found as Recognised;
    this.#headers = header;
    if (!this.#live) this.#openShown(({ announces }) => announces?.(header) === true);
    this.#begins();
    const type = header('content-type') ?? '';
    const isBulky = formsOf(found).some(({ protocol }) => protocol.isBulky === true);
    const reader = readerOf(type, isBulky, {
      event: (value) => this.#event(value),
      whole: (value) => this.#whole(value),
      list: (values) => this.#list(values),
      last: () => this.#close(),
    });
    this.#reader = withEnd(reader, () => this.#close());
    this.#decode(header('content-encoding'));
  }

  #decode(encoding: string | undefined): void {
    const decoding = decodingOf(encoding);
    if (decoding === undefined) return;
    const reader = this.#reader as AnswerReader;
    if (decoding === 'unknown') this.#reader = { push() {}, end: () => reader.end() };
    else
      this.#decoder = new Decoder(
        decoding,
        (bytes) => this.#push(bytes),
        () => reader.end(),
      );
  }

  /** Opens the call of the protocol that the answer shows, among those that have such a request. */
  #openShown(isShown: (protocol: Protocol) => boolean): void {
    const shown = formsOf(this.#found as Recognised).find(({ protocol }) => isShown(protocol));
    if (!shown) return;
    this.#found = shown;
    this.#open(shown);
  }

  /** The protocol, unless the answer is of none. */
  #protocolOf(value: unknown): Protocol | undefined {
    if (this.#isOver) return undefined;
    if (!this.#live) this.#openShown(({ confirms }) => confirms?.(fields(value)) === true);
    if (this.#live) this.#begins();
    else this.#stop();
    return this.#live && this.#found?.protocol;
  }

  #event(value: unknown): void {
    const protocol = this.#protocolOf(value);
    if (!protocol) return;
    if (!protocol.endpoint.chunk) {
      this.#whole(value);
      return;
    }
    const live = this.#live as OpenCall;
    if (live.usage !== 'asked' || !isOnlyUsage(live, value)) eventArrived(live, value);
    live.call.response.failure ??= protocol.failure?.(fields(value));
    if (protocol.isLast?.(fields(value))) this.#close();
  }

  #list(values: readonly unknown[]): void {
    if (this.#isOver) return;
    if (!this.#live)
      this.#openShown(({ ofList, confirms }) => ofList !== undefined && confirms?.(ofList(values)) === true);
    const ofList = this.#found?.protocol.ofList;
    if (ofList) this.#whole(ofList(values));
    else for (const event of values) this.#event(event);
  }

  #whole(value: unknown): void {
    if (!this.#protocolOf(value)) return;
    try {
      wholeAnswered(this.#live as OpenCall, value);
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
    this.#isWhole = true;
    if (this.#decoder) this.#decoder.end();
    else this.#reader?.end();
  }

  /** The request failed, or the application stopped it. */
  failed(error: unknown): void {
    if (this.#isOver || this.#isWhole) return;
    // Until the request is sent, its body may have failed.
    const isSent = this.#isAsked;
    // Of a request that did not get so far, the path is known.
    if (!isSent) this.#ask(this.#body?.value());
    this.#openStep();
    const live = this.#live;
    const isLeft = this.#reader !== undefined && !isOfNetwork(error);
    this.#stop();
    if (!live) return;
    // An application that stops reading an answer gets no error.
    if (isLeft) close(live, 'cancelled');
    else close(live, 'failed', isSent && isReason(error) ? abortError() : error);
  }

  #close(): void {
    const live = this.#live;
    this.#stop();
    if (!live) return;
    close(live, 'completed');
    if (live.call.response.isPending && live.engine.vendor.tracesAnyClient)
      tellPending(this.#target.url.host);
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
 * Whether an error is a network error or a timeout. All others are the application's reasons for aborting: so are those of
 * Node.js' streams, by which `pipeline()` cancels a body whose reader has left.
 */
const isOfNetwork = (error: unknown): boolean =>
  !isCancelled(error) && (hasCodeOfNetwork(fields(error).code) || fields(error).name === 'TimeoutError');

const hasCodeOfNetwork = (code: unknown): boolean =>
  typeof code === 'string' && !code.startsWith('ERR_STREAM_');

/** Whether an error is a reason of the application's own, which does not say that it is one. */
const isReason = (error: unknown): boolean => !isCancelled(error) && !isOfNetwork(error);

/** The instrumentation of an SDK reads such an answer later, by the SDK's method. */
const tellPending = (host: string): void =>
  note(
    {
      code: 'untraced',
      message: `answers in the background of ${host} come by requests that are not looked at: their calls have no tokens and no cost`,
      cure: 'Ask for a stream, whose end has them, or use the SDK of openai or @google/genai, whose instrumentation prices them',
      lost: true,
    },
    true,
  );

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
export function refusal(status: number, header: Header, body: unknown): Error {
  const { error: stated, errors, message, detail } = fields(body);
  // The whole, where the error is a text beside a code: xAI's, TGI's.
  const inner = isNamed(stated) ? stated : (objects(errors)[0] ?? body);
  const found = [fields(inner).message, stated, message, detail].find((one) => typeof one === 'string');
  const error = new Error(found ?? `HTTP ${status}`);
  error.stack = ''; // it would show no file of the application
  const code = awsCode(header);
  return Object.assign(error, { status, headers: headersOf(header), error: inner, ...(code && { code }) });
}

/** The exception that an answer of Amazon's is: `ThrottlingException:http://internal.amazon.com/…`. */
const awsCode = (header: Header): string | undefined =>
  /^[A-Za-z]{1,64}(?=:|$)/.exec(header('x-amzn-errortype') ?? '')?.[0];

/** The headers with the time to wait and with the id of the request. */
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
