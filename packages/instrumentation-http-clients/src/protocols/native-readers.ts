/** Readers of bodies, for protocols of vendors and of model servers beside OpenAI's. */
import {
  type ContentReader,
  count,
  fields,
  type LlmResponse,
  name,
  openAIEmbeddingsUsage,
  parts,
} from '@llmtrace/core/internal';
import { chatEndpoint } from './openai.ts';
import { type Beside, isNamed, isText, joinedText, onWire } from './protocol.ts';

// biome-ignore-start lint/suspicious/noExplicitAny: payloads of vendors have no type here

/** Messages and texts at places of their own. An event may have all of the text so far. */
export const textContent = (
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

export const textOfMessage = ({ content }: any): string | undefined =>
  isText(content) ? content : joinedText(content) || undefined;

export const wholeOf =
  (fold: (soFar: LlmResponse, r: any) => void) =>
  (r: any): LlmResponse => {
    const whole: LlmResponse = {};
    fold(whole, r);
    return whole;
  };

/** Embeddings and rankings count the input alone, in the total. */
export const inputsOnly = (operation: 'embeddings' | 'rerank', inputsOf: (body: any) => unknown) =>
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

export const isListWithUsage = ({ object, usage }: any): boolean => object === 'list' && isNamed(usage);
// biome-ignore-end lint/suspicious/noExplicitAny: payloads of vendors have no type here
