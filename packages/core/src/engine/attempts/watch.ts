/**
 * Observes the attempts of a call below the SDK's own retries: each attempt goes through one method of the client, or
 * through the `fetch` that the method receives. An attempt finds its call by the OpenTelemetry context that the call
 * runs in.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { context, createContextKey } from '@opentelemetry/api';
import { LinkedContext } from '../../platform/linked-context.ts';
import { answerHeaders } from '../../vendor/answer-headers.ts';
import { fields } from '../../vendor/values.ts';
import type { Transport } from '../../vendor/vendor.ts';
import { guard } from '../guard.ts';
import type { OpenCall } from '../open-call.ts';
import { attemptBeneath } from './intercept.ts';
import { requestsOf, type Send } from './resend.ts';
import { attemptBegins, watchAttempt } from './sdk-attempts.ts';

const CALL = createContextKey('llmtrace.call');
const WATCHED = Symbol.for('llmtrace.attempts');
/** The method of OpenAI's and Anthropic's clients that makes one request. */
const REQUEST = 'fetchWithTimeout';
/** The method of Google's clients that makes one request after the other, by the `fetch` it gets as 6th argument. */
const REQUESTS = 'apiCall';
const FETCH = 5;

type Method = ((this: unknown, ...args: unknown[]) => unknown) & { [WATCHED]?: true };
type Fetch = (...args: unknown[]) => unknown;

/** The calls with interceptors: those must be found in a process without any OpenTelemetry, too. */
const intercepted = new AsyncLocalStorage<OpenCall>();

/** Runs the method of a call, in the call's context. */
export function inCall<T>(live: OpenCall, run: () => T): T {
  const here = new LinkedContext(live.call.context, CALL, live);
  return live.chain ? intercepted.run(live, () => context.with(here, run)) : context.with(here, run);
}

/** The open call of `client` that is under way here. */
export function callOf(client: unknown): OpenCall | undefined {
  const live = context.active().getValue(CALL) as OpenCall | undefined;
  if (live && isOpen(live, client)) return live;
  const other = intercepted.getStore();
  return other && isOpen(other, client) ? other : undefined;
}

/** The open call of any client that is under way here: a request that is sent here is a part of it. */
export function openCallHere(): OpenCall | undefined {
  const live = context.active().getValue(CALL) as OpenCall | undefined;
  return [live, intercepted.getStore()].find(
    (openCall) => openCall !== undefined && openCall.call.endTime === undefined,
  );
}

const isOpen = (live: OpenCall, client: unknown): boolean =>
  live.client === client && live.call.endTime === undefined;

/** Counts the requests of `client` from now on, for all clients that share its class. */
export function watchAttempts(client: unknown): void {
  replaceMethod(client, REQUEST, (send) => {
    return function fetchWithTimeout(this: unknown, ...args) {
      const live = callOf(this);
      if (!live) return send.apply(this, args);
      attemptBegins(live);
      if (!live.chain) {
        attempted(live);
        return watchAttempt(live, send.apply(this, args));
      }
      const request: Send = (...requestArgs) => send.apply(this, requestArgs) as Promise<Response>;
      return watchAttempt(
        live,
        attemptBeneath(live.chain, live.call, requestsOf(request, args), () => attempted(live)),
      );
    };
  });
  replaceMethod(client, REQUESTS, (send) => {
    // Earlier versions take no `fetch`: their attempts cannot be seen.
    if (send.length <= FETCH) return send;
    return function apiCall(this: unknown, ...args) {
      const fetch = (args[FETCH] ?? globalThis.fetch) as Fetch;
      const counted: Fetch = (...request) => {
        const live = callOf(this);
        if (!live) return fetch(...request);
        attemptBegins(live);
        attempted(live);
        return watchAttempt(live, fetch(...request));
      };
      args[FETCH] = counted;
      return send.apply(this, args);
    };
  });
}

/**
 * Counts the requests that a client sends through an object of its own, and reads the server from the first one. It
 * replaces the method on that object alone, because other clients share its class.
 */
export function watchTransport(client: unknown, { holder: holderOf, method, learn }: Transport): void {
  const holder = holderOf(client);
  if (typeof holder !== 'object' || holder === null) return;
  const original = (holder as Record<string, Method | undefined>)[method];
  if (typeof original !== 'function' || original[WATCHED]) return;
  const watched: Method = function (this: unknown, ...args) {
    const live = openCallHere();
    if (!live) return original.apply(this, args);
    guard(live.engine, 'request', () => requestSent(live, learn, args));
    return watchAttempt(live, original.apply(this, args), (answer) => answered(live, answer));
  };
  watched[WATCHED] = true;
  for (const key of ['name', 'length'] as const)
    Object.defineProperty(watched, key, { value: original[key], configurable: true });
  Object.defineProperty(holder, method, { value: watched, configurable: true, writable: true });
}

/** Sets the server of a call if it was unknown when the call started. */
function requestSent(live: OpenCall, learn: Transport['learn'], args: readonly unknown[]): void {
  const { call, client, engine } = live;
  attemptBegins(live);
  attempted(live);
  learn(client, args);
  if (call.server) return;
  const { server, provider, priceProvider = null, region } = engine.origin(client, args);
  Object.assign(call, { server, provider, priceProvider, region, isServerLate: true });
}

function answered(live: OpenCall, value: unknown): void {
  const { headers } = fields(fields(value).response);
  const get = (name: string): unknown => fields(headers)[name];
  live.headers ??= answerHeaders({ get });
}

/** Whether interceptors run beneath the SDK: between its one attempt and the network. */
export const repeatsBeneath = (client: unknown): boolean =>
  typeof (client as Record<string, unknown> | null | undefined)?.[REQUEST] === 'function';

export function attempted(live: OpenCall | undefined): void {
  if (!live) return;
  live.call.attempts++;
  live.call.attemptTime = performance.now();
}

/**
 * Replaces a method of `client` once, on its prototype. A client with an own method has been changed by the
 * application.
 */
export function replaceMethod(client: unknown, name: string, make: (original: Method) => Method): void {
  const owner = ownerOf(client, name);
  const original = owner?.[name];
  if (!owner || typeof original !== 'function' || original[WATCHED]) return;
  const replaced = make(original);
  if (replaced === original) return;
  for (const key of ['name', 'length'] as const) {
    Object.defineProperty(replaced, key, { value: original[key], configurable: true });
  }
  replaced[WATCHED] = true;
  Object.defineProperty(owner, name, { value: replaced, configurable: true, writable: true });
}

function ownerOf(client: unknown, name: string): Record<string, Method | undefined> | undefined {
  if (typeof client !== 'object' || client === null) return undefined;
  for (let owner = Object.getPrototypeOf(client); owner !== null; owner = Object.getPrototypeOf(owner)) {
    if (Object.hasOwn(owner, name)) return owner;
  }
  return undefined;
}
