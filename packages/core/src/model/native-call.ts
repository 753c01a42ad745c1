/** The state of a call, or of a run or a tool, in an SDK or a framework that traces itself, as far as the span observers need it. */
import type { Span, SpanOptions, Tracer } from '@opentelemetry/api';
import type { AgentOperation } from './agent-operation.ts';
import type { Call } from './call.ts';

type Recorded = Call | AgentOperation;

/** The SDK's part in the span of one call or operation. */
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

const natives = new WeakMap<Recorded, NativeCall>();

export const setNative = (record: Recorded, native: NativeCall): void => void natives.set(record, native);

/** The SDK's part in the span of a record; undefined where it has none. */
export const nativeOf = (record: Recorded): NativeCall | undefined => natives.get(record);
