/** Creates the metrics of calls with prom-client. */
import { type BudgetReading, budgetReadings } from '@llmtrace/core/internal';
import { Counter, Gauge, Histogram, type OpenMetricsContentType, Registry } from 'prom-client';

/** Bounds in seconds: from the answer to a small cached prompt to that of a model that reasons for minutes. */
export const BUCKETS: readonly number[] = [0.05, 0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 30, 60, 120, 300];

/** The metrics of one registry. */
export interface Metrics {
  readonly requests: Counter;
  readonly duration: Histogram;
  readonly tokens: Counter;
  readonly inputTokens: Counter;
  readonly outputTokens: Counter;
  readonly cost: Counter;
  readonly active: Gauge;
  readonly errors: Counter;
  readonly chunks: Counter;
  readonly firstChunk: Histogram;
  readonly retries: Counter;
  readonly rateLimitWait: Histogram;
  readonly unpriced: Counter;
  readonly partial: Counter;
  readonly refused: Counter;
  readonly estimated: Counter;
  readonly budgetSpent: Gauge;
  readonly budgetRemaining: Gauge;
}

export interface MetricsOptions {
  prefix: string;
  buckets: readonly number[];
  /** Labels that each metric has in addition to its own. */
  defaultLabels: Readonly<Record<string, string>>;
  /** The labels by attributes of calls. */
  attributeLabels: readonly string[];
  maxLabelValues: number;
}

/**
 * Makes the metrics in a separate registry in OpenMetrics format, since only such a registry may have exemplars; a
 * metric may also be in other registries of any format.
 */
export function makeMetrics({
  prefix,
  buckets,
  defaultLabels,
  attributeLabels,
  maxLabelValues,
}: MetricsOptions): {
  metrics: Metrics;
  registry: Registry<OpenMetricsContentType>;
} {
  const registry = new Registry<OpenMetricsContentType>();
  registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE);
  const labelNames = Object.keys(defaultLabels);
  const common = (name: string, help: string, ...labels: string[]) => ({
    name: `${prefix}_${name}`,
    help,
    labelNames: [...labels, ...labelNames],
    registers: [registry],
  });
  const counter = (name: string, help: string) =>
    new Counter(common(name, help, 'provider', 'model', ...attributeLabels));
  const histogram = (name: string, help: string) =>
    new Histogram({
      ...common(name, help, 'provider', 'model', ...attributeLabels),
      buckets: [...buckets],
      enableExemplars: true,
    });
  /**
   * A gauge that is read at each scrape. With more keys than `maxLabelValues`, it has those with the least remaining.
   */
  const budgetGauge = (name: string, help: string, amountOf: (reading: BudgetReading) => number) =>
    new Gauge({
      ...common(name, help, 'budget', 'key'),
      collect() {
        this.reset();
        const readings = budgetReadings().sort((a, b) => a.remaining - b.remaining);
        for (const reading of readings.slice(0, maxLabelValues)) {
          const { budget, key } = reading;
          this.set({ ...defaultLabels, budget, key }, amountOf(reading));
        }
      },
    });
  const metrics: Metrics = {
    requests: counter(
      'requests_total',
      'LLM requests that have ended, however they did; refused ones are none.',
    ),
    duration: histogram('request_duration_seconds', 'Time until the whole answer was received.'),
    tokens: counter('tokens_total', 'Tokens, input and output.'),
    inputTokens: counter('input_tokens_total', 'Tokens sent.'),
    outputTokens: counter('output_tokens_total', 'Tokens received.'),
    cost: counter('cost_usd_total', 'Cumulative cost in USD.'),
    active: new Gauge(
      common('active_requests', 'LLM requests in flight; a stream counts until it ends.', 'provider'),
    ),
    errors: new Counter(
      common('errors_total', 'LLM requests that failed.', 'provider', 'error_type', ...attributeLabels),
    ),
    chunks: counter('stream_chunks_total', 'Chunks of streams received.'),
    firstChunk: histogram(
      'time_to_first_chunk_seconds',
      'Time until the first chunk of a stream was received.',
    ),
    retries: counter('retries_total', 'Attempts that failed and were repeated.'),
    rateLimitWait: histogram(
      'rate_limit_wait_seconds',
      'Time that calls waited for a rate limit of llmtrace.',
    ),
    unpriced: counter('unpriced_calls_total', 'Calls whose usage is known and whose price is not.'),
    partial: counter(
      'partial_costs_total',
      'Calls whose cost leaves something out: they cost at least as much.',
    ),
    estimated: counter(
      'estimated_calls_total',
      'Calls that a budget counted by what they were expected to cost: their usage never came.',
    ),
    budgetSpent: budgetGauge(
      'budget_spent_usd',
      'USD spent in the current window of a budget.',
      (one) => one.spent,
    ),
    budgetRemaining: budgetGauge(
      'budget_remaining_usd',
      'USD that remain in the current window of a budget, less what calls under way are expected to cost.',
      (one) => one.remaining,
    ),
    refused: new Counter(
      common('refused_total', 'Calls that a rate limit or a budget of llmtrace refused to send.', 'reason'),
    ),
  };
  return { metrics, registry };
}
