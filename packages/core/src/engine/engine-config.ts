import type { DiagLogger, Span } from '@opentelemetry/api';
import type { CaptureOptions } from '../content/capture.ts';
import type { Call, Cost, Interceptor, Observer } from '../model/call.ts';
import type { Origin } from '../vendor/provider.ts';
import type { Vendor } from '../vendor/vendor.ts';
import type { NativeMode } from './native/native-span.ts';

/** What an instrumentation gives to the engine: the vendor, and what runs around its calls. */
export interface EngineConfig {
  readonly vendor: Vendor;
  /** Starts the span of a call. */
  startSpan(call: Readonly<Call>): Span;
  /** What a call cost, when it ends; undefined where that is not known. */
  priceOf(call: Readonly<Call>): Cost | undefined;
  /** They watch each call, in this order, and change nothing of it. */
  readonly observers: readonly Observer[];
  /** Those of them that see chunks, or may begin to: an application's own are asked anew about each. */
  readonly watching: readonly Observer[];
  /** All interceptors, one within the other; undefined where there are none. */
  readonly intercept: Interceptor | undefined;
  /** Whether one of them retries, so that the SDK must not. */
  readonly retries: boolean;
  readonly nativeSpans: NativeMode;
  readonly diag: DiagLogger;
  /** How content is captured; undefined where it is not. */
  readonly content: CaptureOptions | undefined;
  /** Whether usage is asked for on behalf of the application: {@link Endpoint.askUsage}. */
  readonly streamUsage: boolean;
  /** Whether a budget or a limit of tokens holds, so that usage is asked for where the host is known to take that. */
  readonly needsUsage: boolean;
  /** Whether the size of requests is to be known. */
  readonly needsSize: boolean;
  origin(client: unknown, args: readonly unknown[]): Origin;
}
