import assert from 'node:assert/strict';
import { type DiagLogger, DiagLogLevel, diag } from '@opentelemetry/api';
import sinon from 'sinon';
import { autoSettings } from '../src/settings.ts';
import { AUTO, type Stage, setStage, startCollector } from './stage.ts';

const APP = '../examples/chat.mjs';
const CALL = 'chat gpt-4.1-mini';

describe('the environment', () => {
  let stage: Stage;
  before(async () => {
    stage = await setStage();
  });
  beforeEach(() => stage.clear());
  after(() => stage.close());

  const names = () => stage.collector.spans().map(({ name }) => name);
  const run = (env: Record<string, string>, flags = AUTO) => stage.run(APP, { flags, env });
  const quiet = (result: { code: number | null; stderr: string }) =>
    assert.deepEqual({ code: result.code, stderr: result.stderr }, { code: 0, stderr: '' });

  it('may be empty: then nothing is exported and nothing is printed', async () => {
    const { code, stdout, stderr } = await stage.runBare(APP, { flags: AUTO });
    assert.deepEqual({ code, stderr }, { code: 0, stderr: '' });
    assert.equal(stdout, (await stage.runBare(APP)).stdout);
  });

  it('may have spaces around an endpoint, as a file with the line ends of Windows leaves one', async () => {
    quiet(await run({ OTEL_EXPORTER_OTLP_ENDPOINT: ` ${stage.collector.url}\r` }));
    assert.ok(names().includes(CALL));
  });

  it('exports protobuf by default', async () => {
    quiet(await run({ OTEL_EXPORTER_OTLP_PROTOCOL: '' }));
    const posts = stage.collector.posts.map(({ path, type }) => [path, type]).sort();
    assert.deepEqual(posts, [
      ['/v1/metrics', 'application/x-protobuf'],
      ['/v1/traces', 'application/x-protobuf'],
    ]);
    const body = (end: string) => `${stage.collector.posts.find(({ path }) => path.endsWith(end))?.body}`;
    assert.ok(body('traces').includes(CALL));
    assert.ok(body('metrics').includes('gen_ai.client.operation.duration'));
  });

  it('may name an endpoint, headers and compression a signal', async () => {
    const other = await startCollector();
    try {
      quiet(
        await run({
          OTEL_EXPORTER_OTLP_ENDPOINT: '',
          OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${other.url}/in/traces`,
        }),
      );
      assert.deepEqual(
        other.posts.map(({ path }) => path),
        ['/in/traces'],
      );
      assert.deepEqual(stage.collector.posts, []);
    } finally {
      other.close();
    }
  });

  it('may switch a signal off', async () => {
    quiet(await run({ OTEL_TRACES_EXPORTER: 'none' }));
    assert.deepEqual(names(), []);
    assert.ok(stage.collector.metrics().length > 0);
    stage.clear();
    quiet(await run({ OTEL_METRICS_EXPORTER: 'none' }));
    assert.deepEqual(names(), [CALL]);
    assert.deepEqual(stage.collector.metrics(), []);
  });

  it('may sample', async () => {
    quiet(await run({ OTEL_TRACES_SAMPLER: 'always_off' }));
    assert.deepEqual(names(), []);
    assert.ok(stage.collector.metrics().length > 0);
  });

  it('may describe the resource', async () => {
    quiet(await run({ OTEL_SERVICE_NAME: '', OTEL_RESOURCE_ATTRIBUTES: 'service.name=kiosk' }));
    assert.deepEqual(
      stage.collector.spans().map(({ service }) => service),
      ['kiosk'],
    );
  });

  it('may name the console exporter: telemetry is printed on stdout, before the process ends', async () => {
    const { code, stdout } = await run({
      OTEL_TRACES_EXPORTER: 'console,otlp',
      OTEL_METRICS_EXPORTER: 'console',
    });
    assert.equal(code, 0);
    assert.match(stdout, /name: 'chat gpt-4.1-mini'/);
    assert.match(stdout, /name: 'gen_ai.client.operation.duration'/);
    assert.deepEqual(names(), [CALL]);
  });

  it('may speak gRPC, where that is installed', async () => {
    const env = { OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc', OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' };
    const { code, stderr } = await run(env);
    assert.equal(code, 0);
    const warnings = stderr.match(/llmtrace: .*/g) ?? [];
    assert.deepEqual(
      warnings.filter((line) => !/do not arrive at http:\/\/127\.0\.0\.1:9: .*\(grpc-14\)/.test(line)),
      [],
    );
  });

  it('may have unknown names: one warning each, and the application runs', async () => {
    const { code, stderr } = await run({
      OTEL_TRACES_EXPORTER: 'pigeon',
      OTEL_EXPORTER_OTLP_METRICS_PROTOCOL: 'morse',
      LLMTRACE_INSTRUMENTATIONS: 'openai,clippy',
    });
    assert.equal(code, 0);
    const lines = stderr.split('\n').filter((line) => line.includes('llmtrace'));
    assert.equal(lines.length, 3);
    assert.match(lines.join(), /LLMTRACE_INSTRUMENTATIONS.*clippy/);
    assert.match(lines.join(), /OTEL_TRACES_EXPORTER.*pigeon/);
    assert.match(lines.join(), /morse/);
  });

  it('may switch the SDK off', async () => {
    quiet(await run({ OTEL_SDK_DISABLED: 'true' }));
    assert.deepEqual(stage.collector.posts, []);
  });

  it('may switch everything off', async () => {
    const env = { LLMTRACE_ENABLED: 'false', OTEL_LOG_LEVEL: 'debug' };
    const without = await stage.run('apps/untouched.mjs', { env });
    assert.deepEqual(await stage.run('apps/untouched.mjs', { env, flags: AUTO }), without);
    assert.deepEqual(stage.collector.posts, []);
  });

  it('may choose the instrumentations', async () => {
    quiet(await run({ LLMTRACE_INSTRUMENTATIONS: ' openai ' }));
    assert.deepEqual(names(), [CALL]);
  });

  it('may misspell the instrumentations: unknown names are ignored, and all are traced where no other is there', async () => {
    const typo = await run({ LLMTRACE_INSTRUMENTATIONS: 'opnai' });
    assert.match(
      typo.stderr,
      /=opnai is not one of .* \(did you mean openai\?\); it is ignored, and all are traced/,
    );
    assert.deepEqual(names(), [CALL]);
    stage.clear();
    const mixed = await run({ LLMTRACE_INSTRUMENTATIONS: 'anthropic,opnai' });
    assert.match(mixed.stderr, /=opnai is not one of .* \(did you mean openai\?\); it is ignored\n/);
    assert.deepEqual(names(), []);
  });

  it('may ask for diagnostics', async () => {
    const env = { OTEL_LOG_LEVEL: 'error', OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' };
    const { code, stderr } = await run(env);
    assert.equal(code, 0);
    assert.match(stderr, /traces do not arrive at http:\/\/127\.0\.0\.1:9\/v1\/traces/);
    assert.match(stderr, /ECONNREFUSED/);
  });

  it('is read again at the first call, so that an application may load it itself', async () => {
    const { code, stderr } = await stage.runBare('apps/dotenv.mjs', {
      flags: AUTO,
      args: [stage.collector.url],
    });
    assert.deepEqual({ code, stderr }, { code: 0, stderr: '' });
    assert.deepEqual(names(), [CALL]);
  });

  it('names the exporters of each signal by the standard', () => {
    const of = (env: Record<string, string>) => {
      const { traceExporters, metricExporters } = autoSettings(env);
      return [traceExporters, metricExporters].map((all) =>
        all.map(({ name, protocol }) => `${name} ${protocol}`),
      );
    };
    const OTLP = 'otlp http/protobuf';
    assert.deepEqual(of({}), [[], []]);
    assert.deepEqual(of({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c' }), [[OTLP], [OTLP]]);
    assert.deepEqual(of({ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://c' }), [[OTLP], []]);
    assert.deepEqual(of({ OTEL_TRACES_EXPORTER: 'otlp, console,otlp' }), [
      [OTLP, 'console http/protobuf'],
      [],
    ]);
    assert.deepEqual(of({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c', OTEL_TRACES_EXPORTER: 'none' }), [
      [],
      [OTLP],
    ]);
    assert.deepEqual(
      of({
        OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c',
        OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
        OTEL_EXPORTER_OTLP_METRICS_PROTOCOL: 'http/json',
      }),
      [['otlp grpc'], ['otlp http/json']],
    );
  });

  it('bounds the export queue in bytes', () => {
    const of = (value: string) => autoSettings({ LLMTRACE_EXPORT_QUEUE_BYTES: value }).exportQueueBytes;
    assert.deepEqual([of(''), of('1000'), of('1e12')], [32 * 2 ** 20, 1000, 2 ** 30]);
  });
});

describe('the settings of the automatic start', () => {
  const warn = sinon.spy();
  beforeEach(() => {
    warn.resetHistory();
    const nothing = () => {};
    const logger: DiagLogger = { error: nothing, warn, info: nothing, debug: nothing, verbose: nothing };
    diag.setLogger(logger, { logLevel: DiagLogLevel.ALL, suppressOverrideMessage: true });
  });
  afterEach(() => diag.disable());

  it('has settings of its own for the automatic start', () => {
    assert.partialDeepStrictEqual(autoSettings({}), {
      enabled: true,
      sdkDisabled: false,
      instrumentations: undefined,
      console: undefined,
      color: true,
      logLevel: undefined,
      traceExporters: [],
      metricExporters: [],
    });
    const env = {
      LLMTRACE_ENABLED: '0',
      OTEL_SDK_DISABLED: 'TRUE',
      LLMTRACE_INSTRUMENTATIONS: 'openai, anthropic',
      LLMTRACE_CONSOLE: 'on',
      NO_COLOR: '1',
      OTEL_LOG_LEVEL: 'Error',
    };
    assert.partialDeepStrictEqual(autoSettings(env), {
      enabled: false,
      sdkDisabled: true,
      instrumentations: ['openai', 'anthropic'],
      console: true,
      color: false,
      logLevel: DiagLogLevel.ERROR,
    });
  });

  it('bounds the numbers of the OpenTelemetry SDK, which would export without a pause', () => {
    const MAX_MS = 2 ** 31 - 1;
    const defaults = { maxQueueSize: 2048, maxExportBatchSize: 512, exportTimeoutMillis: 30_000 };
    const ofLogs = { ...defaults, scheduledDelayMillis: 1000 };
    const ofTraces = { ...defaults, scheduledDelayMillis: 5000 };
    const of = (env: Record<string, string>) => {
      const { metricInterval, metricTimeout, batching } = autoSettings(env);
      return [metricInterval, metricTimeout, batching.traces, batching.logs];
    };
    assert.deepEqual(of({}), [60_000, 30_000, ofTraces, ofLogs]);
    const long = {
      ...{ OTEL_METRIC_EXPORT_INTERVAL: '1e12', OTEL_METRIC_EXPORT_TIMEOUT: '9999999999' },
      ...{ OTEL_BSP_SCHEDULE_DELAY: '1e12', OTEL_BLRP_EXPORT_TIMEOUT: '1e12' },
    };
    assert.deepEqual(of(long), [
      ...[MAX_MS, MAX_MS, { ...ofTraces, scheduledDelayMillis: MAX_MS }],
      { ...ofLogs, exportTimeoutMillis: MAX_MS },
    ]);
    sinon.assert.notCalled(warn);
    const wrong = {
      ...{ OTEL_METRIC_EXPORT_INTERVAL: '-5', OTEL_BSP_MAX_EXPORT_BATCH_SIZE: '0' },
      ...{ OTEL_BSP_MAX_QUEUE_SIZE: '-1', OTEL_BLRP_MAX_EXPORT_BATCH_SIZE: '-2' },
      ...{ OTEL_BSP_SCHEDULE_DELAY: 'soon', OTEL_BSP_EXPORT_TIMEOUT: '0' },
    };
    assert.deepEqual(of(wrong), of({}));
    assert.deepEqual(
      warn.args.map(([text]) => text),
      [
        'OTEL_METRIC_EXPORT_INTERVAL=-5 is not a positive number; using the default (60000)',
        'OTEL_BSP_MAX_QUEUE_SIZE=-1 is not a positive integer; using the default (2048)',
        'OTEL_BSP_MAX_EXPORT_BATCH_SIZE=0 is not a positive integer; using the default (512)',
        'OTEL_BSP_SCHEDULE_DELAY=soon is not a number, 0 or more; using the default (5000)',
        'OTEL_BSP_EXPORT_TIMEOUT=0 is not a positive number; using the default (30000)',
        'OTEL_BLRP_MAX_EXPORT_BATCH_SIZE=-2 is not a positive integer; using the default (512)',
      ].map((text) => `llmtrace: ${text}`),
    );
  });

  it('waits at an exit for LLMTRACE_EXIT_TIMEOUT_MS at most', () => {
    const timeout = (LLMTRACE_EXIT_TIMEOUT_MS: string) =>
      autoSettings({ LLMTRACE_EXIT_TIMEOUT_MS }).exitTimeout;
    assert.equal(autoSettings({}).exitTimeout, 3000);
    assert.equal(timeout('0'), 0);
    assert.equal(timeout(' 500 '), 500);
    assert.equal(timeout('1e12'), 2 ** 31 - 1);
    for (const wrong of ['-1', 'soon', 'NaN']) assert.equal(timeout(wrong), 3000);
  });

  it('recognizes hosts that freeze and kill by their variables', () => {
    assert.equal(autoSettings({ PORT: '8080', VERCEL: '' }).isServerless, false);
    for (const name of ['AWS_LAMBDA_FUNCTION_NAME', 'K_SERVICE', 'FUNCTIONS_WORKER_RUNTIME', 'VERCEL'])
      assert.equal(autoSettings({ [name]: '1' }).isServerless, true);
  });

  it('knows where limits are kept that processes share, and never shows a password', () => {
    const url = 'redis://me:secret@cache:6379/2';
    assert.equal(autoSettings({}).redis, undefined);
    assert.deepEqual(autoSettings({ LLMTRACE_REDIS_URL: url }).redis, { url, options: {} });
    const env = {
      LLMTRACE_REDIS_URL: ` ${url} `,
      LLMTRACE_REDIS_PREFIX: 'shop',
      LLMTRACE_REDIS_TIMEOUT: '20',
      LLMTRACE_REDIS_FALLBACK: 'Closed',
      LLMTRACE_REDIS_PROCESSES: '8',
    };
    const options = { prefix: 'shop', timeout: 20, fallback: 'closed', processes: 8 };
    assert.deepEqual(autoSettings(env).redis, { url, options });
    for (const wrong of ['cache:6379?secret', 'https://me:secret@cache', 'redis://'])
      assert.equal(autoSettings({ LLMTRACE_REDIS_URL: wrong }).redis, undefined, wrong);
    assert.match(warn.args.join(), /LLMTRACE_REDIS_URL=\(not shown\) is not a URL that begins with redis:/);
    assert.doesNotMatch(warn.args.join(), /secret/);
    warn.resetHistory();
    const { processes: _, ...others } = options;
    assert.deepEqual(autoSettings({ ...env, LLMTRACE_REDIS_PROCESSES: '0' }).redis?.options, others);
  });
});
