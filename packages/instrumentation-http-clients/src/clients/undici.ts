/**
 * Requests of undici, which `fetch` is made of: Node.js' own copy and those from npm. They are seen in the channels of
 * `node:diagnostics_channel` that undici publishes on; nothing of the application's is replaced. Before undici 7.17 it
 * publishes no bodies: there, two methods of undici's own object for this one request are observed.
 */
import { subscribe } from 'node:diagnostics_channel';
import { headerIn, headerOf, urlOf } from '@llmtrace/core/internal';
import type { RequestObserver } from '../exchange.ts';
import { type Header, isWatched, observeMethod, safely } from './reading.ts';

interface UndiciRequest {
  readonly method?: string;
  readonly path?: string;
  readonly origin?: string | URL;
  readonly body?: unknown;
  readonly headers?: unknown;
  readonly contentType?: string | null;
  /** The header, which is not among `headers`. */
  readonly host?: string | null;
  [name: string]: unknown;
}

type Message<T = unknown> = { readonly request: UndiciRequest } & T;
type Head = { readonly statusCode: number; readonly headers: unknown };

/** @param begin makes an exchange of a request that may be a call. */
export type Begin = (request: UndiciRequest, url: () => URL, header: Header) => RequestObserver | undefined;

/** Watches the requests of all copies of undici. */
export class UndiciWatcher {
  readonly #mayBeCall: (path: string) => boolean;
  readonly #begin: Begin;
  /** Null for a request that is no call. */
  readonly #exchanges = new WeakMap<object, RequestObserver | null>();

  constructor(mayBeCall: (path: string) => boolean, begin: Begin) {
    this.#mayBeCall = mayBeCall;
    this.#begin = begin;
  }

  /** Subscribes to the channels, for as long as the process runs. */
  start(): this {
    subscribe('undici:request:create', (message) => safely(() => this.#look((message as Message).request)));
    this.#on<{ chunk: Uint8Array | string }>('bodyChunkSent', (exchange, { chunk }) => exchange.sent(chunk));
    this.#on('bodySent', (exchange) => exchange.requestSent());
    this.#on<{ response: Head }>('headers', (exchange, { request, response: { statusCode, headers } }) => {
      exchange.answered(statusCode, (name) => headerIn(headers, name));
      if (exchange.wantsAnswer?.()) observeAnswer(request, exchange);
    });
    this.#on<{ chunk: Uint8Array }>('bodyChunkReceived', (exchange, { chunk }) => exchange.data(chunk));
    this.#on('trailers', (exchange) => exchange.ended());
    this.#on<{ error: unknown }>('error', (exchange, { error }) => exchange.failed(error));
    return this;
  }

  /** Whether a request is watched; one that is seen for the first time may be from here on. */
  observes(request: object): boolean {
    if (!('origin' in request)) return false; // of node:http
    safely(() => this.#look(request as UndiciRequest));
    return isWatched(this.#exchanges.get(request));
  }

  #on<T>(name: string, see: (exchange: RequestObserver, message: Message<T>) => void): void {
    subscribe(`undici:request:${name}`, (message) => {
      const exchange = this.#exchanges.get((message as Message).request);
      if (exchange) safely(() => see(exchange, message as Message<T>));
    });
  }

  #look(request: UndiciRequest): void {
    if (request.method !== 'POST' || typeof request.path !== 'string' || !this.#mayBeCall(request.path))
      return;
    if (this.#exchanges.has(request)) return;
    const exchange = this.#begin(
      request,
      () => urlOf(request),
      (name) => headerWithType(request, name),
    );
    this.#exchanges.set(request, exchange ?? null);
    if (!exchange || exchange.wantsAnswer) return;
    observeBodies(request, exchange);
    const { body } = request;
    if (typeof body !== 'string' && !(body instanceof Uint8Array)) return;
    exchange.sent(body);
    exchange.requestSent();
  }
}

/** The content type of a request is not among its headers. */
const headerWithType = (request: UndiciRequest, name: string): string | undefined =>
  (name === 'content-type' && request.contentType) || headerOf(request, name);

/** The methods through which a request's bodies come where no channel has them. */
const SENT = 'onBodySent';
const RECEIVED = 'onData';

/** By undici's class of requests: whether it publishes bodies itself. */
const publishing = new WeakMap<object, boolean>();

function publishesBodies(request: UndiciRequest): boolean {
  const shape = Object.getPrototypeOf(request) as object;
  let publishes = publishing.get(shape);
  if (publishes === undefined) {
    const received = request[RECEIVED] ?? request['onResponseData'];
    publishes = /bodyChunkReceived/.test(Function.prototype.toString.call(received));
    publishing.set(shape, publishes);
  }
  return publishes;
}

function observeBodies(request: UndiciRequest, exchange: RequestObserver): void {
  if (publishesBodies(request)) return;
  observeMethod(request, SENT, (_self, [chunk]) => exchange.sent(chunk as Uint8Array));
  observeAnswer(request, exchange);
}

function observeAnswer(request: UndiciRequest, exchange: RequestObserver): void {
  if (publishesBodies(request)) return;
  observeMethod(request, RECEIVED, (_self, [chunk]) => exchange.data(chunk as Uint8Array));
}
