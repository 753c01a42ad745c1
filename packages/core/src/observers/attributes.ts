/**
 * Every name that llmtrace emits, and the way from a call to its span and metric attributes. The names of the
 * GenAI conventions are copied, not imported: they are unstable. `1.41` is the last text released in the
 * core conventions; `latest` is open-telemetry/semantic-conventions-genai at the commit below.
 */
import type { Attributes, AttributeValue } from '@opentelemetry/api';
import { capped, cappedText } from '../content/sanitize.ts';
import { callErrorType, errorCode, errorMessage, errorStatus, errorType } from '../errors/index.ts';
import type { LlmAttributes } from '../model/attributes.ts';
import type { Call, LlmRequest, LlmResponse, Retry, Usage } from '../model/call.ts';
import type { Content } from '../model/messages.ts';
import { startOf } from '../platform/bounds.ts';
import type { CostSemconv, Semconv } from './conventions.ts';
import type { UsageSums } from './usage-sums.ts';

/** The attribute names of one instrumentation. */
export interface Naming {
  semconv: Semconv;
  costSemconv: CostSemconv;
  tokenModality: boolean;
}

/**
 * A target that receives attributes one by one, as a span does. An object of all attributes would only be built to be
 * iterated.
 */
export interface Attributed {
  setAttribute(name: string, value: AttributeValue): unknown;
}

/** The reasons of the choices that finished: of a stream that was left early, not all have. */
function known(reasons: LlmResponse['finishReasons'] = []): string[] | undefined {
  for (const reason of reasons) if (typeof reason !== 'string') return known(reasons.filter(isText));
  return reasons.length > 0 ? reasons : undefined;
}

// Each name is written where it is set: an object that is filled in a loop over names becomes a slow one.

/** https://opentelemetry.io/docs/specs/semconv/gen-ai/gen-ai-spans/ */
function requestAttributes(to: Attributes, r: LlmRequest): void {
  if (isAttribute(r.model)) to['gen_ai.request.model'] = r.model;
  if (r.stream) to['gen_ai.request.stream'] = true;
  if (isAttribute(r.maxTokens)) to['gen_ai.request.max_tokens'] = r.maxTokens;
  if (isAttribute(r.temperature)) to['gen_ai.request.temperature'] = r.temperature;
  if (isAttribute(r.topP)) to['gen_ai.request.top_p'] = r.topP;
  if (isAttribute(r.topK)) to['gen_ai.request.top_k'] = r.topK;
  if (isAttribute(r.frequencyPenalty)) to['gen_ai.request.frequency_penalty'] = r.frequencyPenalty;
  if (isAttribute(r.presencePenalty)) to['gen_ai.request.presence_penalty'] = r.presencePenalty;
  if (isAttribute(r.seed)) to['gen_ai.request.seed'] = r.seed;
  if (isAttribute(r.stopSequences)) to['gen_ai.request.stop_sequences'] = r.stopSequences;
}

/** The request parameters. */
function outputAttributes(to: Attributes, r: LlmRequest): void {
  if (r.choiceCount !== 1 && isAttribute(r.choiceCount)) to['gen_ai.request.choice.count'] = r.choiceCount;
  if (isAttribute(r.encodingFormats)) to['gen_ai.request.encoding_formats'] = r.encodingFormats;
  if (isAttribute(r.dimensions)) to['gen_ai.embeddings.dimension.count'] = r.dimensions;
  if (isAttribute(r.outputType)) to['gen_ai.output.type'] = r.outputType;
  if (isAttribute(r.reasoningLevel)) to['gen_ai.request.reasoning.level'] = r.reasoningLevel;
  if (isAttribute(r.previousResponseId)) to['gen_ai.request.previous_response.id'] = r.previousResponseId;
}

/** The span attributes of the user, the tenant and the feature of a call, a tool or an agent. */
export function attributionAttributes(a: LlmAttributes): Attributes {
  const to: Attributes = { ...a.extra };
  setAttribution(to, a);
  return to;
}

function setAttribution(to: Attributes, a: LlmAttributes): void {
  if (a.user !== undefined) to['user.id'] = a.user;
  if (a.session !== undefined) to['session.id'] = a.session;
  if (a.conversation !== undefined) to['gen_ai.conversation.id'] = a.conversation;
  if (a.tenant !== undefined) to['llmtrace.tenant.id'] = a.tenant;
  if (a.feature !== undefined) to['llmtrace.feature'] = a.feature;
  if (a.promptName !== undefined) to['gen_ai.prompt.name'] = a.promptName;
  if (a.promptVersion !== undefined) to['gen_ai.prompt.version'] = a.promptVersion;
  if (a.tags !== undefined) to['llmtrace.tags'] = [...a.tags];
}

function responseAttributes(to: Attributed, r: LlmResponse, attributes: LlmAttributes): void {
  if (isAttribute(r.id)) to.setAttribute('gen_ai.response.id', r.id);
  if (isAttribute(r.model)) to.setAttribute('gen_ai.response.model', r.model);
  const reasons = known(r.finishReasons);
  if (reasons) to.setAttribute('gen_ai.response.finish_reasons', reasons);
  if (attributes.conversation === undefined && isAttribute(r.conversationId))
    to.setAttribute('gen_ai.conversation.id', r.conversationId);
}

/** Only in profile `latest`: some backends would count them again on top of the totals. */
function modalityAttributes(to: Attributed, u: Usage): void {
  if (isAttribute(u.inputTextTokens)) to.setAttribute('gen_ai.usage.text.input_tokens', u.inputTextTokens);
  if (isAttribute(u.inputImageTokens)) to.setAttribute('gen_ai.usage.image.input_tokens', u.inputImageTokens);
  if (isAttribute(u.inputAudioTokens)) to.setAttribute('gen_ai.usage.audio.input_tokens', u.inputAudioTokens);
  if (isAttribute(u.cacheReadTextTokens))
    to.setAttribute('gen_ai.usage.text.cache_read.input_tokens', u.cacheReadTextTokens);
  if (isAttribute(u.cacheReadImageTokens))
    to.setAttribute('gen_ai.usage.image.cache_read.input_tokens', u.cacheReadImageTokens);
  if (isAttribute(u.cacheReadAudioTokens))
    to.setAttribute('gen_ai.usage.audio.cache_read.input_tokens', u.cacheReadAudioTokens);
  if (isAttribute(u.outputTextTokens)) to.setAttribute('gen_ai.usage.text.output_tokens', u.outputTextTokens);
  if (isAttribute(u.outputImageTokens))
    to.setAttribute('gen_ai.usage.image.output_tokens', u.outputImageTokens);
  if (isAttribute(u.outputAudioTokens))
    to.setAttribute('gen_ai.usage.audio.output_tokens', u.outputAudioTokens);
}

/** https://opentelemetry.io/docs/specs/semconv/gen-ai/openai/ */
function openaiAttributes(to: Attributes, { apiType, request: { serviceTier } }: Call): void {
  if (isAttribute(apiType)) to['openai.api.type'] = apiType;
  if (serviceTier !== 'auto' && isAttribute(serviceTier)) to['openai.request.service_tier'] = serviceTier;
}

function openaiResponseAttributes(to: Attributed, r: LlmResponse): void {
  if (isAttribute(r.serviceTier)) to.setAttribute('openai.response.service_tier', r.serviceTier);
  if (isAttribute(r.systemFingerprint))
    to.setAttribute('openai.response.system_fingerprint', r.systemFingerprint);
}

/** The providers whose telemetry has the `openai.*` flavour. */
const isOpenAI = (provider: string): boolean => provider === 'openai' || provider === 'azure.ai.openai';

const isText = (value: unknown): boolean => typeof value === 'string';

/**
 * Whether a value can be an attribute; one that cannot costs that attribute alone. The application may have passed
 * anything: a string where a number belongs sets nothing odd.
 */
function isAttribute(value: unknown): value is AttributeValue {
  switch (typeof value) {
    case 'undefined':
      return false;
    case 'string':
    case 'boolean':
      return true;
    case 'number':
      return Number.isFinite(value);
    default:
      return Array.isArray(value) && value.every(isText);
  }
}

/** `{operation} {model}`, or the operation alone where no model is named. */
export function spanName(call: Call, naming?: Naming): string {
  const operation = operationOf(call, naming);
  const { model } = call.request;
  return model ? `${operation} ${short(model)}` : operation;
}

/** The maximum length of span names and metric values: a process keeps each of them until it ends. */
const MAX_NAME = 256;

/** A name, or the start of a longer one. */
const short = <T>(name: T): T | string => (typeof name === 'string' ? startOf(name, MAX_NAME) : name);

/** The newest draft has a separate operation, without tokens, for reading an answer that an earlier call ordered. */
const isFetch = ({ reads }: Call, naming: Naming | undefined): boolean =>
  reads !== undefined && naming?.semconv === 'latest';

const operationOf = (call: Call, naming: Naming | undefined): string =>
  isFetch(call, naming) ? 'fetch_response' : call.operation;

/** The attributes that are known before the request is sent, so that samplers can use them. */
export function startAttributes(call: Call, naming?: Naming): Attributes {
  const attributes: Attributes = {
    ...call.attributes.extra,
    'gen_ai.operation.name': operationOf(call, naming),
    'gen_ai.provider.name': call.provider,
  };
  if (call.server) {
    attributes['server.address'] = call.server.address;
    attributes['server.port'] = call.server.port;
  }
  requestAttributes(attributes, call.request);
  outputAttributes(attributes, call.request);
  setAttribution(attributes, call.attributes);
  if (isOpenAI(call.provider)) openaiAttributes(attributes, call);
  return attributes;
}

/** The server and the provider that were unknown at the start. */
function lateAttributes(to: Attributed, { provider, server }: Call): void {
  to.setAttribute('gen_ai.provider.name', provider);
  if (!server) return;
  to.setAttribute('server.address', server.address);
  to.setAttribute('server.port', server.port);
}

/** A target that collects attributes in an object. */
const into = (attributes: Attributes): Attributed => ({
  setAttribute(name, value) {
    attributes[name] = value;
  },
});

/** All attributes of a call that has ended, as one object. */
export function allAttributes(call: Call, naming: Naming): Attributes {
  const attributes = startAttributes(call);
  endAttributes(into(attributes), call, naming);
  return attributes;
}

/** The chunks of a stream so far, and the time to the first one. */
export function progressAttributes(call: Call): Attributes {
  const attributes = attributionAttributes(call.attributes);
  streamAttributes(into(attributes), call);
  return attributes;
}

/** The attributes that the end of a call adds to its span. */
export function endAttributes(to: Attributed, call: Call, naming: Naming): void {
  const { response } = call;
  if (call.isServerLate) lateAttributes(to, call);
  responseAttributes(to, response, call.attributes);
  if (isOpenAI(call.provider)) openaiResponseAttributes(to, response);
  if (response.usage && !isFetch(call, naming)) usageAttributes(to, response.usage, naming);
  streamAttributes(to, call);
  if (response.isUnseen) to.setAttribute('llmtrace.response.unseen', true);
  if (call.attempts > 1) to.setAttribute('http.request.resend_count', call.attempts - 1);
  if (call.rateLimitWait) to.setAttribute('llmtrace.rate_limit.wait', call.rateLimitWait / 1000);
  if (call.isEstimated) to.setAttribute('llmtrace.budget.estimated', true);
  if (call.error !== undefined) errorAttributes(to, call);
  costAttributes(to, call, naming.costSemconv);
}

/** The attributes that the usage of models adds to the span of the agent that alone sees their calls. */
export function usageSumAttributes(to: Attributed, { model, usage, cost }: UsageSums, naming: Naming): void {
  if (isAttribute(model)) to.setAttribute('gen_ai.response.model', model);
  usageAttributes(to, usage, naming);
  costAttributes(to, { cost }, naming.costSemconv);
}

function streamAttributes(to: Attributed, call: Call): void {
  const { outcome, request, firstChunkTime, attemptTime, chunks } = call;
  if (firstChunkTime !== undefined) {
    to.setAttribute('gen_ai.response.time_to_first_chunk', (firstChunkTime - attemptTime) / 1000);
  }
  if (outcome && (request.stream || outcome === 'cancelled' || outcome === 'abandoned')) {
    to.setAttribute('llmtrace.stream.outcome', outcome);
  }
  if (chunks > 0) to.setAttribute('llmtrace.stream.chunks', chunks);
}

function usageAttributes(to: Attributed, usage: Usage, { semconv, tokenModality }: Naming): void {
  const { inputTokens, outputTokens, cacheReadTokens, cacheWriteTokens, reasoningTokens } = usage;
  if (isAttribute(inputTokens)) to.setAttribute('gen_ai.usage.input_tokens', inputTokens);
  if (isAttribute(outputTokens)) to.setAttribute('gen_ai.usage.output_tokens', outputTokens);
  if (isAttribute(cacheReadTokens)) to.setAttribute('gen_ai.usage.cache_read.input_tokens', cacheReadTokens);
  if (isAttribute(reasoningTokens)) to.setAttribute('gen_ai.usage.reasoning.output_tokens', reasoningTokens);
  if (cacheWriteTokens !== undefined) {
    if (semconv === 'latest') to.setAttribute('gen_ai.usage.cache_write.input_tokens', cacheWriteTokens);
    else to.setAttribute('gen_ai.usage.cache_creation.input_tokens', cacheWriteTokens);
  }
  if (usage.cacheWrite1hTokens !== undefined) {
    to.setAttribute('llmtrace.usage.cache_write_1h.input_tokens', usage.cacheWrite1hTokens);
  }
  if (semconv === 'latest' && tokenModality) modalityAttributes(to, usage);
}

function errorAttributes(to: Attributed, call: Call): void {
  const { error } = call;
  to.setAttribute('error.type', errorType(error));
  to.setAttribute('llmtrace.error.category', callErrorType(call));
  const code = errorCode(error);
  const status = errorStatus(error);
  if (code !== undefined) to.setAttribute('llmtrace.error.code', code);
  if (status !== undefined) to.setAttribute('http.response.status_code', status);
}

const CONTENT: readonly (readonly [name: string, part: keyof Content])[] = [
  ['gen_ai.system_instructions', 'systemInstructions'],
  ['gen_ai.input.messages', 'inputMessages'],
  ['gen_ai.output.messages', 'outputMessages'],
  ['gen_ai.tool.definitions', 'toolDefinitions'],
];

/** The message content of a call with each text truncated to `maxLength`, structured as in events. */
export function contentAttributes({ content }: Call, maxLength?: number): Record<string, unknown> {
  const attributes: Record<string, unknown> = {};
  const recorded = content && capped(content, maxLength);
  for (const [name, part] of CONTENT) if (recorded?.[part]) attributes[name] = recorded[part];
  return attributes;
}

/** The recorded text of a call's error: the whole text if content is recorded, else only its safe part. */
export function errorDescription(
  call: Call,
  content: { readonly maxLength: number | undefined } | undefined,
): string {
  const text = content && call.content?.errorMessage;
  if (text !== undefined) return cappedText(text, content?.maxLength);
  return errorMessage(call.error, callErrorType(call));
}

/** The same for a span, as JSON: not all SDKs and backends take structured attributes there. */
export function spanContent(call: Call, maxLength?: number): Attributes {
  const attributes = Object.entries(contentAttributes(call, maxLength));
  return Object.fromEntries(attributes.map(([name, value]) => [name, JSON.stringify(value)]));
}

/** The conventions do not name a cost; backends read `gen_ai.usage.cost`. */
function costAttributes(to: Attributed, { cost }: Pick<Call, 'cost'>, costSemconv: CostSemconv): void {
  if (!cost) return;
  if (costSemconv === 'draft') {
    to.setAttribute('gen_ai.usage.cost.amount', cost.total);
    to.setAttribute('gen_ai.usage.cost.currency', 'USD');
    to.setAttribute('gen_ai.usage.cost.source', cost.source === 'provider' ? 'provider' : 'local');
  } else {
    to.setAttribute('gen_ai.usage.cost', cost.total);
  }
  if (costSemconv === 'logfire') to.setAttribute('operation.cost', cost.total);
  if (costSemconv === 'langfuse') to.setAttribute('langfuse.observation.cost_details', langfuseCost(cost));
  if (cost.input !== undefined) to.setAttribute('llmtrace.cost.input', cost.input);
  if (cost.output !== undefined) to.setAttribute('llmtrace.cost.output', cost.output);
  to.setAttribute('llmtrace.cost.currency', 'USD');
  to.setAttribute('llmtrace.cost.source', cost.source);
  if (cost.partial) to.setAttribute('llmtrace.cost.partial', true);
  if (cost.missing) to.setAttribute('llmtrace.cost.missing', [...cost.missing]);
  if (cost.standardRates) to.setAttribute('llmtrace.cost.standard_rates', true);
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
  if (isAttribute(request.model)) attributes['gen_ai.request.model'] = short(request.model);
  if (isAttribute(response.model)) attributes['gen_ai.response.model'] = short(response.model);
  if (server) {
    attributes['server.address'] = short(server.address);
    attributes['server.port'] = server.port;
  }
  if (isOpenAI(provider) && isAttribute(response.serviceTier)) {
    attributes['openai.response.service_tier'] = short(response.serviceTier);
  }
  return attributes;
}
