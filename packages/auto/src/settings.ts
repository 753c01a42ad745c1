/**
 * The environment variables that only `@llmtrace/auto` reads. A wrong value produces a warning, and the default
 * applies.
 */
import {
  capped,
  type Environment,
  flag,
  fromEnvironment,
  isSwitchedOff,
  LOG_MODES,
  list,
  MAX_TIMER,
  OPTION_TABLE,
  type OptionEntry,
  oneOf,
  optionTable,
  path,
  port,
  positiveInteger,
  type RedisSettings,
  type Rule,
  type Rules,
  redisSettings,
  text,
  texts,
  variableOf,
  warnByTable,
} from '@llmtrace/core/internal';
import { DiagLogLevel } from '@opentelemetry/api';

const EXPORT_TO = ['registered', 'both'] as const;
/** The count of bytes that wait is a 32-bit integer; a process that holds 1 GiB of telemetry is no use either. */
const MAX_QUEUE_BYTES = 2 ** 30;
/** Set by AWS Lambda, Cloud Run and Knative, Azure Functions, Vercel. */
const SERVERLESS = ['AWS_LAMBDA_FUNCTION_NAME', 'K_SERVICE', 'FUNCTIONS_WORKER_RUNTIME', 'VERCEL'] as const;

/** The options that only `@llmtrace/auto` has; all come from the environment. */
export interface AutoSettings {
  /** `LLMTRACE_ENABLED`; false switches everything off. */
  enabled: boolean;
  /** `OTEL_SDK_DISABLED`; true means that no SDK is started. */
  sdkDisabled: boolean;
  /** `LLMTRACE_INSTRUMENTATIONS`: the vendors to trace, by short name; undefined means all. */
  instrumentations: readonly string[] | undefined;
  /**
   * `LLMTRACE_CONSOLE`: print the calls on stderr; undefined: only if stderr is a terminal and the calls are shown
   * nowhere else.
   */
  console: boolean | undefined;
  /** `LLMTRACE_QUIET`: omit the line that calls are shown nowhere. */
  quiet: boolean;
  /** Whether `LLMTRACE_LOG` asks for log lines of calls. */
  logLines: boolean;
  /** False where `NO_COLOR` is set. */
  color: boolean;
  /** `OTEL_LOG_LEVEL`: the level from which messages of `diag` are printed on stderr; undefined prints none. */
  logLevel: DiagLogLevel | undefined;
  /** Where traces go: `OTEL_TRACES_EXPORTER`, else `otlp` where an OTLP endpoint is set, else nowhere. */
  traceExporters: readonly ExporterSetting[];
  /** Where metrics go, by the same rule. */
  metricExporters: readonly ExporterSetting[];
  /** Where log events go, by the same rule. */
  logExporters: readonly ExporterSetting[];
  /**
   * `LLMTRACE_EXPORT`: where telemetry goes once the application has registered its own provider: only there, or also
   * to the destination of the variables above.
   */
  exportTo: (typeof EXPORT_TO)[number];
  /** `OTEL_METRIC_EXPORT_INTERVAL`, in ms. */
  metricInterval: number;
  /** `OTEL_METRIC_EXPORT_TIMEOUT`, in ms. */
  metricTimeout: number;
  /** `OTEL_BSP_*` and `OTEL_BLRP_*`: in which batches traces and logs are exported. */
  batching: Readonly<Record<'traces' | 'logs', Batching>>;
  /**
   * `LLMTRACE_EXPORT_QUEUE_BYTES`: the most telemetry that waits for its export, in estimated bytes. @default
   * 33554432
   */
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
  /** `LLMTRACE_DOCTOR_LIVE`: write that report while the process runs, too, each time that it changes. */
  doctorLive: boolean;
  /** The environment that all this was read from, for a thread that reads it too. */
  env: Environment;
}

/** The options of OpenTelemetry's batch processors. */
export interface Batching {
  readonly maxQueueSize: number;
  readonly maxExportBatchSize: number;
  readonly scheduledDelayMillis: number;
  readonly exportTimeoutMillis: number;
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

/** The settings that one variable each sets. */
interface Variables
  extends Pick<
    AutoSettings,
    | 'instrumentations'
    | 'console'
    | 'quiet'
    | 'doctor'
    | 'doctorFolder'
    | 'doctorLive'
    | 'configFile'
    | 'exportTo'
    | 'exportQueueBytes'
    | 'exitTimeout'
  > {
  readonly prometheusPort: number | undefined;
  readonly prometheusHost: string;
}

export const RULES: Rules<Variables> = {
  instrumentations: texts('LLMTRACE_INSTRUMENTATIONS'),
  doctor: flag('LLMTRACE_DOCTOR'),
  doctorFolder: text('LLMTRACE_DOCTOR_FOLDER'),
  doctorLive: flag('LLMTRACE_DOCTOR_LIVE'),
  configFile: path('LLMTRACE_CONFIG'),
  console: flag('LLMTRACE_CONSOLE'),
  quiet: flag('LLMTRACE_QUIET'),
  exportTo: oneOf(EXPORT_TO, 'LLMTRACE_EXPORT'),
  exportQueueBytes: capped('LLMTRACE_EXPORT_QUEUE_BYTES', MAX_QUEUE_BYTES),
  exitTimeout: capped('LLMTRACE_EXIT_TIMEOUT_MS', MAX_TIMER, true),
  prometheusPort: port('LLMTRACE_PROMETHEUS_PORT'),
  prometheusHost: text('LLMTRACE_PROMETHEUS_HOST'),
};

const DEFAULTS: Variables = {
  instrumentations: undefined,
  doctor: false,
  doctorFolder: undefined,
  doctorLive: false,
  configFile: undefined,
  console: undefined,
  quiet: false,
  exportTo: 'registered',
  exportQueueBytes: 32 * 2 ** 20,
  exitTimeout: 3000,
  prometheusPort: undefined,
  prometheusHost: '127.0.0.1',
};

/** The settings of `@llmtrace/auto` in words. */
export const SETTINGS_TABLE: readonly OptionEntry[] = optionTable('', RULES, DEFAULTS, {
  instrumentations: {
    description:
      'what to trace: the SDKs `openai`, `anthropic`, `google-genai`, `google-generative-ai`, `aws-bedrock`, `openai-agents`, [`claude-agent-sdk`](docs/agents.md#the-claude-agent-sdk), [`ai-sdk`](docs/agents.md#the-ai-sdk), [`genkit`](docs/agents.md#genkit), [`langchain`](docs/agents.md#langchain-and-langgraph), [`mastra`](docs/agents.md#mastra), [`llamaindex`](docs/agents.md#llamaindex), [`strands`](docs/agents.md#strands), [`adk`](docs/agents.md#google-adk), [`mcp`](docs/agents.md#mcp), and [`http-clients`](docs/http-clients.md), which is all other clients; unknown names are ignored, with a warning',
    byDefault: 'all of them',
  },
  doctor: "[the doctor](docs/doctor.md)'s report on stderr when the process ends",
  doctorFolder: 'where the command `llmtrace-doctor` reads that report; it sets the variable itself',
  doctorLive:
    'write that report into the folder while the process runs, too, each time that it changes: `llmtrace view` sets it',
  configFile:
    '[a file of options](docs/configuration.md): `.mjs`, `.cjs`, `.json`, or `.ts` and `.mts` where Node.js can',
  console: {
    description: 'print the calls on stderr, and a table by model at the end',
    byDefault: 'in a terminal, if no exporter is configured',
  },
  quiet:
    '`true`: no line on stderr says that calls are traced and [shown nowhere](docs/doctor.md#calls-that-nothing-shows)',
  exportTo:
    'where the application has registered an OpenTelemetry provider: `both` has llmtrace export its calls to the configured endpoint, too',
  exportQueueBytes:
    'so much telemetry waits for its export at most (estimated); more is dropped, counted and reported',
  exitTimeout:
    'how many ms an exit waits for [the last export](docs/process-managers.md); `0`: it does not wait',
  prometheusPort: 'serve [`/metrics`](docs/prometheus.md) on this port',
  prometheusHost: 'the address of that port',
}).map(({ option: _, ...entry }) => entry);

/**
 * The numbers of the OpenTelemetry SDK. Its processors and readers take any number: they export batches of no item, or after
 * no pause (a timer above `MAX_TIMER` fires at once), again and again.
 */
const READER_RULES: Rules<Pick<AutoSettings, 'metricInterval' | 'metricTimeout'>> = {
  metricInterval: capped('OTEL_METRIC_EXPORT_INTERVAL', MAX_TIMER),
  metricTimeout: capped('OTEL_METRIC_EXPORT_TIMEOUT', MAX_TIMER),
};
const batchRules = (processor: 'BSP' | 'BLRP'): Rules<Batching> => ({
  maxQueueSize: positiveInteger(`OTEL_${processor}_MAX_QUEUE_SIZE`),
  maxExportBatchSize: positiveInteger(`OTEL_${processor}_MAX_EXPORT_BATCH_SIZE`),
  scheduledDelayMillis: capped(`OTEL_${processor}_SCHEDULE_DELAY`, MAX_TIMER, true),
  exportTimeoutMillis: capped(`OTEL_${processor}_EXPORT_TIMEOUT`, MAX_TIMER),
});
const BATCH_RULES = { traces: batchRules('BSP'), logs: batchRules('BLRP') };

/** The defaults of the standard. */
const READER_DEFAULTS = { metricInterval: 60_000, metricTimeout: 30_000 };
const BATCH = { maxQueueSize: 2048, maxExportBatchSize: 512, exportTimeoutMillis: 30_000 };
const BATCH_DEFAULTS: AutoSettings['batching'] = {
  traces: { ...BATCH, scheduledDelayMillis: 5000 },
  logs: { ...BATCH, scheduledDelayMillis: 1000 },
};

const defaultsOf = <T>(rules: Rules<T>, defaults: T) =>
  Object.entries<Rule>(rules).map(([name, { env }]) => ({
    variable: env ?? '',
    byDefault: String(defaults[name as keyof T]),
  }));

const warn = warnByTable([
  ...SETTINGS_TABLE,
  ...OPTION_TABLE,
  ...defaultsOf(READER_RULES, READER_DEFAULTS),
  ...defaultsOf(BATCH_RULES.traces, BATCH_DEFAULTS.traces),
  ...defaultsOf(BATCH_RULES.logs, BATCH_DEFAULTS.logs),
]);

/** The variables for options of a configuration file and of code. They take precedence over those of the process. */
let inCode: Environment = {};

/** Replaces the variables for options of a configuration file and of code. */
export function setInCode(variables: Environment): void {
  inCode = variables;
}

export const variablesInCode = (): Environment => inCode;

/** The variables of the process, overridden by those for options. */
const environment = (): Environment =>
  Object.keys(inCode).length === 0 ? process.env : { ...process.env, ...inCode };

/** The settings of `@llmtrace/auto`. A wrong value is named in a warning, and its default is used. */
export function autoSettings(untrimmed: Environment = environment()): AutoSettings {
  const env = withoutSpaces(untrimmed);
  const { prometheusPort, prometheusHost, ...variables } = {
    ...DEFAULTS,
    ...fromEnvironment(RULES, env, warn),
  };
  return {
    ...variables,
    enabled: !isSwitchedOff(env),
    sdkDisabled: env['OTEL_SDK_DISABLED']?.trim().toLowerCase() === 'true',
    logLines: (variableOf(oneOf(LOG_MODES, 'LLMTRACE_LOG'), env, warn) ?? 'off') !== 'off',
    color: !env['NO_COLOR'],
    logLevel: logLevel(env),
    traceExporters: exporters(env, 'TRACES'),
    metricExporters: exporters(env, 'METRICS'),
    logExporters: exporters(env, 'LOGS'),
    ...READER_DEFAULTS,
    ...fromEnvironment(READER_RULES, env, warn),
    batching: { traces: batchingOf('traces', env), logs: batchingOf('logs', env) },
    isServerless: SERVERLESS.some((name) => Boolean(env[name]?.trim())),
    propagators: list(env['OTEL_PROPAGATORS']) ?? ['tracecontext', 'baggage'],
    resourceDetectors: list(env['OTEL_NODE_RESOURCE_DETECTORS']) ?? ['env', 'process', 'host'],
    prometheus: prometheusPort === undefined ? undefined : { port: prometheusPort, host: prometheusHost },
    redis: redisSettings(env, warn),
    env,
  };
}

const batchingOf = (signal: 'traces' | 'logs', env: Environment): Batching => ({
  ...BATCH_DEFAULTS[signal],
  ...fromEnvironment(BATCH_RULES[signal], env, warn),
});

const ENDPOINTS = ['', '_TRACES', '_METRICS', '_LOGS'].map(
  (signal) => `OTEL_EXPORTER_OTLP${signal}_ENDPOINT`,
);

/**
 * The variables, with their endpoints as they are meant: a file with the line ends of Windows leaves a space at the end of each value,
 * with which OpenTelemetry's exporters send to `http://localhost:4318`.
 */
function withoutSpaces(env: Environment): Environment {
  const meant = ENDPOINTS.flatMap((name) => {
    const value = env[name];
    return value === undefined || value === value.trim() ? [] : [[name, value.trim()]];
  });
  return meant.length === 0 ? env : { ...env, ...Object.fromEntries(meant) };
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
