// An OTLP/HTTP receiver for JSON that keeps the received spans and metrics.
import { once } from 'node:events';
import { createServer } from 'node:http';

const bodyOf = async (request) => {
  const parts = [];
  for await (const part of request) parts.push(part);
  return Buffer.concat(parts);
};

/** The variables by which an application exports traces and metrics to the receiver at `url`. */
export const exportTo = (url) => ({
  OTEL_EXPORTER_OTLP_ENDPOINT: url,
  OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
  OTEL_TRACES_EXPORTER: 'otlp',
  OTEL_METRICS_EXPORTER: 'otlp',
  OTEL_LOGS_EXPORTER: 'none',
});

/** The number of calls that the metrics count. */
export const callsCountedBy = (metrics) =>
  metrics
    .filter(({ name }) => name === 'gen_ai.client.operation.duration')
    .flatMap(({ histogram }) => histogram.dataPoints)
    .reduce((sum, { count }) => sum + Number(count), 0);

/** Each span and each metric has `scope`, the name of the instrumentation that made it. */
export async function startReceiver() {
  const [spans, metrics] = [[], []];
  const take = (resources, scopes, items, into) => {
    for (const resource of resources) {
      for (const scope of resource[scopes]) {
        into.push(...scope[items].map((item) => ({ ...item, scope: scope.scope?.name })));
      }
    }
  };
  const server = createServer(async (request, response) => {
    const body = await bodyOf(request);
    if (request.url === '/v1/traces') take(JSON.parse(body).resourceSpans, 'scopeSpans', 'spans', spans);
    if (request.url === '/v1/metrics')
      take(JSON.parse(body).resourceMetrics, 'scopeMetrics', 'metrics', metrics);
    response.setHeader('content-type', 'application/json').end('{}');
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    ...{ spans, metrics },
    url: `http://127.0.0.1:${server.address().port}`,
    clear() {
      spans.length = 0;
      metrics.length = 0;
    },
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
