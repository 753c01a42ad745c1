/**
 * Requests of `node:http` and `node:https`: axios, got, node-fetch, and older SDKs. They are seen in the channels of
 * `node:diagnostics_channel`. Those have no bodies: the methods of the one request through which its body goes, and of
 * its answer through which that one's comes, are observed. Node.js 20 publishes a request only when its body is on its
 * way: there, the methods of the class are.
 */
import { subscribe } from 'node:diagnostics_channel';
import type { ClientRequest, IncomingMessage } from 'node:http';
import { headerIn, headerOf, urlOf } from '@llmtrace/core/internal';
import type { RequestObserver } from '../exchange.ts';
import { abortError, type Header, isWatched, observeMethod, observeWrites, safely } from './reading.ts';

export type BeginHttp = (
  request: ClientRequest,
  url: () => URL,
  header: Header,
) => RequestObserver | undefined;

const IS_PUBLISHED_EARLY = Number.parseInt(process.versions.node, 10) >= 22;

/** Watches the requests of `node:http` and `node:https`. */
export class NodeHttpWatcher implements Observing {
  readonly #mayBeCall: (path: string) => boolean;
  readonly #begin: BeginHttp;
  /** Null for a request that is no call. */
  readonly #exchanges = new WeakMap<object, RequestObserver | null>();
  /** Why the application has stopped a request. */
  readonly #stopped = new WeakMap<object, unknown>();

  constructor(mayBeCall: (path: string) => boolean, begin: BeginHttp) {
    this.#mayBeCall = mayBeCall;
    this.#begin = begin;
  }

  /** Subscribes to the channels, for as long as the process runs. */
  start(): this {
    if (IS_PUBLISHED_EARLY)
      subscribe('http.client.request.created', (message) =>
        safely(() => {
          const { request } = message as { request: ClientRequest };
          const exchange = this.#look(request);
          if (exchange && !exchange.wantsAnswer) observeRequest(request, request, this);
        }),
      );
    else observeClass(this);
    subscribe('http.client.response.finish', (message) =>
      safely(() => this.#onResponse(message as Answered)),
    );
    subscribe('http.client.request.error', (message) => safely(() => this.#onError(message as Failed)));
    return this;
  }

  /** Whether a request is watched; one that is seen for the first time may be from here on. */
  observes(request: object): boolean {
    if (!('getHeader' in request)) return false; // of undici
    let exchange: RequestObserver | undefined;
    safely(() => {
      exchange = this.#look(request as ClientRequest);
    });
    return isWatched(exchange);
  }

  body(request: ClientRequest, bytes: Uint8Array | string): void {
    this.#look(request)?.sent(bytes);
  }

  end(request: ClientRequest): void {
    this.#look(request)?.requestSent();
  }

  destroy(request: ClientRequest, error: unknown): void {
    if (this.#exchanges.get(request) && !this.#stopped.has(request))
      this.#stopped.set(request, error ?? abortError());
  }

  #look(request: ClientRequest): RequestObserver | undefined {
    if (request.method !== 'POST' || !this.#mayBeCall(request.path)) return undefined;
    const known = this.#exchanges.get(request);
    if (known !== undefined) return known ?? undefined;
    this.#exchanges.set(request, null);
    const exchange = this.#begin(
      request,
      () => urlOf(request),
      (name) => headerOf(request, name),
    );
    if (exchange) this.#exchanges.set(request, exchange);
    return exchange;
  }

  #onResponse({ request, response }: Answered): void {
    const exchange = this.#exchanges.get(request);
    if (!exchange) return;
    const { statusCode = 0, headers } = response;
    exchange.answered(statusCode, (name) => headerIn(headers, name));
    if (exchange.wantsAnswer) {
      if (!exchange.wantsAnswer()) return;
      if (IS_PUBLISHED_EARLY) observeStop(request, request, this);
    }
    observeAnswer(response, exchange, () => this.#stopped.get(request));
  }

  #onError({ request, error }: Failed): void {
    this.#exchanges.get(request)?.failed(this.#stopped.get(request) ?? error);
  }
}

interface Answered {
  readonly request: ClientRequest;
  readonly response: IncomingMessage;
}

interface Failed {
  readonly request: ClientRequest;
  readonly error: unknown;
}

interface Observing {
  body(request: ClientRequest, bytes: Uint8Array | string): void;
  end(request: ClientRequest): void;
  destroy(request: ClientRequest, error: unknown): void;
}

/**
 * On Node.js 20: for all requests. They are set on the class, which only inherits such methods; the inherited ones
 * stay unchanged.
 */
function observeClass(sees: Observing): void {
  const { ClientRequest } = process.getBuiltinModule('node:http');
  observeRequest(ClientRequest.prototype, undefined, sees);
}

/** @param one the request; undefined for a class of requests. */
function observeRequest(holder: ClientRequest, one: ClientRequest | undefined, sees: Observing): void {
  observeWrites(
    holder,
    (self, bytes) => sees.body(one ?? self, bytes),
    (self) => sees.end(one ?? self),
  );
  observeStop(holder, one, sees);
}

function observeStop(
  holder: ClientRequest,
  one: ClientRequest | undefined,
  sees: Pick<Observing, 'destroy'>,
): void {
  observeMethod(holder, 'destroy', (self, [error]) => sees.destroy(one ?? self, error));
}

/** The parser passes data to the answer by `push`. An incomplete answer is destroyed. */
function observeAnswer(response: IncomingMessage, exchange: RequestObserver, stoppedBy: () => unknown): void {
  observeMethod(response, 'push', (_self, [chunk]) => {
    if (chunk === null) exchange.ended();
    else exchange.data(typeof chunk === 'string' ? Buffer.from(chunk) : (chunk as Uint8Array));
  });
  observeMethod(response, 'destroy', (_self, [error]) => {
    if (!response.complete) exchange.failed(stoppedBy() ?? error ?? abortError());
  });
}
