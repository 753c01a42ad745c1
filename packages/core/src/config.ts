/** Options of the instrumentations, their defaults and their validation. The only reader of `process.env`. */
import { DiagLogLevel } from '@opentelemetry/api';
import type { InstrumentationConfig } from '@opentelemetry/instrumentation';
import { type ContentOptions, type ResolvedContent, resolveContent } from './content/options.ts';
import { note } from './diagnosis/findings.ts';
import type { NativeMode } from './engine/native/native-span.ts';
import { type Resilience, type ResilienceConfig, resilienceOf } from './interceptors/options.ts';
import { type RedisSettings, redisSettings } from './interceptors/shared/options.ts';
import type { Observer } from './model/call.ts';
import { LOG_MODES, type LogMode, type LogOptions, resolveLog } from './observers/log/options.ts';
import { expectBoolean, expectNames, expectPath, expectTexts, isRecord, shown } from './options/rules.ts';
import { nearest, unknownVariables, VARIABLES } from './options/variables.ts';
import { warnOnce } from './platform/warn.ts';

const SEMCONV = ['1.41', 'latest', 'dup'] as const;
const COST_SEMCONV = ['default', 'draft443', 'logfire', 'langfuse'] as const;
const EXPORT_TO = ['registered', 'both'] as const;
const DEFAULT_QUEUE_BYTES = 32 * 2 ** 20;
/** The count of bytes that wait is a 32-bit integer; a process that holds 1 GiB of telemetry is no use either. */
const MAX_QUEUE_BYTES = 2 ** 30;
/** Set by AWS Lambda, Cloud Run and Knative, Azure Functions, Vercel. */
const SERVERLESS = ['AWS_LAMBDA_FUNCTION_NAME', 'K_SERVICE', 'FUNCTIONS_WORKER_RUNTIME', 'VERCEL'] as const;
const NATIVE_SPANS = ['adopt', 'ours'] as const;

export type Semconv = (typeof SEMCONV)[number];
export type CostSemconv = (typeof COST_SEMCONV)[number];

/** Options of every llmtrace instrumentation. */
export interface LlmTraceConfig extends InstrumentationConfig, ResilienceConfig {
  /** Watch each call, after llmtrace's own observers. @default [] */
  observers?: readonly Observer[];
  /**
   * Which state of the GenAI semantic conventions names the telemetry: the last released one, the newest
   * draft, or the first's spans with both sets of metrics. Environment: `LLMTRACE_SEMCONV`, else
   * `OTEL_SEMCONV_STABILITY_OPT_IN` with `gen_ai_latest_experimental` means `latest`.
   * @default '1.41'
   */
  semconv?: Semconv;
  /**
   * How the cost of a call is named on spans and metrics. Environment: `LLMTRACE_COST_SEMCONV`.
   * @default 'default'
   */
  costSemconv?: CostSemconv;
  /**
   * With `semconv: 'latest'`, also tokens by modality. Environment: `LLMTRACE_TOKEN_MODALITY`.
   * @default false
   */
  tokenModality?: boolean;
  /**
   * `gen_ai.provider.name` by host (`llm.example.com`) or host and port, for gateways and hosts that llmtrace
   * does not know. Environment: `LLMTRACE_PROVIDER_MAP=host=provider,…`.
   * @default {}
   */
  providerMap?: Readonly<Record<string, string>>;
  /**
   * Whose span a call has where the SDK traces itself, as Anthropic's does from 0.134: the SDK's, adopted (renamed,
   * completed and priced), or llmtrace's in its place. It is one span either way. Environment:
   * `LLMTRACE_NATIVE_SPANS`.
   * @default 'adopt'
   */
  nativeSpans?: NativeMode;
  /**
   * The model behind a deployment or an alias (`{ 'my-deployment': 'gpt-4o' }`), for its price.
   * Environment: `LLMTRACE_MODEL_MAP=deployment=model,…`.
   * @default {}
   */
  modelMap?: Readonly<Record<string, string>>;
  /**
   * A JSON file of prices of your own; it holds for the whole process. Environment: `LLMTRACE_PRICES`.
   * @default '' no file
   */
  prices?: string;
  /**
   * Ask OpenAI's chat streams for their usage (`stream_options.include_usage`) where the application does not,
   * and keep the chunk that this adds from it. Only a raw body (`asResponse()`) shows it. Hosts that refuse
   * unknown options refuse the request. Environment: `LLMTRACE_OPENAI_INJECT_STREAM_USAGE`.
   * @default false
   */
  streamUsage?: boolean;
  /**
   * Log lines of calls: `json` or `pretty` on stderr, or the options of a logger of your own. Environment:
   * `LLMTRACE_LOG=json|pretty|off`.
   * @default 'off'
   */
  log?: LogMode | LogOptions;
  /**
   * Record what is said: messages, instructions, tools. By default nothing of it is even looked at.
   * @default { capture: 'NO_CONTENT' }
   */
  content?: ContentOptions;
  /**
   * Besides the log event of a failed call, record its exception on the span, as older conventions have it.
   * Environment: `OTEL_SEMCONV_EXCEPTION_SIGNAL_OPT_IN` with `logs/dup`.
   * @default false
   */
  exceptionsOnSpans?: boolean;
  /**
   * Hosts whose requests `@llmtrace/instrumentation-http-clients` leaves alone: `llm.example.com`,
   * `localhost:8080`, or `*.example.com` for all hosts below. Environment: `LLMTRACE_HTTP_EXCLUDE=host,…`.
   * @default []
   */
  httpExclude?: readonly string[];
}

/** The options that only `@llmtrace/auto` has; all come from the environment. */
export interface AutoSettings {
  /** `LLMTRACE_ENABLED`; false switches everything off. */
  enabled: boolean;
  /** `OTEL_SDK_DISABLED`; true means that no SDK is started. */
  sdkDisabled: boolean;
  /** `LLMTRACE_INSTRUMENTATIONS`: the vendors to trace, by short name; undefined means all. */
  instrumentations: readonly string[] | undefined;
  /** `LLMTRACE_CONSOLE`: print the calls on stderr; undefined leaves it to whether somebody looks. */
  console: boolean | undefined;
  /** `LLMTRACE_QUIET`: no line says that calls are shown nowhere. */
  quiet: boolean;
  /** Whether `LLMTRACE_LOG` asks for log lines of calls. */
  logLines: boolean;
  /** False where `NO_COLOR` is set. */
  color: boolean;
  /** `OTEL_LOG_LEVEL`: how much of what `diag` says is printed on stderr; undefined means nothing. */
  logLevel: DiagLogLevel | undefined;
  /** Where traces go: `OTEL_TRACES_EXPORTER`, else `otlp` where an OTLP endpoint is set, else nowhere. */
  traceExporters: readonly ExporterSetting[];
  /** Where metrics go, by the same rule. */
  metricExporters: readonly ExporterSetting[];
  /** Where log events go, by the same rule. */
  logExporters: readonly ExporterSetting[];
  /**
   * `LLMTRACE_EXPORT`: where telemetry goes once the application has registered a provider of its own: there alone, or
   * also to where the variables above say.
   */
  exportTo: (typeof EXPORT_TO)[number];
  /** `OTEL_METRIC_EXPORT_INTERVAL`, in ms. */
  metricInterval: number | undefined;
  /** `OTEL_METRIC_EXPORT_TIMEOUT`, in ms. */
  metricTimeout: number | undefined;
  /** `LLMTRACE_EXPORT_QUEUE_BYTES`: so much telemetry waits for its export at most, estimated. @default 33554432 */
  exportQueueBytes: number;
  /** `LLMTRACE_EXIT_TIMEOUT_MS`: how long an exit waits for the last export, in ms; 0 means not at all. @default 3000 */
  exitTimeout: number;
  /** The platform may freeze or kill the process as soon as it has answered: calls are exported as they end. */
  isServerless: boolean;
  /** `OTEL_PROPAGATORS`. */
  propagators: readonly string[];
  /** `OTEL_NODE_RESOURCE_DETECTORS`. */
  resourceDetectors: readonly string[];
  /** `LLMTRACE_PROMETHEUS_PORT` and `LLMTRACE_PROMETHEUS_HOST`: where `/metrics` is served; undefined means nowhere. */
  prometheus: PrometheusSettings | undefined;
  /** `LLMTRACE_REDIS_URL` and `LLMTRACE_REDIS_*`: where limits hold over several processes; undefined: in this one. */
  redis: RedisSettings | undefined;
  /** `LLMTRACE_CONFIG`: a file with options, relative to the working directory; undefined means none. */
  configFile: string | undefined;
  /** `LLMTRACE_DOCTOR`: examine the process, and report on stderr when it ends. */
  doctor: boolean;
  /** `LLMTRACE_DOCTOR_FOLDER`: where the command `llmtrace-doctor` wants that report; undefined where it did not ask. */
  doctorFolder: string | undefined;
  /** The environment that all this was read from, for a thread that reads it too. */
  env: Environment;
}

/** Where `@llmtrace/prometheus` serves its metrics. */
export interface PrometheusSettings {
  readonly port: number;
  /** @default '127.0.0.1' */
  readonly host: string;
}

/** An exporter by its name in `OTEL_*_EXPORTER`, with the protocol that it speaks if it is `otlp`. */
export interface ExporterSetting {
  readonly name: string;
  readonly protocol: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Options with everything in them. */
export type CompleteConfig = Required<LlmTraceConfig> & Resilience & { content: ResolvedContent };

/** `config`, completed by the environment; what the code says wins. Wrong values are refused by name. */
export function resolveConfig(config: LlmTraceConfig, env: Environment = process.env): CompleteConfig {
  const experimental = list(env['OTEL_SEMCONV_STABILITY_OPT_IN'])?.includes('gen_ai_latest_experimental');
  return {
    enabled: expectBoolean('enabled', config.enabled ?? flag(env, 'LLMTRACE_ENABLED') ?? true),
    observers: expectObservers(config.observers ?? []),
    ...resilienceOf(config, env, warn),
    semconv:
      option('semconv', SEMCONV, config.semconv) ??
      choice(env, 'LLMTRACE_SEMCONV', SEMCONV) ??
      (experimental ? 'latest' : '1.41'),
    costSemconv:
      option('costSemconv', COST_SEMCONV, config.costSemconv) ??
      choice(env, 'LLMTRACE_COST_SEMCONV', COST_SEMCONV) ??
      'default',
    tokenModality: expectBoolean(
      'tokenModality',
      config.tokenModality ?? flag(env, 'LLMTRACE_TOKEN_MODALITY') ?? false,
    ),
    providerMap: expectNames('providerMap', config.providerMap) ?? pairs(env, 'LLMTRACE_PROVIDER_MAP'),
    nativeSpans:
      option('nativeSpans', NATIVE_SPANS, config.nativeSpans) ??
      choice(env, 'LLMTRACE_NATIVE_SPANS', NATIVE_SPANS) ??
      'adopt',
    modelMap: expectNames('modelMap', config.modelMap) ?? pairs(env, 'LLMTRACE_MODEL_MAP'),
    prices: expectPath('prices', config.prices ?? env['LLMTRACE_PRICES'] ?? ''),
    streamUsage: expectBoolean(
      'streamUsage',
      config.streamUsage ?? flag(env, 'LLMTRACE_OPENAI_INJECT_STREAM_USAGE') ?? false,
    ),
    log: resolveLog(
      config.log,
      choice(env, 'LLMTRACE_LOG', LOG_MODES),
      flag(env, 'LLMTRACE_LOG_SANITIZE_CONTENT'),
    ),
    content: resolveContent(config.content, env, warn),
    exceptionsOnSpans: expectBoolean(
      'exceptionsOnSpans',
      config.exceptionsOnSpans ??
        list(env['OTEL_SEMCONV_EXCEPTION_SIGNAL_OPT_IN'])?.includes('logs/dup') ??
        false,
    ),
    httpExclude: excludedHosts(config, env),
  };
}

const excludedHosts = ({ httpExclude }: LlmTraceConfig, env: Environment): readonly string[] =>
  expectTexts('httpExclude', httpExclude) ?? list(env['LLMTRACE_HTTP_EXCLUDE']) ?? [];

/**
 * A configuration from outside: of a file, say.
 *
 * @throws TypeError that names the first field that is unknown or has a wrong value.
 */
export function validateConfig(config: unknown): LlmTraceConfig {
  if (!isRecord(config))
    throw new TypeError(`Expected the configuration to be an object, got ${shown(config)}.`);
  const known = Object.keys(resolveConfig({}, {}));
  const unknown = Object.keys(config).find((field) => !known.includes(field));
  if (unknown !== undefined) throw new TypeError(`Expected the configuration to have no \`${unknown}\`.`);
  resolveConfig(config, {});
  return config;
}

/** Whether `LLMTRACE_ENABLED` says that nothing is to happen. */
export const isSwitchedOff = (env: Environment = process.env): boolean =>
  flag(env, 'LLMTRACE_ENABLED') === false;

/** Warns of each variable that begins as llmtrace's do and is none: it has no effect. */
export function warnOfUnknownVariables(env: Environment = process.env): void {
  for (const name of unknownVariables(env)) {
    const meant = nearest(name, VARIABLES);
    note(
      {
        code: 'no-effect',
        what: `${name} is no variable of llmtrace and has no effect`,
        cure: meant ? `Set ${meant} in its place` : 'Remove it; README.md has the table of variables',
        lost: false,
      },
      true,
    );
  }
}

/** The settings of `@llmtrace/auto`. A wrong value is named in a warning, and its default is used. */
export function autoSettings(env: Environment = process.env): AutoSettings {
  return {
    enabled: flag(env, 'LLMTRACE_ENABLED') ?? true,
    sdkDisabled: env['OTEL_SDK_DISABLED']?.trim().toLowerCase() === 'true',
    instrumentations: list(env['LLMTRACE_INSTRUMENTATIONS']),
    console: flag(env, 'LLMTRACE_CONSOLE'),
    quiet: flag(env, 'LLMTRACE_QUIET') ?? false,
    logLines: (choice(env, 'LLMTRACE_LOG', LOG_MODES) ?? 'off') !== 'off',
    color: !env['NO_COLOR'],
    logLevel: logLevel(env),
    traceExporters: exporters(env, 'TRACES'),
    metricExporters: exporters(env, 'METRICS'),
    logExporters: exporters(env, 'LOGS'),
    exportTo: choice(env, 'LLMTRACE_EXPORT', EXPORT_TO) ?? 'registered',
    metricInterval: positive(env, 'OTEL_METRIC_EXPORT_INTERVAL'),
    metricTimeout: positive(env, 'OTEL_METRIC_EXPORT_TIMEOUT'),
    exportQueueBytes: Math.min(
      positive(env, 'LLMTRACE_EXPORT_QUEUE_BYTES') ?? DEFAULT_QUEUE_BYTES,
      MAX_QUEUE_BYTES,
    ),
    exitTimeout: milliseconds(env, 'LLMTRACE_EXIT_TIMEOUT_MS') ?? 3000,
    isServerless: SERVERLESS.some((name) => Boolean(env[name]?.trim())),
    propagators: list(env['OTEL_PROPAGATORS']) ?? ['tracecontext', 'baggage'],
    resourceDetectors: list(env['OTEL_NODE_RESOURCE_DETECTORS']) ?? ['env', 'process', 'host'],
    prometheus: prometheus(env),
    redis: redisSettings(env, warn),
    configFile: env['LLMTRACE_CONFIG']?.trim() || undefined,
    doctor: flag(env, 'LLMTRACE_DOCTOR') ?? false,
    doctorFolder: env['LLMTRACE_DOCTOR_FOLDER'] || undefined,
    env,
  };
}

function prometheus(env: Environment): PrometheusSettings | undefined {
  const value = env['LLMTRACE_PROMETHEUS_PORT']?.trim();
  if (!value) return undefined;
  const host = env['LLMTRACE_PROMETHEUS_HOST']?.trim() || '127.0.0.1';
  const port = Number(value);
  if (Number.isInteger(port) && port >= 0 && port <= 65535) return { port, host };
  warn('LLMTRACE_PROMETHEUS_PORT', 'a port', value);
  return undefined;
}

function exporters(env: Environment, signal: 'TRACES' | 'METRICS' | 'LOGS'): ExporterSetting[] {
  const of = (name: string) =>
    env[`OTEL_EXPORTER_OTLP_${signal}_${name}`] || env[`OTEL_EXPORTER_OTLP_${name}`];
  const names = list(env[`OTEL_${signal}_EXPORTER`]) ?? (of('ENDPOINT') ? ['otlp'] : []);
  if (names.includes('none')) return [];
  return [...new Set(names)].map((name) => ({ name, protocol: of('PROTOCOL')?.trim() || 'http/protobuf' }));
}

function logLevel(env: Environment): DiagLogLevel | undefined {
  const value = env['OTEL_LOG_LEVEL']?.trim().toUpperCase();
  const level = DiagLogLevel[value as keyof typeof DiagLogLevel];
  return typeof level === 'number' ? level : undefined;
}

function positive(env: Environment, name: string): number | undefined {
  const value = env[name]?.trim();
  if (!value) return undefined;
  if (Number(value) > 0) return Number(value);
  warn(name, 'a positive number', value);
  return undefined;
}

/** What a timer takes. */
const MAX_MS = 2 ** 31 - 1;

function milliseconds(env: Environment, name: string): number | undefined {
  const value = env[name]?.trim();
  if (!value) return undefined;
  if (Number(value) >= 0) return Math.min(Number(value), MAX_MS);
  warn(name, 'a number of ms, 0 or more', value);
  return undefined;
}

function option<T extends string>(name: string, allowed: readonly T[], value: T | undefined): T | undefined {
  if (value === undefined || allowed.includes(value)) return value;
  throw new TypeError(`Expected \`${name}\` to be one of ${allowed.join(', ')}, got ${String(value)}.`);
}

function expectObservers(observers: readonly Observer[]): readonly Observer[] {
  const wrong = Array.isArray(observers)
    ? observers.find((o) => typeof o !== 'object' || o === null)
    : observers;
  if (wrong === undefined) return observers;
  throw new TypeError(`Expected \`observers\` to be an array of observers, got ${typeof wrong}.`);
}

function choice<T extends string>(env: Environment, name: string, allowed: readonly T[]): T | undefined {
  const value = env[name]?.trim().toLowerCase();
  if (!value) return undefined;
  const known = allowed.find((one) => one === value);
  if (known === undefined) warn(name, `one of ${allowed.join(', ')}`, value);
  return known;
}

function flag(env: Environment, name: string): boolean | undefined {
  const value = env[name]?.trim().toLowerCase();
  if (!value) return undefined;
  if (['true', '1', 'on', 'yes'].includes(value)) return true;
  if (['false', '0', 'off', 'no'].includes(value)) return false;
  warn(name, 'true or false', value);
  return undefined;
}

function list(value: string | undefined): string[] | undefined {
  const entries = value?.split(',').flatMap((entry) => entry.trim() || []);
  return entries?.length ? entries : undefined;
}

function pairs(env: Environment, name: string): Record<string, string> {
  const map: Record<string, string> = {};
  for (const entry of list(env[name]) ?? []) {
    const [key, value, ...rest] = entry.split('=').map((part) => part.trim());
    if (key && value && rest.length === 0 && entry.length <= 1000)
      Object.defineProperty(map, key, { value, enumerable: true, configurable: true, writable: true });
    else warn(name, 'a list of name=value', entry.slice(0, 100));
  }
  return map;
}

function warn(name: string, expected: string, value: string): void {
  warnOnce(`expected ${name} to be ${expected}, got ${value}; it is ignored`);
}
