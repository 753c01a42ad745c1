/**
 * From a configuration to the engine of a vendor: the interceptors and the observers in their order. The only place that
 * knows both.
 */
import type { DiagLogger, Meter, Tracer } from '@opentelemetry/api';
import { attributionOf } from './attribution/resolve.ts';
import { type CallOptions, configWith, sharedNameOf } from './call-options.ts';
import type { CompleteConfig } from './config.ts';
import type { CaptureOptions } from './content/capture.ts';
import type { ResolvedContent } from './content/options.ts';
import { redactorOf } from './content/redactors.ts';
import { costOf, isPrepaidCall, loadPrices, pricer } from './cost/cost.ts';
import { otherSpansOf } from './diagnosis/other-instrumentations.ts';
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
import { runBudget } from './interceptors/run-budget.ts';
import { circuitBreakerOf } from './interceptors/shared/circuit-breaker.ts';
import type { Interceptor, Observer } from './model/call.ts';
import type { EventLogger } from './model/event-logger.ts';
import { chunkTimesObserver } from './observers/chunk-times.ts';
import { eventObserver, progressEventObserver, startEventObserver } from './observers/events.ts';
import { HOOKS, hooksObserver } from './observers/hooks.ts';
import { logObserver } from './observers/log/log.ts';
import type { ResolvedLog } from './observers/log/options.ts';
import { metricsObserver } from './observers/metrics/calls.ts';
import { labelsBy } from './observers/metrics/labels.ts';
import { operationMetricsObserver } from './observers/metrics/operations.ts';
import { resilienceObserver } from './observers/metrics/resilience.ts';
import { adoptedAttributes } from './observers/operation-attributes.ts';
import { operationSpanObserver, startOperationSpan } from './observers/operation-span.ts';
import { rollUpObserver } from './observers/roll-up.ts';
import { spanObserver, startSpan } from './observers/span.ts';
import { requestHookObserver, safeHooks } from './observers/span-hooks.ts';
import { shareUsage, usageObserver } from './observers/usage/usage.ts';
import { memo } from './platform/memo.ts';
import { processWide } from './platform/process-wide.ts';
import { type Origin, originOf } from './vendor/provider.ts';
import type { Vendor } from './vendor/vendor.ts';

/** The OpenTelemetry objects of an instrumentation. */
export interface Instruments {
  readonly tracer: Tracer;
  readonly meter: Meter;
  /** The first one that accepts an event gets it. */
  readonly events: readonly EventLogger[];
  readonly diag: DiagLogger;
}

/** The observers that do not depend on the options of a call. */
interface Fixed {
  readonly metrics: Observer;
  readonly operations: Observer;
  readonly resilience: Observer;
  readonly log: Observer | undefined;
}

const fixedObservers = (config: CompleteConfig, { meter }: Instruments): Fixed => {
  const labelsOf = labelsBy(config.attribution);
  return {
    metrics: metricsObserver(meter, config, labelsOf),
    operations: operationMetricsObserver(meter),
    resilience: resilienceObserver(meter, labelsOf),
    log: logObserver(config.log as ResolvedLog, config.content.maxLength),
  };
};

/** The engine that a configuration makes for the calls of a vendor. */
export function engineOf(vendor: Vendor, config: CompleteConfig, instruments: Instruments): Engine {
  usePrices(config.prices);
  const fixed = fixedObservers(config, instruments);
  const engine = engineWith(vendor, config, instruments, fixed, {});
  const withOptions = memo(new WeakMap<CallOptions, EngineConfig>(), (options) =>
    engineWith(vendor, configWith(config, options), instruments, fixed, options),
  );
  return { ...engine, withOptions };
}

/** An engine, and the engines for calls with `withLlmOptions()`. */
export interface Engine extends EngineConfig {
  withOptions(options: CallOptions): EngineConfig;
}

function engineWith(
  vendor: Vendor,
  config: CompleteConfig,
  instruments: Instruments,
  fixed: Fixed,
  options: CallOptions,
): EngineConfig {
  const { tracer, diag } = instruments;
  const { intercept, retries, settling, reporting } = layersOf(config, fixed.resilience, options);
  const hooks = safeHooks(config, diag);
  // They run in this order: the spend of a call is settled before the call is reported.
  const standard = [rollUpObserver, ...settling, ...telemetryObservers(config, instruments, fixed, hooks)];
  const further = [...reporting, ...new Set([...config.observers, ...(processWide().observers ?? [])])];
  const start = { startSpanHook: hooks.startSpanHook, name: options.name };
  const attribution = attributionOf(config.attribution);
  return {
    vendor,
    attribution,
    startSpan: (call) => startSpan(tracer, call, config, start),
    startOperationSpan: (operation) =>
      startOperationSpan(tracer, operation, attribution.of(operation.context)),
    frameworkSpans: { sums: adoptedAttributes, keepsUsage: config.agentUsage === 'conventions' },
    otherSpans: otherSpansOf(vendor),
    priceOf: pricer({ models: config.modelMap }),
    isPriced: options.cost !== false,
    observers: [...standard, ...further],
    watching: [...standard.filter(({ chunk }) => chunk), ...further],
    intercept,
    retries,
    diag,
    nativeSpans: config.nativeSpans,
    agents: config.agents,
    mcpPropagate: config.mcpPropagate,
    streamUsage: config.requestStreamUsage,
    needsUsage: hasBudget(config) || config.rateLimit.some((limit) => limit.tokensPerMinute !== undefined),
    needsSize: hasBudget(config),
    content: captureOptions(config),
    origin: origins(vendor, config.providerMap),
  };
}

/** The observers that record telemetry, in their order. */
function telemetryObservers(
  config: CompleteConfig,
  { events }: Instruments,
  { metrics, operations, log }: Fixed,
  { requestHook, responseHook }: ReturnType<typeof safeHooks>,
): Observer[] {
  const { content, exceptionsOnSpans: exceptions, agentUsage: usage } = config;
  const onSpans = isOn(content, 'SPAN') ? content : undefined;
  const onEvents = isOn(content, 'EVENT') ? content : undefined;
  return [
    ...(config.chunkTimes ? [chunkTimesObserver] : []),
    spanObserver(config, { responseHook, exceptions, content: onSpans }),
    operationSpanObserver({ naming: config, usage, content: onSpans }),
    usageObserver,
    metrics,
    operations,
    eventObserver(events, config, onEvents),
    ...(config.startEvents ? [startEventObserver(events), progressEventObserver(events)] : []),
    ...(log ? [log] : []),
    ...(requestHook ? [requestHookObserver(requestHook)] : []),
  ];
}

const hasBudget = ({ budget, runBudget }: CompleteConfig): boolean =>
  budget.length > 0 || runBudget !== undefined;

/** Connects early where there are limits to keep, so that the first call need not wait for it. */
export function openSharedLimits({ sharedLimits, rateLimit, budget }: CompleteConfig): void {
  if (sharedLimits !== false && sharedLimits.totals) shareUsage(sharedLimits.totals);
  if (sharedLimits && rateLimit.length + budget.length > 0) circuitBreakerOf(sharedLimits).open();
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

/** The prices for budgets. */
const pricingOf = (models: Readonly<Record<string, string>>): Pricing => ({
  priceOf: (call, usage) =>
    call.isFree ? 0 : costOf({ ...call, response: { usage }, outcome: 'completed' }, { models })?.total,
  isPrepaid: (call) => call.isFree === true || isPrepaidCall(call),
});

interface Layers {
  /** All interceptors, nested; undefined if there are none. */
  readonly intercept: Interceptor | undefined;
  /** True if one of them retries. */
  readonly retries: boolean;
  /** The observers that account for a call when it ends and its cost is known. */
  readonly settling: readonly Observer[];
  /** The observers that report it. */
  readonly reporting: readonly Observer[];
}

const newLayer = (_options: unknown, make: () => Layer): Layer => make();

/** Layers have state: the same options are the same layer, for all instrumentations. */
const layer = memo(new WeakMap<object, Layer>(), newLayer);

/** The layer of each amount: a run may make calls of several vendors. */
const runBudgetLayer = memo(new Map<number, Layer>(), newLayer);

/**
 * User's interceptors ▸ retry ▸ budget ▸ rate limit ▸ attempt: every attempt is a request that the vendor counts, and
 * a call without budget need not wait for the rate limit.
 */
function layersOf(config: CompleteConfig, resilience: Observer, options: CallOptions): Layers {
  const { sharedLimits: store, retry: retries, runBudget: usd } = config;
  const pricing = pricingOf(config.modelMap);
  // A configured limit is named by its place in the list, which is the same in all processes; a limit of a call by a hash
  // of its options.
  const named = (kind: string, at: number, limit: object, ofCall: false | readonly object[] = []) => {
    const isOfCall = ofCall !== false && ofCall.includes(limit);
    const text = isOfCall ? sharedNameOf(limit) : String(at);
    return store && text !== undefined ? { store, name: `${kind} ${text}` } : undefined;
  };
  const { conceal } = attributionOf(config.attribution);
  const layers = [
    ...(retries ? [layer(retries, () => ({ intercept: retry(retries) }))] : []),
    ...config.budget.map((limit, i) =>
      layer(limit, () =>
        watchedBudget(limit, {
          shared: named('budget', i, limit, options.budget),
          pricing,
          conceal,
        }),
      ),
    ),
    ...(usd === undefined ? [] : [runBudgetLayer(usd, () => runBudget(usd, pricing))]),
    ...config.rateLimit.map((limit, i) =>
      layer(limit, () => rateLimit(limit, { shared: named('limit', i, limit, options.rateLimit), conceal })),
    ),
  ];
  const hooked = HOOKS.some((name) => config.hooks[name]);
  return {
    intercept: compose([...config.interceptors, ...layers.map(({ intercept }) => intercept)]),
    retries: retries !== false,
    settling: layers.flatMap(({ observer }) => observer ?? []),
    reporting: [...(layers.length > 0 ? [resilience] : []), ...(hooked ? [hooksObserver(config.hooks)] : [])],
  };
}
