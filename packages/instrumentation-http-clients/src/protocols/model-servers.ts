/** Protocols of model servers beside OpenAI's: those of Triton, llama.cpp, vLLM and LM Studio. */
import {
  answerFailure,
  checkedUsage,
  fields,
  type LlmResponse,
  name,
  number,
  objects,
  tokenCount,
} from '@llmtrace/core/internal';
import { isListWithUsage, serverFinish, serverOf } from './native-readers.ts';
import { embeddingsEndpoint } from './openai.ts';
import { rerankEndpoint } from './other-vendors.ts';
import { isInput, isNamed, isText, type Protocol } from './protocol.ts';

// biome-ignore-start lint/suspicious/noExplicitAny: payloads of vendors have no type here

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

export const modelServerProtocols: readonly Protocol[] = [
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
