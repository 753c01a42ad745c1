/** Readers of bodies, for protocols of vendors and of model servers beside OpenAI's. */
import {
  type ContentReader,
  count,
  type Endpoint,
  fields,
  finishBy,
  type LlmResponse,
  name,
  number,
  openAIEmbeddingsUsage,
  parts,
  tokenCount,
} from '@llmtrace/core/internal';
import { chatEndpoint } from './openai.ts';
import { asText } from './other-vendors.ts';
import { type Beside, isNamed, isText, joinedText, plainRequest } from './protocol.ts';
import { addPiece } from './streamed-text.ts';

// biome-ignore-start lint/suspicious/noExplicitAny: payloads of vendors have no type here

/** Messages and texts at places of their own. */
export const textContent = (
  messagesOf: (body: any) => unknown,
  textOf: (answer: any) => string | undefined,
  add = addPiece,
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
  fold: (whole, event) => add(whole, textOf(event)),
});

export const textOfMessage = ({ content }: any): string | undefined =>
  isText(content) ? content : joinedText(content) || undefined;

type Fold = NonNullable<Endpoint['chunk']>;

export const wholeOf =
  (fold: Fold) =>
  (r: any, asked?: Parameters<Fold>[2]): LlmResponse => {
    const whole: LlmResponse = {};
    fold(whole, r, asked);
    return whole;
  };

/** Embeddings and rankings count the input alone, in the total. */
export const inputsOnly = (
  operation: 'embeddings' | 'rerank',
  inputsOf: (body: any) => unknown,
): Endpoint => ({
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

/** The sum of a count in several answers; undefined where none has it. */
export const sumOf = (list: readonly any[], key: string): number | undefined =>
  list.reduce((soFar, one) => plus(soFar, tokenCount(one?.[key])), undefined);

const plus = (soFar: number | undefined, more: number | undefined): number | undefined =>
  more === undefined ? soFar : (soFar ?? 0) + more;

export const isListWithUsage = ({ object, usage }: any): boolean => object === 'list' && isNamed(usage);

/** Reasons of model servers. */
export const serverFinish = finishBy({
  eos_token: 'stop',
  stop_sequence: 'stop',
  eos: 'stop',
  word: 'stop',
  limit: 'length',
});

/**
 * A model server's endpoint.
 * @param settingsOf the parameters by OpenAI's names, and the `prompt`.
 */
export const serverOf = (
  operation: 'chat' | 'text_completion',
  fold: Fold,
  settingsOf: (p: any) => any,
  textOf: (answer: any) => unknown,
  content = asText((p) => settingsOf(p).prompt, textOf),
): Endpoint => ({
  operation,
  request([body], self: Beside) {
    const p = fields(body);
    const settings = settingsOf(p);
    const request = plainRequest({ ...settings, model: p.model, stream: p.stream }, self);
    return { ...request, choiceCount: number(settings.n) };
  },
  response: wholeOf(fold),
  chunk: fold,
  content,
});

export const sampling = ({ max_new_tokens, ...settings }: any): any => ({
  ...settings,
  max_tokens: max_new_tokens,
});

// biome-ignore-end lint/suspicious/noExplicitAny: payloads of vendors have no type here
