/**
 * Every name that llmtrace emits, and the way from a call to its span and metric attributes. The names of the
 * GenAI conventions are copied, not imported: they are unstable. `1.41` is the last text released in the
 * core conventions; `latest` is open-telemetry/semantic-conventions-genai at the commit below.
 */
import type { Attributes, AttributeValue } from '@opentelemetry/api';
import type { Call, LlmRequest, LlmResponse, Retry, Usage } from './call.ts';
import type { CostSemconv, Semconv } from './config.ts';
import type { Content } from './content/messages.ts';
import { capped } from './content/prepare.ts';
import { callErrorType, errorCode, errorStatus, errorType } from './errors.ts';

/** The commit of the newest conventions that profile `latest` follows. */
export const LATEST_COMMIT = '6fd0d763a092db245a54104fc1124031eb3c51d2';
/** The schema of profile `1.41`. */
export const SCHEMA_URL = 'https://opentelemetry.io/schemas/1.41.1';

/** What names the attributes of one instrumentation. */
export interface Naming {
  semconv: Semconv;
  costSemconv: CostSemconv;
  tokenModality: boolean;
}

type Table<T> = readonly (readonly [name: string, read: (from: T) => AttributeValue | undefined])[];

/** The reasons of the choices that finished: of a stream that was left early, not all have. */
function known(reasons: LlmResponse['finishReasons']): string[] | undefined {
  const given = reasons?.filter((reason) => typeof reason === 'string');
  return given?.length ? given : undefined;
}

/** https://opentelemetry.io/docs/specs/semconv/gen-ai/gen-ai-spans/ */
const REQUEST: Table<LlmRequest> = [
  ['gen_ai.request.model', (r) => r.model],
  ['gen_ai.request.stream', (r) => r.stream || undefined],
  ['gen_ai.request.max_tokens', (r) => r.maxTokens],
  ['gen_ai.request.temperature', (r) => r.temperature],
  ['gen_ai.request.top_p', (r) => r.topP],
  ['gen_ai.request.top_k', (r) => r.topK],
  ['gen_ai.request.frequency_penalty', (r) => r.frequencyPenalty],
  ['gen_ai.request.presence_penalty', (r) => r.presencePenalty],
  ['gen_ai.request.seed', (r) => r.seed],
  ['gen_ai.request.stop_sequences', (r) => r.stopSequences],
  ['gen_ai.request.choice.count', (r) => (r.choiceCount === 1 ? undefined : r.choiceCount)],
  ['gen_ai.request.encoding_formats', (r) => r.encodingFormats],
  ['gen_ai.embeddings.dimension.count', (r) => r.dimensions],
  ['gen_ai.output.type', (r) => r.outputType],
  ['gen_ai.request.reasoning.level', (r) => r.reasoningLevel],
  ['gen_ai.request.previous_response.id', (r) => r.previousResponseId],
  ['gen_ai.conversation.id', (r) => r.conversationId],
];

const RESPONSE: Table<LlmResponse> = [
  ['gen_ai.response.id', (r) => r.id],
  ['gen_ai.response.model', (r) => r.model],
  ['gen_ai.response.finish_reasons', ({ finishReasons }) => known(finishReasons)],
  ['gen_ai.conversation.id', (r) => r.conversationId],
];

const USAGE: Table<Usage> = [
  ['gen_ai.usage.input_tokens', (u) => u.inputTokens],
  ['gen_ai.usage.output_tokens', (u) => u.outputTokens],
  ['gen_ai.usage.cache_read.input_tokens', (u) => u.cacheReadTokens],
  ['gen_ai.usage.reasoning.output_tokens', (u) => u.reasoningTokens],
];

/** Only in profile `latest`: some backends would count them again on top of the totals. */
const MODALITY: Table<Usage> = [
  ['gen_ai.usage.text.input_tokens', (u) => u.inputTextTokens],
  ['gen_ai.usage.image.input_tokens', (u) => u.inputImageTokens],
  ['gen_ai.usage.audio.input_tokens', (u) => u.inputAudioTokens],
  ['gen_ai.usage.text.cache_read.input_tokens', (u) => u.cacheReadTextTokens],
  ['gen_ai.usage.image.cache_read.input_tokens', (u) => u.cacheReadImageTokens],
  ['gen_ai.usage.audio.cache_read.input_tokens', (u) => u.cacheReadAudioTokens],
  ['gen_ai.usage.text.output_tokens', (u) => u.outputTextTokens],
  ['gen_ai.usage.image.output_tokens', (u) => u.outputImageTokens],
  ['gen_ai.usage.audio.output_tokens', (u) => u.outputAudioTokens],
];

/** https://opentelemetry.io/docs/specs/semconv/gen-ai/openai/ */
const OPENAI: Table<Call> = [
  ['openai.api.type', (c) => c.apiType],
  [
    'openai.request.service_tier',
    (c) => (c.request.serviceTier === 'auto' ? undefined : c.request.serviceTier),
  ],
];

const OPENAI_RESPONSE: Table<LlmResponse> = [
  ['openai.response.service_tier', (r) => r.serviceTier],
  ['openai.response.system_fingerprint', (r) => r.systemFingerprint],
];

/** The providers whose telemetry has the `openai.*` flavour. */
const isOpenAI = (provider: string): boolean => provider === 'openai' || provider === 'azure.ai.openai';

/** Adds what the table finds; a value that cannot be an attribute costs that attribute alone. */
function put<T>(attributes: Attributes, table: Table<T>, from: T): void {
  for (const [name, get] of table) {
    const value = get(from);
    if (isAttribute(value)) attributes[name] = value;
  }
}

/** The application may have passed anything: a string where a number belongs sets nothing odd. */
function isAttribute(value: unknown): value is AttributeValue {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return true;
    case 'number':
      return Number.isFinite(value);
    default:
      return Array.isArray(value) && value.every((entry) => typeof entry === 'string');
  }
}

/** `{operation} {model}`, or the operation alone where no model is named. */
export function spanName({ operation, request: { model } }: Call): string {
  return model ? `${operation} ${model}` : operation;
}

/** What is known before the request goes out, and so may decide on sampling. */
export function startAttributes(call: Call): Attributes {
  const attributes: Attributes = {
    'gen_ai.operation.name': call.operation,
    'gen_ai.provider.name': call.provider,
  };
  if (call.server) {
    attributes['server.address'] = call.server.address;
    attributes['server.port'] = call.server.port;
  }
  put(attributes, REQUEST, call.request);
  if (isOpenAI(call.provider)) put(attributes, OPENAI, call);
  return attributes;
}

/** What the end of a call adds to its span. */
export function endAttributes(call: Call, naming: Naming): Attributes {
  const attributes: Attributes = {};
  const { response, outcome, request } = call;
  put(attributes, RESPONSE, response);
  if (isOpenAI(call.provider)) put(attributes, OPENAI_RESPONSE, response);
  if (response.usage) usageAttributes(attributes, response.usage, naming);
  if (call.firstChunkTime !== undefined) {
    attributes['gen_ai.response.time_to_first_chunk'] = (call.firstChunkTime - call.attemptTime) / 1000;
  }
  if (call.attempts > 1) attributes['http.request.resend_count'] = call.attempts - 1;
  if (call.rateLimitWait) attributes['llmtrace.rate_limit.wait'] = call.rateLimitWait / 1000;
  if (outcome && (request.stream || outcome === 'cancelled' || outcome === 'abandoned')) {
    attributes['llmtrace.stream.outcome'] = outcome;
  }
  if (call.error !== undefined) errorAttributes(attributes, call);
  costAttributes(attributes, call, naming.costSemconv);
  return attributes;
}

function usageAttributes(attributes: Attributes, usage: Usage, { semconv, tokenModality }: Naming): void {
  put(attributes, USAGE, usage);
  if (usage.cacheWriteTokens !== undefined) {
    const name = semconv === 'latest' ? 'cache_write' : 'cache_creation';
    attributes[`gen_ai.usage.${name}.input_tokens`] = usage.cacheWriteTokens;
  }
  if (usage.cacheWrite1hTokens !== undefined) {
    attributes['llmtrace.usage.cache_write_1h.input_tokens'] = usage.cacheWrite1hTokens;
  }
  if (semconv === 'latest' && tokenModality) put(attributes, MODALITY, usage);
}

function errorAttributes(attributes: Attributes, call: Call): void {
  const { error } = call;
  attributes['error.type'] = errorType(error);
  attributes['llmtrace.error.category'] = callErrorType(call);
  const code = errorCode(error);
  const status = errorStatus(error);
  if (code !== undefined) attributes['llmtrace.error.code'] = code;
  if (status !== undefined) attributes['http.response.status_code'] = status;
}

const CONTENT: readonly (readonly [name: string, part: keyof Content])[] = [
  ['gen_ai.system_instructions', 'systemInstructions'],
  ['gen_ai.input.messages', 'inputMessages'],
  ['gen_ai.output.messages', 'outputMessages'],
  ['gen_ai.tool.definitions', 'toolDefinitions'],
];

/** What is said in a call, as it is recorded: each text cut to `maxLength`. Structured, as events have it. */
export function contentAttributes({ content }: Call, maxLength?: number): Record<string, unknown> {
  const attributes: Record<string, unknown> = {};
  const recorded = content && capped(content, maxLength);
  for (const [name, part] of CONTENT) if (recorded?.[part]) attributes[name] = recorded[part];
  return attributes;
}

/** The same for a span, as JSON: not all SDKs and backends take structured attributes there. */
export function spanContent(call: Call, maxLength?: number): Attributes {
  const attributes = Object.entries(contentAttributes(call, maxLength));
  return Object.fromEntries(attributes.map(([name, value]) => [name, JSON.stringify(value)]));
}

/** The conventions do not name a cost; `gen_ai.usage.cost` is what backends read. */
function costAttributes(attributes: Attributes, { cost }: Call, costSemconv: CostSemconv): void {
  if (!cost) return;
  if (costSemconv === 'draft443') {
    attributes['gen_ai.usage.cost.amount'] = cost.total;
    attributes['gen_ai.usage.cost.currency'] = 'USD';
    attributes['gen_ai.usage.cost.source'] = cost.source === 'provider' ? 'provider' : 'local';
  } else {
    attributes['gen_ai.usage.cost'] = cost.total;
  }
  if (costSemconv === 'logfire') attributes['operation.cost'] = cost.total;
  if (costSemconv === 'langfuse') attributes['langfuse.observation.cost_details'] = langfuseCost(cost);
  if (cost.input !== undefined) attributes['llmtrace.cost.input'] = cost.input;
  if (cost.output !== undefined) attributes['llmtrace.cost.output'] = cost.output;
  attributes['llmtrace.cost.currency'] = 'USD';
  attributes['llmtrace.cost.source'] = cost.source;
  if (cost.partial) attributes['llmtrace.cost.partial'] = true;
  if (cost.standardRates) attributes['llmtrace.cost.standard_rates'] = true;
}

const langfuseCost = ({ input, output, total }: NonNullable<Call['cost']>): string =>
  JSON.stringify({ input, output, total });

/** The attributes of the event that an attempt is which another one followed. `number` counts from 1. */
export function retryAttributes({ errorType, delay, status }: Retry, number: number): Attributes {
  const attributes: Attributes = {
    'llmtrace.retry.attempt': number,
    'error.type': errorType,
    'llmtrace.retry.delay_ms': delay,
  };
  if (status !== undefined) attributes['http.response.status_code'] = status;
  return attributes;
}

/** The attributes that all metrics of a call share; of low cardinality only. */
export function metricAttributes({ operation, provider, request, response, server }: Call): Attributes {
  const attributes: Attributes = {
    'gen_ai.operation.name': operation,
    'gen_ai.provider.name': provider,
  };
  if (isAttribute(request.model)) attributes['gen_ai.request.model'] = request.model;
  if (isAttribute(response.model)) attributes['gen_ai.response.model'] = response.model;
  if (server) {
    attributes['server.address'] = server.address;
    attributes['server.port'] = server.port;
  }
  if (isOpenAI(provider) && isAttribute(response.serviceTier)) {
    attributes['openai.response.service_tier'] = response.serviceTier;
  }
  return attributes;
}
