/**
 * From a configuration to the engine of a vendor: the interceptors and the observers in their order. The only place that
 * knows both.
 */
import type { DiagLogger, Meter, Tracer } from '@opentelemetry/api';
import type { CompleteConfig } from './config.ts';
import type { CaptureOptions } from './content/capture.ts';
import type { ResolvedContent } from './content/options.ts';
import { redactorOf } from './content/redactors.ts';
import { costOf, isPrepaidCall, loadPrices, pricer } from './cost/cost.ts';
import { watchResponses } from './engine/api-promise.ts';
import { watchAttempts, watchTransport } from './engine/attempts/watch.ts';
import type { EngineConfig } from './engine/engine-config.ts';
import { watchRawBodies } from './engine/raw-json.ts';
import { watchedBudget } from './interceptors/budget.ts';
import { compose } from './interceptors/compose.ts';
import type { Layer } from './interceptors/feature.ts';
import type { Pricing } from './interceptors/forecast.ts';
import { rateLimit } from './interceptors/rate-limit.ts';
import { retry } from './interceptors/retry.ts';
import { circuitOf } from './interceptors/shared/circuit-breaker.ts';
import type { SharedName } from './interceptors/shared/shared-limiter.ts';
import type { Interceptor, Observer } from './model/call.ts';
import type { EventLogger } from './model/event-logger.ts';
import { eventObserver } from './observers/events.ts';
import { HOOKS, hooksObserver } from './observers/hooks.ts';
import { logObserver } from './observers/log/log.ts';
import type { ResolvedLog } from './observers/log/options.ts';
import { metricsObserver } from './observers/metrics/calls.ts';
import { resilienceObserver } from './observers/metrics/resilience.ts';
import { spanObserver, startSpan } from './observers/span.ts';
import { processWide } from './platform/process-wide.ts';
import { type Origin, originOf } from './vendor/provider.ts';
import type { Vendor } from './vendor/vendor.ts';

/** The OpenTelemetry objects of an instrumentation. */
export interface Instruments {
  readonly tracer: Tracer;
  readonly meter: Meter;
  /** Of which the first that takes an event gets it. */
  readonly events: readonly EventLogger[];
  readonly diag: DiagLogger;
}

/** The engine that a configuration makes for the calls of a vendor. */
export function engineOf(
  vendor: Vendor,
  config: CompleteConfig,
  { tracer, meter, events, diag }: Instruments,
): EngineConfig {
  usePrices(config.prices);
  const { content } = config;
  const log = logObserver(config.log as ResolvedLog, content.maxLength);
  const { intercept, retries, settling, telling } = layersOf(config, meter);
  // in the order of their end: the spend of a call is settled before the call is reported
  const own = [
    ...settling,
    spanObserver(config, {
      exceptions: config.exceptionsOnSpans,
      content: isOn(content, 'SPAN') ? content : undefined,
    }),
    metricsObserver(meter, config),
    eventObserver(events, config, isOn(content, 'EVENT') ? content : undefined),
    ...(log ? [log] : []),
  ];
  const given = [...telling, ...new Set([...config.observers, ...(processWide().observers ?? [])])];
  return {
    vendor,
    startSpan: (call) => startSpan(tracer, call, config),
    priceOf: pricer({ models: config.modelMap }),
    observers: [...own, ...given],
    watching: [...own.filter(({ chunk }) => chunk), ...given],
    intercept,
    retries,
    diag,
    nativeSpans: config.nativeSpans,
    streamUsage: config.requestStreamUsage,
    needsUsage:
      config.budget.length > 0 || config.rateLimit.some((limit) => limit.tokensPerMinute !== undefined),
    needsSize: config.budget.length > 0,
    content: captureOptions(config),
    origin: origins(vendor, config.providerMap),
  };
}

/** Connects early where there are limits to keep, so that the first call need not wait for it. */
export function openSharedLimits({ sharedLimits, rateLimit, budget }: CompleteConfig): void {
  if (sharedLimits && rateLimit.length + budget.length > 0) circuitOf(sharedLimits).open();
}

const isOn = ({ capture }: ResolvedContent, where: 'SPAN' | 'EVENT'): boolean =>
  capture.startsWith(where) || capture === 'SPAN_AND_EVENT';

/** Undefined if no observer records content, which is then not even read. */
function captureOptions({ content, log }: CompleteConfig): CaptureOptions | undefined {
  const { hideContent, mode } = log as ResolvedLog;
  const isTaken =
    content.capture !== 'NO_CONTENT' || content.completionHook || (mode !== 'off' && !hideContent);
  return isTaken ? { ...content, redactor: redactorOf(content.redact) } : undefined;
}

let pricesInUse = '';

/** Reads a file of prices once, for all instrumentations that name it. */
function usePrices(file: string): void {
  if (file === pricesInUse || file === '') return;
  pricesInUse = file;
  loadPrices(file);
}

/** Finds a client's origin, and remembers it: for most applications a client's base URL never changes. */
function origins(vendor: Vendor, map: Readonly<Record<string, string>>): EngineConfig['origin'] {
  const known = new WeakMap<object, { baseURL: string | undefined; origin: Origin }>();
  return (client, args) => {
    const baseURL = vendor.baseURL(client, args);
    const remembered = known.get(client as object);
    if (remembered && remembered.baseURL === baseURL) return remembered.origin;
    watchAttempts(client);
    if (vendor.transport) watchTransport(client, vendor.transport);
    watchResponses(client);
    watchRawBodies(client, vendor.rawMethods ?? []);
    const fallback = vendor.protocolOf?.(client) ?? vendor.provider;
    const origin = originOf(baseURL, vendor.providerOf?.(client), fallback, map);
    known.set(client as object, { baseURL, origin });
    return origin;
  };
}

/** What budgets know of prices. */
const pricingOf = (models: Readonly<Record<string, string>>): Pricing => ({
  priceOf: (call, usage) => costOf({ ...call, response: { usage }, outcome: 'completed' }, { models })?.total,
  isPrepaid: isPrepaidCall,
});

interface Layers {
  /** All interceptors, nested; undefined if there are none. */
  readonly intercept: Interceptor | undefined;
  /** True if one of them retries. */
  readonly retries: boolean;
  /** The observers that account for a call when it ends and its cost is known. */
  readonly settling: readonly Observer[];
  /** The observers that report it. */
  readonly telling: readonly Observer[];
}

/** Layers have state: the same options are the same layer, for all instrumentations. */
const known = new WeakMap<object, Layer>();

function layer<T extends object>(options: T, make: (options: T) => Layer): Layer {
  let found = known.get(options);
  if (!found) {
    found = make(options);
    known.set(options, found);
  }
  return found;
}

/**
 * User's interceptors ▸ retry ▸ budget ▸ rate limit ▸ attempt: every attempt is a request that the vendor counts, and
 * a call without budget need not wait for the rate limit.
 */
function layersOf(config: CompleteConfig, meter: Meter): Layers {
  const { sharedLimits: store } = config;
  // Lists are the same in all processes, so that places in them name the limits there.
  const named = (name: string): SharedName | undefined => (store ? { store, name } : undefined);
  const layers = [
    ...(config.retry ? [layer(config.retry, (options) => ({ intercept: retry(options) }))] : []),
    ...config.budget.map((options, i) =>
      layer(options, () =>
        watchedBudget(options, { shared: named(`budget ${i}`), pricing: pricingOf(config.modelMap) }),
      ),
    ),
    ...config.rateLimit.map((options, i) => layer(options, () => rateLimit(options, named(`limit ${i}`)))),
  ];
  const hooked = HOOKS.some((name) => config.hooks[name]);
  return {
    intercept: compose([...config.interceptors, ...layers.map(({ intercept }) => intercept)]),
    retries: config.retry !== false,
    settling: layers.flatMap(({ observer }) => observer ?? []),
    telling: [
      ...(layers.length > 0 ? [resilienceObserver(meter)] : []),
      ...(hooked ? [hooksObserver(config.hooks)] : []),
    ],
  };
}
