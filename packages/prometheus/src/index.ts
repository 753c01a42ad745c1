/** `@llmtrace/prometheus`: Prometheus metrics of LLM calls, with prom-client. */
export {
  type AnyRegistry,
  type PrometheusObserver,
  type PrometheusOptions,
  prometheusObserver,
} from './observer.ts';
export {
  type MetricsHandler,
  type MetricsServer,
  metricsHandler,
  type PrometheusAddress,
  serveMetrics,
  startPrometheus,
  stopPrometheus,
} from './server.ts';
