/**
 * Requests of `node:http2`: by itself, and by got and axios where they are told to speak HTTP/2. They are seen in the
 * channels of `node:diagnostics_channel`, which Node.js has from version 24 on. Those have no bodies of answers: the
 * methods of the one stream through which its bodies go are observed, as for `node:http`.
 */
import { subscribe } from 'node:diagnostics_channel';
import type { ClientHttp2Stream, Http2Session, OutgoingHttpHeaders } from 'node:http2';
import { headerIn, requestUrl } from '@llmtrace/core/internal';
import type { RequestObserver } from '../exchange.ts';
import { abortError, type Header, observeMethod, observeWrites, safely } from './reading.ts';

export type BeginHttp2 = (
  stream: ClientHttp2Stream,
  url: () => URL,
  header: Header,
) => RequestObserver | undefined;

interface Created {
  readonly stream: ClientHttp2Stream;
  readonly headers: OutgoingHttpHeaders;
}

/** Watches the requests of `node:http2` that are not undici's. */
export class NodeHttp2Watcher {
  readonly #mayBeCall: (path: string) => boolean;
  readonly #begin: BeginHttp2;
  readonly #exchanges = new WeakMap<object, RequestObserver>();

  constructor(mayBeCall: (path: string) => boolean, begin: BeginHttp2) {
    this.#mayBeCall = mayBeCall;
    this.#begin = begin;
  }

  /** Subscribes to the channels, for as long as the process runs. */
  start(): this {
    subscribe('http2.client.stream.created', (message) => safely(() => this.#look(message as Created)));
    this.#on<{ headers: Readonly<Record<string, unknown>> }>('finish', (exchange, { headers }) =>
      exchange.answered(Number(headers[':status']), (name) => headerIn(headers, name)),
    );
    this.#on<{ error: unknown }>('error', (exchange, { error }) => exchange.failed(error));
    this.#on<{ stream: ClientHttp2Stream }>('close', (exchange, { stream }) => {
      if (!hasError(stream)) exchange.failed(abortError());
    });
    return this;
  }

  /** Whether a request is watched. */
  observes(stream: object): boolean {
    return this.#exchanges.has(stream);
  }

  #on<T>(name: string, see: (exchange: RequestObserver, message: T) => void): void {
    subscribe(`http2.client.stream.${name}`, (message) => {
      const exchange = this.#exchanges.get((message as { stream: object }).stream);
      if (exchange) safely(() => see(exchange, message as T));
    });
  }

  #look({ stream, headers }: Created): void {
    const path = headers[':path'];
    if (headers[':method'] !== 'POST' || typeof path !== 'string' || !this.#mayBeCall(path)) return;
    if (isOfUndici(stream.session)) return;
    const list = Object.entries(headers).flat();
    const header: Header = (name) => headerIn(list, name);
    const urlOf = (): URL =>
      requestUrl(path, `${header(':scheme')}://${header(':authority') ?? header('host')}`);
    const exchange = this.#begin(stream, urlOf, header);
    if (!exchange || exchange.wantsAnswer) return;
    this.#exchanges.set(stream, exchange);
    observeBodies(stream, exchange);
  }
}

/** Undici speaks HTTP/2 by `node:http2`, publishes its requests itself, and marks its sessions with its client. */
const isOfUndici = (session: Http2Session | undefined): boolean =>
  session !== undefined &&
  Object.getOwnPropertySymbols(session).some(({ description }) => description === 'client');

/** `NO_ERROR` and `CANCEL`. A stream that closes with any other code gets an error, which is published after the closing. */
const WITHOUT_ERROR = [0, 8];

const hasError = ({ rstCode = 0 }: ClientHttp2Stream): boolean => !WITHOUT_ERROR.includes(rstCode);

function observeBodies(stream: ClientHttp2Stream, exchange: RequestObserver): void {
  observeWrites(
    stream,
    (_self, bytes) => exchange.sent(bytes),
    () => exchange.requestSent(),
  );
  observeMethod(stream, 'push', (_self, [chunk]) => {
    if (chunk !== null) exchange.data(chunk as Uint8Array);
    else if (!stream.rstCode && !stream.destroyed) exchange.ended();
  });
}
