/** What ships for Prometheus and Grafana, against the metrics that exist, and against a real Prometheus if it is here. */
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { aCall } from '@llmtrace/test-fixtures/call';
import { ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { type MetricsServer, prometheusObserver, serveMetrics } from '../src/index.ts';
import { render } from '../src/render.ts';

const file = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url));
const RULES = file('rules/llmtrace.yml');
const rules = readFileSync(RULES, 'utf8');
const dashboard = JSON.parse(readFileSync(file('grafana/llmtrace.json'), 'utf8'));

interface Panel {
  title: string;
  targets: { expr: string }[];
}
const panels: Panel[] = dashboard.panels;

/** The queries of the dashboard, with the values that Grafana puts in. */
const queries = panels.flatMap(({ targets }) =>
  targets.map(({ expr }) =>
    expr
      .replaceAll('$__rate_interval', '5m')
      .replaceAll('$__range', '1h')
      .replaceAll(/\$(?:provider|model)/g, '.*'),
  ),
);
const named = (text: string): string[] => text.match(/\bllmtrace_\w+/g) ?? [];

/** Every series that an observer can have. */
async function seriesNames(): Promise<Set<string>> {
  const { body } = await render(busyObserver().register, undefined);
  // Budgets are there where some are configured.
  const gauges = [...body.matchAll(/^# TYPE (\w+) gauge$/gm)].map(([, name]) => name as string);
  return new Set([...(body.match(/^llmtrace_\w+/gm) ?? []), ...gauges]);
}

function busyObserver() {
  const observer = prometheusObserver();
  const span = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: 1 };
  const call = aCall({
    outcome: 'completed',
    endTime: 900,
    firstChunkTime: 300,
    chunks: 5,
    response: { usage: { inputTokens: 10, outputTokens: 4 } },
    cost: { total: 0.01, source: 'local' },
    rateLimitWait: 20,
    context: trace.setSpanContext(ROOT_CONTEXT, span),
  });
  for (const record of [
    call,
    aCall({ outcome: 'failed', error: { status: 429, code: 'insufficient_quota' } }),
  ]) {
    observer.start?.(record);
    observer.end?.(record);
  }
  return observer;
}

describe('the files for Prometheus and Grafana', () => {
  it('query existing metrics, and all of them', async () => {
    const names = await seriesNames();
    const asked = new Set([...queries, rules].flatMap(named));
    assert.deepEqual(
      [...asked].filter((name) => !names.has(name)),
      [],
    );
    const metrics = [...names].map((name) => name.replace(/_(?:bucket|sum|count)$/, ''));
    const shown = queries.flatMap(named).map((name) => name.replace(/_bucket$/, ''));
    const missing = [...new Set(metrics)].filter((name) => !shown.includes(name));
    if (missing.length > 0)
      assert.fail(
        `add a query to a panel of packages/prometheus/grafana/llmtrace.json: ${missing.join(', ')}`,
      );
  });

  it('gives every panel a title, a place of its own and a query', () => {
    const places = dashboard.panels.map(
      ({ gridPos: { x, y } }: { gridPos: { x: number; y: number } }) => `${x} ${y}`,
    );
    assert.equal(new Set(places).size, panels.length);
    for (const { title, targets } of panels) assert.ok(title !== '' && targets.length > 0);
  });
});

const installed = ['prometheus', 'promtool'].every((name) => {
  try {
    execFileSync(name, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
});

(installed ? describe : describe.skip)('a real Prometheus (skipped where none is installed)', () => {
  let folder: string;
  let metrics: MetricsServer;
  let stop: () => Promise<void> = async () => {};
  let url: string;

  before(async function start() {
    this.timeout(60_000);
    folder = mkdtempSync(join(tmpdir(), 'llmtrace-prometheus-'));
    const observer = busyObserver();
    metrics = serveMetrics(observer, { host: '127.0.0.1', port: 0 });
    await metrics.ready;
    const port = await freePort();
    url = `http://127.0.0.1:${port}`;
    const config = join(folder, 'prometheus.yml');
    writeFileSync(config, configFor(metrics.port() ?? 0));
    const child = spawn(
      'prometheus',
      [
        `--config.file=${config}`,
        `--storage.tsdb.path=${join(folder, 'data')}`,
        `--web.listen-address=127.0.0.1:${port}`,
        '--enable-feature=exemplar-storage',
      ],
      { stdio: 'ignore' },
    );
    const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
    stop = () => {
      child.kill();
      return ended;
    };
    await until(async () => (await query('llmtrace_requests_total')).length > 0);
  });
  after(async () => {
    await stop();
    await metrics?.close();
    if (folder) rmSync(folder, { recursive: true, force: true });
  });

  const get = async (path: string): Promise<any> => {
    const { data } = (await (await fetch(url + path)).json()) as { data: unknown };
    return data;
  };
  const query = async (expr: string): Promise<any[]> =>
    (await get(`/api/v1/query?query=${encodeURIComponent(expr)}`))?.result ?? [];

  it('scrapes the metrics without an error', async () => {
    const { activeTargets } = await get('/api/v1/targets');
    assert.deepEqual(
      activeTargets.map(({ health, lastError }: { health: string; lastError: string }) => [
        health,
        lastError,
      ]),
      [['up', '']],
    );
    const [sample] = await query('llmtrace_tokens_total');
    assert.deepEqual([sample.metric.model, sample.value[1]], ['gpt-4o', '14']);
  });

  it('keeps the traces of the calls as exemplars', async () => {
    const range = `&start=${Date.now() / 1000 - 600}&end=${Date.now() / 1000 + 60}`;
    const [series] = await get(
      `/api/v1/query_exemplars?query=llmtrace_request_duration_seconds_bucket${range}`,
    );
    assert.equal(series?.exemplars[0].labels.trace_id, 'a'.repeat(32));
  });

  it('answers every query of the dashboard', async () => {
    for (const expr of queries) {
      const response = await fetch(`${url}/api/v1/query?query=${encodeURIComponent(expr)}`);
      const { status, error } = (await response.json()) as { status: string; error?: string };
      assert.equal(status, 'success', `${expr}: ${error}`);
    }
  });

  it('loads the rules, and raises the alert of a quota that is used up', async () => {
    const { groups } = await get('/api/v1/rules');
    assert.equal(
      groups.flatMap((group: { rules: unknown[] }) => group.rules).length,
      rules.match(/- alert:/g)?.length,
    );
    await until(async () => (await query('ALERTS{alertname="LlmQuotaExceeded"}')).length > 0);
    const [alert] = await query('ALERTS{alertname="LlmQuotaExceeded"}');
    assert.equal(alert.metric.provider, 'openai');
  });

  it('pass promtool’s checks of the rules and the format', async () => {
    execFileSync('promtool', ['check', 'rules', RULES], { stdio: 'pipe' });
    const { body } = await render(busyObserver().register, undefined);
    execFileSync('promtool', ['check', 'metrics'], { input: body, stdio: 'pipe' });
  });
});

const configFor = (port: number): string => `
global: { scrape_interval: 200ms, scrape_timeout: 200ms, evaluation_interval: 500ms }
rule_files: [${JSON.stringify(RULES)}]
scrape_configs:
  - job_name: llmtrace
    static_configs: [{ targets: ['127.0.0.1:${port}'] }]
`;

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Another process: there is nothing to wait for but its answers. */
async function until(holds: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + 20_000;
  while (!(await holds().catch(() => false))) {
    if (Date.now() > end) throw new Error('Expected Prometheus to answer within 20 s.');
    await wait(100);
  }
}
