/** Prometheus metrics without code: nothing of it is loaded where no port is named. */
import module from 'node:module';
import { isMainThread } from 'node:worker_threads';
import { type LlmTraceConfig, type Observer, warnOnce } from '@llmtrace/core/internal';
import { diag } from '@opentelemetry/api';
import type { AutoSettings, PrometheusSettings } from './settings.ts';

const require = module.createRequire(import.meta.url);

/**
 * The observer behind the `/metrics` listener on `LLMTRACE_PROMETHEUS_PORT`, where that is set. A port has one
 * listener: calls that worker threads make are in their spans and OpenTelemetry metrics, but not there.
 */
export function prometheusObservers(
  { prometheus }: AutoSettings,
  { attribution }: LlmTraceConfig = {},
): Observer[] {
  if (!prometheus || !isMainThread) return [];
  started ??= startedOn(prometheus, attribution?.metricAttributes);
  return started;
}

/** Shared by all that ask: a second listener on the port would fail. */
let started: Observer[] | undefined;

function startedOn(prometheus: PrometheusSettings, attributes: readonly string[] | undefined): Observer[] {
  try {
    const { startPrometheus } = require('@llmtrace/prometheus') as typeof import('@llmtrace/prometheus');
    return [startPrometheus(prometheus, attributes ? { attributes } : {})];
  } catch (error) {
    diag.error('llmtrace: could not start the Prometheus metrics', error);
    warnOnce('the Prometheus metrics do not start; calls are traced without them');
    return [];
  }
}

/** Ends the listener, if there is one. */
export async function stopPrometheus(): Promise<void> {
  if (!started?.length) return;
  const prometheus = require('@llmtrace/prometheus') as typeof import('@llmtrace/prometheus');
  await prometheus.stopPrometheus();
}
