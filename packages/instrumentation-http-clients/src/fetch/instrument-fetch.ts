/**
 * A `fetch` whose model calls wait for interceptors: retries, limits, budgets, the application's own. Such a call is
 * opened before its request is sent. Its answer is observed as that of any request, by the watcher of the client that
 * `fetch` uses; the application gets the `Response` of the original.
 */
import {
  askUsage,
  attemptBeneath,
  attempted,
  close,
  fields,
  inCall,
  type OpenCall,
  onCollected,
  type Requests,
  wantsUsage,
  watchResponse,
} from '@llmtrace/core/internal';
import { context } from '@opentelemetry/api';
import { type OpenedCall, refusal } from '../exchange.ts';
import { Attempt } from './attempt.ts';
import { type Fetch, type FetchRequest, fetchRequestOf, mayBeCallOf } from './fetch-request.ts';
import { withoutUsage } from './without-usage.ts';

/** The instrumentation, as far as an instrumented `fetch` needs it. */
export interface FetchGate {
  /** Whether there are interceptors here, and the call is not one within another. */
  isOpen(): boolean;
  /** Opens the call of a request. Undefined where that is no model call, or cannot be known to be one by the request alone. */
  open(request: FetchRequest): OpenedCall | undefined;
  /** Logs an error of telemetry. */
  failed(error: unknown): void;
  /** The instrumentation. */
  readonly owner: object;
  /** The `fetch` of Node.js, as it was at the start: what it gives is a {@link Response} of this process. */
  readonly nodesFetch: Fetch;
}

/** Each instrumented `fetch`, with the instrumentation that first did it. */
const instrumented = new WeakSet<object>();

/** @returns `bare` itself where that is instrumented. */
export function instrumentFetch<F extends Fetch>(bare: F, gate: FetchGate): F {
  if (typeof bare !== 'function' || instrumented.has(bare)) return bare;
  const fetch = function (this: unknown, ...args: Parameters<Fetch>): Promise<Response> {
    return taken(gate, bare, this, args) ?? Reflect.apply(bare, this, args);
  };
  mirror(fetch, bare);
  instrumented.add(fetch);
  return fetch as F;
}

/** Gives a function the properties of another one: name, length, those that others have set, and its text. */
function mirror(fetch: object, bare: object): void {
  const text = (): string => Function.prototype.toString.call(bare);
  Object.defineProperty(fetch, 'toString', { value: text, configurable: true, writable: true });
  for (const key of Reflect.ownKeys(bare)) {
    const property = Object.getOwnPropertyDescriptor(bare, key) as PropertyDescriptor;
    if (Object.getOwnPropertyDescriptor(fetch, key)?.configurable !== false)
      Object.defineProperty(fetch, key, property);
  }
}

function taken(
  gate: FetchGate,
  bare: Fetch,
  self: unknown,
  args: readonly unknown[],
): Promise<Response> | undefined {
  return guarded(gate, () => {
    if (!mayBeCallOf(args) || !gate.isOpen()) return undefined;
    const request = fetchRequestOf(args);
    if (!(request instanceof Promise)) return request && opened(gate, bare, self, request);
    return request.then((read) => {
      const answer = read && guarded(gate, () => opened(gate, bare, self, read));
      return answer ?? Reflect.apply(bare, self, args);
    });
  });
}

function guarded<T>(gate: FetchGate, run: () => T): T | undefined {
  try {
    return run();
  } catch (error) {
    gate.failed(error);
    return undefined;
  }
}

function opened(
  gate: FetchGate,
  bare: Fetch,
  self: unknown,
  request: FetchRequest,
): Promise<Response> | undefined {
  if (request.signal?.aborted) return undefined; // nothing is sent
  // The body is a stream, which has but one reader. The watcher of the client sees it being sent, and opens the call then.
  if (request.value === undefined && bare === gate.nodesFetch) return undefined;
  const call = gate.open(request);
  return call && answered(gate, call, request, bare, self);
}

async function answered(
  gate: FetchGate,
  { live, found }: OpenedCall,
  request: FetchRequest,
  bare: Fetch,
  self: unknown,
): Promise<Response> {
  const { signal } = request;
  const body = bare === gate.nodesFetch ? guarded(gate, () => askedUsage(live, request)) : undefined;
  const attempts = new Map<unknown, Attempt>();
  const requests: Requests = {
    signal,
    isRepeatable: request.isRepeatable,
    async send() {
      const attempt = new Attempt(gate.owner, { live, found });
      try {
        const response = await attempt.run(() => inCall(live, () => request.send(bare, self, body)));
        attempts.set(response, attempt);
        return response;
      } catch (error) {
        attempts.set(error, attempt);
        throw error;
      }
    },
  };
  try {
    const response = await sent(live, requests);
    guarded(gate, () => arrived(live, response, attempts));
    return live.usage === 'asked' ? filtered(gate, live, response) : response;
  } catch (error) {
    guarded(gate, () => attempts.get(error)?.accept());
    close(live, 'failed', error);
    // So that the application gets the error that the original makes of an abort.
    const isOfAttempt = attempts.has(error);
    if (signal?.aborted && !isOfAttempt) return request.send(bare, self);
    throw error;
  } finally {
    for (const attempt of attempts.values()) if (!attempt.isOver) attempt.drop();
  }
}

/** The interceptors run in the context of the call, and each attempt within it. */
function sent(live: OpenCall, requests: Requests): Promise<Response> {
  const { chain, call } = live;
  const count = (): void => attempted(live);
  if (chain)
    return context.with(call.context, () =>
      attemptBeneath(chain, call, requests, count),
    ) as Promise<Response>;
  count();
  return requests.send();
}

/** The application is about to get the response: that of an attempt, or one that an interceptor made. */
function arrived(live: OpenCall, response: Response, attempts: ReadonlyMap<unknown, Attempt>): void {
  if (attempts.get(response)?.accept() || live.call.endTime !== undefined) return;
  const { ok, status, headers } = response;
  if (!ok) {
    close(
      live,
      'failed',
      refusal(status, (name) => headers.get(name) ?? undefined, undefined),
    );
    return;
  }
  onCollected(response, live);
  watchResponse(response, live);
}

function filtered(gate: FetchGate, { endpoint }: OpenCall, response: Response): Response {
  const { dropUsage } = endpoint;
  if (!dropUsage || !response.ok || !(response instanceof Response)) return response;
  return guarded(gate, () => withoutUsage(response, dropUsage)) ?? response;
}

/** Headers that a body must fit. */
const OF_BODY = ['content-length', 'content-digest', 'digest', 'x-amz-content-sha256', 'content-encoding'];

/**
 * The body with a request for the usage of the stream; undefined if no usage is needed, or if the application's text would
 * change in other ways, too.
 */
function askedUsage(live: OpenCall, { header, text, value }: FetchRequest): string | undefined {
  if (!wantsUsage(live) || text === undefined || OF_BODY.some((name) => header(name) !== undefined))
    return undefined;
  const body = fields(value);
  if (JSON.stringify(body) !== text) return undefined;
  const [asked] = askUsage(live, [body]);
  return asked === body ? undefined : JSON.stringify(asked);
}
