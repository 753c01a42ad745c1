/** Counts calls for Prometheus. */
import { type Call, callErrorType, type Observer } from '@llmtrace/core';
import {
  attributeValue,
  expectKnown,
  fieldName,
  isRecord,
  isRefusal,
  isUnpriced,
  metricAttributesOf,
  REFUSALS,
  warn,
} from '@llmtrace/core/internal';
import { isSpanContextValid, TraceFlags, trace } from '@opentelemetry/api';
import type { Histogram, Registry } from 'prom-client';
import { makeLabels, OTHER } from './labels.ts';
import { BUCKETS, type Metrics, type MetricsOptions, makeMetrics } from './metrics.ts';
import { makeSeries, type SeriesOf } from './series.ts';

/** A registry of prom-client, of either format. */
export type AnyRegistry = Pick<Registry, 'registerMetric' | 'getMetricsAsJSON' | 'metrics'> & {
  readonly contentType: string;
};

/** Options of the metrics. */
export interface PrometheusOptions {
  /** The prefix of the metrics' names. @default 'llmtrace' */
  prefix?: string;
  /** The application's registry, which gets the metrics. @default a separate registry */
  register?: AnyRegistry;
  /** Labels that each metric gets besides its own: `{ service: 'chat' }`. @default {} */
  defaultLabels?: Readonly<Record<string, string>>;
  /**
   * The attributes of calls that are labels: `['tenant', 'feature']`. Environment: `LLMTRACE_METRIC_ATTRIBUTES`.
   * @default []
   */
  attributes?: readonly string[];
  /** The upper bounds of the histograms' buckets, in seconds, ascending. @default 0.05 … 300 */
  buckets?: readonly number[];
  /**
   * How many values a label may have before further ones are counted as `other`. A model or an error type that no call
   * had for an hour makes room: its series are removed. @default 100
   */
  maxLabelValues?: number;
}

/** An observer that records metrics, and the registry that has them. */
export interface PrometheusObserver extends Observer {
  readonly register: AnyRegistry;
}

/** Makes an observer for the option `observers` of an instrumentation. Several instrumentations may share it. */
export function prometheusObserver(options: PrometheusOptions = {}): PrometheusObserver {
  const recorder = new Recorder(checked(options));
  return {
    register: recorder.registry,
    start: (call) => recorder.start(call),
    end: (call) => recorder.end(call),
    usage: (calls) => recorder.usage(calls),
  };
}

/** Records calls in the metrics of one registry, with bounded labels. */
class Recorder {
  readonly registry: AnyRegistry;
  readonly #metrics: Metrics;
  readonly #series: SeriesOf;
  readonly #defaultLabels: Readonly<Record<string, string>>;
  readonly #attributes: readonly string[];
  /** The label of each attribute. */
  readonly #attributeLabels: readonly string[];
  /** Returns the value to use for a label. */
  readonly #label: (name: string, value: unknown) => string;

  constructor({ prefix, defaultLabels, buckets, attributes, maxLabelValues, register }: Checked) {
    const attributeLabels = attributes.map(fieldName);
    const common = { prefix, buckets, defaultLabels, attributeLabels, maxLabelValues };
    const { metrics, registry } = metricsIn(register, common);
    const series = makeSeries(metrics, ['model', 'error_type', ...attributeLabels]);
    this.registry = registry;
    this.#metrics = metrics;
    this.#series = series;
    this.#defaultLabels = defaultLabels;
    this.#attributes = attributes;
    this.#attributeLabels = attributeLabels;
    this.#label = makeLabels({
      cap: maxLabelValues,
      now: () => performance.now(),
      kept: ['provider'],
      onExpired: (name, value) => series.remove(name, value),
    });
    for (const reason of REFUSALS) metrics.refused.inc({ ...defaultLabels, reason }, 0);
  }

  start(call: Call): void {
    const provider = this.#providerOf(call);
    this.#metrics.active.inc(provider);
    if (call.request.model !== undefined) this.#labelsOf(call, provider);
  }

  end(call: Call): void {
    const metrics = this.#metrics;
    const provider = this.#providerOf(call);
    metrics.active.dec(provider);
    const labels = this.#labelsOf(call, provider);
    countLimits(metrics, call, labels);
    if (isRefusal(call.error)) {
      metrics.refused.inc({ ...this.#defaultLabels, reason: reasonOf(call.error.code) });
      return;
    }
    count(metrics, call, labels);
    if (call.outcome === 'failed') this.#countError(call, provider);
  }

  usage(calls: Call): void {
    countUsage(this.#metrics, calls, this.#labelsOf(calls, this.#providerOf(calls)));
  }

  #countError(call: Call, provider: Labels): void {
    const error_type = this.#label('error_type', callErrorType(call));
    const labels = this.#withAttributes({ ...provider, error_type }, call);
    this.#series.add(labels);
    this.#metrics.errors.inc(labels);
  }

  #providerOf({ provider }: Call): Labels {
    return { ...this.#defaultLabels, provider: this.#label('provider', provider) };
  }

  /** A new series begins at 0 before its first call has ended: `increase()` does not see what a series begins with. */
  #labelsOf(call: Call, provider: Labels): Labels {
    const { request, response } = call;
    const model = this.#label('model', request.model ?? response.model);
    const labels = this.#withAttributes({ ...provider, model }, call);
    if (this.#series.add(labels)) for (const name of FROM_ZERO) this.#metrics[name].inc(labels, 0);
    return labels;
  }

  #withAttributes(labels: Labels, call: Call): Labels {
    // A call of an older copy of llmtrace has no attributes.
    for (const [at, name] of this.#attributeLabels.entries())
      labels[name] = this.#label(name, attributeValue(call.attributes ?? {}, this.#attributes[at] as string));
    return labels;
  }
}

type Labels = Record<string, string>;

/** The counters that must exist with 0 before the first call ends, because `increase()` ignores a first value. */
const FROM_ZERO = [
  'requests',
  'cost',
  'tokens',
  'inputTokens',
  'outputTokens',
  'retries',
  'unpriced',
  'partial',
  'estimated',
] as const satisfies (keyof Metrics)[];

/** The label for the code of a refusal; a code of another version of llmtrace is `other`. */
const reasonOf = (code: string): string => ((REFUSALS as readonly string[]).includes(code) ? code : OTHER);

/** Records retries, waits and estimates, which refused calls have, too. */
function countLimits(metrics: Metrics, call: Call, labels: Labels): void {
  const { retries, rateLimitWait } = call;
  if (call.isEstimated) metrics.estimated.inc(labels);
  if (retries) metrics.retries.inc(labels, retries.length);
  if (rateLimitWait !== undefined) observe(metrics.rateLimitWait, call, labels, rateLimitWait);
}

function count(metrics: Metrics, call: Call, labels: Labels): void {
  const { chunks, startTime, attemptTime, firstChunkTime } = call;
  metrics.requests.inc(labels);
  observe(metrics.duration, call, labels, (call.endTime ?? call.activeTime) - startTime);
  if (firstChunkTime !== undefined) observe(metrics.firstChunk, call, labels, firstChunkTime - attemptTime);
  countUsage(metrics, call, labels);
  if (chunks > 0) metrics.chunks.inc(labels, chunks);
}

function countUsage(metrics: Metrics, call: Call, labels: Labels): void {
  const { response, cost } = call;
  const { inputTokens, outputTokens } = response.usage ?? {};
  if (inputTokens !== undefined) metrics.inputTokens.inc(labels, inputTokens);
  if (outputTokens !== undefined) metrics.outputTokens.inc(labels, outputTokens);
  const tokens = (inputTokens ?? 0) + (outputTokens ?? 0);
  if (tokens > 0) metrics.tokens.inc(labels, tokens);
  if (cost) metrics.cost.inc(labels, cost.total);
  else if (isUnpriced(call)) metrics.unpriced.inc(labels);
  if (cost?.partial) metrics.partial.inc(labels);
}

/**
 * Records a duration, with the call's trace as an exemplar if that trace is sampled and so can be found. A histogram that
 * has exemplars throws for `histogram.observe(labels, value)`, although prom-client's types accept it.
 */
function observe(histogram: Histogram, { context }: Call, labels: Labels, ms: number): void {
  const span = trace.getSpanContext(context);
  const isSampled = span && isSpanContextValid(span) && (span.traceFlags & TraceFlags.SAMPLED) !== 0;
  const exemplarLabels = isSampled ? { trace_id: span.traceId, span_id: span.spanId } : {};
  histogram.observe({ labels, value: Math.max(0, ms) / 1000, exemplarLabels });
}

type Made = { metrics: Metrics; registry: AnyRegistry };

/** The metrics of each registry of the application, by their prefix and labels. */
const made = new WeakMap<AnyRegistry, Map<string, Made>>();

/** The metrics of a registry: observers of the same registry share them. */
function metricsIn(register: AnyRegistry | undefined, options: MetricsOptions): Made {
  if (!register) return makeMetrics(options);
  const known = made.get(register) ?? new Map<string, Made>();
  made.set(register, known);
  const key = [options.prefix, ...options.attributeLabels, '', ...Object.keys(options.defaultLabels)].join();
  const found = known.get(key) ?? { metrics: makeMetrics(options).metrics, registry: register };
  if (!known.has(key)) addTo(register, found.metrics);
  known.set(key, found);
  return found;
}

/** Adds the metrics to the application's registry. A metric that already has one of the names stays. */
function addTo(register: AnyRegistry, metrics: Metrics): void {
  const taken: string[] = [];
  for (const metric of Object.values(metrics)) {
    try {
      register.registerMetric(metric);
    } catch {
      taken.push((metric as { name?: string }).name ?? '');
    }
  }
  if (taken.length === 0) return;
  const names = taken.join(', ');
  warn(`the registry has metrics of these names already, and keeps them: ${names}`);
}

type Checked = Required<Omit<PrometheusOptions, 'register'>> & Pick<PrometheusOptions, 'register'>;

const OPTIONS = ['prefix', 'register', 'defaultLabels', 'attributes', 'buckets', 'maxLabelValues'];

function checked(options: PrometheusOptions): Checked {
  expect(isRecord(options), 'prometheusObserver', 'given an object', options);
  expectKnown('`prometheusObserver`', options, OPTIONS);
  const {
    prefix = 'llmtrace',
    buckets = BUCKETS,
    maxLabelValues = 100,
    defaultLabels = {},
    attributes = metricAttributesOf(process.env),
    register,
  } = options;
  expect(/^[a-zA-Z_:][\w:]*$/.test(prefix), 'prefix', 'the beginning of a metric’s name', prefix);
  const isAscending =
    Array.isArray(buckets) &&
    buckets.every((bound, n) => Number.isFinite(bound) && bound > (buckets[n - 1] ?? 0));
  expect(isAscending && buckets.length > 0, 'buckets', 'positive numbers, ascending', buckets);
  expect(maxLabelValues >= 1, 'maxLabelValues', 'a positive number', maxLabelValues);
  expect(Array.isArray(attributes), 'attributes', 'a list of attributes', attributes);
  for (const name of Object.keys(defaultLabels))
    expect(isFree(name), 'defaultLabels', 'names of labels that no metric has', name);
  for (const [at, attribute] of attributes.entries()) {
    const name = typeof attribute === 'string' ? fieldName(attribute) : '';
    const isNew = isFree(name) && !(name in defaultLabels) && attributes.map(fieldName).indexOf(name) === at;
    expect(isNew, 'attributes', 'attributes whose labels no metric has', attribute);
  }
  return { prefix, buckets, maxLabelValues, defaultLabels, attributes, ...(register ? { register } : {}) };
}

const TAKEN = ['provider', 'model', 'error_type', 'reason', 'budget', 'key', 'le'];

const isFree = (name: string): boolean => /^[a-zA-Z_]\w*$/.test(name) && !TAKEN.includes(name);

function expect(right: boolean, name: string, expected: string, value: unknown): void {
  if (!right) throw new TypeError(`Expected \`${name}\` to be ${expected}, got ${String(value)}.`);
}
