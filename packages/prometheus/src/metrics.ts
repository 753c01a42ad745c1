/** Creates the metrics of calls with prom-client. */
import { type BudgetReading, budgetReadings } from '@llmtrace/core/internal';
import {
  Counter,
  Gauge,
  type GaugeConfiguration,
  Histogram,
  type OpenMetricsContentType,
  Registry,
} from 'prom-client';

/**
 * Bounds of all histograms, in seconds: from the answer to a small cached prompt to that of a model that reasons for minutes.
 */
export const BUCKETS: readonly number[] = [0.05, 0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 30, 60, 120, 300];

interface Definition {
  readonly type: typeof Counter | typeof Gauge | typeof Histogram;
  readonly name: string;
  readonly help: string;
  readonly labels: readonly string[];
  /** Whether it also has the labels by attributes of calls. */
  readonly byAttributes?: boolean;
  /** The value for a budget: such a gauge is read at each scrape. */
  readonly amountOf?: (reading: BudgetReading) => number;
}

const BY_MODEL = { labels: ['provider', 'model'], byAttributes: true };
const BY_ERROR = { labels: ['provider', 'error_type'], byAttributes: true };

const counter = (name: string, help: string) => ({ type: Counter, name, help, ...BY_MODEL });
const histogram = (name: string, help: string) => ({ type: Histogram, name, help, ...BY_MODEL });
const budgetGauge = (name: string, help: string, amountOf: (reading: BudgetReading) => number) => ({
  type: Gauge,
  name,
  help,
  labels: ['budget', 'key'],
  amountOf,
});

/** In the order in which they are exposed. */
const DEFINITIONS = {
  requests: counter(
    'requests_total',
    'LLM requests that have ended, however they did; refused ones are none.',
  ),
  duration: histogram('request_duration_seconds', 'Time until the whole answer was received.'),
  tokens: counter('tokens_total', 'Tokens, input and output.'),
  inputTokens: counter('input_tokens_total', 'Tokens sent.'),
  outputTokens: counter('output_tokens_total', 'Tokens received.'),
  cost: counter('cost_usd_total', 'Cumulative cost in USD.'),
  active: {
    type: Gauge,
    name: 'active_requests',
    help: 'LLM requests in flight; a stream counts until it ends.',
    labels: ['provider'],
  },
  errors: { type: Counter, name: 'errors_total', help: 'LLM requests that failed.', ...BY_ERROR },
  chunks: counter('stream_chunks_total', 'Chunks of streams received.'),
  firstChunk: histogram(
    'time_to_first_chunk_seconds',
    'Time until the first chunk of a stream was received.',
  ),
  retries: counter('retries_total', 'Attempts that failed and were repeated.'),
  rateLimitWait: histogram('rate_limit_wait_seconds', 'Time that calls waited for a rate limit of llmtrace.'),
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
    ({ spent }) => spent,
  ),
  budgetRemaining: budgetGauge(
    'budget_remaining_usd',
    'USD that remain in the current window of a budget, less what calls under way are expected to cost.',
    ({ remaining }) => remaining,
  ),
  refused: {
    type: Counter,
    name: 'refused_total',
    help: 'Calls that a rate limit or a budget of llmtrace refused to send.',
    labels: ['reason'],
  },
} satisfies Record<string, Definition>;

type Definitions = typeof DEFINITIONS;

/** The metrics of one registry. */
export type Metrics = { readonly [name in keyof Definitions]: InstanceType<Definitions[name]['type']> };

export interface MetricsOptions {
  prefix: string;
  buckets: readonly number[];
  /** Labels that each metric has in addition to its own. */
  defaultLabels: Readonly<Record<string, string>>;
  /** The labels by attributes of calls. */
  attributeLabels: readonly string[];
  maxLabelValues: number;
}

type MetricsRegistry = Registry<OpenMetricsContentType>;

/**
 * Makes the metrics in a separate registry in OpenMetrics format, since only such a registry may have exemplars; a
 * metric may also be in other registries of any format.
 */
export function makeMetrics(options: MetricsOptions): { metrics: Metrics; registry: MetricsRegistry } {
  const registry: MetricsRegistry = new Registry<OpenMetricsContentType>();
  registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE);
  const metrics = Object.entries<Definition>(DEFINITIONS).map(([name, definition]) => [
    name,
    makeMetric(definition, options, registry),
  ]);
  return { metrics: Object.fromEntries(metrics), registry };
}

function makeMetric(
  { type, name, help, labels, byAttributes, amountOf }: Definition,
  options: MetricsOptions,
  registry: MetricsRegistry,
): Counter | Gauge | Histogram {
  const { prefix, buckets, defaultLabels, attributeLabels } = options;
  const common = {
    name: `${prefix}_${name}`,
    help,
    labelNames: [...labels, ...(byAttributes ? attributeLabels : []), ...Object.keys(defaultLabels)],
    registers: [registry],
  };
  if (type === Histogram) return new Histogram({ ...common, buckets: [...buckets], enableExemplars: true });
  if (amountOf) return makeBudgetGauge(common, options, amountOf);
  return new type(common);
}

/** A gauge that is read at each scrape. With more keys than `maxLabelValues`, it has those with the least remaining. */
const makeBudgetGauge = (
  common: GaugeConfiguration<string>,
  { defaultLabels, maxLabelValues }: MetricsOptions,
  amountOf: (reading: BudgetReading) => number,
): Gauge =>
  new Gauge({
    ...common,
    collect() {
      this.reset();
      const readings = budgetReadings().sort((a, b) => a.remaining - b.remaining);
      for (const reading of readings.slice(0, maxLabelValues)) {
        const { budget, key } = reading;
        this.set({ ...defaultLabels, budget, key }, amountOf(reading));
      }
    },
  });
