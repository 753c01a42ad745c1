/**
 * Chooses the provider that receives telemetry. **The rule**, for traces and for metrics alike: the provider that is
 * registered in OpenTelemetry's API at the time of recording; otherwise the one that llmtrace starts from the
 * `OTEL_*` variables, when it is first needed. An application that registers its provider late receives all telemetry
 * from then on.
 *
 * For this, llmtrace never registers a provider: one that is registered could not be replaced any more. Its
 * tracers are on loan to the API (so spans that the application makes itself are exported too, and are the parents of
 * its calls), its meters are reached by llmtrace's own instrumentations only.
 */

import {
  type EventLogger,
  type EventLoggerProvider,
  endLeftSpans,
  type LogEvent,
  newerLoggerProvider,
} from '@llmtrace/core/internal';
import {
  type Counter,
  type Gauge,
  type Histogram,
  type Meter,
  type MeterOptions,
  type MeterProvider,
  ProxyTracerProvider,
  type Tracer,
  type TracerOptions,
  type TracerProvider,
  trace,
} from '@opentelemetry/api';
import { logs } from '@opentelemetry/api-logs';
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base';
import type { AutoSettings } from '../settings.ts';
import { unasked } from './noop-observables.ts';
import { warnElsewhere } from './other-destination.ts';
import { lend, registered } from './provisional-registration.ts';
import { withSilentTracers } from './silent-tracers.ts';

/** The providers that llmtrace starts if none is registered; each is made at its first use. */
export interface OwnSdk {
  tracers(): TracerProvider;
  meters(): MeterProvider;
  /** Undefined where log events go nowhere. */
  loggers(): EventLoggerProvider | undefined;
  /** Takes spans of another provider as they end; undefined where spans go nowhere. */
  spans(): ((span: ReadableSpan) => void) | undefined;
  /** Exports the telemetry recorded so far; it starts no provider. */
  flush(): Promise<void>;
  /** Whether exporters exist already: later options do not change them. */
  isStarted?(): boolean;
  /** Ends all exports. */
  close?(): void;
}

/** A provider that can be asked to export at once, as those of SDKs can. */
export type Flushing<Provider> = Provider & { forceFlush(): Promise<void> };

/** Providers that obey the rule at every span and every record. */
export interface Followers {
  readonly tracers: Flushing<TracerProvider>;
  readonly meters: Flushing<MeterProvider>;
  readonly loggers: EventLoggerProvider;
}

/** Makes the providers, and lets the API's tracers follow the rule too. */
export function followProviders(sdk: OwnSdk, settings: () => AutoSettings): Followers {
  const notify = once(() => warnElsewhere(settings(), registered<TracerProvider>('trace') as TracerProvider));
  const provider = (): TracerProvider => {
    const theirs = registered<TracerProvider>('trace');
    if (theirs) notify();
    return theirs ?? ours();
  };
  const ours = madeOf(sdk.tracers, withSilentTracers);
  const forceFlush = (): Promise<void> => {
    endLeftSpans();
    return sdk.flush();
  };
  const tracers: Flushing<TracerProvider> = {
    forceFlush,
    getTracer: (...[name, version, options]) => followingTracer(provider, [name, version, options]),
  };
  const meters: Flushing<MeterProvider> = {
    forceFlush,
    getMeter: (...[name, version, options]) =>
      followingMeter(() => registered<MeterProvider>('metrics') ?? sdk.meters(), [name, version, options]),
  };
  lendTracers(tracers);
  return { tracers, meters, loggers: followingLoggers(sdk) };
}

function once(run: () => void): () => void {
  let isDone = false;
  return () => {
    if (isDone) return;
    isDone = true;
    run();
  };
}

/**
 * Without a registered provider the API has a proxy, which also serves the tracers that were made before a
 * registration.
 */
function lendTracers(tracers: TracerProvider): void {
  const proxy = trace.getTracerProvider();
  if (!(proxy instanceof ProxyTracerProvider) || proxy.getDelegateTracer('llmtrace')) return;
  proxy.setDelegate(tracers);
  flushable(proxy);
  lend('trace', proxy);
}

/**
 * Adds `forceFlush` to the API's proxy, which `trace.getTracerProvider()` returns. Without it, code that flushes the
 * registered provider, such as a platform's wrapper of functions, finds no such method.
 */
function flushable(proxy: ProxyTracerProvider): void {
  Object.defineProperty(proxy, 'forceFlush', {
    configurable: true,
    writable: true,
    value: async () => (proxy.getDelegate() as Partial<Flushing<TracerProvider>>).forceFlush?.(),
  });
}

/** True if no provider of traces is registered. */
export const ownsSpans = (): boolean => registered('trace') === undefined;

/** True if a provider of traces or metrics is registered. */
export const isRegistered = (): boolean =>
  registered('trace') !== undefined || registered('metrics') !== undefined;

/** The providers of either line of the Logs API that are registered, whether or not they want an event; else llmtrace's own. */
function followingLoggers(sdk: OwnSdk): EventLoggerProvider {
  return {
    getLogger(...scope) {
      const ours = madeOf(sdk.loggers, (provider) => provider?.getLogger(...scope));
      const taker = (event: Omit<LogEvent, 'attributes'>): EventLogger | undefined => {
        const registered = [logs.getLoggerProvider() as EventLoggerProvider, newerLoggerProvider()].filter(
          isReal,
        );
        if (registered.length === 0) return ours();
        return registered
          .map((provider) => provider.getLogger(...scope))
          .find((logger) => logger.enabled?.(event) ?? true);
      };
      return {
        enabled: (event) => taker(event) !== undefined,
        emit: (event) => taker(event)?.emit(event),
      };
    },
  };
}

/** Whether a provider is real, and not the API's placeholder. */
const isReal = (provider: EventLoggerProvider | undefined): provider is EventLoggerProvider =>
  provider !== undefined && !/^(?:Proxy|Noop)/.test(provider.constructor.name);

/** The result of `make` for the current provider, cached for each provider. */
function madeOf<P, T>(provider: () => P, make: (provider: P) => T): () => T {
  let last: { provider: P; made: T } | undefined;
  return () => {
    const now = provider();
    if (!last || last.provider !== now) last = { provider: now, made: make(now) };
    return last.made;
  };
}

type TracerScope = [name: string, version: string | undefined, options: TracerOptions | undefined];
type MeterScope = [name: string, version: string | undefined, options: MeterOptions | undefined];

function followingTracer(provider: () => TracerProvider, scope: TracerScope): Tracer {
  const tracer = madeOf(provider, (now) => now.getTracer(...scope));
  return {
    startSpan: (...args) => tracer().startSpan(...args),
    startActiveSpan: (...args: unknown[]) =>
      (tracer().startActiveSpan as (...args: unknown[]) => never)(...args),
    // As the API's proxy has it: llmtrace looks at the tracer behind.
    _getTracer: tracer,
  } as Tracer;
}

function followingMeter(provider: () => MeterProvider, scope: MeterScope): Meter {
  const meter = madeOf(provider, (now) => now.getMeter(...scope));
  const counter = (made: () => Counter): Counter => ({ add: (...args) => made().add(...args) });
  const recorder = (made: () => Histogram | Gauge): Histogram & Gauge => ({
    record: (...args) => made().record(...args),
  });
  return {
    createCounter: (...args) => counter(madeOf(meter, (now) => now.createCounter(...args))),
    createUpDownCounter: (...args) => counter(madeOf(meter, (now) => now.createUpDownCounter(...args))),
    createHistogram: (...args) => recorder(madeOf(meter, (now) => now.createHistogram(...args))),
    createGauge: (...args) => recorder(madeOf(meter, (now) => now.createGauge(...args))),
    // They would be asked by the provider of the moment alone, also once there is another.
    ...unasked,
  };
}
