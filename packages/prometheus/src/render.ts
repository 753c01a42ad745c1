/**
 * Renders a registry in the requested format. prom-client writes a registry in one format only, and writing
 * OpenMetrics removes `_total` from the names of its counters permanently. So each rendering uses copies of the
 * metrics.
 */
import { Registry, type RegistryContentType } from 'prom-client';
import type { AnyRegistry } from './observer.ts';

const OPENMETRICS = Registry.OPENMETRICS_CONTENT_TYPE;
const TEXT = Registry.PROMETHEUS_CONTENT_TYPE;

/** The response to a scrape. */
export interface Rendered {
  readonly contentType: string;
  readonly body: string;
}

type Metric = Awaited<ReturnType<AnyRegistry['getMetricsAsJSON']>>[number];

/** Writes the metrics of `register` in the format that an `Accept` header requests. */
export async function render(register: AnyRegistry, accept: string | undefined): Promise<Rendered> {
  const contentType = wantsOpenMetrics(accept) ? OPENMETRICS : TEXT;
  const copy = new Registry<RegistryContentType>();
  copy.setContentType(contentType);
  const isStripped = register.contentType === OPENMETRICS;
  for (const metric of await register.getMetricsAsJSON()) {
    const name = isCounter(metric) ? counterName(metric.name, contentType, isStripped) : metric.name;
    const named = { ...metric, name };
    copy.registerMetric({ name, type: metric.type, get: async () => named } as never);
  }
  return { contentType, body: await copy.metrics() };
}

const isCounter = ({ type }: Metric): boolean => String(type) === 'counter';

/**
 * The name of a counter. prom-client appends `_total` in OpenMetrics, and may have removed it from the name before.
 */
function counterName(name: string, contentType: string, isStripped: boolean): string {
  const plain = name.replace(/_total$/, '');
  if (contentType === OPENMETRICS) return plain;
  return isStripped ? `${plain}_total` : name;
}

/**
 * Whether the `Accept` header gives OpenMetrics a greater weight than plain text; plain text is used for equal
 * weights.
 */
export function wantsOpenMetrics(accept = ''): boolean {
  const weights = accept.split(',').map((entry) => {
    const [type = '', ...parameters] = entry.split(';').map((part) => part.trim().toLowerCase());
    const weight = parameters.find((part) => part.startsWith('q='))?.slice(2) ?? '1';
    return { type, weight: Number(weight) || 0 };
  });
  const weightOf = (types: readonly string[]): number =>
    Math.max(0, ...weights.filter(({ type }) => types.includes(type)).map(({ weight }) => weight));
  return weightOf(['application/openmetrics-text']) > weightOf(['text/plain', 'text/*']);
}
