/**
 * Answers of Meta's Llama API, which has the requests and the path of OpenAI's chat: read as OpenAI's.
 * https://llama.developer.meta.com/docs/api/chat/
 */
import { type Endpoint, fields, objects } from '@llmtrace/core/internal';
import { isNamed } from './protocol.ts';

// biome-ignore-start lint/suspicious/noExplicitAny: payloads of vendors have no type here

/** Measured values by their names, of which the counts of tokens are three. */
function usageOf(metrics: unknown): object | undefined {
  const value = (name: string): unknown => objects(metrics).find(({ metric }) => metric === name)?.value;
  const prompt_tokens = value('num_prompt_tokens');
  const completion_tokens = value('num_completion_tokens');
  if (prompt_tokens === undefined && completion_tokens === undefined) return undefined;
  return { prompt_tokens, completion_tokens, total_tokens: value('num_total_tokens') };
}

/** A text is one part, beside the tool calls. */
const messageOf = ({ content, ...message }: any): object => ({
  ...message,
  content: isNamed(content) ? [content] : content,
});

function wholeAsOpenAI({ completion_message, metrics, ...answer }: any): any {
  const message = fields(completion_message);
  const choice = { index: 0, message: messageOf(message), finish_reason: message.stop_reason };
  return { ...answer, choices: [choice], usage: usageOf(metrics) };
}

function eventAsOpenAI({ event, id }: any): any {
  const { delta, stop_reason: finish_reason, metrics } = fields(event);
  const { type, text: content, id: call, function: called } = fields(delta);
  const changed = type === 'tool_call' ? { tool_calls: [{ id: call, function: called }] } : { content };
  return { id, choices: [{ index: 0, delta: changed, finish_reason }], usage: usageOf(metrics) };
}

const ofWhole = (body: any): any => (isNamed(body?.completion_message) ? wholeAsOpenAI(body) : body);
const ofEvent = (event: any): any =>
  isNamed(event?.event) && fields(event.event).event_type !== undefined ? eventAsOpenAI(event) : event;

/** OpenAI's chat, which reads Meta's answers, too. */
export const readingMeta = (chat: Endpoint): Endpoint => ({
  ...chat,
  response: (body, asked) => chat.response(ofWhole(body), asked),
  chunk: (soFar, event, asked) => chat.chunk?.(soFar, ofEvent(event), asked),
  ...(chat.content && {
    content: {
      ...chat.content,
      answer: (body) => chat.content?.answer(ofWhole(body)) ?? [],
      fold: (whole, event) => chat.content?.fold?.(whole, ofEvent(event)),
    },
  }),
});
// biome-ignore-end lint/suspicious/noExplicitAny: payloads of vendors have no type here
