/** The metrics of calls, as prom-client has them. */
import { Counter, Gauge, Histogram, type OpenMetricsContentType, Registry } from 'prom-client';

/** Seconds: from the answer of a small cached prompt to that of a model that reasons for minutes. */
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
}

export interface MetricsOptions {
  prefix: string;
  buckets: readonly number[];
  /** Names of labels that all metrics have in addition. */
  labelNames: readonly string[];
}

/**
 * Makes the metrics in a separate registry in OpenMetrics format, since only such a registry may have exemplars; a
 * metric may also be in other registries of any format.
 */
export function makeMetrics({ prefix, buckets, labelNames }: MetricsOptions): {
  metrics: Metrics;
  registry: Registry<OpenMetricsContentType>;
} {
  const registry = new Registry<OpenMetricsContentType>();
  registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE);
  const common = (name: string, help: string, ...labels: string[]) => ({
    name: `${prefix}_${name}`,
    help,
    labelNames: [...labels, ...labelNames],
    registers: [registry],
  });
  const counter = (name: string, help: string) => new Counter(common(name, help, 'provider', 'model'));
  const histogram = (name: string, help: string) =>
    new Histogram({
      ...common(name, help, 'provider', 'model'),
      buckets: [...buckets],
      enableExemplars: true,
    });
  const metrics: Metrics = {
    requests: counter('requests_total', 'LLM requests that have ended, however they did.'),
    duration: histogram('request_duration_seconds', 'Time until the whole answer was received.'),
    tokens: counter('tokens_total', 'Tokens, input and output.'),
    inputTokens: counter('input_tokens_total', 'Tokens sent.'),
    outputTokens: counter('output_tokens_total', 'Tokens received.'),
    cost: counter('cost_usd_total', 'Cumulative cost in USD.'),
    active: new Gauge(
      common('active_requests', 'LLM requests in flight; a stream counts until it ends.', 'provider'),
    ),
    errors: new Counter(common('errors_total', 'LLM requests that failed.', 'provider', 'error_type')),
    chunks: counter('stream_chunks_total', 'Chunks of streams received.'),
    firstChunk: histogram(
      'time_to_first_chunk_seconds',
      'Time until the first chunk of a stream was received.',
    ),
  };
  return { metrics, registry };
}
