/**
 * What applications do with requests and answers, by `fetch`, undici, `node:http`, `node:http2` and packages over these: each row in
 * a process without llmtrace and in one with it. The application sees the same, and each call has one span that ends.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runApp } from '@llmtrace/test-fixtures/run-app';

const file = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

interface Span {
  name: string;
  attributes: Record<string, unknown>;
  isError: boolean;
}

/** This Node.js, and those that `npm install --prefix .cache/nodes/22 node@22` has put there. */
const NODES = [
  process.execPath,
  ...['20', '22', '26']
    .map((version) => file(`../../../../.cache/nodes/${version}/node_modules/node/bin/node`))
    .filter(existsSync),
];

/** How a row ends, where that is not with a whole answer: outcome of its stream, and error. */
const ENDS: Readonly<Record<string, readonly [outcome: string | undefined, error: string | undefined]>> = {
  'fetch-streamBreak': ['cancelled', undefined],
  'fetch-streamCancel': ['cancelled', undefined],
  'fetch-cancelUnread': ['cancelled', undefined],
  'fetch-abortReading': ['cancelled', undefined],
  'fetch-abortWaiting': [undefined, 'AbortError'],
  'fetch-timeout': [undefined, 'TimeoutError'],
  'fetch-drop': ['failed', 'UND_ERR_SOCKET'],
  'fetch-html': [undefined, undefined],
  'fetch-broken': [undefined, undefined],
  'fetch-refusal': [undefined, 'a_code'],
  'fetch-errorInStream': [undefined, 'server_error'],
  'fetch-redirectManual': [undefined, '307'],
  'fetch-redirectNowhere': [undefined, '302'],
  'fetch-redirectNowhereFollowed': [undefined, '302'],
  'undici-destroyed': ['cancelled', undefined],
  'undici-dropped': ['failed', 'UND_ERR_SOCKET'],
  'undici-status': [undefined, '429'],
  'undici-aborted': [undefined, 'AbortError'],
  'http-status': [undefined, '429'],
  'http-drop': ['failed', 'ECONNRESET'],
  'http-refused': [undefined, 'ECONNREFUSED'],
  'http-aborted': [undefined, 'AbortError'],
  'http-left': ['cancelled', undefined],
  'http2-status': [undefined, '429'],
  'http2-drop': ['failed', 'ERR_HTTP2_STREAM_ERROR'],
  'http2-refused': [undefined, 'ERR_HTTP2_STREAM_CANCEL'],
  'http2-aborted': [undefined, 'AbortError'],
  'http2-left': ['cancelled', undefined],
  'http2-sessionLeft': ['cancelled', undefined],
  'packages-axiosStatus': [undefined, '500'],
  'packages-axiosAborted': [undefined, 'ERR_CANCELED'],
};

/** Rows without a span: nothing is sent, or a mock answers before there is a request. */
const UNSEEN = ['fetch-abortBefore', 'undici-mocked'];
/** Rows of several calls, whose models are numbered. */
const SEVERAL: Readonly<Record<string, number>> = {
  'fetch-keepAlive': 5,
  'fetch-parallel': 10,
  'http-keepAlive': 3,
  'http2-parallel': 5,
};
/** Rows whose call may end in any way, or whose model is not seen. */
const LOOSE = /^(?:fetch-unread|fetch-refused|packages-nock|undici-dumped)$/;

const APPS = ['app.mjs', 'app.cjs'].flatMap((app) => [[app, false] as const, [app, true] as const]);

const modelOf = ({ attributes }: Span): string => String(attributes['gen_ai.request.model']);

function expectRow(row: string, spans: readonly Span[]): void {
  const models = SEVERAL[row] ? Array.from({ length: SEVERAL[row] }, (_, i) => `${row}${i}`) : [row];
  for (const model of models) {
    const mine = spans.filter((span) => modelOf(span) === model);
    if (LOOSE.test(row)) continue;
    assert.equal(mine.length, UNSEEN.includes(row) ? 0 : 1, `spans of ${model}`);
    const [span] = mine;
    if (span) expectEnd(row, span);
  }
}

function expectEnd(row: string, { attributes, isError }: Span): void {
  const status = /^fetch-status(\d+)$/.exec(row)?.[1];
  const [outcome, error] = status ? [undefined, status] : (ENDS[row] ?? ['completed', undefined]);
  assert.equal(attributes['error.type'], error, `error.type of ${row}`);
  assert.equal(isError, error !== undefined, `status of ${row}`);
  if (row in ENDS || status) {
    if (outcome) assert.equal(attributes['llmtrace.stream.outcome'], outcome, `outcome of ${row}`);
    return;
  }
  assert.equal(attributes['gen_ai.usage.input_tokens'], 11, `input of ${row}`);
  assert.equal(attributes['gen_ai.usage.output_tokens'], 7, `output of ${row}`);
  if (row !== 'fetch-form') assert.deepEqual(attributes['gen_ai.response.finish_reasons'], ['stop'], row);
}

describe('an application that calls models by HTTP', () => {
  let folder: string;
  let env: Record<string, string> = {};
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'llmtrace-http-'));
    const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
    const request = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=localhost'];
    execFileSync('openssl', [...request, '-keyout', key, '-out', cert], { stdio: 'ignore' });
    env = { TLS_KEY: key, TLS_CERT: cert, NODE_NO_WARNINGS: '1' };
  });
  after(() => rmSync(folder, { recursive: true }));

  const bareRuns = new Map<string, ReturnType<typeof runApp>>();
  const bareRun = (app: string, node: string): ReturnType<typeof runApp> => {
    const key = `${node} ${app}`;
    const run = bareRuns.get(key) ?? runApp(file(`../apps/${app}`), { node, env });
    bareRuns.set(key, run);
    return run;
  };

  for (const node of NODES) {
    for (const [app, intercepts] of APPS) {
      const version = /nodes\/(\d+)/.exec(node)?.[1] ?? process.versions.node;
      const how = intercepts ? ', with fetch intercepted' : '';
      it(`sees the same, and each call is traced once (${app}${how}, Node.js ${version})`, async () => {
        const bare = await bareRun(app, node);
        const spansFile = join(folder, `${version}-${app}.json`);
        const traced = await runApp(file(`../apps/${app}`), {
          node,
          env: { ...env, SPANS: spansFile, ...(intercepts && { INTERCEPT_FETCH: 'true' }) },
          flags: ['--import', file('../apps/telemetry.mjs')],
        });
        assert.deepEqual([traced.code, traced.stderr], [bare.code, bare.stderr]);
        assert.equal(bare.code, 0);
        const rows = bare.stdout.trim().split('\n');
        assert.deepEqual(traced.stdout.trim().split('\n'), rows);
        const { started, spans } = JSON.parse(readFileSync(spansFile, 'utf8')) as {
          started: number;
          spans: Span[];
        };
        assert.equal(spans.length, started, 'a span has not ended');
        for (const line of rows) expectRow((JSON.parse(line) as { row: string }).row, spans);
      });
    }
  }
});
