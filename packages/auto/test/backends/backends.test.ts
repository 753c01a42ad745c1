/**
 * The files of docs/examples/backends, run as docs/backends.md says, against a receiver on this machine that refuses
 * requests that the backend refuses: other paths, content types and headers, and bodies that OTLP's definitions do not allow.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { MODEL_MAP } from '@llmtrace/test-fixtures/server';
import { AUTO, type Stage, setStage } from '../stage.ts';
import { decode, type Signal } from './otlp.ts';

const FILES = fileURLToPath(new URL('../../../../docs/examples/backends', import.meta.url));

interface Backend {
  /** What it takes, by path. */
  readonly paths: Readonly<Record<string, Signal>>;
  /** What each request must have; what metrics must have besides. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly metricHeaders?: Readonly<Record<string, string>>;
  readonly isDelta?: boolean;
  readonly attributes?: readonly string[];
}

const PLAIN = { '/v1/traces': 'traces', '/v1/metrics': 'metrics' } as const;

const BACKENDS: Readonly<Record<string, Backend>> = {
  jaeger: { paths: { '/v1/traces': 'traces' } },
  grafana: { paths: { '/v1/traces': 'traces', '/api/v1/otlp/v1/metrics': 'metrics' }, isDelta: false },
  langfuse: {
    paths: { '/api/public/otel/v1/traces': 'traces' },
    headers: { authorization: 'Basic YOUR_KEYS', 'x-langfuse-ingestion-version': '4' },
    attributes: ['langfuse.observation.cost_details', 'gen_ai.usage.cost'],
  },
  phoenix: { paths: { '/v1/traces': 'traces' }, headers: { authorization: 'Bearer YOUR_API_KEY' } },
  datadog: { paths: PLAIN, isDelta: true },
  'datadog-agentless': {
    paths: { '/v1/traces': 'traces' },
    headers: { 'dd-api-key': 'YOUR_API_KEY', 'dd-otlp-source': 'llmobs' },
  },
  honeycomb: {
    paths: PLAIN,
    headers: { 'x-honeycomb-team': 'YOUR_API_KEY' },
    metricHeaders: { 'x-honeycomb-dataset': 'shop-metrics' },
  },
  sentry: {
    paths: { '/api/2/integration/otlp/v1/traces': 'traces' },
    headers: { 'x-sentry-auth': 'sentry sentry_key=YOUR_PUBLIC_KEY' },
  },
  'new-relic': {
    paths: PLAIN,
    headers: { 'api-key': 'YOUR_LICENSE_KEY', 'content-encoding': 'gzip' },
    isDelta: true,
  },
};

/** What is looked for in every backend. */
const ATTRIBUTES = [
  'gen_ai.operation.name',
  'gen_ai.provider.name',
  'gen_ai.request.model',
  'gen_ai.response.model',
  'gen_ai.usage.input_tokens',
  'gen_ai.usage.output_tokens',
];

interface Taken {
  readonly signal: Signal;
  readonly request: any;
}

interface Running {
  readonly url: string;
  readonly problems: string[];
  readonly taken: Taken[];
  close(): void;
}

async function startBackend(backend: Backend): Promise<Running> {
  const problems: string[] = [];
  const taken: Taken[] = [];
  const hasSpans = (): boolean => taken.some(({ signal }) => signal === 'traces');
  const server = createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part);
    const { url = '/', headers, method } = request;
    if (method === 'GET') return response.writeHead(hasSpans() ? 200 : 404).end();
    const signal = backend.paths[url];
    if (signal) taken.push(take(signal, headers, Buffer.concat(parts), backend, problems));
    else problems.push(`${method} ${url}`);
    return response.writeHead(signal ? 200 : 404, { 'content-type': headers['content-type'] }).end();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url, problems, taken, close: () => server.close() };
}

function take(
  signal: Signal,
  requestHeaders: IncomingHttpHeaders,
  body: Buffer,
  { headers, metricHeaders }: Backend,
  problems: string[],
): Taken {
  const wanted = { ...headers, ...(signal === 'metrics' ? metricHeaders : {}) };
  for (const [name, value] of Object.entries(wanted))
    if (requestHeaders[name] !== value) problems.push(`${signal} with ${name}: ${requestHeaders[name]}`);
  const plain = requestHeaders['content-encoding'] === 'gzip' ? gunzipSync(body) : body;
  const decoded = decode(signal, requestHeaders['content-type'], plain);
  problems.push(...decoded.problems);
  return { signal, request: decoded.request };
}

describe('a backend of docs/backends.md', () => {
  let stage: Stage;
  const folder = mkdtempSync(join(tmpdir(), 'llmtrace-backends-'));
  before(async () => {
    stage = await setStage();
  });
  after(async () => {
    rmSync(folder, { recursive: true });
    await stage.close();
  });

  it('has a file of variables, each of which is run here', () => {
    const names = readdirSync(FILES).map((name) => name.replace(/\.env$/, ''));
    assert.deepEqual(names.toSorted(), Object.keys(BACKENDS).toSorted());
    const page = readFileSync(join(FILES, '../../backends.md'), 'utf8');
    for (const name of names) {
      const text = readFileSync(join(FILES, `${name}.env`), 'utf8');
      assert.ok(page.includes(`\`\`\`sh\n${text}\`\`\``), `${name}.env stands in docs/backends.md as it is`);
    }
  });

  const sent = async (name: string, protocol: string, server: Running): Promise<void> => {
    const file = join(folder, `${name}.env`);
    const text = readFileSync(join(FILES, `${name}.env`), 'utf8');
    writeFileSync(file, text.replaceAll(/(?<==)https?:\/\/[^/\s]+/g, server.url));
    const { code, stderr } = await stage.runBare('apps/until-received.mjs', {
      flags: [`--env-file=${file}`, ...AUTO],
      env: {
        ...{ OTEL_EXPORTER_OTLP_PROTOCOL: protocol, OTEL_BSP_SCHEDULE_DELAY: '100', RECEIVED: server.url },
        LLMTRACE_MODEL_MAP: MODEL_MAP,
      },
    });
    assert.deepEqual({ code, stderr }, { code: 0, stderr: '' });
  };

  /** Datadog's intake takes nothing else. */
  const protocolsOf = (name: string): string[] =>
    name === 'datadog-agentless' ? ['http/protobuf'] : ['http/protobuf', 'http/json'];
  const cases = Object.entries(BACKENDS).flatMap(([name, backend]) =>
    protocolsOf(name).map((protocol) => ({ name, backend, protocol })),
  );
  for (const { name, backend, protocol } of cases) {
    it(`${name} takes all that is sent by ${protocol}`, async () => {
      const server = await startBackend(backend);
      try {
        await sent(name, protocol, server);
        assert.deepEqual(server.problems, []);
        checkAll(server.taken, backend);
      } finally {
        server.close();
      }
    });
  }
});

function checkAll(taken: readonly Taken[], backend: Backend): void {
  const signals = new Set(taken.map(({ signal }) => signal));
  assert.deepEqual([...signals].toSorted(), [...new Set(Object.values(backend.paths))].toSorted());
  for (const { signal, request } of taken) {
    if (signal === 'traces') checkCall(request, backend);
    if (signal === 'metrics' && backend.isDelta !== undefined) checkTemporality(request, backend.isDelta);
  }
}

function checkCall({ resourceSpans }: any, { attributes = [] }: Backend): void {
  const spans = resourceSpans.flatMap(({ scopeSpans }: any) => scopeSpans.flatMap(({ spans }: any) => spans));
  assert.deepEqual(
    spans.map(({ name }: any) => name),
    ['chat gpt-4.1-mini'],
  );
  const keys = spans[0].attributes.map(({ key }: any) => key);
  assert.deepEqual(
    [...ATTRIBUTES, ...attributes].filter((key) => !keys.includes(key)),
    [],
  );
}

const DELTA = 1;
const CUMULATIVE = 2;

/** Values that go up and down are cumulative in each case. */
function checkTemporality({ resourceMetrics }: any, isDelta: boolean): void {
  const metrics = resourceMetrics.flatMap(({ scopeMetrics }: any) =>
    scopeMetrics.flatMap(({ metrics }: any) => metrics),
  );
  const found = metrics.flatMap(({ histogram, sum }: any) => {
    if (sum && !sum.isMonotonic) return [];
    return histogram || sum ? [(histogram ?? sum).aggregationTemporality] : [];
  });
  assert.deepEqual([...new Set(found)], [isDelta ? DELTA : CUMULATIVE]);
}

describe('the receiver of these tests', () => {
  it('refuses requests that OTLP does not allow', () => {
    const text = JSON.stringify({
      resourceSpans: [
        {
          resource: { attributes: [] },
          scopeSpans: [
            {
              scope: { name: 's' },
              spans: [
                {
                  traceId: '00',
                  spanId: '0000000000000000',
                  name: 'x',
                  kind: 3,
                  startTimeUnixNano: '2',
                  endTimeUnixNano: '1',
                  invented: 1,
                  attributes: [{ key: 'gen_ai.usage.input_tokens', value: { doubleValue: 1.5 } }],
                },
              ],
            },
          ],
        },
      ],
    });
    const { problems } = decode('traces', 'application/json', Buffer.from(text));
    const said = problems.join('\n');
    for (const part of [
      /invented/,
      /trace id has 1/,
      /span id has 8/,
      /ago/,
      /ends before/,
      /is doubleValue/,
      /service/,
    ])
      assert.match(said, part);
  });

  it('finds bytes of fields that OTLP does not have', () => {
    const empty = decode('traces', 'application/x-protobuf', Buffer.from([0xfa, 0x01, 0x01, 0x00]));
    assert.match(empty.problems.join(), /4 bytes are of unknown fields/);
  });
});
