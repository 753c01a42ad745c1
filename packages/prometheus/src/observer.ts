/** Counts calls for Prometheus. */
import { type Call, callErrorType, type Observer } from '@llmtrace/core';
import { warn } from '@llmtrace/core/internal';
import { isSpanContextValid, TraceFlags, trace } from '@opentelemetry/api';
import type { Histogram, Registry } from 'prom-client';
import { makeLabels } from './labels.ts';
import { BUCKETS, type Metrics, type MetricsOptions, makeMetrics } from './metrics.ts';
import { makeSeries } from './series.ts';

/** A registry of prom-client's, of either format. */
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
  /** The upper bounds of the histograms' buckets, in seconds, ascending. @default 0.05 … 300 */
  buckets?: readonly number[];
  /**
   * How many values a label may have before further ones are counted as `other`. A model or an error type that no call
   * had for an hour makes room: its series are removed. @default 100
   */
  maxLabelValues?: number;
}

/** An observer that counts, and the registry that has the counts. */
export interface PrometheusObserver extends Observer {
  readonly register: AnyRegistry;
}

/** Makes an observer for the option `observers` of an instrumentation. Several instrumentations may share it. */
export function prometheusObserver(options: PrometheusOptions = {}): PrometheusObserver {
  const { prefix, defaultLabels, buckets, maxLabelValues, register } = checked(options);
  const { metrics, registry } = metricsIn(register, {
    prefix,
    buckets,
    labelNames: Object.keys(defaultLabels),
  });
  const series = makeSeries(metrics);
  const label = makeLabels({
    cap: maxLabelValues,
    now: () => performance.now(),
    kept: ['provider'],
    onExpired: (name, value) => series.remove(name, value),
  });
  const providerOf = ({ provider }: Call) => ({ ...defaultLabels, provider: label('provider', provider) });
  return {
    register: registry,
    start: (call) => metrics.active.inc(providerOf(call)),
    end(call) {
      const provider = providerOf(call);
      metrics.active.dec(provider);
      const labels = { ...provider, model: label('model', call.request.model ?? call.response.model) };
      series.add('model', labels);
      count(metrics, call, labels);
      if (call.outcome !== 'failed') return;
      const failed = { ...provider, error_type: label('error_type', callErrorType(call)) };
      series.add('error_type', failed);
      metrics.errors.inc(failed);
    },
  };
}

function count(metrics: Metrics, call: Call, labels: Record<string, string>): void {
  const { response, cost, chunks, startTime, attemptTime, firstChunkTime } = call;
  metrics.requests.inc(labels);
  observe(metrics.duration, call, labels, (call.endTime ?? call.activeTime) - startTime);
  if (firstChunkTime !== undefined) observe(metrics.firstChunk, call, labels, firstChunkTime - attemptTime);
  const { inputTokens, outputTokens } = response.usage ?? {};
  if (inputTokens !== undefined) metrics.inputTokens.inc(labels, inputTokens);
  if (outputTokens !== undefined) metrics.outputTokens.inc(labels, outputTokens);
  const tokens = (inputTokens ?? 0) + (outputTokens ?? 0);
  if (tokens > 0) metrics.tokens.inc(labels, tokens);
  if (cost) metrics.cost.inc(labels, cost.total);
  if (chunks > 0) metrics.chunks.inc(labels, chunks);
}

/** With the call's trace as an exemplar, where there is one to be found later: a sampled one. */
function observe(histogram: Histogram, { context }: Call, labels: Record<string, string>, ms: number): void {
  const span = trace.getSpanContext(context);
  const isSampled = span && isSpanContextValid(span) && (span.traceFlags & TraceFlags.SAMPLED) !== 0;
  const exemplarLabels = isSampled ? { trace_id: span.traceId, span_id: span.spanId } : {};
  histogram.observe({ labels, value: Math.max(0, ms) / 1000, exemplarLabels });
}

type Made = { metrics: Metrics; registry: AnyRegistry };

/** By the application's registry, and by the metrics' names and labels. */
const made = new WeakMap<AnyRegistry, Map<string, Made>>();

/** The metrics of a registry: observers of the same registry share them. */
function metricsIn(register: AnyRegistry | undefined, options: MetricsOptions): Made {
  if (!register) return makeMetrics(options);
  const known = made.get(register) ?? new Map<string, Made>();
  made.set(register, known);
  const key = [options.prefix, ...options.labelNames].join();
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

function checked(options: PrometheusOptions): Checked {
  const {
    prefix = 'llmtrace',
    buckets = BUCKETS,
    maxLabelValues = 100,
    defaultLabels = {},
    register,
  } = options;
  expect(/^[a-zA-Z_:][\w:]*$/.test(prefix), 'prefix', 'the beginning of a metric’s name', prefix);
  const isAscending = buckets.every((bound, n) => Number.isFinite(bound) && bound > (buckets[n - 1] ?? 0));
  expect(isAscending && buckets.length > 0, 'buckets', 'positive numbers, ascending', buckets);
  expect(maxLabelValues >= 1, 'maxLabelValues', 'a positive number', maxLabelValues);
  for (const name of Object.keys(defaultLabels)) {
    const isFree = /^[a-zA-Z_]\w*$/.test(name) && !['provider', 'model', 'error_type', 'le'].includes(name);
    expect(isFree, 'defaultLabels', 'names of labels that no metric has', name);
  }
  return { prefix, buckets, maxLabelValues, defaultLabels, ...(register ? { register } : {}) };
}

function expect(right: boolean, name: string, expected: string, value: unknown): void {
  if (!right) throw new TypeError(`Expected \`${name}\` to be ${expected}, got ${String(value)}.`);
}
