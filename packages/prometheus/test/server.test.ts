import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, Server } from 'node:net';
import { fileURLToPath } from 'node:url';
import { recordDiag } from '@llmtrace/test-fixtures';
import { aCall } from '@llmtrace/test-fixtures/call';
import { runApp } from '@llmtrace/test-fixtures/run-app';
import sinon from 'sinon';
import {
  metricsHandler,
  prometheusObserver,
  serveMetrics,
  startPrometheus,
  stopPrometheus,
} from '../src/index.ts';
import { wantsOpenMetrics } from '../src/render.ts';

const LOOPBACK = { host: '127.0.0.1', port: 0 };

/** What Prometheus 3 sends. */
const ACCEPT =
  'application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2';

describe('the listener for scrapes', () => {
  it('answers in the requested format, on /metrics alone', async () => {
    const observer = prometheusObserver();
    observer.end?.(aCall({ outcome: 'completed' }));
    const server = serveMetrics(observer, LOOPBACK);
    await server.ready;
    const url = `http://127.0.0.1:${server.port()}`;
    const get = (path: string, init?: RequestInit) => fetch(url + path, init);

    const text = await get('/metrics');
    assert.equal(text.headers.get('content-type'), 'text/plain; version=0.0.4; charset=utf-8');
    assert.match(await text.text(), /^llmtrace_requests_total\{.*\} 1$/m);
    const open = await get('/metrics?x=1', { headers: { accept: ACCEPT } });
    assert.equal(
      open.headers.get('content-type'),
      'application/openmetrics-text; version=1.0.0; charset=utf-8',
    );
    assert.match(await open.text(), /# TYPE llmtrace_requests counter\nllmtrace_requests_total\{/);
    const head = await get('/metrics', { method: 'HEAD' });
    assert.deepEqual([head.status, await head.text()], [200, '']);
    assert.equal((await get('/metrics', { method: 'POST' })).status, 405);
    for (const path of ['/', '/metrics/', '/other']) assert.equal((await get(path)).status, 404);
    await server.close();
  });

  it('is reached from this machine alone, unless a host is named', async () => {
    const listen = sinon.spy(Server.prototype, 'listen');
    const server = serveMetrics(prometheusObserver(), { port: 0 });
    await server.ready;
    await server.close();
    listen.restore();
    assert.deepEqual(listen.firstCall.args.slice(0, 2), [0, '127.0.0.1']);
  });

  it('is one warning where the port is taken', async () => {
    const other = createServer();
    await once(other.listen(0, '127.0.0.1'), 'listening');
    const { port } = other.address() as AddressInfo;
    const diag = recordDiag();
    const server = serveMetrics(prometheusObserver(), { ...LOOPBACK, port });
    await server.ready;
    diag.stop();
    other.close();
    assert.equal(server.port(), undefined);
    assert.equal(diag.lines.length, 1);
    assert.match(diag.lines[0]?.text ?? '', /no metrics are served on 127\.0\.0\.1:\d+: .*EADDRINUSE/);
    await server.close();
  });

  it('is started once a process', async () => {
    const diag = recordDiag();
    const first = startPrometheus(LOOPBACK);
    assert.equal(startPrometheus(LOOPBACK), first);
    diag.stop();
    assert.equal(diag.lines.length, 1);
    await stopPrometheus();
  });

  it('keeps no process alive, even while a scraper stays connected', async () => {
    const app = fileURLToPath(new URL('apps/leaves.mjs', import.meta.url));
    const { code, stdout, stderr } = await runApp(app, {
      flags: ['--no-warnings', '--conditions=llmtrace:source'],
      timeout: 8000,
    });
    assert.deepEqual([code, stdout], [0, '200\n'], stderr);
  });
});

describe('the handler for a server of the application', () => {
  it('answers with the metrics on each path', async () => {
    const handler = metricsHandler(prometheusObserver());
    const server = createServer((request, response) => void handler(request, response));
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const { port } = server.address() as AddressInfo;
    const response = await fetch(`http://127.0.0.1:${port}/internal/llm`);
    assert.match(await response.text(), /# HELP llmtrace_requests_total /);
    server.close();
  });

  it('answers 500 if a metric of the application fails, and logs it', async () => {
    const diag = recordDiag();
    const broken = { getMetricsAsJSON: () => Promise.reject(new Error('boom')) };
    const handler = metricsHandler({ register: broken as never });
    const server = createServer((request, response) => void handler(request, response));
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const { port } = server.address() as AddressInfo;
    assert.equal((await fetch(`http://127.0.0.1:${port}/`)).status, 500);
    diag.stop();
    server.close();
    assert.match(diag.lines[0]?.text ?? '', /could not write the metrics.*boom/);
  });
});

describe('the format of a scrape', () => {
  const cases: [accept: string | undefined, open: boolean][] = [
    [undefined, false],
    ['*/*', false],
    ['text/plain', false],
    ['application/openmetrics-text', true],
    [ACCEPT, true],
    ['text/plain;q=0.9,application/openmetrics-text;q=0.1', false],
    ['application/openmetrics-text;q=0', false],
    ['nonsense;;q=x,', false],
  ];
  for (const [accept, open] of cases) {
    it(`is ${open ? 'OpenMetrics' : 'text'} for ${accept?.slice(0, 60)}`, () =>
      assert.equal(wantsOpenMetrics(accept), open));
  }
});
