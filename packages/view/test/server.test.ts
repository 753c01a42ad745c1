import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { createServer, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { readBack } from '../src/server/file.ts';
import { startViewer, type Viewer, type ViewerOptions } from '../src/server/server.ts';
import { Store } from '../src/store/store.ts';
import { call, MadeTrace, requestOf, sendTraces } from './fixtures/shop.ts';

interface Answer {
  readonly status: number;
  readonly headers: Record<string, any>;
  readonly body: string;
}

interface Asked {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string | Buffer;
}

/** A request with headers that `fetch` does not allow to set. */
function ask(
  viewer: Viewer,
  path: string,
  { method = 'GET', headers = {}, body }: Asked = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port: viewer.port, path, method, headers }, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part) => parts.push(part));
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: Buffer.concat(parts).toString(),
        }),
      );
    });
    asked.on('error', reject);
    asked.end(body);
  });
}

const JSON_TYPE = { 'content-type': 'application/json' };

function trace(): MadeTrace {
  const made = new MadeTrace();
  call(made, Date.now() - 1000, { model: 'gpt-5', input: 1000, output: 100 });
  return made;
}

describe('the server of the viewer', () => {
  const viewers: Viewer[] = [];
  const start = async (options: ViewerOptions = {}): Promise<Viewer> => {
    const viewer = await startViewer({ port: 0, ...options });
    viewers.push(viewer);
    return viewer;
  };
  afterEach(() => Promise.all(viewers.splice(0).map((viewer) => viewer.close())));

  const statuses: readonly (readonly [why: string, status: number, path: string, asked: Asked])[] = [
    ['a foreign name, which may lead here', 421, '/api/state', { headers: { host: 'evil.example:4318' } }],
    ['another page', 403, '/api/state', { headers: { origin: 'http://evil.example' } }],
    ['a page without an origin', 403, '/api/state', { headers: { origin: 'null' } }],
    ['a page of another port', 403, '/api/state', { headers: { origin: 'http://localhost:3000' } }],
    ['a foreign fetch', 403, '/api/state', { headers: { 'sec-fetch-site': 'cross-site' } }],
    [
      'a foreign frame',
      403,
      '/',
      { headers: { 'sec-fetch-site': 'cross-site', 'sec-fetch-dest': 'iframe' } },
    ],
    [
      'a link to the page',
      200,
      '/',
      { headers: { 'sec-fetch-site': 'cross-site', 'sec-fetch-dest': 'document' } },
    ],
    [
      'a text, which a form can send',
      415,
      '/v1/traces',
      { method: 'POST', headers: { 'content-type': 'text/plain' }, body: '{}' },
    ],
    [
      'a form',
      415,
      '/v1/traces',
      { method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: 'a=b' },
    ],
    [
      'rubbish',
      400,
      '/v1/traces',
      { method: 'POST', headers: { 'content-type': 'application/x-protobuf' }, body: 'rubbish rubbish' },
    ],
    ['JSON that is no object', 400, '/v1/traces', { method: 'POST', headers: JSON_TYPE, body: '[]' }],
    [
      'a packing that does not exist',
      415,
      '/v1/traces',
      { method: 'POST', headers: { ...JSON_TYPE, 'content-encoding': 'br' }, body: '{}' },
    ],
    [
      'rubbish that says it is packed',
      400,
      '/v1/traces',
      { method: 'POST', headers: { ...JSON_TYPE, 'content-encoding': 'gzip' }, body: 'x' },
    ],
    [
      'a form that clears',
      415,
      '/api/clear',
      { method: 'POST', headers: { 'content-type': 'text/plain' }, body: '{}' },
    ],
    ['an address that is broken', 400, '/api/sessions/%', {}],
    ['a span that is not there', 404, '/api/spans/x', {}],
    ['a list by an inherited name', 404, '/api/constructor', {}],
    ['metrics', 200, '/v1/metrics', { method: 'POST', headers: JSON_TYPE, body: '{}' }],
    ['another method', 405, '/', { method: 'PUT' }],
  ];
  for (const [why, status, path, asked] of statuses) {
    it(`answers ${status} to ${why}`, async () => {
      assert.equal((await ask(await start(), path, asked)).status, status);
    });
  }

  it('allows the page to load its own parts only', async () => {
    const { headers, body } = await ask(await start(), '/..%2f..%2fetc/passwd');
    assert.match(headers['content-security-policy'], /default-src 'none'.*trusted-types 'none'/);
    assert.equal(headers['access-control-allow-origin'], undefined);
    assert.match(body, /<div id="app">/);
  });

  it('answers in the encoding of the request, with the number of refused spans', async () => {
    const viewer = await start();
    const body = JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [{ traceId: 'x' }] }] }] });
    const json = await ask(viewer, '/v1/traces', { method: 'POST', headers: JSON_TYPE, body });
    assert.equal(JSON.parse(json.body).partialSuccess.rejectedSpans, '1');
    const headers = { 'content-type': 'application/x-protobuf' };
    const empty = await ask(viewer, '/v1/traces', { method: 'POST', headers, body: Buffer.alloc(0) });
    assert.deepEqual(
      [empty.status, empty.body, empty.headers['content-type']],
      [200, '', 'application/x-protobuf'],
    );
  });

  it('refuses a body that is too large once it is unpacked', async () => {
    const body = gzipSync(Buffer.alloc(70 * 2 ** 20, 32));
    const headers = { ...JSON_TYPE, 'content-encoding': 'gzip' };
    assert.equal((await ask(await start(), '/v1/traces', { method: 'POST', headers, body })).status, 413);
  });

  it('listens on ::1, too', async () => {
    const viewer = await start();
    const answer = await fetch(`http://[::1]:${viewer.port}/api/state`).catch(() => undefined);
    if (answer) assert.equal(answer.status, 200);
  });

  it('does not listen for other machines without a token', async () => {
    await assert.rejects(startViewer({ port: 0, host: '0.0.0.0' }), /token/);
  });

  it('requires its token, in a header or in a cookie', async () => {
    const token = 'ab'.repeat(32);
    const viewer = await start({ token });
    assert.equal((await ask(viewer, '/')).status, 200);
    assert.equal((await ask(viewer, '/api/state')).status, 401);
    assert.equal(
      (await ask(viewer, '/v1/traces', { method: 'POST', headers: JSON_TYPE, body: '{}' })).status,
      401,
    );
    const headers = { authorization: `Bearer ${token}` };
    assert.equal((await ask(viewer, '/api/state', { headers })).status, 200);
    const wrong = await ask(viewer, '/api/login', {
      method: 'POST',
      headers: JSON_TYPE,
      body: '{"token":"ab"}',
    });
    assert.equal(wrong.status, 401);
    const body = JSON.stringify({ token });
    const login = await ask(viewer, '/api/login', { method: 'POST', headers: JSON_TYPE, body });
    const [cookie] = login.headers['set-cookie'] ?? [];
    assert.match(cookie, /HttpOnly; SameSite=Strict/);
    assert.equal(
      (await ask(viewer, '/api/state', { headers: { cookie: cookie.split(';')[0] } })).status,
      200,
    );
  });

  it('allows a page of an allowed origin to send, but not to read', async () => {
    const origin = 'http://localhost:3000';
    const viewer = await start({ allowedOrigins: [origin] });
    const headers = { ...JSON_TYPE, origin, 'sec-fetch-site': 'same-site' };
    const sent = await ask(viewer, '/v1/traces', { method: 'POST', headers, body: '{}' });
    assert.deepEqual([sent.status, sent.headers['access-control-allow-origin']], [200, origin]);
    assert.equal((await ask(viewer, '/v1/traces', { method: 'OPTIONS', headers: { origin } })).status, 204);
    assert.equal((await ask(viewer, '/api/state', { headers: { origin } })).status, 403);
  });

  it('writes telemetry to a file that only its owner can read, and reads it back', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'view-'));
    try {
      const file = join(folder, 'calls.jsonl');
      const viewer = await start({ file });
      await sendTraces(viewer.url, [trace(), trace()]);
      assert.equal(statSync(file).mode & 0o777, 0o600);
      assert.equal(readFileSync(file, 'utf8').trim().split('\n').length, 1);
      const store = new Store();
      assert.equal(await readBack(file, store), 0);
      assert.equal(store.calls.length, 2);
      const link = join(folder, 'link');
      symlinkSync(file, link);
      await assert.rejects(startViewer({ port: 0, file: link }), /ELOOP/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('exports a trace as OTLP', async () => {
    const viewer = await start();
    const made = trace();
    await sendTraces(viewer.url, [made]);
    const { body } = await ask(viewer, `/api/export?trace=${made.traceId}`);
    const store = new Store();
    store.receive('traces', 'json', Buffer.from(body));
    assert.equal(store.spans, made.spans.length);
  });

  it('forwards bodies unchanged, and goes on if that fails', async () => {
    const bodies: Buffer[] = [];
    const target = createServer(async (asked, response) => {
      for await (const part of asked) bodies.push(part);
      response.end();
    });
    await new Promise<void>((resolve) => target.listen(0, '127.0.0.1', resolve));
    const { port } = target.address() as { port: number };
    const forwarding = await start({ forward: { endpoint: `http://127.0.0.1:${port}`, headers: {} } });
    const arrived = new Promise((resolve) => target.once('request', (asked) => asked.once('end', resolve)));
    const body = JSON.stringify(requestOf([trace()]));
    await ask(forwarding, '/v1/traces', { method: 'POST', headers: JSON_TYPE, body });
    await arrived;
    assert.equal(Buffer.concat(bodies).toString(), body);
    await new Promise((resolve) => target.close(resolve));
    const warned = new Promise((resolve) => {
      start({ forward: { endpoint: 'http://127.0.0.1:9', headers: {} }, warn: resolve }).then((viewer) =>
        ask(viewer, '/v1/traces', { method: 'POST', headers: JSON_TYPE, body }),
      );
    });
    assert.match(String(await warned), /could not forward/);
  });

  it('keeps its limits under a flood of spans', async () => {
    const viewer = await start({ limits: { maxSpans: 500, maxBytes: 2 ** 20 } });
    for (let round = 0; round < 20; round++) await sendTraces(viewer.url, Array.from({ length: 40 }, trace));
    assert.ok(viewer.store.spans <= 500 && viewer.store.bytes <= 2 ** 20);
    assert.equal(viewer.store.spans + viewer.store.dropped, 1600);
  });
});
