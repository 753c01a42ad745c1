/** The names of a call's attributes: first that of the conventions or of llmtrace, then those of other instrumentations. */
import type { Attributes, Span, Value } from './otlp/types.ts';

const NAMES = {
  operation: ['gen_ai.operation.name'],
  provider: ['gen_ai.provider.name', 'gen_ai.system', 'llm.provider', 'llm.system', 'ai.model.provider'],
  model: ['gen_ai.request.model', 'llm.model_name', 'ai.model.id'],
  responseModel: ['gen_ai.response.model', 'ai.response.model'],
  input: [
    'gen_ai.usage.input_tokens',
    'gen_ai.usage.prompt_tokens',
    'llm.token_count.prompt',
    'ai.usage.inputTokens',
    'ai.usage.promptTokens',
  ],
  output: [
    'gen_ai.usage.output_tokens',
    'gen_ai.usage.completion_tokens',
    'llm.token_count.completion',
    'ai.usage.outputTokens',
    'ai.usage.completionTokens',
  ],
  cached: [
    'gen_ai.usage.cache_read.input_tokens',
    'gen_ai.usage.cache_read_input_tokens',
    'llm.token_count.prompt_details.cache_read',
    'ai.usage.cachedInputTokens',
  ],
  written: [
    'gen_ai.usage.cache_creation.input_tokens',
    'gen_ai.usage.cache_write.input_tokens',
    'gen_ai.usage.cache_creation_input_tokens',
  ],
  reasoning: [
    'gen_ai.usage.reasoning.output_tokens',
    'llm.token_count.completion_details.reasoning',
    'ai.usage.reasoningTokens',
  ],
  cost: ['gen_ai.usage.cost', 'gen_ai.usage.cost.amount', 'operation.cost', 'llm.cost.total'],
  inputCost: ['llmtrace.cost.input', 'llm.cost.prompt'],
  outputCost: ['llmtrace.cost.output', 'llm.cost.completion'],
  costSource: ['llmtrace.cost.source', 'gen_ai.usage.cost.source'],
  firstChunk: ['gen_ai.response.time_to_first_chunk', 'gen_ai.response.time_to_first_token'],
  wait: ['llmtrace.rate_limit.wait'],
  resent: ['http.request.resend_count'],
  outcome: ['llmtrace.stream.outcome'],
  errorCategory: ['llmtrace.error.category'],
  errorCode: ['llmtrace.error.code'],
  errorType: ['error.type', 'exception.type'],
  httpStatus: ['http.response.status_code'],
  session: ['gen_ai.conversation.id', 'session.id', 'langfuse.session.id', 'ai.telemetry.metadata.sessionId'],
  user: ['user.id', 'enduser.id', 'langfuse.user.id', 'ai.telemetry.metadata.userId'],
  tool: ['gen_ai.tool.name', 'tool.name', 'ai.toolCall.name'],
  agent: ['gen_ai.agent.name', 'agent.name'],
  tenant: ['llmtrace.tenant.id', 'tenant.id'],
  feature: ['llmtrace.feature'],
  database: ['db.query.summary', 'db.system.name', 'db.system'],
  address: ['http.route', 'server.address'],
} as const satisfies Record<string, readonly string[]>;

export type Named = keyof typeof NAMES;

/** The value of the first name that the attributes have. */
function pick(attributes: Attributes, what: Named): Value {
  for (const name of NAMES[what]) {
    const value = attributes[name];
    if (value !== undefined && value !== '') return value;
  }
  return undefined;
}

export function textOf(value: Value): string | undefined {
  if (typeof value === 'string') return value;
  return value === undefined || typeof value === 'object' ? undefined : String(value);
}

/** The number of a value; some senders send numbers as text. */
export function numberOf(value: Value): number | undefined {
  const number = typeof value === 'string' && value !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}

export const pickText = (attributes: Attributes, what: Named): string | undefined =>
  textOf(pick(attributes, what));
export const pickNumber = (attributes: Attributes, what: Named): number | undefined =>
  numberOf(pick(attributes, what));

export type SpanType = 'llm' | 'embed' | 'tool' | 'agent' | 'mcp' | 'http' | 'db' | 'span';

const BY_OPERATION: Record<string, SpanType> = {
  chat: 'llm',
  text_completion: 'llm',
  generate_content: 'llm',
  responses: 'llm',
  image_generation: 'llm',
  transcription: 'llm',
  speech: 'llm',
  rerank: 'llm',
  embeddings: 'embed',
  execute_tool: 'tool',
  invoke_agent: 'agent',
  create_agent: 'agent',
  invoke_workflow: 'agent',
};
const BY_OPENINFERENCE: Record<string, SpanType> = {
  LLM: 'llm',
  EMBEDDING: 'embed',
  TOOL: 'tool',
  AGENT: 'agent',
};

const lookUp = (table: Record<string, SpanType>, name: Value): SpanType | undefined =>
  typeof name === 'string' && Object.hasOwn(table, name) ? table[name] : undefined;

const isOfAiSdk = ({ 'ai.operationId': id }: Attributes): boolean =>
  typeof id === 'string' && /\.(?:doGenerate|doStream|doEmbed)$/.test(id);

const hasAny = (attributes: Attributes, ...names: readonly string[]): boolean =>
  names.some((name) => attributes[name] !== undefined);

export function typeOf({ attributes }: Span): SpanType {
  if (hasAny(attributes, 'mcp.method.name')) return 'mcp';
  const named =
    lookUp(BY_OPERATION, attributes['gen_ai.operation.name']) ??
    lookUp(BY_OPENINFERENCE, attributes['openinference.span.kind']);
  if (named) return named;
  if (hasAny(attributes, 'gen_ai.tool.name')) return 'tool';
  if (isOfAiSdk(attributes)) return 'llm';
  if (hasAny(attributes, 'db.system.name', 'db.system')) return 'db';
  return hasAny(attributes, 'http.request.method', 'http.method') ? 'http' : 'span';
}
