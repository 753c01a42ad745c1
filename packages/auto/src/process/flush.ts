/**
 * `llmtrace.flush()`: exports the telemetry recorded so far, for hosts that freeze or kill a process at any time. It
 * reaches the SDK that llmtrace starts, from any copy of this package, and every provider that the application has
 * registered.
 */
import { flushUsage, MAX_TIMER, newerLoggerProvider } from '@llmtrace/core/internal';
import { diag, metrics, ProxyTracerProvider, trace } from '@opentelemetry/api';
import { logs } from '@opentelemetry/api-logs';

/** The timeout of `flush()` and `shutdown()`. */
export interface FlushOptions {
  /** The longest time until the promise resolves, in ms. @default 3000 */
  timeoutMillis?: number;
}

/**
 * Exports all ended calls, their metrics and their log events. It resolves when the exports have ended, even failed ones,
 * or the timeout has passed; it never rejects. If llmtrace does not run, it resolves at once.
 */
export const flush = (options?: FlushOptions): Promise<void> => within(timeoutOf(options), flushAll);

const DEFAULT_MS = 3000;

// As they are now: the tests of an application may replace them.
const { clearTimeout, setTimeout } = globalThis;

function timeoutOf(options: FlushOptions | undefined): number {
  const { timeoutMillis } = options ?? {};
  return typeof timeoutMillis === 'number' && timeoutMillis >= 0
    ? Math.min(timeoutMillis, MAX_TIMER)
    : DEFAULT_MS;
}

/** The timer keeps the process alive: a flush that is awaited at the end of a program must resolve. */
function within(ms: number, work: () => Promise<unknown>): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    void work().finally(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}

interface Flushable {
  forceFlush?: () => unknown;
}

async function flushAll(): Promise<void> {
  const flushSdk = ownFlush();
  const providers = registered().map((provider) => () => provider.forceFlush?.());
  await Promise.all([flushUsage, ...(flushSdk ? [flushSdk] : []), ...providers].map(quietly));
}

async function quietly(flush: () => unknown): Promise<void> {
  try {
    await flush();
  } catch (error) {
    diag.error('llmtrace: could not flush', error);
  }
}

/** The providers of the API, each once; no-op providers have no `forceFlush`. */
function registered(): readonly Flushable[] {
  const traces = trace.getTracerProvider();
  const delegate = traces instanceof ProxyTracerProvider ? traces.getDelegate() : traces;
  const known: unknown[] = [
    delegate,
    metrics.getMeterProvider(),
    logs.getLoggerProvider(),
    newerLoggerProvider(),
  ];
  return [...new Set(known)].filter(isFlushable);
}

const isFlushable = (provider: unknown): provider is Flushable =>
  typeof provider === 'object' && provider !== null && 'forceFlush' in provider;

/** Shared by all copies of this module: only one of them starts an SDK. */
const OWN = Symbol.for('llmtrace.flush');

/** Sets the function that flushes the SDK that llmtrace starts in this thread. */
export function onFlush(flush: () => Promise<void>): void {
  Object.defineProperty(globalThis, OWN, { value: flush, configurable: true });
}

export function ownFlush(): (() => Promise<void>) | undefined {
  return Reflect.get(globalThis, OWN);
}
