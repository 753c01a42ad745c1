/** `LLMTRACE_EXPORT=both`: llmtrace also exports the telemetry that goes to the application's registered provider. */
import type { Counter, Gauge, Histogram, Meter, Span, Tracer, TracerProvider } from '@opentelemetry/api';
import { TraceFlags } from '@opentelemetry/api';
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base';
import type { Followers, OwnSdk } from './following-providers.ts';
import { unasked } from './noop-observables.ts';
import { registered } from './provisional-registration.ts';

/** Providers that also pass telemetry for another provider to llmtrace's. */
export function withOwnSdk(followers: Followers, sdk: OwnSdk): Followers {
  return {
    tracers: {
      forceFlush: followers.tracers.forceFlush,
      getTracer: (...scope) => alsoExported(followers.tracers.getTracer(...scope), sdk),
    },
    meters: {
      forceFlush: followers.meters.forceFlush,
      getMeter: (...scope) =>
        alsoRecorded(followers.meters.getMeter(...scope), () => sdk.meters().getMeter(...scope)),
    },
    loggers: {
      getLogger(...scope) {
        const logger = followers.loggers.getLogger(...scope);
        const other = (): ReturnType<typeof followers.loggers.getLogger> | undefined =>
          areElsewhere() ? sdk.loggers()?.getLogger(...scope) : undefined;
        return {
          enabled: (event) => (logger.enabled?.(event) ?? true) || other() !== undefined,
          emit(event) {
            logger.emit(event);
            other()?.emit(event);
          },
        };
      },
    },
  };
}

/** Whether there is a provider of the application's, which has its log events as it has its spans. */
const areElsewhere = (): boolean => registered<TracerProvider>('trace') !== undefined;

function alsoExported(tracer: Tracer, sdk: OwnSdk): Tracer {
  return {
    startSpan(...args) {
      const isTheirs = areElsewhere();
      const span = tracer.startSpan(...args);
      if (isTheirs) whenEnded(span, (ended) => sdk.spans()?.(ended));
      return span;
    },
    startActiveSpan: (...args: unknown[]) =>
      (tracer.startActiveSpan as (...args: unknown[]) => never)(...args),
  };
}

/** Spans of OpenTelemetry's SDKs can be read once they have ended; those of others cannot be exported by llmtrace. */
function whenEnded(span: Span, take: (ended: ReadableSpan) => void): void {
  const { end } = span;
  Object.defineProperty(span, 'end', {
    configurable: true,
    writable: true,
    value(this: Span, ...args: Parameters<Span['end']>) {
      end.apply(this, args);
      const isSampled = (span.spanContext().traceFlags & TraceFlags.SAMPLED) !== 0;
      if (isSampled && 'attributes' in span && 'startTime' in span) take(span as Span & ReadableSpan);
    },
  });
}

function alsoRecorded(meter: Meter, other: () => Meter): Meter {
  const isTheirs = (): boolean => registered('metrics') !== undefined;
  const counter = (first: Counter, make: () => Counter): Counter => {
    const second = lazily(make);
    return {
      add(...args) {
        first.add(...args);
        if (isTheirs()) second().add(...args);
      },
    };
  };
  const recorder = (first: Histogram | Gauge, make: () => Histogram | Gauge): Histogram & Gauge => {
    const second = lazily(make);
    return {
      record(...args) {
        first.record(...args);
        if (isTheirs()) second().record(...args);
      },
    };
  };
  return {
    createCounter: (...args) => counter(meter.createCounter(...args), () => other().createCounter(...args)),
    createUpDownCounter: (...args) =>
      counter(meter.createUpDownCounter(...args), () => other().createUpDownCounter(...args)),
    createHistogram: (...args) =>
      recorder(meter.createHistogram(...args), () => other().createHistogram(...args)),
    createGauge: (...args) => recorder(meter.createGauge(...args), () => other().createGauge(...args)),
    ...unasked,
  };
}

function lazily<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => (made ??= make());
}
