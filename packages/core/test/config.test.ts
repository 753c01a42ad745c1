import assert from 'node:assert/strict';
import { type DiagLogger, DiagLogLevel, diag } from '@opentelemetry/api';
import sinon from 'sinon';
import { ATTRIBUTION_DEFAULTS } from '../src/attribution/options.ts';
import { type LlmTraceConfig, resolveConfig, validateConfig } from '../src/config.ts';
import { originOf } from '../src/vendor/provider.ts';

/** Log lines by llmtrace itself. */
const LOG = {
  logger: undefined,
  mode: 'json',
  level: 'info',
  errorLevel: 'error',
  logRequest: true,
  logResponse: true,
  logErrors: true,
  hideContent: true,
};
const CONTENT = {
  capture: 'NO_CONTENT',
  maxLength: undefined,
  blobs: false,
  redact: [],
  toolDefinitions: 'names',
  completionHook: undefined,
};

const NO_SPAN_HOOKS = { startSpanHook: undefined, requestHook: undefined, responseHook: undefined };

describe('the configuration', () => {
  it('pollutes no prototype, and finds no provider on one', () => {
    const { providerMap } = resolveConfig({}, { LLMTRACE_PROVIDER_MAP: '__proto__=evil,a.example=b' });
    assert.deepEqual(Object.entries(providerMap), [
      ['__proto__', 'evil'],
      ['a.example', 'b'],
    ]);
    assert.equal(Object.getPrototypeOf(providerMap), Object.prototype);
    assert.equal(originOf('https://constructor/v1', undefined, 'openai', {}).provider, 'openai');
    assert.throws(
      () => validateConfig(JSON.parse('{ "__proto__": { "enabled": false } }')),
      /no `__proto__`/,
    );
    const retry = JSON.parse('{ "retry": { "budget": { "ratio": 0.1, "perSecond": 1, "constructor": 1 } } }');
    assert.throws(() => validateConfig(retry), /`retry.budget` to be an object with ratio and perSecond/);
  });

  const warn = sinon.spy();

  beforeEach(() => {
    warn.resetHistory();
    const nothing = () => {};
    const logger: DiagLogger = { error: nothing, warn, info: nothing, debug: nothing, verbose: nothing };
    diag.setLogger(logger, { logLevel: DiagLogLevel.ALL, suppressOverrideMessage: true });
  });
  afterEach(() => diag.disable());

  it('has defaults for everything', () => {
    assert.deepEqual(resolveConfig({}, {}), {
      enabled: true,
      observers: [],
      interceptors: [],
      retry: false,
      rateLimit: [],
      budget: [],
      runBudget: undefined,
      sharedLimits: false,
      hooks: {},
      ...NO_SPAN_HOOKS,
      attribution: ATTRIBUTION_DEFAULTS,
      httpExclude: [],
      httpIdleTimeout: 600_000,
      interceptFetch: false,
      semconv: '1.41',
      costSemconv: 'default',
      tokenModality: false,
      providerMap: {},
      nativeSpans: 'adopt',
      agents: true,
      agentUsage: 'none',
      mcpPropagate: 'traceparent',
      modelMap: {},
      prices: '',
      requestStreamUsage: false,
      log: { ...LOG, mode: 'off' },
      content: CONTENT,
      exceptionsOnSpans: false,
      startEvents: false,
      chunkTimes: false,
    });
  });

  it('is completed by the environment', () => {
    const env = {
      LLMTRACE_ENABLED: 'false',
      LLMTRACE_SEMCONV: 'dup',
      LLMTRACE_BAGGAGE_KEYS: 'team, user.id',
      LLMTRACE_REQUEST_ATTRIBUTES: 'off',
      LLMTRACE_METRIC_ATTRIBUTES: 'tenant.id,feature',
      LLMTRACE_METRIC_ATTRIBUTE_VALUES: '5',
      LLMTRACE_HASH_ATTRIBUTES: 'user',
      LLMTRACE_HASH_SALT: 'secret',
      LLMTRACE_HTTP_EXCLUDE: 'a.test, *.b.test',
      LLMTRACE_HTTP_IDLE_TIMEOUT: '60000',
      LLMTRACE_INTERCEPT_FETCH: 'true',
      LLMTRACE_COST_SEMCONV: 'Logfire',
      LLMTRACE_TOKEN_MODALITY: '1',
      LLMTRACE_PROVIDER_MAP: 'a.test=groq, b.test:8080 = mine',
      LLMTRACE_NATIVE_SPANS: 'replace',
      LLMTRACE_AGENTS: 'false',
      LLMTRACE_AGENT_USAGE: 'conventions',
      LLMTRACE_MCP_PROPAGATE: 'none',
      LLMTRACE_BUDGET_RUN_USD: '2.5',
      LLMTRACE_MODEL_MAP: 'prod=gpt-4o',
      LLMTRACE_PRICES: './prices.json',
      LLMTRACE_REQUEST_STREAM_USAGE: 'yes',
      LLMTRACE_LOG: 'JSON',
      LLMTRACE_LOG_HIDE_CONTENT: 'off',
      OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT: 'event_only',
      LLMTRACE_CONTENT_MAX_LENGTH: '200',
      LLMTRACE_CAPTURE_BLOBS: 'true',
      LLMTRACE_CONTENT_REDACT: 'Keys, emails',
      LLMTRACE_CONTENT_TOOL_DEFINITIONS: 'full',
      OTEL_SEMCONV_EXCEPTION_SIGNAL_OPT_IN: 'logs/dup',
      LLMTRACE_START_EVENTS: 'true',
      LLMTRACE_CHUNK_TIMES: 'true',
    };
    assert.deepEqual(resolveConfig({}, env), {
      enabled: false,
      observers: [],
      interceptors: [],
      retry: false,
      rateLimit: [],
      budget: [],
      runBudget: 2.5,
      sharedLimits: false,
      hooks: {},
      ...NO_SPAN_HOOKS,
      attribution: {
        baggageKeys: ['team', 'user.id'],
        requestFields: false,
        metricAttributes: ['tenant.id', 'feature'],
        maxMetricValues: 5,
        hash: ['user'],
        salt: 'secret',
      },
      httpExclude: ['a.test', '*.b.test'],
      httpIdleTimeout: 60_000,
      interceptFetch: true,
      semconv: 'dup',
      costSemconv: 'logfire',
      tokenModality: true,
      providerMap: { 'a.test': 'groq', 'b.test:8080': 'mine' },
      nativeSpans: 'replace',
      agents: false,
      agentUsage: 'conventions',
      mcpPropagate: 'none',
      modelMap: { prod: 'gpt-4o' },
      prices: './prices.json',
      requestStreamUsage: true,
      log: { ...LOG, hideContent: false },
      content: {
        capture: 'EVENT_ONLY',
        maxLength: 200,
        blobs: true,
        redact: ['keys', 'emails'],
        toolDefinitions: 'full',
        completionHook: undefined,
      },
      exceptionsOnSpans: true,
      startEvents: true,
      chunkTimes: true,
    });
    sinon.assert.notCalled(warn);
  });

  it('prefers an option in code to the environment', () => {
    const config: LlmTraceConfig = { enabled: true, semconv: '1.41', providerMap: {} };
    const env = { LLMTRACE_ENABLED: 'false', LLMTRACE_SEMCONV: 'latest', LLMTRACE_PROVIDER_MAP: 'a=b' };
    const resolved = resolveConfig(config, env);
    assert.equal(resolved.enabled, true);
    assert.equal(resolved.semconv, '1.41');
    assert.deepEqual(resolved.providerMap, {});
  });

  it('knows the opt-in of OpenTelemetry, which LLMTRACE_SEMCONV overrides', () => {
    const OTEL_SEMCONV_STABILITY_OPT_IN = 'http/dup,gen_ai_latest_experimental';
    assert.equal(resolveConfig({}, { OTEL_SEMCONV_STABILITY_OPT_IN }).semconv, 'latest');
    assert.equal(
      resolveConfig({}, { OTEL_SEMCONV_STABILITY_OPT_IN, LLMTRACE_SEMCONV: '1.41' }).semconv,
      '1.41',
    );
  });

  it('refuses any wrong value in a message of bounded length', () => {
    const long = 'x'.repeat(5000);
    const cases = [
      { semconv: long },
      { semconv: [Symbol('none')] },
      { nativeSpans: Object.create(null) },
      { log: { mode: [Symbol('none')] } },
      { log: { level: { toString: null } } },
      { retry: { [long]: 1 } },
      { hooks: { [long]: 1 } },
      { [long]: 1 },
    ];
    for (const config of cases) {
      const isBounded = ({ name, message }: Error): boolean =>
        name === 'TypeError' && message.startsWith('Expected ') && message.length < 400;
      assert.throws(() => validateConfig(config), isBounded);
    }
  });

  it('refuses a wrong option by name and value', () => {
    const wrong = { semconv: '1.36' } as unknown as LlmTraceConfig;
    assert.throws(() => resolveConfig(wrong, {}), {
      name: 'TypeError',
      message: 'Expected `semconv` to be one of 1.41, latest, dup, got "1.36".',
    });
    const observers = [null] as unknown as [];
    assert.throws(() => resolveConfig({ observers }, {}), /Expected `observers` to be an array of observers/);
    const cases: [config: object, message: RegExp][] = [
      [{ prices: 8 }, /`prices` to be the path of a file, got 8/],
      [{ prices: ['a'] }, /`prices` to be the path of a file/],
      [{ prices: 'a\0b' }, /`prices` to be the path of a file/],
      [{ providerMap: 'a=b' }, /`providerMap` to be an object, got "a=b"/],
      [{ providerMap: ['a'] }, /`providerMap` to be an object/],
      [{ providerMap: { host: 8 } }, /`providerMap\["host"\]` to be a text of 1 to 1000 characters, got 8/],
      [{ modelMap: { name: '' } }, /`modelMap\["name"\]` to be a text/],
      [{ modelMap: { name: 'x'.repeat(1001) } }, /`modelMap\["name"\]` to be a text/],
      [{ modelMap: { ['x'.repeat(1001)]: 'gpt' } }, /names of `modelMap` to have at most 1000 characters/],
      [
        JSON.parse('{ "providerMap": { "__proto__": { "polluted": "yes" } } }'),
        /`providerMap\["__proto__"\]`/,
      ],
      [{ enabled: 'false' }, /`enabled` to be a boolean, got "false"/],
      [{ tokenModality: 1 }, /`tokenModality` to be a boolean/],
      [{ requestStreamUsage: 'no' }, /`requestStreamUsage` to be a boolean/],
      [{ exceptionsOnSpans: {} }, /`exceptionsOnSpans` to be a boolean/],
      [{ log: { logErrors: 'false' } }, /`log.logErrors` to be a boolean/],
      ...[null, 1, 'semconv', []].map((config): [object, RegExp] => [
        config as object,
        /^TypeError: Expected the configuration to be an object, got /,
      ]),
    ];
    for (const [config, message] of cases) assert.throws(() => resolveConfig(config, {}), message);
  });

  it('warns of a wrong variable, and uses the default', () => {
    const env = { LLMTRACE_SEMCONV: '2.0', LLMTRACE_TOKEN_MODALITY: 'perhaps', LLMTRACE_PROVIDER_MAP: 'a' };
    const resolved = resolveConfig({}, env);
    assert.equal(resolved.semconv, '1.41');
    assert.equal(resolved.tokenModality, false);
    assert.deepEqual(
      warn.args.map(([message]) => message),
      [
        'llmtrace: LLMTRACE_SEMCONV=2.0 is not one of 1.41, latest, dup; using the default (1.41)',
        'llmtrace: LLMTRACE_TOKEN_MODALITY=perhaps is not true or false; using the default (false)',
        'llmtrace: LLMTRACE_PROVIDER_MAP=a is not a list of name=value; this entry is ignored',
      ],
    );
  });

  it('warns of a list or a map in a variable that is too long, and throws nothing', () => {
    const long = 'a'.repeat(1001);
    const { httpExclude } = resolveConfig({}, { LLMTRACE_HTTP_EXCLUDE: `a.example,${long}` });
    assert.deepEqual(httpExclude, ['a.example']);
    const many = Array.from({ length: 10_001 }, (_, i) => `${i}=b`).join();
    const resolved = resolveConfig({}, { LLMTRACE_HTTP_EXCLUDE: many, LLMTRACE_MODEL_MAP: many });
    assert.deepEqual([resolved.httpExclude, resolved.modelMap], [[], {}]);
    assert.equal(warn.callCount, 3);
    assert.match(warn.args[0]![0], /LLMTRACE_HTTP_EXCLUDE=a{100} is not a list of texts; it is ignored$/);
  });

  it('warns once of an option that is unknown, and names the nearest one', () => {
    const config = { nativSpans: 'adopt', log: { levl: 'info' }, wallpaper: 1, absent: undefined };
    resolveConfig(config as LlmTraceConfig, {});
    resolveConfig(config as LlmTraceConfig, {});
    assert.deepEqual(
      warn.args.map(([message]) => message),
      [
        'llmtrace: `nativSpans` is no option of llmtrace and has no effect. Set `nativeSpans` in its place',
        'llmtrace: `wallpaper` is no option of llmtrace and has no effect. Remove it',
        'llmtrace: `log.levl` is no option of llmtrace and has no effect. Set `log.level` in its place',
      ],
    );
  });

  it('warns of a number that is none, or beyond its bound', () => {
    resolveConfig({}, { LLMTRACE_RATE_LIMIT: 'fast' });
    resolveConfig({}, { LLMTRACE_RATE_LIMIT: '1e16' });
    assert.deepEqual(
      warn.args.map(([message]) => message),
      [
        'llmtrace: LLMTRACE_RATE_LIMIT=fast is not a positive number; using the default (none)',
        'llmtrace: LLMTRACE_RATE_LIMIT=1e16 is not a positive number up to 1000000000000000; using the default (none)',
      ],
    );
  });

  it('takes former names and values, and warns of each once', () => {
    const former = { streamUsage: true, nativeSpans: 'ours', costSemconv: 'draft443' } as const;
    const config: LlmTraceConfig = {
      ...former,
      log: { mode: 'json', sanitizeContent: false },
      rateLimit: { adapt: true },
    };
    const env = {
      LLMTRACE_OPENAI_INJECT_STREAM_USAGE: 'true',
      LLMTRACE_NATIVE_SPANS: 'ours',
      LLMTRACE_COST_SEMCONV: 'draft443',
      LLMTRACE_LOG: 'json',
      LLMTRACE_LOG_SANITIZE_CONTENT: 'false',
      LLMTRACE_RATE_LIMIT_ADAPT: 'true',
    };
    for (const resolved of [resolveConfig(validateConfig(config), {}), resolveConfig({}, env)]) {
      const { requestStreamUsage, nativeSpans, costSemconv, log, rateLimit } = resolved;
      assert.deepEqual([requestStreamUsage, nativeSpans, costSemconv], [true, 'replace', 'draft']);
      assert.equal((log as { hideContent?: boolean }).hideContent, false);
      assert.equal(rateLimit[0]?.followVendor, true);
    }
    resolveConfig({}, env);
    const pairs = warn.args.map(([message]) =>
      String(message).replace(
        /^llmtrace: (.*) is the former name of (.*) and still works\. Use the new name$/,
        '$1 → $2',
      ),
    );
    assert.deepEqual(pairs.toSorted(), [
      'LLMTRACE_COST_SEMCONV=draft443 → LLMTRACE_COST_SEMCONV=draft',
      'LLMTRACE_LOG_SANITIZE_CONTENT → LLMTRACE_LOG_HIDE_CONTENT',
      'LLMTRACE_NATIVE_SPANS=ours → LLMTRACE_NATIVE_SPANS=replace',
      'LLMTRACE_OPENAI_INJECT_STREAM_USAGE → LLMTRACE_REQUEST_STREAM_USAGE',
      'LLMTRACE_RATE_LIMIT_ADAPT → LLMTRACE_RATE_LIMIT_FOLLOW_VENDOR',
      '`log.sanitizeContent` → `log.hideContent`',
      '`rateLimit.adapt` → `rateLimit.followVendor`',
      '`streamUsage` → `requestStreamUsage`',
      'costSemconv: draft443 → costSemconv: draft',
      'nativeSpans: ours → nativeSpans: replace',
    ]);
  });

  it('gives the present name precedence over a former one', () => {
    assert.equal(
      resolveConfig({ streamUsage: true, requestStreamUsage: false }, {}).requestStreamUsage,
      false,
    );
    const both = { rate: 1, followVendor: false, adapt: true };
    assert.equal(resolveConfig({ rateLimit: both }, {}).rateLimit[0]?.followVendor, false);
    const env = { LLMTRACE_OPENAI_INJECT_STREAM_USAGE: 'true', LLMTRACE_REQUEST_STREAM_USAGE: 'false' };
    assert.equal(resolveConfig({}, env).requestStreamUsage, false);
  });

  it('warns that LLMTRACE_REDIS_URL has no effect on limits in code', () => {
    const env = { LLMTRACE_REDIS_URL: 'redis://cache', LLMTRACE_RATE_LIMIT: '5' };
    assert.equal(resolveConfig({ sharedLimits: false }, env).sharedLimits, false);
    assert.equal(resolveConfig({}, { LLMTRACE_REDIS_URL: 'redis://cache' }).sharedLimits, false);
    assert.equal(warn.callCount, 0);
    assert.equal(resolveConfig({}, env).sharedLimits, false);
    assert.match(warn.args.join(), /limits hold for this process alone: LLMTRACE_REDIS_URL is read by/);
    const wrong = { sharedLimits: { take() {} } } as unknown as LlmTraceConfig;
    assert.throws(() => resolveConfig(wrong, {}), /Expected `sharedLimits` to be a store of limits or false/);
  });
});
