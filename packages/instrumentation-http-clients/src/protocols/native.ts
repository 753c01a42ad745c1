/**
 * Protocols of vendors beside OpenAI's: Alibaba, Databricks, SageMaker, Snowflake, OCI, Writer, Reka, MiniMax, DeepInfra, Nomic,
 * Pinecone, Mixedbread.
 */
import {
  answerFailure,
  checkedUsage,
  count,
  type Endpoint,
  fields,
  finishBy,
  type LlmResponse,
  name,
  objects,
  openAIEmbeddingsUsage,
  openAIUsage,
  reportedUsd,
  string,
  strings,
  tokenCount,
} from '@llmtrace/core/internal';
import { listEmbeddings, pipeline } from './hugging-face.ts';
import { inputsOnly, isListWithUsage, sumOf, textContent, textOfMessage, wholeOf } from './native-readers.ts';
import {
  chatEndpoint,
  completionsEndpoint,
  embeddingsEndpoint,
  isResponse,
  responsesEndpoint,
} from './openai.ts';
import { rerankEndpoint } from './other-vendors.ts';
import {
  type Beside,
  isInput,
  isMessages,
  isNamed,
  isText,
  type Protocol,
  plainRequest,
} from './protocol.ts';
import { addTextSoFar } from './streamed-text.ts';

// biome-ignore-start lint/suspicious/noExplicitAny: payloads of vendors have no type here

const hasChoices = (answer: any): boolean => Array.isArray(answer.choices);

// Alibaba: https://help.aliyun.com/en/model-studio/qwen-api-via-dashscope

const [AIGC, SERVICES] = [String.raw`\/services\/aigc\/`, String.raw`\/services\/`];

const alibabaChoice = (r: any): any => objects(fields(r.output).choices)[0];

/** Events count the tokens so far; the reason of one that is not the last is the text `null`. */
function alibabaAnswer(soFar: LlmResponse, r: any): void {
  soFar.id ??= name(r.request_id);
  const reason = alibabaChoice(r)?.finish_reason ?? fields(r.output).finish_reason;
  if (isText(reason) && reason !== 'null') soFar.finishReasons = [reason];
  if (r.usage) Object.assign(soFar, openAIUsage(r.usage));
  if (isText(r.code)) soFar.failure ??= { code: r.code, message: r.message };
}

const alibabaChat: Endpoint = {
  operation: 'chat',
  request([body], self: Beside) {
    const p = fields(body);
    const { messages, prompt } = fields(p.input);
    const request = plainRequest({ ...fields(p.parameters), model: p.model, messages, prompt }, self);
    return { ...request, stopSequences: strings(fields(p.parameters).stop) };
  },
  response: wholeOf(alibabaAnswer),
  chunk: alibabaAnswer,
  content: textContent(
    ({ input }) => fields(input).messages ?? fields(input).prompt,
    (r) => textOfMessage(fields(alibabaChoice(r)?.message)) ?? string(fields(r.output).text),
    addTextSoFar, // pieces with `incremental_output`
  ),
};

/** An application of Model Studio: its answer counts the tokens of each model that it has asked. */
function appAnswer(soFar: LlmResponse, r: any): void {
  alibabaAnswer(soFar, { ...r, usage: undefined });
  const models = objects(fields(r.usage).models);
  if (models.length === 0) return;
  soFar.model = models.length === 1 ? name(models[0].model_id) : undefined;
  soFar.usage = checkedUsage({
    inputTokens: sumOf(models, 'input_tokens'),
    outputTokens: sumOf(models, 'output_tokens'),
  });
}

const alibabaApp: Protocol['endpoint'] = { ...alibabaChat, response: wholeOf(appAnswer), chunk: appAnswer };

const alibabaInputs = ({ input }: any): unknown =>
  fields(input).texts ?? fields(input).contents ?? fields(input).documents;

const alibabaAt = (path: string, endpoint: Protocol['endpoint']): Protocol => ({
  provider: 'alibaba',
  path: new RegExp(`${path}$`),
  endpoint,
  matches: ({ model, input }) => isText(model) && isNamed(input),
  confirms: ({ request_id, output }) => isText(request_id) && output !== undefined,
  stream: ({ header }) => header('x-dashscope-sse') === 'enable',
  isBulky: endpoint.operation === 'embeddings',
});

// Databricks (https://docs.databricks.com/aws/en/machine-learning/foundation-model-apis/api-reference) and SageMaker

const invokedAt = (
  endpoint: Protocol['endpoint'],
  more: Pick<Protocol, 'matches' | 'confirms' | 'isLast' | 'ofList' | 'isShownByAnswer'>,
): Protocol => ({
  provider: 'openai',
  path: /\/(?:serving-endpoints|endpoints|gateway)\/([^/]+)\/invocations(?:-response-stream)?$/,
  // The path names the model of a request without one.
  endpoint: {
    ...endpoint,
    request: (args, self: any) =>
      endpoint.request([{ ...args[0], model: name(fields(args[0]).model) ?? self.model }], self),
  },
  ...more,
  stream: ({ path }) => (path.endsWith('-stream') ? true : undefined),
  failure: ({ exception }) => exception,
  isBulky: endpoint.operation === 'embeddings',
});

// OCI: https://docs.oracle.com/en-us/iaas/api/#/en/generative-ai-inference/latest/ChatResult/Chat

const ociFinish = finishBy({
  COMPLETE: 'stop',
  MAX_TOKENS: 'length',
  ERROR: 'error',
  ERROR_TOXIC: 'content_filter',
});

/** Usage with the names of Java. */
const ociUsage = ({ promptTokens, completionTokens, totalTokens, ...details }: any) =>
  openAIUsage({
    prompt_tokens: promptTokens,
    completion_tokens: completionTokens,
    total_tokens: totalTokens,
    prompt_tokens_details: { cached_tokens: fields(details.promptTokensDetails).cachedTokens },
    completion_tokens_details: { reasoning_tokens: fields(details.completionTokensDetails).reasoningTokens },
  });

function ociAnswer(soFar: LlmResponse, r: any): void {
  soFar.model ??= name(r.modelId);
  const answer = isNamed(r.chatResponse) ? fields(r.chatResponse) : r;
  const [choice] = objects(answer.choices);
  const reason = ociFinish(answer.finishReason ?? choice?.finishReason);
  if (reason) soFar.finishReasons = reason;
  const usage = answer.usage ?? choice?.usage;
  if (usage) Object.assign(soFar, ociUsage(fields(usage)));
}

const ociModel = ({ servingMode }: any): string | undefined =>
  name(fields(servingMode).modelId ?? fields(servingMode).endpointId);

const ociChat: Endpoint = {
  operation: 'chat',
  request([body], self: Beside) {
    const p = fields(body);
    const { maxTokens, topP, topK, temperature, seed, isStream, messages, message } = fields(p.chatRequest);
    const settings = { max_tokens: maxTokens, top_p: topP, top_k: topK, temperature, seed };
    return {
      ...plainRequest({ ...settings, messages: messages ?? message }, self),
      model: ociModel(p),
      stream: isStream === true,
    };
  },
  response: wholeOf(ociAnswer),
  chunk: ociAnswer,
  content: textContent(
    ({ chatRequest }) => fields(chatRequest).messages ?? fields(chatRequest).message,
    (r) => {
      const answer = isNamed(r.chatResponse) ? fields(r.chatResponse) : r;
      const message: unknown = answer.message ?? (objects(answer.choices)[0] as any)?.message;
      return string(answer.text) ?? textOfMessage(fields(message));
    },
  ),
};

const ociInputs = (operation: 'embeddings' | 'rerank'): Endpoint => ({
  operation,
  request: ([body]) => {
    const p = fields(body);
    return { model: ociModel(p), messageCount: count(p.inputs ?? p.documents) };
  },
  response: (r): LlmResponse => ({ model: name(r.modelId), ...(r.usage && ociUsage(fields(r.usage))) }),
});

const ociAt = (method: string, endpoint: Protocol['endpoint']): Protocol => ({
  provider: 'oracle.oci',
  path: new RegExp(`\\/actions\\/${method}$`),
  endpoint,
  matches: ({ servingMode, compartmentId }) => isNamed(servingMode) && isText(compartmentId),
  failure: answerFailure,
  isDistinct: true,
  isBulky: endpoint.operation === 'embeddings',
});

// Reka: https://docs.reka.ai/api-reference/chat

/** Events have all of the answer so far. */
function rekaAnswer(soFar: LlmResponse, r: any): void {
  soFar.id ??= name(r.id);
  soFar.model ??= name(r.model);
  const reasons = strings(objects(r.responses).flatMap((one: any) => name(one.finish_reason) ?? []));
  if (reasons && reasons.length > 0) soFar.finishReasons = reasons;
  if (r.usage) Object.assign(soFar, openAIUsage(r.usage));
}

const rekaChat: Endpoint = {
  operation: 'chat',
  request: ([p], self) => plainRequest(fields(p), self),
  response: wholeOf(rekaAnswer),
  chunk: rekaAnswer,
  content: textContent(
    ({ messages }) => messages,
    (r) => textOfMessage(fields((objects(r.responses)[0] ?? (objects(r.chunks)[0] as any))?.message)),
    addTextSoFar,
  ),
};

// DeepInfra: https://deepinfra.com/docs/advanced/native_api

const deepInfra = (operation: 'text_completion' | 'embeddings' | 'generate_content'): Endpoint => ({
  operation,
  request: ([body], { model }: Beside) => ({
    model,
    messageCount: count(fields(body).input ?? fields(body).inputs),
  }),
  response(r): LlmResponse {
    const { cost, tokens_input, tokens_generated, status } = fields(r.inference_status);
    return {
      id: name(r.request_id),
      usage: checkedUsage({
        inputTokens: tokenCount(r.num_input_tokens ?? r.input_tokens ?? tokens_input),
        outputTokens: tokenCount(r.num_tokens ?? tokens_generated),
        reportedCost: reportedUsd(cost),
      }),
      failure: status === 'failed' ? { code: 'failed' } : undefined,
    };
  },
});

const deepInfraAt = (operation: Parameters<typeof deepInfra>[0], matches: Protocol['matches']): Protocol => ({
  provider: 'deepinfra',
  path: /\/v1\/inference\/(.+)$/s,
  endpoint: deepInfra(operation),
  matches,
  isKnownOnly: true,
  isBulky: operation !== 'text_completion',
});

export const nativeProtocols: readonly Protocol[] = [
  alibabaAt(`${AIGC}(?:text|multimodal)-generation\\/generation`, alibabaChat),
  // https://help.aliyun.com/en/model-studio/application-api-reference
  {
    ...alibabaAt(String.raw`\/api\/v1\/apps\/[^/]+\/completion`, alibabaApp),
    matches: ({ input }) => isNamed(input),
  },
  alibabaAt(
    `${SERVICES}embeddings\\/(?:text|multimodal)-embedding\\/(?:text|multimodal)-embedding`,
    inputsOnly('embeddings', alibabaInputs),
  ),
  alibabaAt(`${SERVICES}rerank\\/text-rerank\\/text-rerank`, inputsOnly('rerank', alibabaInputs)),
  invokedAt(chatEndpoint, { matches: ({ messages }) => isMessages(messages), confirms: hasChoices }),
  invokedAt(completionsEndpoint, {
    matches: ({ prompt, messages }) => isInput(prompt) && messages === undefined,
    confirms: hasChoices,
  }),
  // Agents have messages in the place of texts.
  invokedAt(responsesEndpoint, { matches: ({ input }) => isMessages(input), confirms: isResponse }),
  invokedAt(embeddingsEndpoint, {
    matches: ({ input }) => isText(input) || (Array.isArray(input) && isText(input[0])),
    confirms: isListWithUsage,
  }),
  // TGI, TEI and pipelines as SageMaker has them. Other models have the same requests.
  invokedAt(pipeline.endpoint, { ...pipeline, isShownByAnswer: true }),
  invokedAt(listEmbeddings.endpoint, {
    ...listEmbeddings,
    matches: ({ inputs }) => Array.isArray(inputs) && isText(inputs[0]),
    isShownByAnswer: true,
  }),
  {
    provider: 'snowflake',
    // https://docs.snowflake.com/en/user-guide/snowflake-cortex/cortex-rest-api
    path: /\/cortex\/inference[:/]complete$/,
    endpoint: chatEndpoint,
    matches: ({ model, messages }) => isText(model) && Array.isArray(messages),
    isDistinct: true,
  },
  {
    provider: 'snowflake',
    path: /\/cortex\/inference[:/]embed$/,
    endpoint: inputsOnly('embeddings', ({ text }) => text),
    matches: ({ model, text }) => isText(model) && isInput(text),
    isDistinct: true,
    isBulky: true,
  },
  ociAt('chat', ociChat),
  ociAt('embedText', ociInputs('embeddings')),
  ociAt('rerankText', ociInputs('rerank')),
  {
    provider: 'writer',
    // https://dev.writer.com/api-reference/completion-api/chat-completion
    path: /\/v1\/chat$/,
    endpoint: chatEndpoint,
    matches: ({ model, messages }) => isText(model) && /^palmyra/.test(model) && isMessages(messages),
    confirms: hasChoices,
  },
  {
    provider: 'reka',
    path: /\/v1\/chat$/,
    endpoint: rekaChat,
    matches: ({ model, messages }) => isText(model) && /^reka/.test(model) && isMessages(messages),
    confirms: ({ responses }) => Array.isArray(responses),
    failure: answerFailure,
  },
  {
    provider: 'minimax',
    // https://platform.minimax.io/docs/api-reference/text-post
    path: /\/text\/chatcompletion_v2$/,
    endpoint: chatEndpoint,
    matches: ({ model, messages }) => isText(model) && isMessages(messages),
    isDistinct: true,
  },
  {
    provider: 'minimax',
    path: /\/embeddings$/,
    endpoint: {
      ...inputsOnly('embeddings', ({ texts }) => texts),
      response: (r): LlmResponse => openAIEmbeddingsUsage({ total_tokens: r.total_tokens }),
    },
    matches: ({ model, texts }) => isText(model) && Array.isArray(texts),
    confirms: ({ vectors, base_resp }) => vectors !== undefined && isNamed(base_resp),
  },
  deepInfraAt('text_completion', ({ input }) => isText(input)),
  deepInfraAt('embeddings', ({ inputs }) => Array.isArray(inputs)),
  deepInfraAt('generate_content', ({ prompt }) => isText(prompt)),
  {
    provider: 'nomic',
    // https://docs.nomic.ai/reference/api/embed-text-v-1-embedding-text-post
    path: /\/v1\/embedding\/(?:text|image)$/,
    endpoint: inputsOnly('embeddings', ({ texts, urls }) => texts ?? urls),
    matches: ({ texts, urls }) => [texts, urls].some(Array.isArray),
    confirms: ({ embeddings, usage }) => Array.isArray(embeddings) && isNamed(usage),
    isBulky: true,
  },
  {
    provider: 'pinecone',
    // https://docs.pinecone.io/reference/api/latest/inference/generate-embeddings
    path: /\/embed$/,
    endpoint: inputsOnly('embeddings', ({ inputs }) => inputs),
    matches: ({ model, inputs }) => isText(model) && Array.isArray(inputs),
    confirms: ({ vector_type, usage }) => isText(vector_type) && isNamed(usage),
    isBulky: true,
  },
  {
    provider: 'nvidia',
    // https://docs.nvidia.com/nim/nemo-retriever/text-reranking/latest/using-reranking.html
    path: /\/v1\/(?:ranking|retrieval\/[^/]+\/(?:[^/]+\/)?reranking)$/,
    endpoint: rerankEndpoint(({ passages }) => passages),
    matches: ({ query, passages }) => isNamed(query) && Array.isArray(passages),
    confirms: ({ rankings }) => Array.isArray(rankings),
  },
  {
    provider: 'mixedbread',
    // https://www.mixedbread.com/api-reference/endpoints/reranking/rerank
    path: /\/reranking$/,
    endpoint: rerankEndpoint(({ input }) => input),
    matches: ({ model, query, input }) => isText(model) && isText(query) && Array.isArray(input),
    confirms: isListWithUsage,
  },
];
// biome-ignore-end lint/suspicious/noExplicitAny: payloads of vendors have no type here
