/** Protocols of vendors that speak neither OpenAI's, Anthropic's nor Gemini's: Cohere, Ollama, Mistral, and rerankers. */
import {
  type ContentReader,
  checkedUsage,
  count,
  type Endpoint,
  fields,
  finishBy,
  type LlmResponse,
  name,
  objects,
  parts,
  reportedUsd,
  statedCost,
  tokenCount,
  type Usage,
} from '@llmtrace/core/internal';
import { chatEndpoint } from './openai.ts';
import {
  areQuestions,
  failing,
  isInput,
  isMessages,
  isNamed,
  isText,
  type Protocol,
  plainRequest,
} from './protocol.ts';
import { addPiece } from './streamed-text.ts';

// biome-ignore-start lint/suspicious/noExplicitAny: payloads of vendors have no type here

const finish = finishBy({
  COMPLETE: 'stop',
  STOP_SEQUENCE: 'stop',
  MAX_TOKENS: 'length',
  TOOL_CALL: 'tool_call',
  ERROR: 'error',
  ERROR_TOXIC: 'content_filter',
  TIMEOUT: 'error',
});

/** Tokens of the model; the billed tokens exclude those of the template. */
function cohereUsage(u: any): Usage | undefined {
  if (!u) return undefined;
  const counted = u.tokens ?? u.billed_units;
  return checkedUsage({
    inputTokens: tokenCount(counted?.input_tokens),
    outputTokens: tokenCount(counted?.output_tokens),
    cacheReadTokens: tokenCount(u.cached_tokens),
  });
}

/** A count of items that are billed singly, if the answer has one. */
function feesOf(
  unit: 'page' | 'searchUnit',
  value: unknown,
): Partial<Record<typeof unit, number>> | undefined {
  const counted = tokenCount(value);
  return counted === undefined ? undefined : { [unit]: counted };
}

/** The items that are billed instead of tokens. */
function cohereBilling(u: any): LlmResponse['billing'] {
  const billed = u?.billed_units;
  if (!billed) return undefined;
  return {
    tokens: checkedUsage({
      inputTokens: tokenCount(billed.input_tokens),
      outputTokens: tokenCount(billed.output_tokens),
    }),
    // Pictures that are embedded have a price of their own.
    uncounted: billed.images > 0 || billed.image_tokens > 0 ? ['images'] : undefined,
    fees: feesOf('searchUnit', billed.search_units),
  };
}

/** A message among an answer's other fields, read like a message of OpenAI's chat. */
const asChat = (messageOf: (answer: any) => any): ContentReader => ({
  prompt: (args, self) => chatEndpoint.content?.prompt(args, self) ?? {},
  answer: (answer) =>
    chatEndpoint.content?.answer({ choices: [{ index: 0, message: messageOf(answer) }] }) ?? [],
  fold(whole, event) {
    const text = messageOf(event)?.content?.text ?? messageOf(event)?.content;
    if (typeof text !== 'string') return;
    whole.message ??= { role: 'assistant', content: '' };
    whole.message.content += text;
  },
});

/** A prompt that is one text. */
export const asText = (
  promptOf: (body: any) => unknown,
  textOf: (answer: any) => unknown,
): ContentReader => ({
  prompt: ([p = {}]) => ({ messages: [{ role: 'user', parts: parts.text(promptOf(p)) }] }),
  answer: (answer) => [{ role: 'assistant', parts: parts.text(answer.llmtraceText ?? textOf(answer)) }],
  fold: (whole, event) => addPiece(whole, textOf(event)),
});

/** Of the end of a stream, whose status was that of success. */
const cohereFailure = ({ error, finish_reason }: any): unknown =>
  error || FAILED.test(String(finish_reason))
    ? { code: name(finish_reason), message: name(error) }
    : undefined;

const FAILED = /^(?:ERROR|TIMEOUT)$/;

const cohereChat: Endpoint = {
  operation: 'chat',
  request: ([p], self) => plainRequest(fields(p), self),
  response: (r): LlmResponse => ({
    id: name(r.id),
    finishReasons: finish(r.finish_reason),
    usage: cohereUsage(r.usage),
    billing: cohereBilling(r.usage),
  }),
  chunk(soFar, event) {
    if (event.type === 'message-start') soFar.id = name(event.id);
    if (event.type !== 'message-end') return;
    soFar.finishReasons = finish(fields(event.delta).finish_reason);
    soFar.usage = cohereUsage(fields(event.delta).usage);
    soFar.billing = cohereBilling(fields(event.delta).usage);
    soFar.failure = cohereFailure(fields(event.delta));
  },
  content: asChat((answer) => answer.message ?? fields(answer.delta).message),
};

const cohereChat1: Endpoint = {
  operation: 'chat',
  request: ([body], self) => {
    const p = fields(body);
    return { ...plainRequest(p, self), messageCount: (count(p.chat_history) ?? 0) + 1 };
  },
  response: (r): LlmResponse => ({
    id: name(r.generation_id),
    finishReasons: finish(r.finish_reason),
    usage: cohereUsage(r.meta),
    billing: cohereBilling(r.meta),
  }),
  chunk(soFar, event) {
    soFar.id ??= name(event.generation_id);
    if (event.event_type !== 'stream-end') return;
    Object.assign(soFar, this.response(fields(event.response)));
    soFar.failure = cohereFailure(event);
  },
  content: asText(
    ({ message }) => message,
    ({ text }) => text,
  ),
};

const cohereEmbed: Endpoint = {
  operation: 'embeddings',
  request: ([body], self) => {
    const p = fields(body);
    return {
      ...plainRequest(p, self),
      encodingFormats: Array.isArray(p.embedding_types)
        ? p.embedding_types.map(String).slice(0, 10)
        : undefined,
      messageCount: count(p.texts ?? p.inputs ?? p.images),
    };
  },
  response: (r): LlmResponse => ({
    id: name(r.id),
    usage: cohereUsage(r.meta),
    billing: cohereBilling(r.meta),
  }),
};

/** @param documentsOf a request. */
export const rerankEndpoint = (documentsOf: (body: any) => unknown): Endpoint => ({
  operation: 'rerank',
  request: ([body], self) => {
    const p = fields(body);
    return { model: name(p.model) ?? self.model, messageCount: count(documentsOf(p)) };
  },
  response(r): LlmResponse {
    const u = fields(r.usage);
    const input = tokenCount(u.prompt_tokens ?? u.total_tokens ?? fields(r.meta?.billed_units).input_tokens);
    return {
      id: name(r.id),
      model: name(r.model),
      usage: checkedUsage({ inputTokens: input, reportedCost: statedCost(u) }),
      billing: r.meta?.billed_units?.search_units === undefined ? undefined : cohereBilling(r.meta),
    };
  },
});

const rerank = rerankEndpoint(({ documents }) => documents);

const OLLAMA_FINISH = /^(?:load|unload)$/;

/** A model that is only loaded answers nothing. */
const ollamaFinish = (reason: unknown): string[] | undefined =>
  OLLAMA_FINISH.test(String(reason)) ? undefined : [name(reason) ?? 'stop'];

function ollamaChunk(soFar: LlmResponse, line: any): void {
  soFar.model ??= name(line.model);
  if (line.error !== undefined) soFar.failure = { message: String(line.error).slice(0, 2000) };
  if (!line.done) return;
  soFar.finishReasons = ollamaFinish(line.done_reason);
  soFar.usage = checkedUsage({
    inputTokens: tokenCount(line.prompt_eval_count),
    outputTokens: tokenCount(line.eval_count),
  });
}

const ollamaOf = (operation: 'chat' | 'text_completion', content: ContentReader): Endpoint => ({
  operation,
  request: ([body], self) => {
    const p = fields(body);
    const options = fields(p.options);
    const { messageCount, model } = plainRequest(p, self);
    return {
      ...plainRequest(options, self),
      model,
      maxTokens: plainRequest({ max_tokens: options.num_predict }, self).maxTokens,
      stopSequences: Array.isArray(options.stop) ? options.stop.map(String).slice(0, 100) : undefined,
      stream: p.stream !== false,
      outputType: p.format === undefined || p.format === '' ? undefined : 'json',
      messageCount,
    };
  },
  response(answer) {
    const whole: LlmResponse = {};
    ollamaChunk(whole, answer);
    return whole;
  },
  chunk: ollamaChunk,
  content,
});

const ollamaEmbed: Endpoint = {
  operation: 'embeddings',
  request: ([p], self) => plainRequest(fields(p), self),
  response: (r): LlmResponse => ({
    model: name(r.model),
    usage: r.prompt_eval_count === undefined ? undefined : { inputTokens: tokenCount(r.prompt_eval_count) },
  }),
};

const isOllamaAnswer = (answer: any): boolean =>
  isText(answer.created_at) && (answer.done !== undefined || answer.message !== undefined);

/** Tokens of connectors are in the total alone, so that the usage contradicts itself. */
const conversationUsage = (reported: unknown): Partial<LlmResponse> => {
  const { usage, contradiction } = chatEndpoint.response({ usage: reported });
  return { usage, ...(contradiction && { contradiction }) };
};

const conversations: Endpoint = {
  operation: 'chat',
  request: ([body], self) => {
    const p = fields(body);
    const request = plainRequest({ ...fields(p.completion_args), stream: p.stream }, self);
    return { ...request, model: name(p.model), messageCount: count(p.inputs) };
  },
  response: (r): LlmResponse => ({
    id: name(r.conversation_id),
    conversationId: name(r.conversation_id),
    model: name(objects(r.outputs).find(({ model }: any) => isText(model))?.model),
    ...conversationUsage(r.usage),
  }),
  chunk(soFar, event) {
    soFar.conversationId ??= name(event.conversation_id);
    soFar.model ??= name(event.model);
    if (event.type === 'conversation.response.error') soFar.failure = event;
    if (event.usage) Object.assign(soFar, conversationUsage(event.usage));
  },
};

/** Pages are read, and billed, one by one. */
const ocr: Endpoint = {
  operation: 'ocr',
  request: ([p]) => ({ model: name(fields(p).model) }),
  response: (r): LlmResponse => ({
    model: name(r.model),
    billing: { fees: feesOf('page', fields(r.usage_info).pages_processed) },
  }),
};

/** Voyage's embeddings of documents with pictures, and of pieces within their documents. */
const voyageEmbed: Endpoint = {
  operation: 'embeddings',
  request: ([body], self) => {
    const p = fields(body);
    return { model: name(p.model) ?? self.model, messageCount: count(p.inputs ?? p.input) };
  },
  response: (r): LlmResponse => ({
    model: name(r.model),
    // Perplexity's have the same path, with an `input`, and state the cost.
    usage: checkedUsage({
      inputTokens: tokenCount(fields(r.usage).total_tokens),
      reportedCost: statedCost(fields(r.usage)),
    }),
  }),
};

/**
 * Decisions by TypeSafe's protocol, System One, which OpenRouter, Perplexity, Fireworks, Upstage, vLLM and Ollama speak, too: questions about
 * a state, answered by numbers. OpenRouter states the cost. https://docs.fireworks.ai/api-reference/post-systemone
 */
const systemOne = failing({
  operation: 'generate_content',
  request: ([body], self) => ({ model: name(fields(body).model) ?? self.model }),
  response(r): LlmResponse {
    const { input_tokens: input, output_tokens: output, cost } = fields(r.usage);
    return {
      model: name(r.model),
      usage: checkedUsage({
        inputTokens: tokenCount(input),
        outputTokens: tokenCount(output),
        reportedCost: reportedUsd(cost),
      }),
    };
  },
  content: asText(
    ({ state, questions }) => JSON.stringify({ state, questions }),
    ({ answers }) => JSON.stringify(answers),
  ),
});

const systemOneAt = (path: RegExp): Protocol => ({
  provider: 'typesafe',
  path,
  endpoint: systemOne,
  matches: ({ state, questions }) => state !== undefined && isNamed(questions) && areQuestions(questions),
  confirms: ({ answers, usage }) => isNamed(answers) && fields(usage).input_tokens !== undefined,
});

export const otherProtocols: readonly Protocol[] = [
  { ...systemOneAt(/\/systemone$/), isDistinct: true },
  systemOneAt(/\/decisions$/),
  {
    provider: 'cohere',
    path: /\/v2\/chat$/,
    endpoint: cohereChat,
    matches: ({ model, messages }) => isText(model) && isMessages(messages),
    confirms: ({ type, finish_reason, message }) =>
      type === 'message-start' || (finish_reason !== undefined && message !== undefined),
    isLast: ({ type }) => type === 'message-end',
  },
  {
    provider: 'cohere',
    path: /\/v1\/chat$/,
    endpoint: cohereChat1,
    matches: ({ message }) => isText(message),
    confirms: ({ generation_id, event_type }) => isText(generation_id) || event_type === 'stream-start',
    isLast: ({ event_type }) => event_type === 'stream-end',
  },
  {
    provider: 'cohere',
    path: /\/(?:v1|v2)\/embed$/,
    endpoint: cohereEmbed,
    matches: ({ texts, inputs, images }) => [texts, inputs, images].some(Array.isArray),
    confirms: ({ embeddings, meta }) => embeddings !== undefined || meta?.billed_units !== undefined,
    isBulky: true,
  },
  {
    provider: 'cohere',
    path: /\/reranks?$/,
    endpoint: rerank,
    matches: ({ query, documents }) => query !== undefined && Array.isArray(documents),
    confirms: ({ results, data }) =>
      [results, data].some((list) =>
        objects(list).some((one: any) => typeof one.relevance_score === 'number'),
      ),
  },
  {
    provider: 'voyageai',
    path: /\/(?:multimodal|contextualized)embeddings$/,
    endpoint: voyageEmbed,
    matches: ({ model, inputs, input }) =>
      isText(model) && Array.isArray(inputs ?? input) && isInput(inputs ?? input),
    confirms: ({ object, data, usage }) =>
      object === 'list' && (Array.isArray(data) || typeof usage === 'object'),
    isBulky: true,
  },
  {
    provider: 'ollama',
    path: /\/api\/chat$/,
    endpoint: ollamaOf(
      'chat',
      asChat(({ message }) => message),
    ),
    matches: ({ model, messages }) =>
      isText(model) && isMessages(messages) && objects(messages).every((one: any) => !('parts' in one)),
    confirms: isOllamaAnswer,
    isLast: ({ done }) => done === true,
  },
  {
    provider: 'ollama',
    path: /\/api\/generate$/,
    endpoint: ollamaOf(
      'text_completion',
      asText(
        ({ prompt }) => prompt,
        ({ response }) => response,
      ),
    ),
    matches: ({ model, prompt }) => isText(model) && isText(prompt),
    confirms: isOllamaAnswer,
    isLast: ({ done }) => done === true,
  },
  {
    provider: 'ollama',
    path: /\/api\/embed(?:dings)?$/,
    endpoint: ollamaEmbed,
    matches: ({ model, input, prompt }) => isText(model) && isInput(input ?? prompt),
    confirms: ({ embeddings, embedding }) => Array.isArray(embeddings ?? embedding),
  },
  {
    provider: 'mistral_ai',
    path: /\/conversations(?:\/[^/]+(?:\/restart)?)?$/,
    endpoint: conversations,
    matches: ({ inputs }) => isInput(inputs),
    isLast: ({ type }) => /^conversation\.response\.(?:done|error)$/.test(String(type)),
    isKnownOnly: true,
  },
  {
    provider: 'mistral_ai',
    path: /\/(?:ocr|publishers\/mistralai\/models\/[^/:]+:rawPredict)$/,
    endpoint: ocr,
    matches: ({ model, document }) => isText(model) && typeof document === 'object',
    confirms: ({ pages, usage_info }) => Array.isArray(pages) && usage_info !== undefined,
    isBulky: true,
  },
];
// biome-ignore-end lint/suspicious/noExplicitAny: payloads of vendors have no type here
