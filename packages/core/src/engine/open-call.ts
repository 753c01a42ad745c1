/**
 * An open call: its state while the answer arrives, and its one end.
 */
import { context, trace } from '@opentelemetry/api';
import { Capture } from '../content/capture.ts';
import { errorStatus, isCancelled } from '../errors/index.ts';
import { type LlmAttributes, merged } from '../model/attributes.ts';
import type { Call, LlmRequest, LlmResponse, Outcome } from '../model/call.ts';
import { setSpanOf } from '../model/call-span.ts';
import type { NativeCall } from '../model/native-call.ts';
import { isAborted } from '../platform/abort-signals.ts';
import { LinkedContext } from '../platform/linked-context.ts';
import type { Linked } from '../platform/linked-list.ts';
import { sizeOf } from '../platform/text-size.ts';
import { type AnswerHeaders, addHeaders, answerHeaders } from '../vendor/answer-headers.ts';
import type { Origin } from '../vendor/provider.ts';
import { learnUsage } from '../vendor/stream-usage.ts';
import { fields } from '../vendor/values.ts';
import type { Endpoint } from '../vendor/vendor.ts';
import { type Holder, whenCollected } from './abandonment.ts';
import type { Chain } from './attempts/intercept.ts';
import type { EngineConfig } from './engine-config.ts';
import { guard, report, settled } from './guard.ts';
import { isFirst, type Reading, readingOf, remember } from './later-answers.ts';
import { openNative } from './native/native-span.ts';
import { openCalls } from './open-calls.ts';

/**
 * State of an open call. It must not keep the answer alive (except for the grace period, see abandonment.ts): an
 * unread answer must be garbage-collected, because that ends an abandoned call.
 */
export interface Live extends Holder, Linked<Live> {
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
  /** Where it reads an answer that was ordered before. */
  readonly later: Reading | undefined;
  /** Whether the headers of the answer may say something of it: those of a gateway. */
  readonly readsHeaders: boolean;
  /** The facts from the answer's headers. */
  headers: AnswerHeaders | undefined;
  /** The usage of the stream was asked for on behalf of the application, or is waited for to come unasked. */
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
): Live {
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
  startSpan(engine, call);
  tell(engine, 'start', call);
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
): Live | undefined {
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

/** An endpoint whose fields cannot be read costs the call its attributes alone. */
function attributesOf(
  { attribution, diag }: EngineConfig,
  endpoint: Endpoint,
  { conversationId }: LlmRequest,
  args: unknown[],
): LlmAttributes {
  const active = context.active();
  let asked: LlmAttributes | undefined;
  try {
    asked = attribution.requestFields ? endpoint.attributes?.(args) : undefined;
  } catch (error) {
    report({ diag }, 'start', error);
  }
  if (conversationId === undefined) return attribution.of(active, asked);
  const conversation = { conversation: conversationId };
  return attribution.of(active, asked ? merged(conversation, asked) : conversation);
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
  Live,
  'engine' | 'endpoint' | 'call' | 'client' | 'native' | 'signal' | 'capture' | 'chain'
>;

const newLive = (
  { engine, endpoint, call, client, native, signal, capture, chain, later }: Opened & Partial<Live>,
  readsHeaders: boolean,
): Live => ({
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
  readsHeaders,
  headers: undefined,
  usage: undefined,
  held: undefined,
  isRegistered: false,
  previous: undefined,
  next: undefined,
});

/** From here on the call's context holds its span. */
function startSpan(engine: EngineConfig, call: Call): void {
  try {
    const span = engine.startSpan(call);
    setSpanOf(call, span);
    call.context = trace.setSpan(new LinkedContext(call.context), span);
  } catch (error) {
    report(engine, 'start', error);
  }
}

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
  if (!native) return undefined;
  const safely = (step: () => void): void => void guard(engine, 'end', step);
  return guard(engine, 'start', () => openNative(call, native, engine.nativeSpans, client, args, safely));
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
export function wholeAnswered({ endpoint, call, capture }: Live, answer: unknown): void {
  const response = endpoint.response(fields(answer), call);
  // It lacks the parts that were read from raw bodies.
  call.response = endpoint.raw ? Object.assign(call.response, response) : response;
  capture?.answer(answer);
}

/** The application is about to get a chunk of a stream. */
export function chunkArrived(live: Live, chunk: unknown): void {
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
      const done: unknown = observer.chunk?.(call, chunk, now);
      if (done) settled(engine, 'chunk', done);
    } catch (error) {
      report(engine, 'chunk', error);
    }
  }
  call.lastChunkTime = now;
}

/** For the reading of an earlier call's answer, of which the observers have not been notified yet. */
function partArrived({ engine, endpoint, call }: Live, chunk: unknown): void {
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
function tell(engine: EngineConfig, step: 'start' | 'end', call: Call): void {
  for (const observer of engine.observers) {
    try {
      const done: unknown = step === 'start' ? observer.start?.(call) : observer.end?.(call);
      if (done) settled(engine, step, done);
    } catch (error) {
      report(engine, step, error);
    }
  }
}

/**
 * The application is about to get a chunk of a stream whose usage llmtrace requested.
 * @returns true where the chunk is but that usage, and is to be kept from it.
 */
export function isOnlyUsage({ engine, endpoint, call }: Live, chunk: unknown): boolean {
  const only = guard(engine, 'chunk', () => {
    if (!endpoint.dropUsage?.(chunk)) return false;
    endpoint.chunk?.(call.response, chunk, call);
    return true;
  });
  return only ?? false;
}

/** The headers of the answer have arrived. */
export function headersArrived(live: Live, headers: unknown): void {
  if (live.readsHeaders) live.headers = guard(live.engine, 'answer', () => answerHeaders(headers));
}

/** Something of the answer has arrived. */
export function seen({ call }: Live): void {
  if (call.endTime === undefined) call.activeTime = performance.now();
}

const collected = whenCollected<Live>((live) => close(live, 'abandoned'), openCalls);

/** Ends the call as abandoned should `answer` be collected before it ends otherwise. */
export function onCollected(answer: object, live: Live): void {
  if (live.call.endTime === undefined) collected.watch(answer, live);
}

/** Takes back every {@link onCollected} of a call. */
export function forget(live: Live): void {
  collected.forget(live);
}

/** Ends a call: the only place where that happens, and only once. */
export function close(live: Live, outcome: Outcome, error?: unknown): void {
  const { engine, call } = live;
  if (call.endTime !== undefined) return;
  call.endTime = outcome === 'abandoned' ? call.activeTime : performance.now();
  openCalls.remove(live);
  forget(live);
  if (live.headers) addHeaders(call.response, live.headers);
  call.error = error ?? call.response.failure;
  call.outcome = outcomeOf(live, outcome);
  concealConversation(live);
  if (live.usage === 'watched' && call.outcome === 'completed') learnUsage(call);
  if (live.capture) guard(engine, 'end', () => live.capture?.close());
  if (live.later && !isReported(live, live.later)) return;
  price(engine, call);
  tell(engine, 'end', call);
  if (call.response.isPending) remember(call);
}

/** Whether the reading of an earlier call's answer is to be reported; the observers then learn of its start. */
function isReported({ engine, call }: Live, later: Reading): boolean {
  if (call.response.resultsId !== undefined) remember(call);
  if (!isFirst(later, call)) return false;
  startSpan(engine, call);
  tell(engine, 'start', call);
  return true;
}

/** An answer may be the first to name the conversation. */
function concealConversation({ engine, call: { response } }: Live): void {
  const { conversationId } = response;
  if (typeof conversationId === 'string')
    response.conversationId = engine.attribution.conceal('conversation', conversationId);
}

function outcomeOf({ call: { error, response }, endpoint, signal }: Live, outcome: Outcome): Outcome {
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
}
