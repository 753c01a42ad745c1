/** Protocols of Hugging Face's servers (TGI, TEI) and of its own inference: answers are bare lists, counts are in headers. */
import {
  answerFailure,
  checkedUsage,
  count,
  type Endpoint,
  fields,
  type LlmResponse,
  name,
  tokenCount,
} from '@llmtrace/core/internal';
import { sampling, serverFinish, serverOf } from './native-readers.ts';
import { type Beside, isInput, isNamed, isText, type Protocol } from './protocol.ts';

// biome-ignore-start lint/suspicious/noExplicitAny: payloads of vendors have no type here

/**
 * https://huggingface.co/docs/text-generation-inference/main/en/basic_tutorials/consuming_tgi: a streamed answer has its counts
 * in the details, a whole one in the headers, too.
 */
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

const textOf = ({ generated_text, summary_text, translation_text, token }: any): unknown =>
  isNamed(token) ? textOfToken(token) : (generated_text ?? summary_text ?? translation_text);

/** The end of a text has a token, too. */
const textOfToken = ({ text, special }: any): unknown => (special === true ? '' : text);

/** Of a pipeline, SageMaker's or of a server, too: one answer, in a list. */
export const pipeline: Pick<Protocol, 'endpoint' | 'matches' | 'confirms' | 'isLast' | 'ofList'> = {
  endpoint: serverOf(
    'text_completion',
    tgiAnswer,
    ({ inputs, parameters }) => ({ ...sampling(fields(parameters)), prompt: inputs }),
    textOf,
  ),
  matches: ({ inputs }) => isText(inputs),
  confirms: ({ token, ...answer }) => isNamed(token) || isText(textOf(answer)),
  isLast: ({ details }) => isNamed(details),
  ofList: ([first]) => fields(first),
};

/** Of texts, of their tokens, or one. */
const MAX_DEPTH = 3;

const isNumbers = (list: unknown, depth = 0): boolean =>
  Array.isArray(list) && depth < MAX_DEPTH && (typeof list[0] === 'number' || isNumbers(list[0], depth + 1));

const inputsOf = ({ inputs }: any): unknown => (isNamed(inputs) ? fields(inputs).sentences : inputs);

/** Only the headers have the tokens. Nothing of the lists is kept but their kind. */
const lists = (operation: 'embeddings' | 'rerank', listOf: (body: any) => unknown): Endpoint => ({
  operation,
  request: ([body], self: Beside) => {
    const p = fields(body);
    return { model: name(p.model) ?? self.model, messageCount: count(listOf(p)) };
  },
  response: (): LlmResponse => ({}),
});

/** Embeddings that are lists of numbers. */
export const listEmbeddings: Pick<Protocol, 'endpoint' | 'confirms' | 'ofList' | 'isBulky'> = {
  endpoint: lists('embeddings', inputsOf),
  confirms: ({ isEmbeddings }) => isEmbeddings === true,
  ofList: (list) => ({ isEmbeddings: isNumbers(list) }),
  isBulky: true,
};

/** TEI names what it has counted in each answer: https://github.com/huggingface/text-embeddings-inference */
const announces: Protocol['announces'] = (header) => header('x-compute-tokens') !== undefined;

const TASKS = /\/(?:hf-inference\/models|huggingface)\/((?:(?!\/pipeline\/).)+)$/s;
const MEDIA = /^(?:image|audio|video)\//;

/** Pictures, sounds and videos; the text of a sound or a picture, which is the body of the request then. */
const media: Endpoint = {
  operation: 'generate_content',
  request: (_args, { model }: Beside) => ({ model }),
  response: (r): LlmResponse => ({ failure: answerFailure(r) }),
};

export const huggingFaceProtocols: readonly Protocol[] = [
  {
    provider: 'hugging_face',
    path: /\/generate(?:_stream)?$/,
    ...pipeline,
    stream: ({ path }) => path.endsWith('_stream'),
  },
  {
    provider: 'hugging_face',
    path: /\/(?:embed|embed_all|embed_sparse|similarity)$/,
    ...listEmbeddings,
    matches: ({ inputs }) => isInput(inputs) || isNamed(inputs),
    announces,
  },
  {
    provider: 'hugging_face',
    path: /\/rerank$/,
    endpoint: lists('rerank', ({ texts }) => texts),
    matches: ({ query, texts }) => isText(query) && Array.isArray(texts),
    confirms: ({ isRanking }) => isRanking === true,
    ofList: ([first]) => ({ isRanking: typeof fields(first).score === 'number' }),
    announces,
  },
  // https://huggingface.co/docs/inference-providers/providers/hf-inference
  {
    provider: 'hugging_face',
    path: /\/hf-inference\/models\/(.+)\/pipeline\/(?:feature-extraction|sentence-similarity)$/s,
    ...listEmbeddings,
    matches: ({ inputs }) => isInput(inputs) || isNamed(inputs),
    isKnownOnly: true,
  },
  // Classifiers and other tasks have the same requests: the answer shows which one it is.
  {
    provider: 'hugging_face',
    path: TASKS,
    ...pipeline,
    isKnownOnly: true,
    isShownByAnswer: true,
  },
  {
    provider: 'hugging_face',
    path: TASKS,
    endpoint: media,
    matches: ({ inputs }) => inputs === undefined || isText(inputs),
    announces: (header) => MEDIA.test(header('content-type') ?? ''),
    confirms: ({ text, generated_text }) => typeof (text ?? generated_text) === 'string',
    ofList: pipeline.ofList as (list: readonly any[]) => object,
    isKnownOnly: true,
    isShownByAnswer: true,
  },
];
// biome-ignore-end lint/suspicious/noExplicitAny: payloads of vendors have no type here
