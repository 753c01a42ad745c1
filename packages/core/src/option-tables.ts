/**
 * The options that belong to no feature, and one list of the options of all features. `LlmTraceConfig` in config.ts has
 * the types of the former.
 */
import { ATTRIBUTION_TABLE } from './attribution/options.ts';
import type { CompleteConfig } from './config.ts';
import { CONTENT_TABLE } from './content/options.ts';
import { RESILIENCE_TABLE } from './interceptors/option-table.ts';
import { AGENT_USAGE, COST_SEMCONV, SEMCONV } from './observers/conventions.ts';
import { LOG_TABLE } from './observers/log/options.ts';
import { capped, list, names, oneOf, path, type Rule, texts, toggle } from './options/rules.ts';
import { type OptionEntry, optionTable } from './options/table.ts';

/** The part of the trace context that requests of MCP carry. */
export const MCP_PROPAGATE = ['traceparent', 'all', 'none'] as const;

export const PLAIN_RULES = {
  enabled: toggle('LLMTRACE_ENABLED'),
  httpExclude: texts('LLMTRACE_HTTP_EXCLUDE'),
  httpIdleTimeout: capped('LLMTRACE_HTTP_IDLE_TIMEOUT', 86_400_000, true),
  interceptFetch: toggle('LLMTRACE_INTERCEPT_FETCH'),
  semconv: oneOf(SEMCONV, 'LLMTRACE_SEMCONV'),
  costSemconv: { ...oneOf(COST_SEMCONV, 'LLMTRACE_COST_SEMCONV'), formerValues: { draft443: 'draft' } },
  tokenModality: toggle('LLMTRACE_TOKEN_MODALITY'),
  nativeSpans: { ...oneOf(['adopt', 'replace'], 'LLMTRACE_NATIVE_SPANS'), formerValues: { ours: 'replace' } },
  agents: toggle('LLMTRACE_AGENTS'),
  agentUsage: oneOf(AGENT_USAGE, 'LLMTRACE_AGENT_USAGE'),
  mcpPropagate: oneOf(MCP_PROPAGATE, 'LLMTRACE_MCP_PROPAGATE'),
  providerMap: names('LLMTRACE_PROVIDER_MAP'),
  modelMap: names('LLMTRACE_MODEL_MAP'),
  prices: path('LLMTRACE_PRICES'),
  requestStreamUsage: { ...toggle('LLMTRACE_REQUEST_STREAM_USAGE'), former: 'streamUsage' },
  exceptionsOnSpans: {
    ...toggle('OTEL_SEMCONV_EXCEPTION_SIGNAL_OPT_IN'),
    textExpected: 'a list with logs/dup',
    parse: (text: string) => list(text)?.includes('logs/dup') || undefined,
  },
  startEvents: toggle('LLMTRACE_START_EVENTS'),
  chunkTimes: toggle('LLMTRACE_CHUNK_TIMES'),
} satisfies { readonly [name in keyof CompleteConfig]?: Rule };

/** Options with one value, which the environment may set. */
export type PlainOptions = Pick<CompleteConfig, keyof typeof PLAIN_RULES>;

export const PLAIN_DEFAULTS: PlainOptions = {
  enabled: true,
  httpExclude: [],
  httpIdleTimeout: 600_000,
  interceptFetch: false,
  semconv: '1.41',
  costSemconv: 'default',
  tokenModality: false,
  nativeSpans: 'adopt',
  agents: true,
  agentUsage: 'none',
  mcpPropagate: 'traceparent',
  providerMap: {},
  modelMap: {},
  prices: '',
  requestStreamUsage: false,
  exceptionsOnSpans: false,
  startEvents: false,
  chunkTimes: false,
};

const otherwise = 'this entry is ignored';

/** Every option of an instrumentation. */
export const OPTION_TABLE: readonly OptionEntry[] = [
  ...optionTable('', PLAIN_RULES, PLAIN_DEFAULTS, {
    enabled: '`false` disables llmtrace',
    httpExclude: {
      description:
        'hosts (`llm.example.com`, `localhost:8080`, `*.example.com`) whose requests are [not looked at](docs/http-clients.md#leave-hosts-out)',
      otherwise: 'it is ignored',
    },
    httpIdleTimeout:
      'how long nothing of an answer [over HTTP](docs/http-clients.md#what-is-a-call) may arrive before its call ends as abandoned, in ms; `0` ends none',
    interceptFetch:
      'replace the global `fetch`, so that retries, limits, budgets and interceptors [hold for calls](docs/http-clients.md#limits-and-retries) that no instrumented SDK sends',
    semconv: '`latest`: the newest draft of the conventions; `dup`: the metrics of both',
    costSemconv: 'how a cost is named on spans and metrics',
    tokenModality: 'with `latest`: tokens by modality on spans',
    agents: '`false`: no spans and metrics of [agents, tools and MCP](docs/agents.md), only of model calls',
    agentUsage:
      '`conventions`: `gen_ai.usage.*` also on spans of agents; backends that sum spans then count each token twice',
    mcpPropagate:
      'the part of the trace context that MCP requests carry to the server: `traceparent`, also the baggage (`all`), or `none`',
    nativeSpans: "`replace`: a span of llmtrace in place of the SDK's own",
    providerMap: {
      description:
        '`host=provider,…` for gateways and hosts that llmtrace does not know: their provider, and [whose prices hold](docs/cost.md)',
      otherwise,
    },
    modelMap: {
      description: '`deployment=model,…` for [prices](docs/cost.md) of Azure deployments and aliases',
      otherwise,
    },
    prices: 'a JSON file with [prices of your own](docs/cost.md)',
    requestStreamUsage:
      "ask OpenAI's chat streams for their usage, and hide the added usage chunk from the application; of other hosts than OpenAI's own the first stream is left as it is, to learn whether the usage comes anyway",
    exceptionsOnSpans: '`logs/dup`: record the exception of a failed call on its span, too',
    startEvents:
      'emit [log events](docs/logs.md#opentelemetry-log-events) when each call starts, and while its stream fills: [a viewer](docs/viewer.md) then shows running calls',
    chunkTimes:
      'the arrival times of the chunks of a stream, on its span: at most 120, in ms after the first chunk; [a viewer](docs/viewer.md) draws them',
  }),
  ...ATTRIBUTION_TABLE,
  ...CONTENT_TABLE,
  ...LOG_TABLE,
  ...RESILIENCE_TABLE,
];
