/** The state of a call in an SDK, or a framework, that traces itself, as far as the span observer needs it. */
import type { Span, SpanOptions, Tracer } from '@opentelemetry/api';
import type { Call } from './call.ts';

/** The SDK's part in the span of one call. */
export interface NativeCall {
  /** Set where the span is that of a framework around the call, which ends it: what is known of the call is set here. */
  readonly foreign?: Span | undefined;
  /**
   * Starts the call's span: the SDK's, where it records one.
   * @param tracer llmtrace's.
   */
  start(name: string, options: SpanOptions, tracer: Tracer): Span | undefined;
  /** Runs the SDK's method so that it takes that span for its own, or records none. */
  run<T>(args: unknown[], run: (args: unknown[]) => T): T;
  /** Runs `finish`, which ends or completes the span, once the SDK is done with it too; or `now`, where that may never be. */
  end(finish: () => void, now: boolean): void;
}

const natives = new WeakMap<Call, NativeCall>();

export const setNative = (call: Call, native: NativeCall): void => void natives.set(call, native);

/** The SDK's part in the span of `call`; undefined where it has none. */
export const nativeOf = (call: Call): NativeCall | undefined => natives.get(call);
