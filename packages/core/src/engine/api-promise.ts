/**
 * The `APIPromise` of OpenAI's and Anthropic's SDKs: a promise of the parsed body that can also give the raw
 * response, and that reads the body only when asked to. The request is under way when it is made.
 *
 * It is observed in place. Subscribing to it would read the body although the application did not ask for it, and a
 * wrapper would not be an `APIPromise`. So its two inner steps, `responsePromise` and `parseResponse`, are replaced
 * by observed versions that pass each rejection on.
 *
 * `responsePromise` is replaced before the `APIPromise` is made of it: wrappers of other libraries below ours
 * recognise an `APIPromise` by the identity of its `responsePromise` (dd-trace 6.21 keeps its spans in a WeakMap with
 * that key).
 */

import { define } from '../platform/replace-method.ts';
import type { Chain } from './attempts/intercept.ts';
import { callOf, replaceMethod } from './attempts/watch.ts';
import { guard } from './guard.ts';
import { close, headersArrived, type OpenCall, onCollected, seen } from './open-call.ts';
import { newRawAnswer, readOtherwise } from './raw-answer.ts';
import { watchResponse } from './raw-response.ts';
import { answerArrived } from './result.ts';

/** The result of an attempt: the raw response, before its body is read. */
interface ResponseProps {
  response: Response;
}

type Transform = (data: unknown, props: ResponseProps) => unknown;
type Parse = (this: unknown, ...args: unknown[]) => Promise<unknown>;

export interface ApiPromise extends Promise<unknown> {
  responsePromise: Promise<ResponseProps>;
  parseResponse: Parse;
  parsedPromise?: Promise<unknown>;
  asResponse(): Promise<Response>;
  withResponse?(): Promise<ResponseProps>;
  _thenUnwrap(transform: Transform): ApiPromise;
  /** Anthropic 1: for helpers that construct a second promise from the result of an attempt. */
  _responseProps?(): Promise<ResponseProps>;
}

/** By its shape, not its class: an application may hold several copies of an SDK. */
export function isApiPromise(value: unknown): value is ApiPromise {
  const promise = value as Partial<ApiPromise> | null | undefined;
  return (
    typeof promise?.parseResponse === 'function' &&
    typeof promise._thenUnwrap === 'function' &&
    typeof promise.responsePromise?.then === 'function'
  );
}

/**
 * Reports the outcome of `promise`, and of every promise derived from it, to `live`.
 *
 * @param answered `responsePromise` of the promise that this one is derived from, already observed.
 * @returns `promise` itself.
 */
export function observeApiPromise(
  promise: ApiPromise,
  live: OpenCall,
  answered?: Promise<ResponseProps>,
): ApiPromise {
  const response =
    answered ?? observedOf(promise) ?? observeResponse(promise.responsePromise, live, { promise });
  promise.responsePromise = response;

  const parse = promise.parseResponse;
  const observed: Parse = function parseResponse(...args) {
    return observeParse(live, parse, this, args);
  };
  new Observed(observed, live);
  promise.parseResponse = observed;
  watchClass(Object.getPrototypeOf(promise));
  // openai 7 sets methods on each promise that bypass those of its class.
  if (Object.hasOwn(promise, '_thenUnwrap')) promise._thenUnwrap = unwrapping(promise._thenUnwrap);
  const { withResponse } = promise;
  if (live.call.request.stream && withResponse && Object.hasOwn(promise, 'withResponse'))
    promise.withResponse = () => watchBeside(promise, live, withResponse);
  return promise;
}

/** A constructor that returns its argument, so that a subclass can add a private field to an existing object. */
const ExistingObject = class {
  constructor(object: object) {
    // biome-ignore lint/correctness/noConstructorReturn: the subclass adds its field to this object
    return object;
  }
} as new (
  object: object,
) => object;

/**
 * The observed `parseResponse` of a promise: its call is in a private field, which no other code can see. The other
 * methods are replaced once for each class and find the call here: setting methods on each promise takes longer than
 * the rest of its observation.
 */
class Observed extends ExistingObject {
  #live: OpenCall;

  constructor(parse: Parse, live: OpenCall) {
    super(parse);
    this.#live = live;
  }

  static liveOf({ parseResponse: parse }: ApiPromise): OpenCall | undefined {
    return typeof parse === 'function' && #live in parse ? (parse as unknown as Observed).#live : undefined;
  }
}

const { liveOf } = Observed;

const watchedClasses = new WeakSet<object>();

function watchClass(prototype: ApiPromise): void {
  if (watchedClasses.has(prototype)) return;
  watchedClasses.add(prototype);
  if (!Object.hasOwn(prototype, '_thenUnwrap')) {
    watchClass(Object.getPrototypeOf(prototype));
    return;
  }
  const { asResponse: respond, _responseProps: responseProps } = prototype;
  define(prototype, '_thenUnwrap', unwrapping(prototype._thenUnwrap));
  define(prototype, 'asResponse', function asResponse(this: ApiPromise) {
    const live = liveOf(this);
    if (live) expectRaw(this, live);
    const raw = respond.call(this);
    return live ? responseArrived(this, live, raw) : raw;
  });
  if (!responseProps) return;
  define(prototype, '_responseProps', function _responseProps(this: ApiPromise) {
    const live = liveOf(this);
    const props = responseProps.call(this);
    return live ? propsArrived(prototype, live, props) : props;
  });
}

/** Whether the application can read the body of a response by itself: a whole answer that is parsed has been read. */
const mayReadRaw = ({ parsedPromise }: ApiPromise, { call }: OpenCall): boolean =>
  parsedPromise === undefined || call.request.stream === true;

/** Before the answer arrives: an HTTP instrumentation then keeps its body until the application takes it. */
function expectRaw(promise: ApiPromise, live: OpenCall): void {
  if (mayReadRaw(promise, live)) live.rawAnswer ??= newRawAnswer();
}

/** The SDK's `withResponse` of a stream, where it does not call `asResponse`. */
async function watchBeside(
  promise: ApiPromise,
  live: OpenCall,
  withResponse: () => Promise<ResponseProps>,
): Promise<ResponseProps> {
  expectRaw(promise, live);
  const answer = await withResponse.call(promise);
  watchResponse(answer.response, live);
  return answer;
}

async function responseArrived(
  promise: ApiPromise,
  live: OpenCall,
  raw: Promise<Response>,
): Promise<Response> {
  const response = await raw;
  if (mayReadRaw(promise, live)) watchResponse(response, live);
  return response;
}

async function propsArrived(
  prototype: object,
  live: OpenCall,
  pending: Promise<ResponseProps>,
): Promise<ResponseProps> {
  watchParsing(prototype);
  const props = await pending;
  calls.set(props, live);
  return props;
}

/** `_thenUnwrap`, which gives another promise of the same call. */
function unwrapping(thenUnwrap: ApiPromise['_thenUnwrap']): ApiPromise['_thenUnwrap'] {
  return function _thenUnwrap(this: ApiPromise, transform) {
    const live = liveOf(this);
    if (!live) return thenUnwrap.call(this, transform);
    const observed: Transform = (data, props) => {
      answerArrived(live, data);
      return transform(data, props);
    };
    return observeApiPromise(thenUnwrap.call(this, observed), live, this.responsePromise);
  };
}

/** The call of each result of an attempt. */
const calls = new WeakMap<ResponseProps, OpenCall>();
const WATCHED = Symbol.for('llmtrace.parsing');

type Watched = ((this: ApiPromise) => Promise<unknown>) & { [WATCHED]?: true };

/**
 * Anthropic's helpers build a second APIPromise from the response props of an instrumented one. The second promise
 * lacks our instrumentation, so `parse` is patched once on its class, only for SDKs that do so, and finds the call
 * through the props.
 */
function watchParsing(prototype: { parse?: Watched }): void {
  const original = prototype.parse;
  if (typeof original !== 'function' || original[WATCHED]) return;
  const watched: Watched = function parse(this: ApiPromise) {
    if (this.parsedPromise === undefined && !liveOf(this)) followProps(this);
    return original.call(this);
  };
  watched[WATCHED] = true;
  Object.defineProperty(prototype, 'parse', { value: watched, configurable: true, writable: true });
}

function followProps(promise: ApiPromise): void {
  const parse = promise.parseResponse;
  promise.parseResponse = function (...args) {
    const live = calls.get(args.at(-1) as ResponseProps);
    return live ? observeParse(live, parse, this, args) : parse.apply(this, args);
  };
}

/**
 * The methods of clients whose result becomes the `responsePromise`; the second one where Anthropic's SDK traces
 * itself.
 */
const MAKERS = ['makeRequest', 'makeTracedRequest'];

/** The `APIPromise` of an observed `responsePromise`; undefined until the method of the call has returned. */
interface Belonging {
  promise?: ApiPromise;
}

/**
 * An observed `responsePromise`, with what it belongs to in a private field: an entry of a weak map takes ten times as long, and
 * the garbage collector looks through the map.
 */
class Early extends ExistingObject {
  #belonging: Belonging;

  constructor(response: Promise<ResponseProps>, belonging: Belonging) {
    super(response);
    this.#belonging = belonging;
  }

  static belongingOf(response: object): Belonging | undefined {
    return #belonging in response ? (response as Early).#belonging : undefined;
  }
}

/** Observes each `responsePromise` of the calls of `client` from now on, for all clients that share its class. */
export function watchResponses(client: unknown): void {
  for (const maker of MAKERS) {
    replaceMethod(client, maker, (make) => {
      return function makeRequest(this: unknown, ...args) {
        const made = make.apply(this, args);
        const live = callOf(this);
        // Later requests are retries of the SDK, within the first one.
        return !live || live.hasReturned || !(made instanceof Promise) ? made : observeEarly(made, live);
      };
    });
  }
}

function observeEarly(made: Promise<ResponseProps>, live: OpenCall): Promise<ResponseProps> {
  const belonging: Belonging = {};
  const observed = observeResponse(made, live, belonging);
  new Early(observed, belonging);
  return observed;
}

/** The `responsePromise` of `promise`, if it is observed already: from now on on behalf of `promise`. */
function observedOf(promise: ApiPromise): Promise<ResponseProps> | undefined {
  const { responsePromise } = promise;
  const belonging = Early.belongingOf(responsePromise);
  if (!belonging || belonging.promise) return undefined;
  belonging.promise = promise;
  return responsePromise;
}

function observeResponse(
  response: Promise<ResponseProps>,
  live: OpenCall,
  belonging: Belonging,
): Promise<ResponseProps> {
  // A wrapper below ours that derives another promise may recover from an error; then the result of the call decides.
  const failed = (error: unknown): void => {
    if (belonging.promise) close(live, 'failed', error);
  };
  const answered = response.then(
    (props) => {
      headersArrived(live, props.response.headers);
      // The application has not read the body yet, and may never do so.
      if (belonging.promise && belonging.promise.parsedPromise === undefined) {
        seen(live);
        onCollected(props.response, live);
      }
      return props;
    },
    (error) => {
      failed(error);
      throw error;
    },
  );
  return live.chain ? orRefused(live.chain, answered, failed) : answered;
}

/** Rejects also when an interceptor refuses the call: the SDK is not notified of that. */
function orRefused(
  chain: Chain,
  answered: Promise<ResponseProps>,
  failed: (error: unknown) => void,
): Promise<ResponseProps> {
  return new Promise((resolve, reject) => {
    chain.refuse = (error) => {
      chain.refuse = undefined;
      failed(error);
      reject(error);
    };
    // The reject function keeps its promise alive, and so the answer; the call must not refer to it.
    const forget = (): void => {
      chain.refuse = undefined;
    };
    answered.finally(forget).then(resolve, reject);
  });
}

async function observeParse(live: OpenCall, parse: Parse, self: unknown, args: unknown[]): Promise<unknown> {
  live.parsing = true;
  try {
    const data = await parse.apply(self, args);
    if (!live.call.request.stream) readOtherwise(live.rawAnswer);
    if (live.endpoint.hasLines) fileArrived(live, data as Response);
    else answerArrived(live, data);
    return data;
  } catch (error) {
    close(live, 'failed', error);
    throw error;
  }
}

/** The application reads the body of a file by itself. */
function fileArrived(live: OpenCall, response: Response): void {
  live.parsing = false;
  guard(live.engine, 'answer', () => {
    watchResponse(response, live);
    onCollected(response, live);
  });
}
