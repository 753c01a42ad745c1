/**
 * The **native** span of a call or a run, where the SDK traces itself, made the one span of it.
 *
 * It is adopted: started with the SDK's own tracer, but by us, so that samplers see its name and attributes as the
 * conventions have them, and handed to the SDK when that asks its tracer for a span; or else it is the one that a
 * helper of the SDK has started already. The SDK then records on it as on any span of its own, and is the one to end
 * it. The SDK and the engine see a call's end at different moments, in either order: the first waits for the other,
 * so that the span has the attributes of both when it ends.
 */
import {
  type Attributes,
  context,
  INVALID_SPAN_CONTEXT,
  isSpanContextValid,
  type Span,
  type SpanOptions,
  TraceFlags,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import type { AgentOperation } from '../../model/agent-operation.ts';
import type { Call } from '../../model/call.ts';
import { type NativeCall, setNative } from '../../model/native-call.ts';
import type { NativeRuns, NativeSpans } from '../../vendor/vendor.ts';
import { type Safely, type SharedSpan, settle, share } from './shared-span.ts';

/** The span of a call where the SDK traces itself: the SDK's span, adopted, or llmtrace's span instead. */
export type NativeMode = 'adopt' | 'replace';

/** A helper that makes two calls with one span would otherwise make us end that span twice. */
const adoptedSpans = new WeakSet<Span>();

/** How the SDK starts one kind of span. */
type SpanKey = Pick<NativeSpans, 'tracer' | 'name' | 'renamed'> &
  Partial<Pick<NativeSpans, 'withoutCallerSpan'>>;

/** Finds out whether the SDK traces `call` itself, and decides which span the call gets. */
export function openNative(
  call: Call,
  spans: NativeSpans,
  mode: NativeMode,
  client: unknown,
  args: readonly unknown[],
  safely: Safely,
): NativeCall | undefined {
  const tracer = tracerOf(spans, client);
  if (!tracer) return undefined;
  const native =
    mode === 'replace'
      ? silenced(call, spans, client, tracer, safely)
      : adopted(spans, client, tracer, spans.callerSpan(args), safely);
  setNative(call, native);
  return native;
}

/** Runs a helper so that it starts no span: the tracer returns a non-recording one. */
export function silently<T>(spans: NativeSpans, client: unknown, run: () => T): T {
  const tracer = tracerOf(spans, client);
  if (!tracer) return run();
  const none = () => trace.wrapSpanContext(INVALID_SPAN_CONTEXT);
  return withTracer(spans, client, handingOver(tracer, spans.name, none), run);
}

/** A client that traces its runs itself, and where it keeps its tracer. */
interface TracedRuns {
  readonly key: string;
  readonly runs: NativeRuns;
  readonly tracer: Tracer;
  readonly client: unknown;
}

/** The SDK's part in the span of a run that it traces itself. Its span starts when the SDK's loop does. */
export function nativeRun(
  run: AgentOperation,
  { key, runs, tracer, client }: TracedRuns,
  mode: NativeMode,
  safely: Safely,
): NativeCall {
  const spans: SpanKey = { tracer: key, name: runs.name, renamed: runs.dropped };
  return mode === 'replace'
    ? silenced(run, spans, client, tracer, safely)
    : adopted(spans, client, tracer, undefined, safely);
}

/** The tracer of a client that traces itself. */
export function tracerOf({ tracer: key }: Pick<NativeSpans, 'tracer'>, client: unknown): Tracer | undefined {
  const tracer = (client as Record<string, Tracer | undefined> | undefined)?.[key];
  return typeof tracer?.startSpan === 'function' ? tracer : undefined;
}

/** The SDK asks its tracer for the span before its method returns. */
function withTracer<T>({ tracer: key }: SpanKey, client: unknown, tracer: Tracer, run: () => T): T {
  const was = Reflect.get(client as object, key);
  Reflect.set(client as object, key, tracer);
  try {
    return run();
  } finally {
    Reflect.set(client as object, key, was);
  }
}

/**
 * The SDK gets our span's place in the trace, in a span that records nothing: so the SDK starts no second span but
 * still sends the trace context to the vendor.
 */
const silenced = (
  record: Call | AgentOperation,
  spans: SpanKey,
  client: unknown,
  tracer: Tracer,
  safely: Safely,
): NativeCall => ({
  start: () => undefined,
  run(args, run) {
    let without = args;
    safely(() => {
      without = spans.withoutCallerSpan?.(args) ?? args;
    });
    const place = trace.getSpanContext(record.context) ?? INVALID_SPAN_CONTEXT;
    const handing = handingOver(tracer, spans.name, () => trace.wrapSpanContext(place));
    return withTracer(spans, client, handing, () => run(without));
  },
  end: (finish) => finish(),
});

function adopted(
  spans: SpanKey,
  client: unknown,
  tracer: Tracer,
  callerSpan: Span | undefined,
  safely: Safely,
): NativeCall {
  let started: { span: Span; options: SpanOptions } | undefined;
  let shared: SharedSpan | undefined;
  return {
    start(name, options) {
      // No context: the SDK's copy of the API may be another one, and its tracer knows its own.
      const span = callerSpan ?? tracer.startSpan(name, options);
      if (!counts(span) || adoptedSpans.has(span)) return undefined;
      adoptedSpans.add(span);
      if (callerSpan) {
        callerSpan.updateName(name).setAttributes(options.attributes ?? {});
        shared = share(callerSpan, spans.renamed, safely);
      } else {
        started = { span, options };
      }
      return span;
    },
    run(args, run) {
      if (!started) return run(args);
      const { span, options } = started;
      const handing = handingOver(tracer, spans.name, (theirs) => {
        span.setAttributes({ ...without(theirs.attributes, spans.renamed), ...options.attributes });
        shared = share(span, spans.renamed, safely);
        return span;
      });
      return withTracer(spans, client, handing, () => run(args));
    },
    end(finish, now) {
      if (shared) settle(shared, finish, now, safely);
      else finish();
    },
  };
}

/** Attributes without those of some names. */
export const without = (attributes: Attributes = {}, names: readonly string[]): Attributes =>
  Object.fromEntries(Object.entries(attributes).filter(([name]) => !names.includes(name)));

/**
 * Whether a span is one. A tracer without a provider gives the span's parent back, or nothing valid. A span that
 * was not sampled is one: another in its place would ask the sampler a second time.
 */
export function counts(span: Span): boolean {
  if (span.isRecording()) return true;
  const spanContext = span.spanContext();
  const isSampled = (spanContext.traceFlags & TraceFlags.SAMPLED) !== 0;
  return (
    isSpanContextValid(spanContext) &&
    !isSampled &&
    spanContext.spanId !== trace.getSpanContext(context.active())?.spanId
  );
}

/** `tracer`, but for the first span of that name, which is taken from `take`. */
function handingOver(tracer: Tracer, wanted: string, take: (options: SpanOptions) => Span): Tracer {
  let handed = false;
  return {
    startSpan(name, options, parent) {
      if (handed || name !== wanted) return tracer.startSpan(name, options, parent);
      handed = true;
      return take(options ?? {});
    },
    startActiveSpan: (...args: unknown[]) =>
      (tracer.startActiveSpan as (...all: unknown[]) => never)(...args),
  };
}
