/** Variables that have no effect are named, in each way in; those that have one are not. In real processes. */
import assert from 'node:assert/strict';
import { pathToFileURL } from 'node:url';
import { runApp } from '@llmtrace/test-fixtures/run-app';
import { AUTO, file, type Stage, setStage } from '../stage.ts';
import { DOCTOR } from './set-ups.ts';

type Env = Record<string, string>;

const app = (name: string): string => `doctor/apps/${name}`;
const HOST = ['--import', '@llmtrace/auto/hook', '--import', pathToFileURL(file(app('host.mjs'))).href];

describe('variables without effect', () => {
  let stage: Stage;
  before(async () => {
    stage = await setStage();
  });
  after(() => stage.close());

  /** What the report says of variables: causes and cures. */
  const named = async (env: Env, flags: readonly string[] = AUTO, name = 'chat.mjs'): Promise<string[]> => {
    const { stderr } = await stage.runBare(app(name), {
      flags,
      env: { VENDOR: stage.vendor.url, LLMTRACE_DOCTOR: '1', ...env },
    });
    assert.match(stderr, /calls {4}1 of openai traced/, stderr);
    return [...stderr.matchAll(/^! (?:no-effect|setting): (.*)\.\n {4}→ (.*)\.$/gm)].map(
      ([, what, cure]) => `${what} → ${cure}`,
    );
  };

  /** One application has the variables of all rows; each row is one finding. */
  const areNamed = (title: string, rows: readonly [Env, RegExp][], more: () => Env = () => ({})): void => {
    let application: Promise<string[]> | undefined;
    const findings = () => {
      application ??= named(Object.assign(more(), ...rows.map(([env]) => env)));
      return application;
    };
    for (const [env, expected] of rows) {
      const names = Object.keys(env);
      it(`are named${title}: ${names}`, async () => {
        const all = await findings();
        assert.equal(all.length, rows.length, all.join('\n'));
        const ofRow = all.filter((line) => names.some((name) => line.split(' → ')[0]?.includes(name)));
        assert.equal(ofRow.length, 1, all.join('\n'));
        assert.match(ofRow[0] as string, expected);
      });
    }
  };

  areNamed('', [
    [{ LLMTRACE_RETRY_JITTER: '0' }, /^LLMTRACE_RETRY_JITTER has no effect alone → Set LLMTRACE_RETRY=true$/],
    [
      { LLMTRACE_RATE_LIMIT_BURST: '2', LLMTRACE_RATE_LIMIT_MODE: 'wait' },
      /^LLMTRACE_RATE_LIMIT_BURST, LLMTRACE_RATE_LIMIT_MODE have no effect alone → Set a limit/,
    ],
    [{ LLMTRACE_BUDGET_WINDOW: 'hour' }, /→ Set LLMTRACE_BUDGET_USD or LLMTRACE_BUDGET_TOKENS$/],
    [{ LLMTRACE_REDIS_PREFIX: 'p' }, /→ Set LLMTRACE_REDIS_URL$/],
    [
      { LLMTRACE_HASH_SALT: 'hidden' },
      /^LLMTRACE_HASH_SALT has no effect alone → Set LLMTRACE_HASH_ATTRIBUTES /,
    ],
    [{ LLMTRACE_METRIC_ATTRIBUTE_VALUES: '9' }, /→ Set LLMTRACE_METRIC_ATTRIBUTES /],
    [{ LLMTRACE_PROMETHEUS_HOST: '127.0.0.1' }, /→ Set LLMTRACE_PROMETHEUS_PORT$/],
    [{ LLMTRACE_TOKEN_MODALITY: 'true' }, /→ Set LLMTRACE_SEMCONV=latest$/],
    [{ LLMTRACE_LOG_HIDE_CONTENT: 'true' }, /→ Set LLMTRACE_LOG to json or pretty$/],
    [{ LLMTRACE_CONTENT_MAX_LENGTH: '9' }, /→ Set OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT, /],
    [
      { LLMTRACE_CONSOL: 'true' },
      /^LLMTRACE_CONSOL is no variable of llmtrace .* → Set LLMTRACE_CONSOLE in its place$/,
    ],
  ]);
  areNamed('', [
    [{ LLMTRACE_REDIS_URL: 'redis://127.0.0.1:1' }, /→ Set a limit or a budget that Redis is to keep$/],
    [{ LLMTRACE_CAPTURE_BLOBS: 'true' }, /→ Set OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT, /],
  ]);

  it('are not named where they have one', async () => {
    const env: Env = {
      LLMTRACE_RETRY: 'true',
      LLMTRACE_RETRY_JITTER: '0',
      LLMTRACE_RATE_LIMIT: '100',
      LLMTRACE_RATE_LIMIT_BURST: '2',
      LLMTRACE_BUDGET_USD: '1',
      LLMTRACE_BUDGET_WINDOW: 'hour',
      LLMTRACE_PROMETHEUS_PORT: '0',
      LLMTRACE_PROMETHEUS_HOST: '127.0.0.1',
      LLMTRACE_SEMCONV: 'latest',
      LLMTRACE_TOKEN_MODALITY: 'true',
      LLMTRACE_LOG: 'pretty',
      LLMTRACE_LOG_HIDE_CONTENT: 'true',
      OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT: 'SPAN_ONLY',
      LLMTRACE_CONTENT_MAX_LENGTH: '9',
      LLMTRACE_QUIET: 'true',
      OTEL_SERVICE_NAME: 'shop',
      OTEL_EXPORTER_OTLP_ENDPOINT: stage.collector.url,
      OTEL_TRACES_SAMPLER: 'parentbased_traceidratio',
      OTEL_TRACES_SAMPLER_ARG: '1',
      OTEL_LOG_LEVEL: 'ERROR',
    };
    assert.deepEqual(await named(env), []);
  });

  const toCollector = () => ({
    OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${stage.collector.url}/v1/traces`,
  });
  const OTELS = " where they are OpenTelemetry's";
  areNamed(
    OTELS,
    [
      [
        { OTEL_EXPORTER_OTLP_ENDPIONT: 'http://c' },
        /^OTEL_EXPORTER_OTLP_ENDPIONT has no effect → Set OTEL_EXPORTER_OTLP_ENDPOINT in its place$/,
      ],
      [
        { OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT: '1', OTEL_NODE_ENABLED_INSTRUMENTATIONS: 'http' },
        /^OTEL_(?:EVENT|NODE)\S+, OTEL_(?:EVENT|NODE)\S+ have no effect on the OpenTelemetry SDK that llmtrace starts → /,
      ],
      [
        { OTEL_TRACES_SAMPLER: 'allways_off' },
        /^OTEL_TRACES_SAMPLER=allways_off is not one of .*; it is ignored → .* to always_off$/,
      ],
      [{ OTEL_PROPAGATORS: 'baggage,b3' }, /^OTEL_PROPAGATORS=b3 is not one of .*; it is ignored/],
      [
        { OTEL_NODE_RESOURCE_DETECTORS: 'env,gcp' },
        /OTEL_NODE_RESOURCE_DETECTORS=gcp is not .*; it is ignored/,
      ],
      [{ OTEL_LOG_LEVEL: 'trace' }, /OTEL_LOG_LEVEL=trace is not .*; it is ignored/],
    ],
    toCollector,
  );
  areNamed(
    OTELS,
    [
      [
        { OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '50%' },
        /OTEL_TRACES_SAMPLER_ARG=50% is not a number from 0 to 1; all spans are kept/,
      ],
    ],
    toCollector,
  );

  it('are named where the spans go to a provider of the application, whose minified name is not', async () => {
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: stage.collector.url, OTEL_TRACES_SAMPLER: 'always_on' };
    const findings = await named(env, AUTO, 'own-provider.mjs');
    assert.match(
      findings.join('\n'),
      /^OTEL_TRACES_SAMPLER has no effect on llmtrace: spans go to a provider \(set up by .*own-provider\.mjs\), which may read it or not → .*$/,
    );
  });

  it('are named where the application has set them too late', async () => {
    assert.deepEqual(await named({}, AUTO, 'set-late.mjs'), [
      'LLMTRACE_CONSOLE changed after llmtrace had started, which has no effect → Set it before: in the shell, or with `node --env-file=.env --import @llmtrace/auto`',
    ]);
  });

  it('are not named in a list of instrumentations, whose variables have the same effects', async () => {
    const env = {
      LLMTRACE_CONSOLE: 'true',
      LLMTRACE_PROMETHEUS_PORT: '0',
      LLMTRACE_INSTRUMENTATIONS: 'openai',
    };
    assert.deepEqual(await named({ ...env, OTEL_EXPORTER_OTLP_ENDPOINT: stage.collector.url }, HOST), []);
  });

  it('are named where instrumentations are made one by one', async () => {
    const { stdout } = await runApp(DOCTOR, {
      args: ['--as-is', app('one-by-one.mjs')],
      cwd: file('.'),
      env: {
        OPENAI_API_KEY: 'sk',
        OPENAI_BASE_URL: `${stage.vendor.url}/v1`,
        ...{ LLMTRACE_CONSOLE: 'true', LLMTRACE_CONFIG: './none.mjs', LLMTRACE_SEMCONV: 'latest' },
      },
    });
    assert.match(
      stdout,
      /! no-effect: LLMTRACE_CONSOLE, LLMTRACE_CONFIG have no effect on instrumentations that are made one by one\./,
    );
    assert.doesNotMatch(stdout, /LLMTRACE_SEMCONV/);
  });
});
