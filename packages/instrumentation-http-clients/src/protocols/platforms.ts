/** Protocols of platforms that serve the models of others: Vercel, Cloudflare, Replicate, Bedrock, watsonx. */
import {
  answerFailure,
  type ContentReader,
  checkedUsage,
  costOfGateway,
  count,
  type Endpoint,
  fields,
  finishBy,
  type LlmResponse,
  name,
  number,
  objects,
  parts,
  strings,
  tokenCount,
  type Usage,
} from '@llmtrace/core/internal';
import { bodies } from '@llmtrace/instrumentation-aws-bedrock';
import { unwrapped } from './anthropic.ts';
import { chatEndpoint, completionsEndpoint, embeddingsEndpoint, responsesEndpoint } from './openai.ts';
import { asText, rerankEndpoint } from './other-vendors.ts';
import {
  type Beside,
  isInput,
  isMessages,
  isText,
  joinedText,
  type Protocol,
  plainRequest,
  type Target,
} from './protocol.ts';
import { addPiece } from './streamed-text.ts';

const { converseBodies, invokeBodies } = bodies();

// biome-ignore-start lint/suspicious/noExplicitAny: payloads of vendors have no type here

/** A count that is a number, or an object with its parts. */
const whole = (value: any, key = 'total'): number | undefined =>
  tokenCount(typeof value === 'object' && value !== null ? value[key] : value);

/** Usage as the AI SDK has it: with parts since its specification 3, flat before. */
function gatewayUsage(u: any): Usage | undefined {
  if (!u) return undefined;
  return checkedUsage({
    inputTokens: whole(u.inputTokens),
    outputTokens: whole(u.outputTokens),
    cacheReadTokens: tokenCount(u.inputTokens?.cacheRead ?? u.cachedInputTokens),
    cacheWriteTokens: tokenCount(u.inputTokens?.cacheWrite),
    reasoningTokens: tokenCount(u.outputTokens?.reasoning ?? u.reasoningTokens),
    reportedCost: number(u.reportedCost),
  });
}

/** The gateway states the cost next to the usage. */
const costIn = ({ providerMetadata }: any): number | undefined => costOfGateway(providerMetadata);

const finishOfWord = finishBy({ 'tool-calls': 'tool_call', 'content-filter': 'content_filter' });

/** The reason is a word, or an object that has the AI SDK's word. */
const gatewayFinish = (reason: any): string[] | undefined =>
  finishOfWord(typeof reason === 'object' ? reason?.unified : reason);

const usageWithCost = (answer: any): Usage | undefined => {
  const cost = costIn(answer);
  return gatewayUsage(cost === undefined ? answer.usage : { ...answer.usage, reportedCost: cost });
};

const gatewayContent: ContentReader = {
  prompt: ([p = {}]) => ({
    messages: (Array.isArray(p.prompt) ? p.prompt : []).map(({ role, content }: any) => ({
      role: String(role),
      parts: parts.text(isText(content) ? content : joinedText(content)),
    })),
  }),
  answer: (answer) => [
    { role: 'assistant', parts: parts.text(answer.llmtraceText ?? joinedText(answer.content)) },
  ],
  fold(answer, part) {
    if (part.type === 'text-delta')
      answer.llmtraceText = (answer.llmtraceText ?? '') + String(part.delta ?? '');
  },
};

const gatewayChat: Endpoint = {
  operation: 'chat',
  request: ([body], { model, stream }: Beside) => {
    const p = fields(body);
    return {
      model,
      stream,
      maxTokens: number(p.maxOutputTokens),
      temperature: number(p.temperature),
      topP: number(p.topP),
      topK: number(p.topK),
      frequencyPenalty: number(p.frequencyPenalty),
      presencePenalty: number(p.presencePenalty),
      seed: number(p.seed),
      stopSequences: strings(p.stopSequences),
      outputType: fields(p.responseFormat).type === 'json' ? 'json' : undefined,
      messageCount: count(p.prompt),
    };
  },
  response: (r): LlmResponse => ({
    id: name(fields(r.response).id),
    model: name(fields(r.response).modelId),
    finishReasons: gatewayFinish(r.finishReason),
    usage: usageWithCost(r),
  }),
  chunk(soFar, part) {
    switch (part.type) {
      case 'response-metadata':
        soFar.id = name(part.id) ?? soFar.id;
        soFar.model = name(part.modelId) ?? soFar.model;
        break;
      case 'finish':
        soFar.finishReasons = gatewayFinish(part.finishReason);
        soFar.usage = usageWithCost(part);
        break;
      case 'error':
        soFar.failure = typeof part.error === 'object' ? part.error : { message: String(part.error) };
        break;
    }
  },
  content: gatewayContent,
};

const gatewayEmbeddings: Endpoint = {
  operation: 'embeddings',
  request: ([p], { model }: Beside) => ({ model, messageCount: count(fields(p).values) }),
  response(r): LlmResponse {
    const usage = gatewayUsage({ inputTokens: fields(r.usage).tokens, reportedCost: costIn(r) });
    return { usage };
  },
};

const gatewayOther = (
  operation: 'generate_content' | 'rerank',
  outputType?: 'image' | 'speech',
): Endpoint => ({
  operation,
  request: (_args, { model }: Beside) => ({ model, outputType }),
  response: (r): LlmResponse => ({ model: name(r.model), usage: usageWithCost(r) }),
});

const modelHeader = ({ header }: Target): string | undefined =>
  header('ai-language-model-id') ?? header('ai-model-id') ?? header('ai-embedding-model-id');

const gatewayAt = (kind: string, endpoint: Protocol['endpoint']): Protocol => ({
  provider: 'vercel_ai_gateway',
  path: new RegExp(`\\/${kind}-model$`),
  endpoint,
  matches: (_body, target) => isText(modelHeader(target)),
  model: (_body, target) => modelHeader(target),
  stream: ({ header }) => header('ai-language-model-streaming') === 'true',
  isDistinct: true,
  isBulky: kind !== 'language',
  isLast: ({ type }) => type === 'finish',
});

/** Cloudflare puts an answer into an envelope, but not the events of a stream. */
const enveloped = (endpoint: Protocol['endpoint']): Protocol['endpoint'] => ({
  ...endpoint,
  request: (args, self) => ({ ...endpoint.request(args, self), model: self.model }),
  response(answer, asked) {
    const response = endpoint.response(fields(answer.result ?? answer), asked);
    response.failure ??= answerFailure(answer);
    return response;
  },
  ...(endpoint.content && { content: withResponse(endpoint.content) }),
});

/** Older models answer with one text. */
const withResponse = (content: ContentReader): ContentReader => ({
  ...content,
  answer(answer) {
    const result = fields(answer.result ?? answer);
    const text = answer.llmtraceText ?? result.response;
    return isText(text) ? [{ role: 'assistant', parts: parts.text(text) }] : content.answer(result);
  },
  fold(whole, event) {
    if (isText(event.response)) addPiece(whole, event.response);
    else content.fold?.(whole, event);
  },
});

const cloudflareAt = (endpoint: Protocol['endpoint'], matches: Protocol['matches']): Protocol => ({
  provider: 'cloudflare',
  // Of Workers AI itself, and of Cloudflare's gateway to it.
  path: /\/(?:ai\/run|workers-ai)\/(@[^/]+\/.+)/s,
  endpoint: enveloped(endpoint),
  matches,
  confirms: ({ result, success, response }) =>
    (result !== undefined && success !== undefined) || response !== undefined,
});

/** The input of a prediction has no fixed form. */
const prediction: Endpoint = {
  operation: 'generate_content',
  request: ([p], { model }: Beside) => ({
    model: model ?? name(fields(p).version),
    stream: Boolean(fields(p).stream),
  }),
  response: (r): LlmResponse => ({
    id: name(r.id),
    model: name(r.model),
    usage: checkedUsage({
      inputTokens: tokenCount(fields(r.metrics).input_token_count),
      outputTokens: tokenCount(fields(r.metrics).output_token_count),
    }),
    failure: r.status === 'failed' ? { code: 'failed', message: name(r.error) } : undefined,
  }),
};

const converse: Endpoint = {
  operation: 'chat',
  request: ([body], { model, stream }: Beside) => ({ ...converseBodies.request(body), model, stream }),
  response: converseBodies.response,
  chunk(soFar, event) {
    converseBodies.chunk(soFar, event);
    if (event.exception) soFar.failure = event.exception;
  },
  content: converseBodies.content,
};

const INVOKED = /\/model\/([^/]+)\/invoke(?:-with-response-stream)?$/;

/** InvokeModel of families other than Anthropic's: the fields of a body, and the model, show the operation. */
function invokedAt(operation: Endpoint['operation']): Protocol {
  const hasText = operation === 'chat' || operation === 'text_completion';
  const { content } = invokeBodies;
  return {
    provider: 'aws.bedrock',
    path: INVOKED,
    endpoint: {
      operation,
      request: ([body], { model, stream }: Beside) => ({
        ...invokeBodies.request(fields(body), model),
        stream,
        outputType: operation === 'generate_content' ? 'image' : undefined,
      }),
      response: (answer, asked) => invokeBodies.response(fields(answer), asked),
      chunk(soFar, event, asked) {
        invokeBodies.chunk(soFar, unwrapped(event), asked);
        if (event.exception) soFar.failure = event.exception;
      },
      ...(hasText && {
        content: { ...content, fold: (whole, event) => content.fold(whole, unwrapped(event)) },
      }),
    },
    matches: (body, { path }) =>
      Object.keys(body).length > 0 &&
      invokeBodies.operationOf(body, INVOKED.exec(path)?.[1] ?? '') === operation,
    isKnownOnly: true,
    isBulky: operation === 'embeddings' || operation === 'generate_content',
    stream: ({ path }) => path.endsWith('-stream'),
    isLast: (event) =>
      unwrapped(event)['amazon-bedrock-invocationMetrics'] !== undefined || event.exception !== undefined,
  };
}

/** The id of the model; a deployment is named by the path. */
const watsonxModel = (p: any, { model }: Beside): string | undefined => name(p.model_id) ?? model;

const watsonxChat: Protocol['endpoint'] = {
  ...chatEndpoint,
  request: (args, self: any) => {
    const p = fields(args[0]);
    const { time_limit: _, parameters, ...rest } = p;
    return chatEndpoint.request([{ ...rest, ...fields(parameters), model: watsonxModel(p, self) }], self);
  },
};

const watsonxFinish = finishBy({
  eos_token: 'stop',
  stop_sequence: 'stop',
  max_tokens: 'length',
  token_limit: 'length',
  time_limit: 'length',
  error: 'error',
});

/** Events of a stream count the tokens so far; the input is counted in the first one. */
function watsonxResult(soFar: LlmResponse, r: any): void {
  soFar.model ??= name(r.model_id);
  soFar.failure ??= answerFailure(r);
  const [result] = objects(r.results);
  if (!result) return;
  const { stop_reason: reason } = result;
  if (reason !== undefined && reason !== 'not_finished') soFar.finishReasons = watsonxFinish(reason);
  soFar.usage = checkedUsage({
    inputTokens: tokenCount(result.input_token_count) || soFar.usage?.inputTokens,
    outputTokens: tokenCount(result.generated_token_count) ?? soFar.usage?.outputTokens,
  });
}

const watsonxText: Endpoint = {
  operation: 'text_completion',
  request([body], self: Beside) {
    const p = fields(body);
    const { max_new_tokens, random_seed, stop_sequences, ...parameters } = fields(p.parameters);
    return {
      ...plainRequest({ ...parameters, max_tokens: max_new_tokens, seed: random_seed }, self),
      model: watsonxModel(p, self),
      stopSequences: strings(stop_sequences),
      messageCount: count(p.input),
    };
  },
  response(r): LlmResponse {
    const whole: LlmResponse = {};
    watsonxResult(whole, r);
    return whole;
  },
  chunk: watsonxResult,
  content: asText(
    ({ input }) => input,
    ({ results }) => objects(results)[0]?.generated_text,
  ),
};

/** Embeddings and rankings: their answers count the input alone. */
const watsonxInputs = (operation: 'embeddings' | 'rerank'): Endpoint => ({
  operation,
  request: ([p], self: Beside) => ({
    model: watsonxModel(fields(p), self),
    messageCount: count(fields(p).inputs),
  }),
  response: (r): LlmResponse => ({
    model: name(r.model_id),
    usage: checkedUsage({ inputTokens: tokenCount(r.input_token_count) }),
  }),
});

/** @param ending of the path, after the part that names a deployment. */
const watsonxAt = (
  ending: string,
  endpoint: Protocol['endpoint'],
  matches: Protocol['matches'],
): Protocol => ({
  provider: 'ibm.watsonx.ai',
  path: new RegExp(`\\/ml\\/v1\\/(?:deployments\\/([^/]+)\\/)?text\\/${ending}$`),
  endpoint,
  matches: (body, target) =>
    (isText(body.model_id) || target.path.includes('/deployments/')) && matches(body, target),
  isDistinct: true,
  stream: ({ path }) => path.endsWith('_stream'),
});

export const platformProtocols: readonly Protocol[] = [
  gatewayAt('language', gatewayChat),
  gatewayAt('decision', gatewayOther('generate_content')),
  gatewayAt('embedding', gatewayEmbeddings),
  gatewayAt('image', gatewayOther('generate_content', 'image')),
  gatewayAt('speech', gatewayOther('generate_content', 'speech')),
  gatewayAt('transcription', gatewayOther('generate_content')),
  gatewayAt('reranking', gatewayOther('rerank')),
  cloudflareAt(chatEndpoint, ({ messages }) => isMessages(messages)),
  cloudflareAt(completionsEndpoint, ({ prompt }) => isText(prompt)),
  cloudflareAt(responsesEndpoint, ({ input }) => isInput(input)),
  cloudflareAt(
    rerankEndpoint(({ contexts }) => contexts),
    ({ query, contexts }) => isText(query) && Array.isArray(contexts),
  ),
  cloudflareAt(embeddingsEndpoint, ({ text }) => isText(text) || Array.isArray(text)),
  {
    provider: 'replicate',
    path: /\/(?:v1|replicate)\/(?:(?:models|deployments)\/([^/]+\/[^/]+)\/)?predictions$/,
    endpoint: prediction,
    matches: ({ input }) => typeof input === 'object' && input !== null,
    isKnownOnly: true,
  },
  {
    provider: 'aws.bedrock',
    path: /\/model\/([^/]+)\/converse(?:-stream)?$/,
    endpoint: converse,
    matches: ({ messages }) => isMessages(messages),
    isDistinct: true,
    stream: ({ path }) => path.endsWith('-stream'),
    isLast: ({ metadata, exception }) => metadata !== undefined || exception !== undefined,
  },
  ...(['chat', 'text_completion', 'embeddings', 'generate_content', 'rerank'] as const).map(invokedAt),
  watsonxAt('chat(?:_stream)?', watsonxChat, ({ messages }) => isMessages(messages)),
  watsonxAt(
    'generation(?:_stream)?',
    watsonxText,
    ({ input, parameters }) => isText(input) || parameters !== undefined,
  ),
  { ...watsonxAt('embeddings', watsonxInputs('embeddings'), ({ inputs }) => isInput(inputs)), isBulky: true },
  watsonxAt('rerank', watsonxInputs('rerank'), ({ query, inputs }) => isText(query) && isInput(inputs)),
];

// biome-ignore-end lint/suspicious/noExplicitAny: payloads of vendors have no type here
