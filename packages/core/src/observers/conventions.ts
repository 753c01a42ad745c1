/** The states of the conventions that name telemetry, apart from the names: a start reads these alone. */

/** The schema of profile `1.41`. */
export const SCHEMA_URL = 'https://opentelemetry.io/schemas/1.41.1';

/**
 * The states of the GenAI conventions that name telemetry. `latest` follows their commit 6fd0d763a092db245a54104fc1124031eb3c51d2.
 */
export const SEMCONV = ['1.41', 'latest', 'dup'] as const;
export type Semconv = (typeof SEMCONV)[number];

/** The ways to name the cost of a call. */
export const COST_SEMCONV = ['default', 'draft', 'logfire', 'langfuse'] as const;
export type CostSemconv = (typeof COST_SEMCONV)[number];

/** Whether the token sums of a run are also in the conventions' names, besides `llmtrace.agent.*`. */
export const AGENT_USAGE = ['none', 'conventions'] as const;
export type AgentUsage = (typeof AGENT_USAGE)[number];
