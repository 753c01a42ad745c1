/**
 * Protocols of vendors and of model servers beside OpenAI's: Alibaba, Databricks, SageMaker, Snowflake, OCI, Writer, Reka, MiniMax,
 * DeepInfra, Nomic, Pinecone, Mixedbread, and those of TGI, SGLang, Triton, llama.cpp, vLLM and LM Studio.
 */
import {
  answerFailure,
  type ContentReader,
  checkedUsage,
  count,
  fields,
  finishBy,
  type LlmResponse,
  name,
  number,
  objects,
  openAIEmbeddingsUsage,
  openAIUsage,
  parts,
  reportedUsd,
  string,
  strings,
  tokenCount,
} from '@llmtrace/core/internal';
import {
  chatEndpoint,
  completionsEndpoint,
  embeddingsEndpoint,
  isResponse,
  responsesEndpoint,
} from './openai.ts';
import { asText, rerankEndpoint } from './other-vendors.ts';
import {
  type Beside,
  isInput,
  isMessages,
  isNamed,
  isText,
  joinedText,
  onWire,
  type Protocol,
  plainRequest,
} from './protocol.ts';

// biome-ignore-start lint/suspicious/noExplicitAny: payloads of vendors have no type here

const hasChoices = (answer: any): boolean => Array.isArray(answer.choices);

/** Messages and texts at places of their own. An event may have all of the text so far. */
const textContent = (
  messagesOf: (body: any) => unknown,
  textOf: (answer: any) => string | undefined,
): ContentReader => ({
  prompt: ([p = {}], self) => {
    const messages = messagesOf(p);
    const isText = typeof messages === 'string';
    return (
      chatEndpoint.content?.prompt(
        [{ messages: isText ? [{ role: 'user', content: messages }] : messages }],
        self,
      ) ?? {}
    );
  },
  answer: (whole) => [{ role: 'assistant', parts: parts.text(whole.llmtraceText ?? textOf(whole)) }],
  fold(whole, event) {
    const text = textOf(event) ?? '';
    const before = whole.llmtraceText ?? '';
    whole.llmtraceText = before !== '' && text.startsWith(before) ? text : before + text;
  },
});

const textOfMessage = ({ content }: any): string | undefined =>
  isText(content) ? content : joinedText(content) || undefined;

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

const wholeOf =
  (fold: (soFar: LlmResponse, r: any) => void) =>
  (r: any): LlmResponse => {
    const whole: LlmResponse = {};
    fold(whole, r);
    return whole;
  };

const alibabaChat = onWire({
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
  ),
});

/** Embeddings and rankings count the input alone, in the total. */
const inputsOnly = (operation: 'embeddings' | 'rerank', inputsOf: (body: any) => unknown) =>
  onWire({
    operation,
    request: ([body], self: Beside) => {
      const p = fields(body);
      return { model: name(p.model) ?? self.model, messageCount: count(inputsOf(p)) };
    },
    response: (r): LlmResponse => ({
      id: name(r.id ?? r.request_id),
      model: name(r.model),
      ...openAIEmbeddingsUsage(r.usage),
    }),
  });

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
  more: Pick<Protocol, 'matches' | 'confirms'>,
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

const ociChat = onWire({
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
});

const ociInputs = (operation: 'embeddings' | 'rerank') =>
  onWire({
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

const rekaChat = onWire({
  operation: 'chat',
  request: ([p], self) => plainRequest(fields(p), self),
  response: wholeOf(rekaAnswer),
  chunk: rekaAnswer,
  content: textContent(
    ({ messages }) => messages,
    (r) => textOfMessage(fields((objects(r.responses)[0] ?? (objects(r.chunks)[0] as any))?.message)),
  ),
});

// DeepInfra: https://deepinfra.com/docs/advanced/native_api

const deepInfra = (operation: 'text_completion' | 'embeddings' | 'generate_content') =>
  onWire({
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

// Model servers

const serverFinish = finishBy({
  eos_token: 'stop',
  stop_sequence: 'stop',
  eos: 'stop',
  word: 'stop',
  limit: 'length',
});

/** https://huggingface.co/docs/text-generation-inference/main/en/basic_tutorials/consuming_tgi: counts are in the details alone. */
function tgiAnswer(soFar: LlmResponse, r: any): void {
  soFar.failure ??= answerFailure(r);
  const { finish_reason, generated_tokens, input_length, prefill } = fields(r.details);
  if (finish_reason === undefined) return;
  soFar.finishReasons = serverFinish(finish_reason);
  const read = Array.isArray(prefill) && prefill.length > 0 ? prefill.length : undefined;
  soFar.usage = checkedUsage({
    inputTokens: tokenCount(input_length) ?? read,
    outputTokens: tokenCount(generated_tokens),
  });
}

/** https://docs.sglang.ai/basic_usage/native_api.html: events have all of the answer so far. */
function sglangAnswer(soFar: LlmResponse, r: any): void {
  soFar.failure ??= answerFailure(r);
  const meta = fields(r.meta_info);
  soFar.id ??= name(meta.id);
  const reason = fields(meta.finish_reason).type;
  if (isText(reason)) soFar.finishReasons = [reason];
  soFar.usage = checkedUsage({
    inputTokens: tokenCount(meta.prompt_tokens),
    outputTokens: tokenCount(meta.completion_tokens),
    cacheReadTokens: tokenCount(meta.cached_tokens),
  });
}

/** https://github.com/ggml-org/llama.cpp/blob/master/tools/server/README.md */
function llamaAnswer(soFar: LlmResponse, r: any): void {
  soFar.failure ??= answerFailure(r);
  if (r.stop !== true) return;
  soFar.model = name(r.model);
  soFar.finishReasons = serverFinish(r.stop_type);
  soFar.usage = checkedUsage({
    inputTokens: tokenCount(r.tokens_evaluated),
    outputTokens: tokenCount(r.tokens_predicted),
    cacheReadTokens: tokenCount(fields(r.timings).cache_n),
  });
}

/** https://lmstudio.ai/docs/developer/rest/chat */
function lmStudioAnswer(soFar: LlmResponse, event: any): void {
  soFar.failure ??= answerFailure(event);
  const r = isNamed(event.result) ? fields(event.result) : event;
  const stats = fields(r.stats);
  soFar.model ??= name(r.model_instance_id);
  soFar.id = name(r.response_id) ?? soFar.id;
  if (stats.input_tokens === undefined) return;
  soFar.usage = checkedUsage({
    inputTokens: tokenCount(stats.input_tokens),
    outputTokens: tokenCount(stats.total_output_tokens),
    reasoningTokens: tokenCount(stats.reasoning_output_tokens),
  });
}

const serverOf = (
  operation: 'chat' | 'text_completion',
  fold: (soFar: LlmResponse, r: any) => void,
  settingsOf: (p: any) => any,
  textOf: (answer: any) => unknown,
) =>
  onWire({
    operation,
    request([body], self: Beside) {
      const p = fields(body);
      return plainRequest({ ...settingsOf(p), model: p.model, stream: p.stream }, self);
    },
    response: wholeOf(fold),
    chunk: fold,
    content: asText((p) => settingsOf(p).prompt, textOf),
  });

const sampling = ({ max_new_tokens, ...settings }: any): any => ({ ...settings, max_tokens: max_new_tokens });

const tgi = serverOf(
  'text_completion',
  tgiAnswer,
  ({ inputs, parameters }) => ({ ...sampling(fields(parameters)), prompt: inputs }),
  ({ generated_text, token }) => token?.text ?? generated_text,
);
const sglang = serverOf(
  'text_completion',
  sglangAnswer,
  ({ text, sampling_params }) => ({ ...sampling(fields(sampling_params)), prompt: text }),
  ({ text }) => text,
);
const triton = serverOf(
  'text_completion',
  (soFar, r) => {
    soFar.model ??= name(r.model_name);
  },
  ({ text_input, parameters, max_tokens }) => ({ max_tokens, ...fields(parameters), prompt: text_input }),
  ({ text_output }) => text_output,
);
const llama = serverOf(
  'text_completion',
  llamaAnswer,
  ({ n_predict, temperature, top_p, top_k, seed, prompt, input_prefix }) => ({
    max_tokens: number(n_predict) === -1 ? undefined : n_predict,
    temperature,
    top_p,
    top_k,
    seed,
    prompt: isText(input_prefix) ? input_prefix : prompt,
  }),
  ({ content }) => content,
);
const lmStudio = serverOf(
  'chat',
  lmStudioAnswer,
  ({ max_output_tokens, temperature, top_p, top_k, input }) => ({
    max_tokens: max_output_tokens,
    temperature,
    top_p,
    top_k,
    prompt: input,
  }),
  ({ output, type, content }) =>
    type === 'message.delta'
      ? content
      : objects(output)
          .map((one: any) => one.content ?? '')
          .join(''),
);

const isListWithUsage = ({ object, usage }: any): boolean => object === 'list' && isNamed(usage);

export const nativeProtocols: readonly Protocol[] = [
  alibabaAt(`${AIGC}(?:text|multimodal)-generation\\/generation`, alibabaChat),
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
    provider: 'mixedbread',
    // https://www.mixedbread.com/api-reference/endpoints/reranking/rerank
    path: /\/reranking$/,
    endpoint: rerankEndpoint(({ input }) => input),
    matches: ({ model, query, input }) => isText(model) && isText(query) && Array.isArray(input),
    confirms: isListWithUsage,
  },
  {
    provider: 'vllm',
    // https://docs.vllm.ai/en/latest/serving/openai_compatible_server.html
    path: /\/score$/,
    endpoint: rerankEndpoint((p) => p.text_2 ?? p.documents ?? p.items ?? p.data_2),
    matches: ({ model, text_1, queries, data_1 }) => isText(model) && isInput(text_1 ?? queries ?? data_1),
    confirms: isListWithUsage,
  },
  {
    provider: 'vllm',
    path: /\/pooling$/,
    endpoint: embeddingsEndpoint,
    matches: ({ model, input }) => isText(model) && isInput(input),
    confirms: isListWithUsage,
    isBulky: true,
  },
  {
    provider: 'hugging_face',
    path: /\/generate(?:_stream)?$/,
    endpoint: tgi,
    matches: ({ inputs }) => isText(inputs),
    confirms: ({ generated_text, token }) => isText(generated_text) || isNamed(token),
    stream: ({ path }) => path.endsWith('_stream'),
    isLast: ({ details }) => isNamed(details),
  },
  {
    provider: 'sglang',
    path: /\/generate$/,
    endpoint: sglang,
    matches: ({ text, input_ids }) => isInput(text ?? input_ids),
    confirms: ({ meta_info }) => fields(meta_info).completion_tokens !== undefined,
  },
  {
    provider: 'triton',
    // https://github.com/triton-inference-server/server/blob/main/docs/protocol/extension_generate.md
    path: /\/v2\/models\/([^/]+)\/(?:versions\/[^/]+\/)?generate(?:_stream)?$/,
    endpoint: triton,
    matches: ({ text_input }) => isInput(text_input),
    confirms: ({ model_name, text_output }) => isText(model_name) && text_output !== undefined,
    stream: ({ path }) => path.endsWith('_stream'),
  },
  {
    provider: 'llama.cpp',
    path: /\/(?:completion|infill)$/,
    endpoint: llama,
    matches: ({ prompt, input_prefix }) => isInput(prompt) || typeof input_prefix === 'string',
    confirms: ({ content, stop }) => typeof content === 'string' && typeof stop === 'boolean',
    isLast: ({ stop }) => stop === true,
  },
  {
    provider: 'lm_studio',
    path: /\/api\/v1\/chat$/,
    endpoint: lmStudio,
    matches: ({ model, input }) => isText(model) && isInput(input),
    confirms: ({ type, stats }) => type === 'chat.start' || fields(stats).input_tokens !== undefined,
    isLast: ({ type }) => type === 'chat.end',
  },
];
// biome-ignore-end lint/suspicious/noExplicitAny: payloads of vendors have no type here
