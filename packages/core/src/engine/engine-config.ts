import type { Attributes, Context, DiagLogger, Span } from '@opentelemetry/api';
import type { CaptureOptions } from '../content/capture.ts';
import type { AgentOperation } from '../model/agent-operation.ts';
import type { LlmAttributes } from '../model/attributes.ts';
import type { Call, Cost, Interceptor, Observer } from '../model/call.ts';
import type { Origin } from '../vendor/provider.ts';
import type { Vendor } from '../vendor/vendor.ts';
import type { NativeMode } from './native/native-span.ts';

/** The engine's configuration by an instrumentation: the vendor, and the interceptors and observers of its calls. */
export interface EngineConfig {
  readonly vendor: Vendor;
  /** Starts the span of a call. */
  startSpan(call: Readonly<Call>): Span;
  /** Starts the span of an operation around calls. */
  startOperationSpan(operation: Readonly<AgentOperation>): Span;
  /** What the span of a framework's own telemetry gets of a run or a tool that ends. */
  readonly frameworkSpans: {
    sums(operation: Readonly<AgentOperation>): Attributes;
    /** Whether such a span keeps its sums of tokens. */
    readonly keepsUsage: boolean;
  };
  /** What is reported, once for each library, of the model spans that other libraries make. */
  readonly otherSpans: {
    /** The call has the library's span. */
    adopted(scope: string): void;
    /** The call has a span besides that of the library. */
    besides(scope: string): void;
    /** The library's span, which was that of the call, has ended before the call. */
    endedEarly(scope: string): void;
  };
  /** Prices a call when it ends; returns undefined if the cost is unknown. */
  priceOf(call: Readonly<Call>): Cost | undefined;
  /** False for `withLlmOptions({ cost: false })`. */
  readonly isPriced: boolean;
  /** Resolves the attributes of a call from its context and the fields of its request. */
  readonly attribution: {
    readonly requestFields: boolean;
    of(context: Context, request?: LlmAttributes): LlmAttributes;
    conceal(name: string, value: string): string;
  };
  /** The observers of each call, in the order in which they run. */
  readonly observers: readonly Observer[];
  /** The observers that see chunks or may start to: an application's observer is checked again at each chunk. */
  readonly watching: readonly Observer[];
  /** All interceptors, one within the other; undefined where there are none. */
  readonly intercept: Interceptor | undefined;
  /** Whether an interceptor retries, so that the SDK must not. */
  readonly retries: boolean;
  readonly nativeSpans: NativeMode;
  /** Whether operations around calls are traced. */
  readonly agents: boolean;
  readonly mcpPropagate: 'traceparent' | 'all' | 'none';
  readonly diag: DiagLogger;
  /** How content is captured; undefined where it is not. */
  readonly content: CaptureOptions | undefined;
  /** Whether llmtrace requests the usage of streams: {@link Endpoint.askUsage}. */
  readonly streamUsage: boolean;
  /** Whether a budget or a limit of tokens applies: llmtrace then requests usage from hosts that are known to accept it. */
  readonly needsUsage: boolean;
  /** Whether the size of requests is to be known. */
  readonly needsSize: boolean;
  origin(client: unknown, args: readonly unknown[]): Origin;
}
