/** SGLang's own protocol: https://docs.sglang.ai/basic_usage/native_api.html */
import {
  answerFailure,
  type ContentReader,
  checkedUsage,
  type Endpoint,
  entryAt,
  fields,
  type LlmResponse,
  name,
  objects,
  parts,
} from '@llmtrace/core/internal';
import { sampling, serverOf, sumOf } from './native-readers.ts';
import { isInput, isText, type Protocol } from './protocol.ts';
import { addTextSoFar } from './streamed-text.ts';

// biome-ignore-start lint/suspicious/noExplicitAny: payloads of vendors have no type here

/** The counts of each answer so far: a request may ask for several, whose events are mixed. */
const COUNTS = new WeakMap<LlmResponse, any[]>();

const answersOf = (r: any): readonly any[] => (Array.isArray(r.answers) ? objects(r.answers) : [r]);

const sglangAnswer: Endpoint['chunk'] = (soFar, r, asked) => {
  soFar.failure ??= answerFailure(r) ?? abortOf(r);
  const counts = COUNTS.get(soFar) ?? [];
  COUNTS.set(soFar, counts);
  for (const [at, one] of answersOf(r).entries()) {
    const meta = fields(one.meta_info);
    soFar.id ??= name(meta.id);
    Object.assign(
      entryAt(counts, one.index ?? at, () => ({})),
      meta,
    );
  }
  const reasons = counts.map(({ finish_reason }) => fields(finish_reason).type).filter(isText);
  if (reasons.length > 0) soFar.finishReasons = reasons;
  soFar.usage = usageOf(counts, asked?.request.choiceCount ?? 1);
};

/** The server stops a request that it cannot serve; one that the application stops has no status. */
function abortOf({ meta_info }: any): unknown {
  const { type, message, status_code: status } = fields(fields(meta_info).finish_reason);
  return type === 'abort' && status ? { code: String(status), message, status } : undefined;
}

/** @param n the answers to each prompt, of which each counts the prompt. */
function usageOf(counts: readonly any[], n: number): LlmResponse['usage'] {
  const ofPrompts = counts.filter((_, at) => at % n === 0);
  return checkedUsage({
    inputTokens: sumOf(ofPrompts, 'prompt_tokens'),
    outputTokens: sumOf(counts, 'completion_tokens'),
    cacheReadTokens: sumOf(ofPrompts, 'cached_tokens'),
  });
}

const settingsOf = ({ text, sampling_params }: any): any => ({
  ...sampling(fields(sampling_params)),
  prompt: text,
});

/** Events have all of the text so far; the server's `--incremental-streaming-output` makes it pieces. */
const content: ContentReader = {
  prompt: ([p = {}]) => ({
    messages: parts.list(p.text).map((text) => ({ role: 'user', parts: parts.text(text) })),
  }),
  answer: (answer) =>
    answersOf(answer).map((one) => ({
      role: 'assistant',
      parts: parts.text(one.llmtraceText ?? one.text),
    })),
  fold(whole, event) {
    whole.answers ??= [];
    addTextSoFar(
      entryAt(whole.answers, event.index, () => ({})),
      event.text,
    );
  },
};

export const sglangProtocol: Protocol = {
  provider: 'sglang',
  path: /\/generate$/,
  endpoint: serverOf('text_completion', sglangAnswer, settingsOf, ({ text }) => text, content),
  matches: ({ text, input_ids }) => isInput(text ?? input_ids),
  confirms: ({ meta_info, answers }) =>
    fields(meta_info ?? objects(answers)[0]?.meta_info).completion_tokens !== undefined,
  ofList: (answers) => ({ answers }),
};
// biome-ignore-end lint/suspicious/noExplicitAny: payloads of vendors have no type here
