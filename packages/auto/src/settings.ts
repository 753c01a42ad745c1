/**
 * The environment variables that only `@llmtrace/auto` reads. A wrong value produces a warning, and the default
 * applies.
 */
import {
  choice,
  type Environment,
  flag,
  LOG_MODES,
  list,
  milliseconds,
  positiveNumber,
  type RedisSettings,
  redisSettings,
  warnOfValue,
} from '@llmtrace/core/internal';
import { DiagLogLevel } from '@opentelemetry/api';

const EXPORT_TO = ['registered', 'both'] as const;
const DEFAULT_QUEUE_BYTES = 32 * 2 ** 20;
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
  metricInterval: number | undefined;
  /** `OTEL_METRIC_EXPORT_TIMEOUT`, in ms. */
  metricTimeout: number | undefined;
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
    metricInterval: positiveNumber(env, 'OTEL_METRIC_EXPORT_INTERVAL'),
    metricTimeout: positiveNumber(env, 'OTEL_METRIC_EXPORT_TIMEOUT'),
    exportQueueBytes: Math.min(
      positiveNumber(env, 'LLMTRACE_EXPORT_QUEUE_BYTES') ?? DEFAULT_QUEUE_BYTES,
      MAX_QUEUE_BYTES,
    ),
    exitTimeout: milliseconds(env, 'LLMTRACE_EXIT_TIMEOUT_MS') ?? 3000,
    isServerless: SERVERLESS.some((name) => Boolean(env[name]?.trim())),
    propagators: list(env['OTEL_PROPAGATORS']) ?? ['tracecontext', 'baggage'],
    resourceDetectors: list(env['OTEL_NODE_RESOURCE_DETECTORS']) ?? ['env', 'process', 'host'],
    prometheus: prometheus(env),
    redis: redisSettings(env, warnOfValue),
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
  warnOfValue('LLMTRACE_PROMETHEUS_PORT', 'a port', value);
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
