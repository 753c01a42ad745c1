/** Each variable of README.md has its effect in each of the three ways in, as the output of a call shows. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { MODEL_MAP } from '@llmtrace/test-fixtures/server';
import { AUTO, file, type Stage, setStage } from './stage.ts';

type Env = Record<string, string>;

interface Effect {
  readonly env: Env;
  readonly shows?: RegExp;
  readonly hides?: RegExp;
  /** Each of these is named as wrong. */
  readonly also?: Env;
}

const SPAN = /name: 'chat gpt-4\.1-mini'/;

/** Read in each way: each is named. */
const WRONG: Env = {
  LLMTRACE_NATIVE_SPANS: 'nonsense',
  LLMTRACE_RATE_LIMIT: '-1',
  LLMTRACE_BUDGET_USD: '-1',
  LLMTRACE_REDIS_URL: 'http://no',
  LLMTRACE_TOKEN_MODALITY: 'maybe',
  LLMTRACE_REQUEST_STREAM_USAGE: 'maybe',
  LLMTRACE_CAPTURE_BLOBS: 'maybe',
  LLMTRACE_CONTENT_TOOL_DEFINITIONS: 'maybe',
  LLMTRACE_CONTENT_REDACT: 'maybe',
  LLMTRACE_LOG_HIDE_CONTENT: 'maybe',
  LLMTRACE_RETRY: 'maybe',
};

const CAPTURE = { OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT: 'SPAN_ONLY' };

/** The effects of one list are those of one application: none of its variables changes what another one shows. */
const EFFECTS: Effect[][] = [
  [{ env: { LLMTRACE_ENABLED: 'false' }, hides: SPAN }],
  [{ env: { LLMTRACE_INSTRUMENTATIONS: 'anthropic' }, hides: SPAN }],
  [
    {
      env: { LLMTRACE_INSTRUMENTATIONS: 'opnai' },
      shows: /=opnai is not one of .* \(did you mean openai\?\)/,
    },
    { env: { LLMTRACE_PRICES: '/no/such.json' }, shows: /no\/such\.json/ },
    {
      env: { LLMTRACE_SEMCONV: 'nonsense', ...WRONG },
      shows: /LLMTRACE_SEMCONV=nonsense is not one of/,
      also: WRONG,
    },
  ],
  [
    { env: { LLMTRACE_DOCTOR: '1' }, shows: /calls {4}1 of openai traced/ },
    {
      env: { LLMTRACE_CONFIG: file('configs/wrong-field.json') },
      shows: /the configuration .* runs without `retires`/,
    },
    { env: { LLMTRACE_CONSOLE: 'true' }, shows: /^llmtrace {2}openai gpt-4\.1-mini/m },
    { env: { LLMTRACE_LOG: 'json' }, shows: /"level":/ },
    {
      env: { ...CAPTURE, LLMTRACE_CONTENT_MAX_LENGTH: '5' },
      shows: /'gen_ai\.input\.messages': .*Whic…/,
      hides: /tallest tree/,
    },
    { env: { LLMTRACE_MODEL_MAP: 'gpt-4.1-mini=no-such' }, hides: /'gen_ai\.usage\.cost'/ },
  ],
  [
    { env: CAPTURE, shows: /'gen_ai\.input\.messages': .*Which is the tallest tree/ },
    { env: { LLMTRACE_COST_SEMCONV: 'logfire' }, shows: /'operation\.cost'/ },
    { env: { LLMTRACE_PROVIDER_MAP: '127.0.0.1=acme' }, shows: /'gen_ai\.provider\.name': 'acme'/ },
  ],
];

const WAYS: [way: string, app: string, flags: readonly string[], env: Env][] = [
  ['--import @llmtrace/auto', '../examples/chat.mjs', AUTO, {}],
  ['NODE_OPTIONS', '../examples/chat.mjs', [], { NODE_OPTIONS: AUTO.join(' ') }],
  ['llmtraceInstrumentations()', '../examples/own-sdk.mjs', ['--import', '@llmtrace/auto/hook'], {}],
];

function expectEffect(text: string, { shows, hides, also = {} }: Effect): void {
  if (shows) assert.match(text, shows);
  if (hides) assert.doesNotMatch(text, hides);
  for (const name of Object.keys(also)) assert.match(text, new RegExp(`${name}=\\S.* is not .*[;.] `));
}

describe('a variable has its effect', () => {
  let stage: Stage;
  before(async () => {
    stage = await setStage();
  });
  after(() => stage.close());

  const written = async (app: string, flags: readonly string[], env: Env): Promise<string> => {
    const { code, stdout, stderr } = await stage.runBare(app, {
      flags,
      env: { OTEL_TRACES_EXPORTER: 'console', LLMTRACE_MODEL_MAP: MODEL_MAP, ...env },
    });
    assert.equal(code, 0, stderr);
    return stdout + stderr;
  };

  for (const [way, app, flags, more] of WAYS) {
    it(`none is set: ${way}`, async () => {
      const text = await written(app, flags, more);
      assert.match(text, SPAN);
      assert.match(text, /'gen_ai\.usage\.cost'/);
      assert.doesNotMatch(text, /llmtrace: |^llmtrace {2}|"level":|input\.messages|operation\.cost/m);
    });

    // The environment starts the same as the flag does: some are enough.
    for (const effects of way === 'NODE_OPTIONS' ? EFFECTS.slice(0, 3) : EFFECTS) {
      let text: Promise<string> | undefined;
      const writtenOnce = () => {
        text ??= written(app, flags, Object.assign({}, ...effects.map(({ env }) => env), more));
        return text;
      };
      for (const effect of effects)
        it(`${Object.entries(effect.env).map((pair) => pair.join('='))}: ${way}`, async () =>
          expectEffect(await writtenOnce(), effect));
    }

    it(`LLMTRACE_PROMETHEUS_PORT: ${way}`, async () => {
      const taken = createServer().listen(0, '127.0.0.1');
      await once(taken, 'listening');
      const { port } = taken.address() as AddressInfo;
      try {
        const env = { LLMTRACE_PROMETHEUS_PORT: String(port), LLMTRACE_PROMETHEUS_HOST: '127.0.0.1' };
        assert.match(await written(app, flags, { ...env, ...more }), /EADDRINUSE|in use|does not listen/i);
      } finally {
        taken.close();
      }
    });
  }
});
