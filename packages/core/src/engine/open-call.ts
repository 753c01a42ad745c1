/**
 * An open call: its state while the answer arrives, and its one end.
 */
import { context } from '@opentelemetry/api';
import { Capture } from '../content/capture.ts';
import { errorStatus, isCancelled } from '../errors/index.ts';
import { type LlmAttributes, merged } from '../model/attributes.ts';
import type { Call, LlmRequest, LlmResponse, Outcome } from '../model/call.ts';
import type { NativeCall } from '../model/native-call.ts';
import { isAborted } from '../platform/abort-signals.ts';
import type { Linked } from '../platform/linked-list.ts';
import { sizeOf } from '../platform/text-size.ts';
import { warnOnce } from '../platform/warn.ts';
import { type AnswerHeaders, addHeaders, answerHeaders } from '../vendor/answer-headers.ts';
import type { Origin } from '../vendor/provider.ts';
import { learnUsage } from '../vendor/stream-usage.ts';
import { fields } from '../vendor/values.ts';
import type { Endpoint } from '../vendor/vendor.ts';
import { type Holder, whenCollected } from './abandonment.ts';
import type { Chain } from './attempts/intercept.ts';
import type { FailedAttempt } from './attempts/sdk-attempts.ts';
import type { EngineConfig } from './engine-config.ts';
import { guard, report, settled } from './guard.ts';
import { isFirst, type Reading, readingOf, remember } from './later-answers.ts';
import { endLeftSpans, endUnreadSpans, takeModelSpan } from './native/framework-span.ts';
import { openNative } from './native/native-span.ts';
import { openCalls } from './open-calls.ts';
import { markUnseen, type RawAnswer, warnOfUnseenFile } from './raw-answer.ts';
import { startSpan } from './start-span.ts';

/**
 * State of an open call. It must not keep the answer alive (except for the grace period, see abandonment.ts): an
 * unread answer must be garbage-collected, because that ends an abandoned call.
 */
export interface OpenCall extends Holder, Linked<OpenCall> {
  readonly engine: EngineConfig;
  readonly endpoint: Endpoint;
  readonly call: Call;
  /** The client that makes the call. */
  readonly client: unknown;
  /** The signal that stops the call, if the SDK's error alone does not show the cause: {@link Endpoint.signal}. */
  readonly signal: AbortSignal | undefined;
  /** The SDK's own part in the span, where it traces itself. */
  readonly native: NativeCall | undefined;
  /** Message content, if it is captured. */
  readonly capture: Capture | undefined;
  /** Where interceptors run; undefined where there are none. */
  readonly chain: Chain | undefined;
  /** True once the SDK's method has returned, although its promise may still be pending. */
  hasReturned: boolean;
  /** True once the answer is being observed: an SDK may parse one response more than once. */
  delivered: boolean;
  /** True once the SDK itself reads the body and so reports the outcome. */
  parsing: boolean;
  /** True once the application reads the stream. */
  reading: boolean;
  /** Where the application asked for the raw `Response`. */
  rawAnswer: RawAnswer | undefined;
  /** The earlier call whose answer this call reads. */
  readonly later: Reading | undefined;
  /** Whether the headers of the answer may have its cost or its usage, as those of a gateway do. */
  readonly readsHeaders: boolean;
  /** The facts from the answer's headers. */
  headers: AnswerHeaders | undefined;
  /** The failure of the SDK's last attempt, until the SDK makes another one. */
  failedAttempt: FailedAttempt | undefined;
  /** `asked`: llmtrace requested the usage of the stream. `watched`: the host may send it without a request. */
  usage: 'asked' | 'watched' | undefined;
}

/**
 * Opens a call: the observers start.
 * @param begun `performance.now()` when the application called, where that is known only later to have been a call.
 */
export function openCall(
  engine: EngineConfig,
  endpoint: Endpoint,
  self: unknown,
  args: unknown[],
  begun?: number,
): OpenCall {
  const client = engine.vendor.client(self);
  const request = endpoint.request(args, self);
  const origin = engine.origin(client, args);
  // Before the observers start: from then on nothing may fail, for a call that they saw start must end.
  const signal = endpoint.signal?.(args, self);
  const attributes = attributesOf(engine, endpoint, request, args);
  const call = newCall(endpoint, { request, attributes }, origin, begun);
  if (!engine.isPriced) call.isFree = true;
  if (engine.needsSize) call.requestSize = sizeOf(args);
  const native = nativeCall(engine, call, client, args);
  const capture = captureOf(engine, endpoint, call, args, self);
  startSpan(engine, call, () => engine.startSpan(call));
  notify(engine, 'start', call);
  const chain = engine.intercept && { intercept: engine.intercept };
  const live = newLive(
    { engine, endpoint, call, client, native, signal, capture, chain },
    origin.readsHeaders,
  );
  openCalls.add(live);
  return live;
}

/**
 * Opens the reading of an answer that an earlier call ordered; undefined if it is not to be reported. The observers
 * are notified once the usage has arrived. No interceptor runs, because it is no model call.
 */
export function openReading(
  engine: EngineConfig,
  endpoint: Endpoint,
  self: unknown,
  args: unknown[],
): OpenCall | undefined {
  const id = endpoint.reads?.id(args);
  if (id === undefined) return undefined;
  const client = engine.vendor.client(self);
  const origin = engine.origin(client, args);
  const reading = readingOf(origin.server?.address, id, endpoint.reads?.isBatch ?? false);
  if (!reading) return undefined;
  const request = { ...reading.ordered?.request, ...endpoint.request(args, self) };
  const here = attributesOf(engine, endpoint, request, args);
  const attributes = reading.ordered ? merged(here, reading.ordered.attributes) : here;
  const call = {
    ...newCall(endpoint, { request, attributes }, origin),
    reads: { span: reading.ordered?.span },
  };
  const none = { native: undefined, signal: undefined, capture: undefined, chain: undefined };
  const live = newLive({ engine, endpoint, call, client, ...none, later: reading }, origin.readsHeaders);
  openCalls.add(live);
  return live;
}

/** If the fields of the request cannot be read, the call has the other attributes. */
function attributesOf(
  { attribution, diag }: EngineConfig,
  endpoint: Endpoint,
  { conversationId }: LlmRequest,
  args: unknown[],
): LlmAttributes {
  const active = context.active();
  let fromRequest: LlmAttributes | undefined;
  try {
    fromRequest = attribution.requestFields ? endpoint.attributes?.(args) : undefined;
  } catch (error) {
    report({ diag }, 'start', error);
  }
  if (conversationId === undefined) return attribution.of(active, fromRequest);
  const conversation = { conversation: conversationId };
  return attribution.of(active, fromRequest ? merged(conversation, fromRequest) : conversation);
}

function newCall(
  endpoint: Endpoint,
  { request, attributes }: Pick<Call, 'request' | 'attributes'>,
  origin: Origin,
  begun?: number,
): Call {
  const now = performance.now();
  const { provider, server, priceProvider = null, region } = origin;
  return {
    provider,
    operation: endpoint.operation,
    apiType: endpoint.apiType,
    server,
    priceProvider,
    region,
    request,
    attributes,
    startTime: begun ?? now,
    attempts: 0,
    attemptTime: now,
    response: {},
    chunks: 0,
    firstChunkTime: undefined,
    lastChunkTime: undefined,
    activeTime: now,
    outcome: undefined,
    error: undefined,
    endTime: undefined,
    cost: undefined,
    context: context.active(),
  };
}

type Opened = Pick<
  OpenCall,
  'engine' | 'endpoint' | 'call' | 'client' | 'native' | 'signal' | 'capture' | 'chain'
>;

const newLive = (
  { engine, endpoint, call, client, native, signal, capture, chain, later }: Opened & Partial<OpenCall>,
  readsHeaders: boolean,
): OpenCall => ({
  engine,
  endpoint,
  call,
  client,
  native,
  signal,
  capture,
  chain,
  later,
  hasReturned: false,
  delivered: false,
  parsing: false,
  reading: false,
  rawAnswer: undefined,
  readsHeaders,
  headers: undefined,
  failedAttempt: undefined,
  usage: undefined,
  answer: undefined,
  isRegistered: false,
  previous: undefined,
  next: undefined,
});

/** Runs before the observers of the end, which report the cost. */
function price(engine: EngineConfig, call: Call): void {
  if (call.isFree) return;
  try {
    call.cost = engine.priceOf(call);
  } catch (error) {
    report(engine, 'end', error);
  }
}

function nativeCall(
  engine: EngineConfig,
  call: Call,
  client: unknown,
  args: unknown[],
): NativeCall | undefined {
  const { native } = engine.vendor;
  const safely = (step: () => void): void => void guard(engine, 'end', step);
  const opened =
    native &&
    guard(engine, 'start', () => openNative(call, native, engine.nativeSpans, client, args, safely));
  guard(engine, 'start', () => takeModelSpan(engine, call, opened !== undefined));
  return opened;
}

function captureOf(
  { content }: EngineConfig,
  { content: reader }: Endpoint,
  call: Call,
  args: unknown[],
  self: unknown,
): Capture | undefined {
  if (!content || !reader) return undefined;
  const capture = new Capture(reader, content, call, args, self);
  Object.defineProperty(call, 'content', { get: () => capture.content, enumerable: true });
  return capture;
}

/** The application is about to get a whole answer. */
export function wholeAnswered({ endpoint, call, capture }: OpenCall, answer: unknown): void {
  const response = endpoint.response(fields(answer), call);
  // It lacks the parts that were read from raw bodies.
  call.response = endpoint.raw ? Object.assign(call.response, response) : response;
  capture?.answer(answer);
}

/** Folds an event of a body that the SDK has not read. One that keeps the connection alive is no chunk: SDKs hide it. */
export function eventArrived(live: OpenCall, event: unknown): void {
  if (!live.endpoint.isHeartbeat?.(fields(event))) chunkArrived(live, event);
}

/** The application is about to get a chunk of a stream. */
export function chunkArrived(live: OpenCall, chunk: unknown): void {
  const { engine, endpoint, call } = live;
  if (call.endTime !== undefined) return;
  const now = performance.now();
  call.activeTime = now;
  if (live.later) {
    partArrived(live, chunk);
    return;
  }
  call.chunks++;
  call.firstChunkTime ??= now;
  try {
    endpoint.chunk?.(call.response, fields(chunk), call);
    if (call.chunks === 1) shareModel(call.response);
  } catch (error) {
    report(engine, 'chunk', error);
  }
  live.capture?.chunk(chunk);
  for (const observer of engine.watching) {
    try {
      const returned: unknown = observer.chunk?.(call, chunk, now);
      if (returned) settled(engine, 'chunk', returned);
    } catch (error) {
      report(engine, 'chunk', error);
    }
  }
  call.lastChunkTime = now;
}

/** A chunk of an earlier call's answer. The observers are notified at its end. */
function partArrived({ engine, endpoint, call }: OpenCall, chunk: unknown): void {
  guard(engine, 'chunk', () => endpoint.chunk?.(call.response, fields(chunk), call));
}

const models = new Map<string, string>();
const MAX_MODELS = 100;

/** One string for all streams of a model: it equals itself at once, however often observers compare it. */
function shareModel(response: LlmResponse): void {
  const { model } = response;
  if (model === undefined) return;
  const known = models.get(model);
  if (known !== undefined) response.model = known;
  else if (models.size < MAX_MODELS) models.set(model, model);
}

/** Notifies all observers of the start or the end of a call; an error of one does not affect the others. */
function notify(engine: EngineConfig, step: 'start' | 'end', call: Call): void {
  for (const observer of engine.observers) {
    try {
      const returned: unknown = step === 'start' ? observer.start?.(call) : observer.end?.(call);
      if (returned) settled(engine, step, returned);
    } catch (error) {
      report(engine, step, error);
    }
  }
}

/**
 * The application is about to get a chunk of a stream whose usage llmtrace requested.
 * @returns true if the chunk has only that usage, so that the application must not get it.
 */
export function isOnlyUsage({ engine, endpoint, call }: OpenCall, chunk: unknown): boolean {
  const only = guard(engine, 'chunk', () => {
    if (!endpoint.dropUsage?.(chunk)) return false;
    endpoint.chunk?.(call.response, chunk, call);
    return true;
  });
  return only ?? false;
}

/** The headers of the answer have arrived. */
export function headersArrived(live: OpenCall, headers: unknown): void {
  if (live.readsHeaders) live.headers = guard(live.engine, 'answer', () => answerHeaders(headers));
}

/** Records that a part of the answer has arrived. */
export function seen({ call }: OpenCall): void {
  if (call.endTime === undefined) call.activeTime = performance.now();
}

const collected = whenCollected<OpenCall>((live) => close(live, 'abandoned'), openCalls);

/** Ends the call as abandoned should `answer` be collected before it ends otherwise. */
export function onCollected(answer: object, live: OpenCall): void {
  if (live.call.endTime === undefined) collected.watch(answer, live);
}

/** Undoes {@link onCollected} for all answers of a call. */
export function forget(live: OpenCall): void {
  collected.forget(live);
}

/** Ends a call: the only place where that happens, and only once. */
export function close(live: OpenCall, outcome: Outcome, error?: unknown): void {
  const { engine, call } = live;
  if (call.endTime !== undefined) return;
  call.endTime = outcome === 'abandoned' ? call.activeTime : performance.now();
  openCalls.remove(live);
  forget(live);
  if (live.headers) addHeaders(call.response, live.headers);
  call.error = error ?? call.response.failure;
  call.outcome = outcomeOf(live, outcome);
  concealConversation(live);
  if (live.rawAnswer) tellUnseen(live, live.rawAnswer);
  if (live.usage === 'watched' && call.outcome === 'completed') learnUsage(call);
  if (live.capture) guard(engine, 'end', () => live.capture?.close());
  if (live.later && !isReported(live, live.later)) return;
  price(engine, call);
  notify(engine, 'end', call);
  if (call.response.isPending) remember(call);
}

/** Of files, only those that a call of this process ordered are answers. */
function tellUnseen({ engine, call, later, reading }: OpenCall, { isUnseen }: RawAnswer): void {
  if (!isUnseen || reading) return;
  if (!later) markUnseen(call.response, engine.vendor.module);
  else if (later.ordered) warnOfUnseenFile(engine.vendor.module);
}

/** Whether the reading of an earlier call's answer is to be reported; the observers then learn of its start. */
function isReported({ engine, call }: OpenCall, later: Reading): boolean {
  if (call.response.resultsId !== undefined) remember(call);
  if (call.response.hasRemoteResults) warnOfRemoteResults(call);
  if (!isFirst(later, call)) return false;
  startSpan(engine, call, () => engine.startSpan(call));
  notify(engine, 'start', call);
  return true;
}

const warnOfRemoteResults = ({ provider }: Call): void =>
  warnOnce(
    `a batch of ${provider} has its results in a file or a store, which llmtrace does not read: batches of this kind have no span, tokens or cost`,
  );

/** Hashes the conversation that the answer names, if the request named none. */
function concealConversation({ engine, call: { response } }: OpenCall): void {
  const { conversationId } = response;
  if (typeof conversationId === 'string')
    response.conversationId = engine.attribution.conceal('conversation', conversationId);
}

function outcomeOf({ call: { error, response }, endpoint, signal }: OpenCall, outcome: Outcome): Outcome {
  if (error === undefined) return outcome;
  if (!endpoint.signal) return isCancelled(error) ? 'cancelled' : 'failed';
  // If the error does not show it, every failure after an abort counts as aborted, except an error that the vendor
  // sent before.
  const saidByVendor = errorStatus(error) !== undefined || error === response.failure;
  return isAborted(signal) && !saidByVendor ? 'cancelled' : 'failed';
}

/**
 * Ends all open calls as abandoned, before the process ends. The list is copied first, because observers may end
 * other calls meanwhile.
 */
export function endOpenCalls(): void {
  for (const live of [...openCalls]) close(live, 'abandoned');
  endLeftSpans();
  endUnreadSpans();
}

/**
 * Ends calls as abandoned whose answer has begun, and of which nothing has arrived for `limit` ms: those of one
 * instrumentation, and those of others whose raw body it follows.
 *
 * @returns in how many ms the next of them may be due; undefined where none is open.
 */
export function endIdleCalls(module: string, limit: number): number | undefined {
  const now = performance.now();
  let soonest: number | undefined;
  for (const live of openCalls) {
    if (!live.delivered || !(live.engine.vendor.module === module || live.rawAnswer?.isFollowed)) continue;
    const rest = live.call.activeTime + limit - now;
    if (rest <= 0) close(live, 'abandoned');
    else soonest = Math.min(soonest ?? rest, rest);
  }
  return soonest;
}
