/** Options of the instrumentations, their defaults and their validation. */
import type { InstrumentationConfig } from '@opentelemetry/instrumentation';
import { type ContentOptions, type ResolvedContent, resolveContent } from './content/options.ts';
import { note } from './diagnosis/findings.ts';
import type { NativeMode } from './engine/native/native-span.ts';
import { type Resilience, type ResilienceConfig, resilienceOf } from './interceptors/options.ts';
import type { Observer } from './model/call.ts';
import { COST_SEMCONV, type CostSemconv, SEMCONV, type Semconv } from './observers/attributes.ts';
import { type Hooks, hooksOf } from './observers/hooks.ts';
import { LOG_MODES, type LogMode, type LogOptions, resolveLog } from './observers/log/options.ts';
import { choice, type Environment, flag, list, pairs, warnOfValue } from './options/environment.ts';
import {
  expectBoolean,
  expectNames,
  expectPath,
  expectTexts,
  isRecord,
  quoted,
  shown,
} from './options/rules.ts';
import { nearest, unknownVariables, VARIABLES } from './options/variables.ts';

const NATIVE_SPANS = ['adopt', 'ours'] as const;

/** Options of every llmtrace instrumentation. */
export interface LlmTraceConfig extends InstrumentationConfig, ResilienceConfig {
  /** Functions of your own that watch each call; what they throw is logged and dropped. @default {} */
  hooks?: Hooks;
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
   * Record message content: messages, instructions, tools. By default llmtrace does not read it.
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

/** Options with everything in them. */
export type CompleteConfig = Required<LlmTraceConfig> & Resilience & { content: ResolvedContent };

/** `config`, completed by the environment; what the code says wins. Wrong values are refused by name. */
export function resolveConfig(config: LlmTraceConfig, env: Environment = process.env): CompleteConfig {
  const experimental = list(env['OTEL_SEMCONV_STABILITY_OPT_IN'])?.includes('gen_ai_latest_experimental');
  return {
    enabled: expectBoolean('enabled', config.enabled ?? flag(env, 'LLMTRACE_ENABLED') ?? true),
    observers: expectObservers(config.observers ?? []),
    ...resilienceOf(config, env, warnOfValue),
    hooks: hooksOf(config.hooks),
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
    content: resolveContent(config.content, env, warnOfValue),
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
  if (unknown !== undefined) throw new TypeError(`Expected the configuration to have no ${quoted(unknown)}.`);
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

function option<T extends string>(name: string, allowed: readonly T[], value: T | undefined): T | undefined {
  if (value === undefined || allowed.includes(value)) return value;
  throw new TypeError(`Expected \`${name}\` to be one of ${allowed.join(', ')}, got ${shown(value)}.`);
}

function expectObservers(observers: readonly Observer[]): readonly Observer[] {
  const wrong = Array.isArray(observers)
    ? observers.find((o) => typeof o !== 'object' || o === null)
    : observers;
  if (wrong === undefined) return observers;
  throw new TypeError(`Expected \`observers\` to be an array of observers, got ${typeof wrong}.`);
}
