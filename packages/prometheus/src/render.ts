/**
 * The text of a registry in the format that is asked for. prom-client writes a registry in one format only, and while
 * it writes OpenMetrics it takes `_total` off the names of the counters for good: so the format is made from copies.
 */
import { Registry, type RegistryContentType } from 'prom-client';
import type { AnyRegistry } from './observer.ts';

const OPENMETRICS = Registry.OPENMETRICS_CONTENT_TYPE;
const TEXT = Registry.PROMETHEUS_CONTENT_TYPE;

/** An answer to a scrape. */
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

/** prom-client adds `_total` to a counter in OpenMetrics, whose registries may have lost it. */
function counterName(name: string, contentType: string, isStripped: boolean): string {
  const plain = name.replace(/_total$/, '');
  if (contentType === OPENMETRICS) return plain;
  return isStripped ? `${plain}_total` : name;
}

/** The format with the greater weight, as the header has it; the plain text where they weigh the same. */
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
