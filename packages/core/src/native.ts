/**
 * The **native** span of a call, where the SDK traces itself, made the call's one span.
 *
 * It is adopted: started with the SDK's own tracer, but by us, so that samplers see its name and attributes as
 * the conventions have them, and handed to the SDK when that asks its tracer for a span; or else it is the one
 * that a helper of the SDK has started already. The SDK then records on it as on any span of its own, and is the
 * one to end it. But SDK and engine learn of a call's end at different moments, either of them first: whoever is
 * first waits for the other, so that what both know is on the span when it ends.
 */
import {
  context,
  isSpanContextValid,
  type Span,
  type SpanOptions,
  TraceFlags,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import type { Call } from './call.ts';
import type { NativeSpans } from './vendor.ts';

/** Whose span a call has where the SDK traces itself: the SDK's, adopted, or one of ours in its place. */
export type NativeMode = 'adopt' | 'ours';

/** The SDK's part in the span of one call. */
export interface NativeCall {
  /** Starts the call's span: the SDK's, where it records one. */
  start(name: string, options: SpanOptions): Span | undefined;
  /** Runs the SDK's method so that it takes that span for its own, or starts none. */
  run<T>(args: unknown[], run: (args: unknown[]) => T): T;
  /** Runs `finish`, which ends the span, once the SDK is done with it too; or `now`, where that may never be. */
  end(finish: () => void, now: boolean): void;
}

/** Runs a step of telemetry, whose failure concerns nobody. */
type Safely = (step: () => void) => void;

const natives = new WeakMap<Call, NativeCall>();

/** The SDK's part in the span of `call`; undefined where it has none. */
export const nativeOf = (call: Call): NativeCall | undefined => natives.get(call);

/** Finds out whether the SDK traces `call` itself, and what is to become of that. */
export function openNative(
  call: Call,
  spans: NativeSpans,
  mode: NativeMode,
  client: unknown,
  args: readonly unknown[],
  safely: Safely,
): NativeCall | undefined {
  const tracer = (client as Record<string, Tracer | undefined> | undefined)?.[spans.tracer];
  if (typeof tracer?.startSpan !== 'function') return undefined;
  const native =
    mode === 'ours' ? silenced(spans, client) : adopted(spans, client, tracer, spans.given(args), safely);
  natives.set(call, native);
  return native;
}

/** Runs `run` with an SDK that does not trace: its tracer is away for as long as `run` takes to return. */
export const silently = <T>(spans: NativeSpans, client: unknown, run: () => T): T =>
  withTracer(spans, client, undefined, run);

function withTracer<T>({ tracer: key }: NativeSpans, client: unknown, tracer: Tracer | undefined, run: () => T): T {
  const was = Reflect.get(client as object, key);
  Reflect.set(client as object, key, tracer);
  try {
    return run();
  } finally {
    Reflect.set(client as object, key, was);
  }
}

const silenced = (spans: NativeSpans, client: unknown): NativeCall => ({
  start: () => undefined,
  run: (args, run) => silently(spans, client, () => run(spans.withoutGiven(args))),
  end: (finish) => finish(),
});

function adopted(
  spans: NativeSpans,
  client: unknown,
  tracer: Tracer,
  given: Span | undefined,
  safely: Safely,
): NativeCall {
  let own: { span: Span; options: SpanOptions } | undefined;
  let shared: Shared | undefined;
  return {
    start(name, options) {
      // No context: the SDK's copy of the API may be another one, and its tracer knows its own.
      const span = given ?? tracer.startSpan(name, options);
      if (!counts(span)) return undefined;
      if (given) {
        given.updateName(name).setAttributes(options.attributes ?? {});
        shared = share(given, spans.renamed, safely);
      } else {
        own = { span, options };
      }
      return span;
    },
    run(args, run) {
      if (!own) return run(args);
      const { span, options } = own;
      const handing = handingOver(tracer, spans.name, (theirs) => {
        span.setAttributes({ ...theirs.attributes, ...options.attributes });
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

/**
 * Whether a span is one. A tracer without a provider gives the span's parent back, or nothing valid. A span that
 * was not sampled is one: another in its place would ask the sampler a second time.
 */
function counts(span: Span): boolean {
  if (span.isRecording()) return true;
  const own = span.spanContext();
  const isSampled = (own.traceFlags & TraceFlags.SAMPLED) !== 0;
  return isSpanContextValid(own) && !isSampled && own.spanId !== trace.getSpanContext(context.active())?.spanId;
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
    startActiveSpan: (...args: unknown[]) => (tracer.startActiveSpan as (...all: unknown[]) => never)(...args),
  };
}

/** A span that the SDK and we end together. */
interface Shared {
  readonly span: Span;
  endedBySdk: boolean;
  /** Set once the engine is done. */
  finish: (() => void) | undefined;
}

function share(span: Span, renamed: readonly string[], safely: Safely): Shared {
  const shared: Shared = { span, endedBySdk: false, finish: undefined };
  if (!span.isRecording()) return shared;
  const { setAttribute } = span;
  define(span, 'setAttribute', (name: string, value: never) =>
    renamed.includes(name) ? span : setAttribute.call(span, name, value),
  );
  define(span, 'end', () => {
    shared.endedBySdk = true;
    safely(() => end(shared));
  });
  return shared;
}

function settle(shared: Shared, finish: () => void, now: boolean, safely: Safely): void {
  shared.finish = finish;
  if (shared.endedBySdk || now) end(shared);
  // The SDK ends the span within the turn in which the call ended; should it not, nothing else would.
  else setImmediate(() => safely(() => end(shared)));
}

function end(shared: Shared): void {
  const { span, finish } = shared;
  if (!finish) return;
  shared.finish = undefined;
  Reflect.deleteProperty(span, 'setAttribute');
  Reflect.deleteProperty(span, 'end');
  finish();
}

function define(span: Span, key: 'setAttribute' | 'end', value: unknown): void {
  Reflect.defineProperty(span, key, { value, configurable: true, writable: true, enumerable: false });
}
