/** Options of the instrumentations, their defaults and their validation. */
import type { InstrumentationConfig } from '@opentelemetry/instrumentation';
import {
  ATTRIBUTION_DEFAULTS,
  ATTRIBUTION_RULES,
  type AttributionOptions,
  type ResolvedAttribution,
} from './attribution/options.ts';
import { type ContentOptions, type ResolvedContent, resolveContent } from './content/options.ts';
import { note } from './diagnosis/findings.ts';
import type { NativeMode } from './engine/native/native-span.ts';
import { type Resilience, type ResilienceConfig, resilienceOf } from './interceptors/options.ts';
import type { Observer } from './model/call.ts';
import type { AgentUsage, CostSemconv, Semconv } from './observers/conventions.ts';
import { type Hooks, hooksOf } from './observers/hooks.ts';
import { FORMER_LOG, LOG_RULES, type LogMode, type LogOptions, resolveLog } from './observers/log/options.ts';
import { type SpanHooks, spanHooksOf } from './observers/span-hooks.ts';
import {
  type MCP_PROPAGATE,
  OPTION_TABLE,
  PLAIN_DEFAULTS,
  PLAIN_RULES,
  type PlainOptions,
} from './option-tables.ts';
import type { Environment } from './options/environment.ts';
import {
  checked,
  checkedValue,
  fromEnvironment,
  isRecord,
  list,
  presentName,
  presentValue,
  quoted,
  type Rule,
  shown,
  unknownField,
  variableOf,
} from './options/rules.ts';
import { warnByTable } from './options/table.ts';
import { nearest, unknownVariables, VARIABLES } from './options/variables.ts';
import { memo } from './platform/memo.ts';

/** Options of every llmtrace instrumentation. */
export interface LlmTraceConfig extends InstrumentationConfig, ResilienceConfig, SpanHooks {
  /**
   * An observer with other names of its methods.
   * @deprecated Use `observers`; `timingOf(call)` has the times.
   */
  hooks?: Hooks;
  /**
   * Watch each call, after llmtrace's own observers; their errors are logged and dropped.
   * @default []
   */
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
  costSemconv?: CostSemconv | 'draft443';
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
   * completed and priced), or llmtrace's in its place. It is one span either way. Model spans of other libraries are
   * adopted, too, or are beside those of llmtrace. Environment: `LLMTRACE_NATIVE_SPANS`.
   * @default 'adopt'
   */
  nativeSpans?: NativeMode | 'ours';
  /**
   * Trace the runs of agents and workflows, tools and MCP, besides model calls. Environment: `LLMTRACE_AGENTS`.
   * @default true
   */
  agents?: boolean;
  /**
   * Whether spans of agents have the sums of tokens as `gen_ai.usage.*`, too (`conventions`). Backends that sum these over
   * all spans then count each token twice. Environment: `LLMTRACE_AGENT_USAGE`.
   * @default 'none'
   */
  agentUsage?: AgentUsage;
  /**
   * The part of the trace context that requests of MCP carry to the server: the trace (`traceparent`, `tracestate`), also
   * the baggage, which may hold personal data (`all`), or nothing (`none`). Environment: `LLMTRACE_MCP_PROPAGATE`.
   * @default 'traceparent'
   */
  mcpPropagate?: (typeof MCP_PROPAGATE)[number];
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
   * and hide the added usage chunk from the application. Only a raw body (`asResponse()`) shows it. Hosts that refuse
   * unknown options refuse the request. Environment: `LLMTRACE_REQUEST_STREAM_USAGE`.
   * @default false
   */
  requestStreamUsage?: boolean;
  /** @deprecated The former name of `requestStreamUsage`. */
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
  /** Attributes of calls (user, tenant, feature): their sources, which are on metrics, which are hashed. @default {} */
  attribution?: AttributionOptions;
  /**
   * Besides the log event of a failed call, record its exception on the span, as older conventions have it.
   * Environment: `OTEL_SEMCONV_EXCEPTION_SIGNAL_OPT_IN` with `logs/dup`.
   * @default false
   */
  exceptionsOnSpans?: boolean;
  /**
   * Emit a log event when each call starts, with the attributes known by then, and as the chunks of its stream arrive, at most
   * one in 150 ms, with their number: a viewer shows running calls by them. Environment: `LLMTRACE_START_EVENTS`.
   * @default false
   */
  startEvents?: boolean;
  /**
   * Record when the chunks of a stream arrived, as an attribute of its span: at most 120 times, in ms after the first
   * chunk; of a longer stream an even part. Environment: `LLMTRACE_CHUNK_TIMES`.
   * @default false
   */
  chunkTimes?: boolean;
  /**
   * Hosts whose requests `@llmtrace/instrumentation-http-clients` leaves alone: `llm.example.com`,
   * `localhost:8080`, or `*.example.com` for all hosts below. Environment: `LLMTRACE_HTTP_EXCLUDE=host,…`.
   * @default []
   */
  httpExclude?: readonly string[];
  /**
   * How long nothing of an answer may arrive before `@llmtrace/instrumentation-http-clients` ends its call as
   * `abandoned`, in ms: the application may have left the answer without cancelling it. At most 86_400_000; 0 ends
   * none. Environment: `LLMTRACE_HTTP_IDLE_TIMEOUT`.
   * @default 600000
   */
  httpIdleTimeout?: number;
  /**
   * Replace `globalThis.fetch` by a function that makes retries, rate limits, budgets, interceptors and the request of
   * usage hold for model calls that no instrumented SDK sends. Only `@llmtrace/instrumentation-http-clients` reads it.
   * Environment: `LLMTRACE_INTERCEPT_FETCH`.
   * @default false
   */
  interceptFetch?: boolean;
}

/** Options with everything in them. */
export type CompleteConfig = Required<
  Omit<
    LlmTraceConfig,
    | 'streamUsage'
    | 'nativeSpans'
    | 'costSemconv'
    | 'rateLimit'
    | 'attribution'
    | 'runBudget'
    | keyof SpanHooks
  >
> &
  Resilience &
  SpanHooks & {
    attribution: ResolvedAttribution;
    content: ResolvedContent;
    nativeSpans: NativeMode;
    costSemconv: CostSemconv;
  };

const warn = warnByTable(OPTION_TABLE);

/** Unknown options beyond this number are not named: they belong to something else. */
const MAX_UNKNOWN = 10;

/** The base class of instrumentations passes a complete configuration on, and `@llmtrace/auto` one to each of twenty. */
const completeConfigs = new WeakSet<object>();

const isComplete = (config: LlmTraceConfig | CompleteConfig): config is CompleteConfig =>
  completeConfigs.has(config);

/**
 * Completes `config` by the environment. Options in code take precedence; a complete configuration stays as it is.
 *
 * @throws TypeError that names the first option with a wrong value.
 */
export function resolveConfig(config: LlmTraceConfig, env: Environment = process.env): CompleteConfig {
  expectConfig(config);
  if (isComplete(config)) return config;
  const log = fromEnvironment(LOG_RULES, env, warn);
  const complete = {
    ...plainOptions(config, env),
    observers: expectObservers(config.observers ?? []),
    ...resilienceOf(config, env, warn),
    hooks: hooksOf(config.hooks),
    ...spanHooksOf(config),
    attribution: attributionOptions(config.attribution, env),
    log: resolveLog(config.log, log.mode, log.hideContent),
    content: resolveContent(config.content, env, warn),
  };
  warnOfUnknownOptions(config, complete, FORMER_OPTIONS);
  if (isRecord(config.log)) warnOfUnknownOptions(config.log, complete.log, [FORMER_LOG], 'log.');
  completeConfigs.add(complete);
  return complete;
}

/**
 * Warns of each option that code sets and llmtrace does not know: it has no effect.
 * @param former names that still work, and are not suggested.
 */
function warnOfUnknownOptions(options: object, known: object, former: readonly string[], prefix = ''): void {
  const unknown = Object.entries(options).filter(
    ([name, value]) => value !== undefined && !Object.hasOwn(known, name) && !former.includes(name),
  );
  for (const [name] of unknown.slice(0, MAX_UNKNOWN)) {
    const near = nearest(name, Object.keys(known));
    noteUnknown(
      `${quoted(prefix + name)} is no option of llmtrace`,
      near === undefined ? 'Remove it' : `Set \`${prefix}${near}\` in its place`,
    );
  }
}

const noteUnknown = (fault: string, cure: string): void =>
  note({ code: 'no-effect', message: `${fault} and has no effect`, cure, lost: false }, true);

/** Equal options are one object, so that all instrumentations share one salt and its hashes. */
const sharedAttribution = memo(
  new Map<string, ResolvedAttribution>(),
  (_key, options: ResolvedAttribution) => options,
);

function attributionOptions(attribution: unknown = {}, env: Environment): ResolvedAttribution {
  const set = { ...ATTRIBUTION_DEFAULTS, ...fromEnvironment(ATTRIBUTION_RULES, env, warn) };
  const options = checked<ResolvedAttribution>('attribution', attribution, ATTRIBUTION_RULES, set);
  return sharedAttribution(JSON.stringify(options), options);
}

/** The attributes on metrics that the environment sets. */
export const metricAttributesOf = (env: Environment): readonly string[] =>
  (variableOf(ATTRIBUTION_RULES.metricAttributes, env, warn) as readonly string[] | undefined) ?? [];

function plainOptions(config: LlmTraceConfig, env: Environment): PlainOptions {
  const defaults = { ...PLAIN_DEFAULTS, semconv: optedIn(env) ?? PLAIN_DEFAULTS.semconv };
  const codeOptions = byPresentName(config);
  const options = Object.entries<Rule>(PLAIN_RULES).map(([option, rule]) => {
    const name = option as keyof PlainOptions;
    const value = presentValue(`${name}: `, codeOptions[name], rule) ?? variableOf(rule, env, warn);
    // A default needs no check, and an option may have none.
    return [name, value === undefined ? defaults[name] : checkedValue(name, value, rule)];
  });
  return Object.fromEntries(options);
}

/** The options that code sets, by their present names. */
function byPresentName(config: LlmTraceConfig): Readonly<Record<string, unknown>> {
  const entries = Object.entries(config).filter(([, value]) => value !== undefined);
  const former = entries.filter(([name]) => FORMER_OPTIONS.includes(name));
  return {
    ...Object.fromEntries(former.map(([name, value]) => [presentName('', name, PLAIN_RULES), value])),
    ...Object.fromEntries(entries),
  };
}

const FORMER_OPTIONS = Object.values<Rule>(PLAIN_RULES).flatMap(({ former }) => former ?? []);

const optedIn = (env: Environment): Semconv | undefined =>
  list(env['OTEL_SEMCONV_STABILITY_OPT_IN'])?.includes('gen_ai_latest_experimental') ? 'latest' : undefined;

/**
 * A configuration from outside: of a file, say.
 *
 * @throws TypeError that names the first field that is unknown or has a wrong value.
 */
export function validateConfig(config: unknown): LlmTraceConfig {
  const options = expectConfig(config);
  const known = Object.keys(resolveConfig({}, {}));
  const unknown = Object.keys(options).find(
    (field) => !known.includes(field) && !FORMER_OPTIONS.includes(field),
  );
  if (unknown !== undefined) throw unknownField('the configuration', quoted(unknown), unknown, known);
  resolveConfig(options, {});
  return options;
}

/** @throws TypeError for a value that is no object. */
export function expectConfig(config: unknown): Readonly<Record<string, unknown>> {
  if (isRecord(config)) return config;
  throw new TypeError(`Expected the configuration to be an object, got ${shown(config)}.`);
}

/** Whether `LLMTRACE_ENABLED` says that nothing is to happen. */
export const isSwitchedOff = (env: Environment = process.env): boolean =>
  variableOf(PLAIN_RULES.enabled, env, warn) === false;

/** Warns of each variable that begins as llmtrace's do and is none: it has no effect. */
export function warnOfUnknownVariables(env: Environment = process.env): void {
  for (const name of unknownVariables(env)) {
    const meant = nearest(name, VARIABLES);
    noteUnknown(
      `${name} is no variable of llmtrace`,
      meant ? `Set ${meant} in its place` : 'Remove it; README.md has the table of variables',
    );
  }
}

function expectObservers(observers: readonly Observer[]): readonly Observer[] {
  const wrong = Array.isArray(observers)
    ? observers.find((o) => typeof o !== 'object' || o === null)
    : observers;
  if (wrong === undefined) return observers;
  throw new TypeError(`Expected \`observers\` to be an array of observers, got ${typeof wrong}.`);
}
