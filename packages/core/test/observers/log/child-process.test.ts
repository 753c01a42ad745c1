/** Log lines and log events of a real SDK's calls, in processes of their own. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { type RunResult, runApp } from '@llmtrace/test-fixtures/run-app';
import { startVendorServer, type VendorServer } from '@llmtrace/test-fixtures/server';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const sdks = (set: string): string => here(`../../../../../test-fixtures/sdks/${set}/package.json`);

describe('an application whose calls are logged', () => {
  let vendor: VendorServer;
  before(async () => {
    vendor = await startVendorServer();
  });
  after(() => vendor.close());

  async function run(env: Record<string, string>, ...flags: string[]): Promise<RunResult> {
    const result = await runApp(here('apps/app.mjs'), {
      flags: ['--no-warnings', '--conditions=llmtrace:source', ...flags],
      env: {
        SDK: sdks('openai-7'),
        OPENAI_API_KEY: 'sk-test-0123456789',
        OPENAI_BASE_URL: `${vendor.url}/v1`,
        ...env,
      },
    });
    assert.equal(result.code, 0, result.stderr);
    return result;
  }

  const MESSAGES = ['started', 'completed', 'started', 'completed', 'started', 'failed'];

  for (const PLAY of ['', 'exit']) {
    it(`gets JSON lines on stderr, ${PLAY ? 'also where it leaves at once' : 'and stdout for itself'}`, async () => {
      const { stdout, stderr } = await run({ LLMTRACE_LOG: 'json', PLAY });
      const lines = stderr
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line));
      assert.deepEqual(
        lines.map(({ msg }) => msg),
        MESSAGES.map((word) => `llm request ${word}`),
      );
      const [, completed, , streamed, , failed] = lines;
      assert.equal(completed.model, 'gpt-4o-mini');
      assert.equal(completed.total_tokens, completed.input_tokens + completed.output_tokens);
      assert.equal(completed.finish_reason, 'stop');
      assert.ok(completed.latency > 0 && completed.cost_usd > 0, stderr);
      assert.ok(streamed.chunks > 1 && streamed.time_to_first_chunk > 0, stderr);
      assert.deepEqual([failed.level, failed.status_code, failed.error_type], [50, 401, 'auth']);
      assert.deepEqual(JSON.parse(stdout), { msg: 'of the application' });
      assert.ok(!stderr.includes('the secret') && !stderr.includes('0123456789'));
    });
  }

  it('gets readable lines without pino-pretty', async () => {
    const { stderr } = await run({ LLMTRACE_LOG: 'pretty' });
    const [started, , , , , failed] = stderr.trim().split('\n');
    assert.match(
      started ?? '',
      /^\S+Z INFO llm request started model=gpt-4o-mini provider=openai message_count=1$/,
    );
    assert.match(failed ?? '', /^\S+Z ERROR llm request failed .*error_type=auth$/);
  });

  it('writes no lines by default', async () => {
    assert.equal((await run({})).stderr, '');
    assert.equal((await run({ LLMTRACE_LOG: 'off' })).stderr, '');
  });

  it('warns once where pino is not installed, and goes on', async () => {
    const flags = ['--require', here('apps/without-pino.cjs')];
    const { stderr } = await run({ LLMTRACE_LOG: 'json' }, ...flags);
    assert.deepEqual(stderr.trim().split('\n'), [
      'llmtrace: log lines need the package `pino`, which is not installed; none are written',
    ]);
  });
});

interface LogRecord {
  eventName?: string;
  severityNumber: number;
  traceId: string;
  attributes: { key: string; value: { stringValue?: string } }[];
}

interface OtlpLogs {
  resourceLogs: { scopeLogs: { logRecords: LogRecord[] }[] }[];
}

const recordsOf = ({ resourceLogs }: OtlpLogs): LogRecord[] =>
  resourceLogs.flatMap(({ scopeLogs }) => scopeLogs.flatMap(({ logRecords }) => logRecords));

describe('the log events of an application with its own OpenTelemetry', () => {
  const records: LogRecord[] = [];
  let vendor: VendorServer;
  let receiver: Server;

  before(async () => {
    vendor = await startVendorServer();
    receiver = createServer(async (request, response) => {
      const parts: Buffer[] = [];
      for await (const part of request) parts.push(part);
      if (request.url === '/v1/logs') records.push(...recordsOf(JSON.parse(Buffer.concat(parts).toString())));
      response.setHeader('content-type', 'application/json').end('{}');
    });
    await once(receiver.listen(0, '127.0.0.1'), 'listening');
  });
  after(async () => {
    receiver.close();
    await vendor.close();
  });

  async function run(env: Record<string, string>, ...flags: string[]): Promise<LogRecord[]> {
    records.length = 0;
    const { code, stderr } = await runApp(here('apps/app.mjs'), {
      flags: ['--no-warnings', '--conditions=llmtrace:source', ...flags],
      env: {
        SDK: sdks('openai-7'),
        OPENAI_API_KEY: 'sk-test',
        OPENAI_BASE_URL: `${vendor.url}/v1`,
        OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`,
        OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
        OTEL_METRICS_EXPORTER: 'none',
        OTEL_TRACES_EXPORTER: 'otlp',
        OTEL_LOGS_EXPORTER: 'otlp',
        ...env,
      },
    });
    assert.equal(code, 0, stderr);
    return [...records];
  }

  const EXCEPTION = 'gen_ai.client.operation.exception';
  const DETAILS = 'gen_ai.client.inference.operation.details';

  for (const host of ['otel-2', 'otel-3']) {
    it(`report failures on ${host}, within their trace`, async () => {
      const [event, ...others] = await run({ HOST: sdks(host) });
      assert.deepEqual([event?.eventName, event?.severityNumber, others], [EXCEPTION, 13, []]);
      assert.match(event?.traceId ?? '', /^[0-9a-f]{32}$/);
      const said = Object.fromEntries(
        event?.attributes.map(({ key, value }) => [key, value.stringValue]) ?? [],
      );
      assert.equal(said['exception.type'], 'AuthenticationError');
      assert.match(said['exception.stacktrace'] ?? '', /^AuthenticationError: /);
    });

    it(`report every call on ${host} in profile latest`, async () => {
      const events = await run({ HOST: sdks(host), PLAY: 'latest' });
      assert.deepEqual(
        events.map(({ eventName }) => eventName),
        [DETAILS, DETAILS, EXCEPTION, DETAILS],
      );
      assert.ok(!JSON.stringify(events).includes('the secret'));
    });
  }

  it('reach the global provider of otel-2 if the instrumentation was not registered with it', async () => {
    const [event] = await run({ HOST: sdks('otel-2'), PLAY: 'apart' });
    assert.equal(event?.eventName, EXCEPTION);
  });

  it('reach the global provider of otel-3 where the application has but its API', async () => {
    const env = { HOST: sdks('otel-3'), PLAY: 'apart' };
    const [event] = await run(env, '--import', here('apps/newer-api.mjs'));
    assert.equal(event?.eventName, EXCEPTION);
  });
});
