/**
 * The options of `@llmtrace/auto` itself, in a configuration file or in code. Each one stands for variables: a checked
 * option is converted to the text of its variables, so that `settings.ts` reads both by one rule.
 */
import {
  checked,
  checkedValue,
  checkRedisOptions,
  type Environment,
  expectNames,
  isRecord,
  type LlmTraceConfig,
  oneOf,
  port,
  type RedisLimitsOptions,
  type Rule,
  type Rules,
  shown,
  text,
} from '@llmtrace/core/internal';
import { RULES } from './settings.ts';

/** The exporter of a signal; `none` exports nothing of it. */
export type ExporterName = 'otlp' | 'console' | 'none';

/** The destination of telemetry, by the `OTEL_*` variables. A variable of one signal takes precedence. */
export interface ExporterOptions {
  /** `OTEL_TRACES_EXPORTER`. @default 'otlp' with an endpoint, else 'none' */
  traces?: ExporterName | readonly ExporterName[];
  /** `OTEL_METRICS_EXPORTER`. @default 'otlp' with an endpoint, else 'none' */
  metrics?: ExporterName | readonly ExporterName[];
  /** `OTEL_LOGS_EXPORTER`. @default 'otlp' with an endpoint, else 'none' */
  logs?: ExporterName | readonly ExporterName[];
  /** `OTEL_EXPORTER_OTLP_ENDPOINT`: the base URL of a collector. */
  endpoint?: string;
  /** `OTEL_EXPORTER_OTLP_PROTOCOL`. @default 'http/protobuf' */
  protocol?: 'http/protobuf' | 'http/json' | 'grpc';
  /** `OTEL_EXPORTER_OTLP_HEADERS`. A file with a secret belongs in no repository. */
  headers?: Readonly<Record<string, string>>;
}

/** The options that only `@llmtrace/auto` has. */
export interface AutoOptions {
  /** `LLMTRACE_INSTRUMENTATIONS`: the short names of the instrumentations to start. @default all */
  instrumentations?: readonly string[];
  /** `LLMTRACE_CONSOLE`. @default in a terminal, if no exporter is configured */
  console?: boolean;
  /** `LLMTRACE_QUIET`. @default false */
  quiet?: boolean;
  /** `LLMTRACE_EXPORT`. @default 'registered' */
  exportTo?: 'registered' | 'both';
  /** `LLMTRACE_EXPORT_QUEUE_BYTES`. @default 33554432 */
  exportQueueBytes?: number;
  /** `LLMTRACE_EXIT_TIMEOUT_MS`, in ms. @default 3000 */
  exitTimeout?: number;
  /** `LLMTRACE_PROMETHEUS_PORT` and `_HOST`; false serves nothing, even with the variables. @default false */
  prometheus?: false | { port: number; host?: string };
  /** `LLMTRACE_REDIS_*`; false keeps limits in the process, even with the variables. @default false */
  redis?: false | ({ url: string } & RedisLimitsOptions);
  /** `OTEL_*_EXPORTER` and `OTEL_EXPORTER_OTLP_*`. */
  exporters?: ExporterOptions;
  /** `OTEL_SERVICE_NAME`. */
  serviceName?: string;
}

/** All options: of `@llmtrace/auto`, and of every instrumentation that it makes. */
export interface AutoConfig extends LlmTraceConfig, AutoOptions {}

const EXPORTERS = ['otlp', 'console', 'none'] as const;

const exporter = (env: string): Rule => ({
  expected: `one of ${EXPORTERS.join(', ')}, or a list of them`,
  holds: (value) =>
    [value].flat().length > 0 && [value].flat().every((name) => EXPORTERS.includes(name as ExporterName)),
  env,
});

const EXPORTER_RULES: Rules<ExporterOptions> = {
  traces: exporter('OTEL_TRACES_EXPORTER'),
  metrics: exporter('OTEL_METRICS_EXPORTER'),
  logs: exporter('OTEL_LOGS_EXPORTER'),
  endpoint: {
    expected: 'a URL',
    holds: (value) => typeof value === 'string' && URL.canParse(value),
    env: 'OTEL_EXPORTER_OTLP_ENDPOINT',
  },
  protocol: oneOf(['http/protobuf', 'http/json', 'grpc'], 'OTEL_EXPORTER_OTLP_PROTOCOL'),
  headers: {
    expected: 'an object of texts',
    holds: isRecord,
    env: 'OTEL_EXPORTER_OTLP_HEADERS',
    check: expectHeaders,
  },
};

/** Checks headers. The error does not show a value, which may be a secret. */
function expectHeaders(name: string, value: unknown): void {
  if (!isRecord(value)) return;
  const wrong = Object.entries(value).find(([, text]) => typeof text !== 'string' || text === '');
  if (wrong) throw new TypeError(`Expected \`${name}[${shown(wrong[0])}]\` to be a text.`);
  expectNames(name, value);
}

const PROMETHEUS_RULES: Rules<{ port: number; host: string }> = {
  port: port('LLMTRACE_PROMETHEUS_PORT'),
  host: text('LLMTRACE_PROMETHEUS_HOST'),
};

/** Each option of one value, by the rule of its variable. */
const PLAIN: Rules<
  Pick<
    AutoOptions,
    'instrumentations' | 'console' | 'quiet' | 'exportTo' | 'exportQueueBytes' | 'exitTimeout' | 'serviceName'
  >
> = {
  instrumentations: RULES.instrumentations,
  console: RULES.console,
  quiet: RULES.quiet,
  exportTo: RULES.exportTo,
  exportQueueBytes: RULES.exportQueueBytes,
  exitTimeout: RULES.exitTimeout,
  serviceName: text('OTEL_SERVICE_NAME'),
};

/** The variables of an option, as texts; an empty text unsets its variable. */
type Variables = Record<string, string>;

const OPTIONS: Readonly<Record<string, (value: unknown) => Variables>> = {
  ...Object.fromEntries(Object.entries<Rule>(PLAIN).map(([name, rule]) => [name, plain(name, rule)])),
  prometheus(value) {
    if (value === false) return { LLMTRACE_PROMETHEUS_PORT: '' };
    const options = variablesOf('prometheus', value, PROMETHEUS_RULES);
    if ('LLMTRACE_PROMETHEUS_PORT' in options) return options;
    throw new TypeError('Expected `prometheus` to have a `port`.');
  },
  redis(value) {
    if (value === false) return { LLMTRACE_REDIS_URL: '' };
    const { url, ...options } = isRecord(value) ? value : { url: undefined };
    if (typeof url !== 'string' || !/^rediss?:\/\/./.test(url) || !URL.canParse(url))
      throw new TypeError('Expected `redis.url` to be a URL that begins with redis:// or rediss://.');
    const checkedOptions = Object.entries(checkRedisOptions(options)).filter(
      ([, field]) => field !== undefined,
    );
    return {
      LLMTRACE_REDIS_URL: url,
      ...Object.fromEntries(
        checkedOptions.map(([name, field]) => [`LLMTRACE_REDIS_${name.toUpperCase()}`, String(field)]),
      ),
    };
  },
  exporters: (value) => variablesOf('exporters', value, EXPORTER_RULES),
};

/** Each option with its variable and the description of its right values, for the schema of a configuration file. */
export const AUTO_OPTION_TABLE = [
  ...rowsOf('', PLAIN),
  ...rowsOf('prometheus.', PROMETHEUS_RULES),
  ...rowsOf('exporters.', EXPORTER_RULES),
];

function rowsOf(prefix: string, rules: object): { option: string; variable: string; expected: string }[] {
  return Object.entries(rules as Rules<Record<string, unknown>>).map(([name, { env = '', expected }]) => ({
    option: prefix + name,
    variable: env,
    expected,
  }));
}

/** The names of the options that only `@llmtrace/auto` has. */
export const AUTO_OPTIONS: readonly string[] = Object.keys(OPTIONS);

function plain(name: string, rule: Rule): (value: unknown) => Variables {
  return (value) => ({ [rule.env as string]: textOf(checkedValue(name, value, rule)) });
}

function variablesOf<T extends object>(name: string, value: unknown, rules: Rules<T>): Variables {
  const options = checked<Partial<T>>(name, value, rules as Rules<Partial<T>>, {});
  return Object.fromEntries(
    Object.entries(options).map(([option, field]) => [rules[option as keyof T].env as string, textOf(field)]),
  );
}

/** The text of a variable for a value. */
function textOf(value: unknown): string {
  if (!isRecord(value)) return [value].flat().join(',');
  return Object.entries(value)
    .map(([name, entry]) => `${name}=${encodeURIComponent(String(entry))}`)
    .join(',');
}

/** Separates the options of `@llmtrace/auto` from those of the instrumentations. */
export function splitOptions(config: AutoConfig): { auto: AutoOptions; traced: LlmTraceConfig } {
  const entries = Object.entries(config).filter(([, value]) => value !== undefined);
  return {
    auto: Object.fromEntries(entries.filter(([name]) => AUTO_OPTIONS.includes(name))),
    traced: Object.fromEntries(entries.filter(([name]) => !AUTO_OPTIONS.includes(name))),
  };
}

/**
 * Converts the options to variables.
 *
 * @throws TypeError that names the first wrong option, without any secret in it.
 */
export function environmentOf(auto: AutoOptions): Environment {
  return Object.assign({}, ...Object.entries(auto).map(([name, value]) => OPTIONS[name]?.(value)));
}
