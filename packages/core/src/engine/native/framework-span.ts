/**
 * Spans of the telemetry of other libraries, mostly frameworks. That of a model call becomes the call's span: it is completed,
 * where a second one would count its tokens twice. It stays the library's: it keeps its name and what the library sets, and the
 * library ends it, but for those that some leave open. That of a run gets the run's sums.
 */
import {
  type Attributes,
  type AttributeValue,
  diag,
  type Span,
  type SpanStatus,
  type Tracer,
} from '@opentelemetry/api';
import type { Call } from '../../model/call.ts';
import { spanOf } from '../../model/call-span.ts';
import { type NativeCall, setNative } from '../../model/native-call.ts';
import { clearTimeout, outside, setImmediate, setTimeout } from '../../platform/at-start.ts';
import { processWide } from '../../platform/process-wide.ts';
import { define } from '../../platform/replace-method.ts';
import type { EngineConfig } from '../engine-config.ts';
import {
  asModelSpan,
  isOfModel,
  type ModelSpan,
  otherSpansIn,
  recordedSpan,
  recordedSpanIn,
  type SdkSpan,
} from './model-spans.ts';

/** A framework that sends two requests within one span, as it repeats the first, has it completed by the first. */
const taken = new WeakSet<Span>();

type Telling = Pick<EngineConfig, 'otherSpans' | 'nativeSpans'>;

/**
 * Has the span of another library around a call be that of the call. Those that are not produce a warning.
 *
 * @param isNative the SDK traces itself: the call has that span, or one of llmtrace in its place.
 */
export function takeModelSpan(engine: Telling, call: Call, isNative: boolean): void {
  if (processWide().exportsBoth?.()) return;
  const takes = engine.nativeSpans === 'adopt' && !isNative;
  const recorded = recordedSpanIn(call.context);
  const active = recorded && asModelSpan(recorded);
  const free = active && freeOf(engine, call, active);
  const other = takeOtherSpans(engine, call, takes && !free);
  const found = takes && free ? free : other;
  if (found) {
    taken.add(found.span);
    setNative(call, adopted(engine, call, found));
  } else if (free) leave(engine, call, free.scope, free.span);
  else if (recorded && !active && isOfModel(recorded, call.request.model))
    engine.otherSpans.besides(recorded.scope);
}

/** The span, unless it is that of an earlier request: the tokens that its library sets at its end are then those of both. */
function freeOf(engine: Telling, call: Call, active: ModelSpan): ModelSpan | undefined {
  if (!taken.has(active.span)) return active;
  leaveTokens(engine, call, active.span);
  return undefined;
}

/** The first span that is for this call alone, of those that are not active. */
function takeOtherSpans(engine: Telling, call: Call, takesOne: boolean): ModelSpan | undefined {
  let first: ModelSpan | undefined;
  for (const { library, span, isShared } of otherSpansIn(call.context)) {
    const recorded = recordedSpan(span);
    const found = recorded && asModelSpan(recorded);
    if (found && takesOne && !first && !isShared && !taken.has(found.span)) first = found;
    else leave(engine, call, library, recorded?.span);
  }
  return first;
}

/**
 * Leaves a span beside that of a call. It keeps the tokens that it has, and gets no more, as those of the call are on its span; with
 * `replace`, and where it goes elsewhere, it stays as its library makes it.
 */
function leave(engine: Telling, call: Call, library: string, span: SdkSpan | undefined): void {
  if (span) leaveTokens(engine, call, span);
  engine.otherSpans.besides(library);
}

function leaveTokens({ nativeSpans }: Telling, call: Call, span: SdkSpan): void {
  if (nativeSpans !== 'adopt') return;
  withoutUsage(span, () => {
    const own: SdkSpan | undefined = spanOf(call);
    return areOfTwoProviders(span.resource, own?.resource);
  });
}

function adopted(engine: Telling, call: Call, found: ModelSpan): NativeCall {
  const { active, span, scope } = found;
  let completed: Completed | undefined = completing(span);
  return {
    get foreign() {
      return completed;
    },
    start(name, options, tracer) {
      const own = ofOtherProvider(tracer, span, () => tracer.startSpan(name, options, call.context));
      if (own) {
        completed = undefined;
        engine.otherSpans.besides(scope);
        return own;
      }
      engine.otherSpans.adopted(scope);
      if (found.countsLess) withoutUsage(span);
      completed?.setAttributes(options.attributes ?? {});
      return active;
    },
    run: (args, run) => run(args),
    end(finish, now) {
      if (completed && !span.isRecording()) engine.otherSpans.endedEarly(scope);
      else finish();
      if (completed && found.leavesOpen) endOpen(completed, span, call, now);
      const { endTime, outcome } = call;
      if (completed && found.leavesStreams && (now || hasBegun(call)))
        endUnread(span, { endTime, outcome, status: completed.status, now });
    },
  };
}

/** A library ends the span of a request that fails before an answer, and may send the next one within it. */
const hasBegun = ({ request, chunks }: Call): boolean => request.stream === true && chunks > 0;

/** Ends a span that its library has not ended. A processor of the application's that throws must not end the process. */
function finish(span: SdkSpan, status: SpanStatus | undefined, end: () => void): void {
  if (!span.isRecording()) return;
  if (status && !span.status?.code) span.setStatus(status);
  try {
    end();
  } catch (error) {
    diag.error('llmtrace: could not end a span', error);
  }
}

/** What ends spans that their libraries have not ended. */
const left = new Set<() => void>();

/**
 * Ends a span that its library may never end: `now`, or two turns of the event loop after the call. The library learns of the
 * call's end within the first of them. To wait longer would lose the span where the application then shuts its provider down.
 */
function endOpen({ status }: Completed, span: SdkSpan, { endTime }: Call, now: boolean): void {
  const end = (): void => {
    left.delete(end);
    finish(span, status, () => span.end(endTime));
  };
  left.add(end);
  if (now) end();
  else setImmediate(() => setImmediate(end));
}

/** Ends the spans of ended calls that their libraries have not ended, before the process ends or telemetry is flushed. */
export function endLeftSpans(): void {
  for (const end of left) end();
}

/** What ends the spans that their libraries end once the application has read an answer, all of which has arrived. */
const unread = new Set<() => void>();

/** How long an application may take to read an answer that has arrived, in ms. */
const READ_MS = 600_000;

/** How long a library may take to end a span after the answer has broken off, in ms. */
const BREAK_MS = 1000;

/** The end of what a span stands for. */
interface SpanEnd {
  readonly endTime: number | undefined;
  readonly outcome: string | undefined;
  /** The status of a span that has none. */
  readonly status?: SpanStatus | undefined;
  /** Nothing reads the answer any more. */
  readonly now: boolean;
}

/** Ends a span whose library ends it once the application has read the answer, should that not happen. */
export function endUnread(span: SdkSpan, { endTime, outcome, status, now }: SpanEnd): void {
  if (!span.isRecording()) return;
  const { end: theirs } = span;
  const isWhole = outcome === 'completed';
  const waiting = isWhole ? unread : left;
  let timer: NodeJS.Timeout | undefined;
  const forget = (): void => {
    clearTimeout(timer);
    waiting.delete(end);
    Reflect.deleteProperty(span, 'end');
  };
  const end = (): void => {
    forget();
    finish(span, status, () => theirs.call(span, endTime));
  };
  if (now) {
    end();
    return;
  }
  waiting.add(end);
  define(span, 'end', (...time: Parameters<Span['end']>) => {
    forget();
    theirs.apply(span, time);
  });
  timer = outside(setTimeout, end, isWhole ? READ_MS : BREAK_MS).unref();
}

/** Ends the spans of answers that the application has not read, before the process ends. */
export function endUnreadSpans(): void {
  for (const end of unread) end();
}

/** Whether spans of these resources go to two places: all spans of a provider have its resource, one object. */
const areOfTwoProviders = (resource: object | undefined, other: object | undefined): boolean =>
  resource !== undefined && other !== undefined && other !== resource;

/** A tracer, as OpenTelemetry's SDK has it in its versions 1 (`resource`) and 2 and 3, or one that has another behind it. */
interface SdkTracer extends Tracer {
  readonly resource?: object;
  readonly _resource?: object;
  /** Of the API's proxy. The tracers of `@llmtrace/auto` have it, too. */
  _getTracer?(): SdkTracer;
}

/** As a tracer of `@llmtrace/auto` stands before the API's proxy. */
const MAX_PROXIES = 4;

/** The resource of a tracer's provider; undefined where the tracer does not have it. */
function resourceOf(tracer: SdkTracer): object | undefined {
  let inner = tracer;
  for (let i = 0; i < MAX_PROXIES && inner._getTracer; i++) inner = inner._getTracer();
  return inner._resource ?? inner.resource;
}

/**
 * The span that `start` makes, where another provider than the tracer's has made `span`: llmtrace's telemetry does not go where
 * that one goes. No span is started to learn it: processors export spans as they start (Pydantic Logfire), and the SDK counts
 * those that do not end.
 */
const ofOtherProvider = (tracer: Tracer, span: SdkSpan, start: () => Span): Span | undefined =>
  areOfTwoProviders(span.resource, resourceOf(tracer)) ? start() : undefined;

interface Completed extends Span {
  /** The status that llmtrace would give to the span. */
  status: SpanStatus | undefined;
}

/** Sets what the span lacks. Its name, its status and its end are the framework's. */
function completing(span: SdkSpan): Completed {
  const lacks = (name: string): boolean => span.attributes?.[name] === undefined;
  // As it is now: the library may be kept from setting tokens.
  const { setAttribute } = span;
  const completed: Completed = {
    status: undefined,
    spanContext: () => span.spanContext(),
    isRecording: () => span.isRecording(),
    setAttribute(name, value) {
      if (lacks(name)) setAttribute.call(span, name, value);
      return completed;
    },
    setAttributes(attributes) {
      for (const [name, value] of Object.entries(attributes))
        if (value !== undefined) completed.setAttribute(name, value);
      return completed;
    },
    addEvent(...event) {
      span.addEvent(...event);
      return completed;
    },
    addLink: () => completed,
    addLinks: () => completed,
    updateName: () => completed,
    setStatus(status) {
      completed.status = status;
      return completed;
    },
    recordException() {},
    end() {},
  };
  return completed;
}

const isUsage = (name: string): boolean => name.startsWith('gen_ai.usage.');

/** Spans that get no tokens any more. */
const silenced = new WeakSet<Span>();

/** Has a span get no tokens from now on, unless `keeps` says so as they come. */
function withoutUsage(span: Span, keeps = (): boolean => false): void {
  if (silenced.has(span)) return;
  silenced.add(span);
  const { setAttribute, setAttributes } = span;
  define(span, 'setAttribute', (name: string, value: AttributeValue) =>
    isUsage(name) && !keeps() ? span : setAttribute.call(span, name, value),
  );
  define(span, 'setAttributes', (attributes: Attributes) =>
    setAttributes.call(
      span,
      Object.fromEntries(Object.entries(attributes).filter(([name]) => !isUsage(name) || keeps())),
    ),
  );
}

/**
 * Has a framework's span of a run end with more attributes, and without the sums of tokens: they are those of the model spans
 * beneath, and a backend that adds up all spans would count them twice.
 *
 * @param sums read as the span ends.
 * @param onEnd runs after that.
 */
export function takeRunSpan(
  span: Span,
  { sums, keepsUsage }: { sums: () => Attributes; keepsUsage: boolean },
  onEnd: () => void,
): void {
  if (taken.has(span) || !span.isRecording()) return;
  taken.add(span);
  const { setAttributes, end } = span;
  if (!keepsUsage) withoutUsage(span);
  define(span, 'end', (...time: Parameters<Span['end']>) => {
    for (const name of ['setAttribute', 'setAttributes', 'end']) Reflect.deleteProperty(span, name);
    setAttributes.call(span, sums());
    end.apply(span, time);
    onEnd();
  });
}
