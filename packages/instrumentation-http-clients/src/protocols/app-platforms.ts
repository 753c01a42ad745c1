/** Protocols of platforms whose applications and agents answer with the tokens of all models that they have asked: Dify, Coze, Letta. */
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
  openAIUsage,
  reportedUsd,
  tokenCount,
} from '@llmtrace/core/internal';
import { textContent, textOfMessage, wholeOf } from './native-readers.ts';
import { asText } from './other-vendors.ts';
import { isInput, isNamed, isText, type Protocol } from './protocol.ts';
import { addPiece } from './streamed-text.ts';

// biome-ignore-start lint/suspicious/noExplicitAny: payloads of vendors have no type here

// Dify: https://docs.dify.ai/api-reference/chat/send-chat-message

/** The price is a text; it is 0 for models whose price the application has not set. */
function difyCost({ total_price, currency }: any): number | undefined {
  const price = Number(total_price);
  return currency === 'USD' && price > 0 ? reportedUsd(price) : undefined;
}

function difyAnswer(soFar: LlmResponse, r: any): void {
  soFar.id ??= name(r.message_id);
  soFar.conversationId ??= name(r.conversation_id);
  if (r.event === 'error') soFar.failure ??= answerFailure({ error: r });
  const { usage } = fields(r.metadata);
  if (!isNamed(usage)) return;
  const { prompt_tokens, completion_tokens, ...price } = fields(usage);
  soFar.usage = checkedUsage({
    inputTokens: tokenCount(prompt_tokens),
    outputTokens: tokenCount(completion_tokens),
    reportedCost: difyCost(price),
  });
}

const isOfDify = ({ event, answer, task_id, message_id }: any): boolean =>
  isText(task_id ?? message_id) && (isText(event) || typeof answer === 'string');

const dify: Protocol = {
  provider: 'dify',
  path: /\/(?:chat|completion)-messages$/,
  endpoint: {
    operation: 'chat',
    request: ([p]) => ({ stream: fields(p).response_mode === 'streaming' }),
    response: wholeOf(difyAnswer),
    chunk: difyAnswer,
    attributes: ([p]) => ({ user: name(fields(p).user) }),
    content: asText(
      ({ query, inputs }) => query ?? fields(inputs).query,
      ({ answer }) => answer,
    ),
  },
  matches: ({ inputs, user }) => isNamed(inputs) && isText(user),
  confirms: isOfDify,
  isLast: ({ event }) => event === 'message_end' || event === 'error',
};

// Coze: https://www.coze.com/open/docs/developer_guides/chat_v3

/** A refusal has the status of success, too. */
function cozeFailure({ code, msg, last_error }: any): unknown {
  if (code) return answerFailure({ error: { code, message: msg } });
  const { code: last, msg: message } = fields(last_error);
  return last ? answerFailure({ error: { code: last, message } }) : undefined;
}

const PENDING = /^(?:created|in_progress)$/;

/** A chat, which an answer has in an envelope and an event has not. Messages have no status. */
function cozeChat(soFar: LlmResponse, r: any): void {
  soFar.failure ??= cozeFailure(r);
  const chat = fields(r.data ?? r);
  soFar.conversationId ??= name(chat.conversation_id);
  if (!isText(chat.status)) return;
  soFar.id ??= name(chat.id);
  soFar.failure ??= cozeFailure(chat);
  soFar.isPending = PENDING.test(chat.status) || undefined;
  if (soFar.isPending || !isNamed(chat.usage)) return;
  soFar.usage = checkedUsage({
    inputTokens: tokenCount(fields(chat.usage).input_count),
    outputTokens: tokenCount(fields(chat.usage).output_count),
  });
}

/** The text of a message, unless its pieces have brought it. */
function addMessage(whole: any, text: unknown): void {
  if (!isText(text) || !isText(whole.llmtraceText) || !whole.llmtraceText.endsWith(text))
    addPiece(whole, text);
}

const coze: Endpoint = {
  operation: 'chat',
  request([body], { stream }) {
    const p = fields(body);
    return { stream: stream ?? p.stream === true, messageCount: count(p.additional_messages) };
  },
  response: wholeOf(cozeChat),
  chunk: cozeChat,
  attributes: ([p]) => ({ user: name(fields(p).user_id) }),
  content: textContent(
    ({ additional_messages }) => additional_messages,
    ({ type, content }) => (type === 'answer' ? content : undefined),
    addMessage,
  ),
};

const cozeAt = (path: RegExp, matches: Protocol['matches']): Protocol => ({
  provider: 'coze',
  path,
  endpoint: coze,
  matches,
  confirms: (answer) => isText(fields(answer.data ?? answer).conversation_id),
  isLast: ({ status, code }) => (isText(status) && !PENDING.test(status)) || Boolean(code),
});

/** A form with a sound, and without a model. */
const cozeTranscription: Protocol = {
  provider: 'coze',
  path: /\/v1\/audio\/transcriptions$/,
  endpoint: {
    operation: 'generate_content',
    request: () => ({}),
    response: (r): LlmResponse => ({ failure: cozeFailure(r) }),
  },
  matches: ({ model }) => model === undefined,
  confirms: ({ code, data }) => typeof code === 'number' && typeof fields(data).text === 'string',
  isKnownOnly: true,
  isShownByAnswer: true,
};

// Letta: https://docs.letta.com/api/typescript/resources/agents/subresources/messages/methods/create

/** A stream has the usage in an event of its own, as it has the reason. */
function lettaAnswer(soFar: LlmResponse, r: any): void {
  const { stop_reason: reason, message_type: type, error_type } = r;
  const finish = isNamed(reason) ? fields(reason)['stop_reason'] : reason;
  if (isText(finish)) soFar.finishReasons = lettaFinish(finish);
  if (type === 'error_message')
    soFar.failure ??= answerFailure({ error: { code: error_type, message: r.message } });
  const usage = type === 'usage_statistics' ? r : r.usage;
  if (!isNamed(usage)) return;
  const { cached_input_tokens, cache_write_tokens, reasoning_tokens, ...counts } = fields(usage);
  const read = openAIUsage({
    ...counts,
    prompt_tokens_details: { cached_tokens: cached_input_tokens, cache_write_tokens },
    completion_tokens_details: { reasoning_tokens },
  });
  Object.assign(soFar, read);
}

const lettaFinish = finishBy({ end_turn: 'stop', max_tokens_exceeded: 'length' });

const lettaText = ({ message_type, content, messages }: any): string | undefined =>
  message_type === 'assistant_message'
    ? textOfMessage({ content })
    : objects(messages).map(lettaText).filter(isText).join('') || undefined;

/** Other chat services have a `message_type`, too. */
const LETTA_TYPE = /^(?:\w{1,40}_message|usage_statistics|stop_reason|ping)$/;

const letta: Protocol = {
  provider: 'letta',
  path: /\/v1\/agents\/[^/]+\/messages(?:\/stream)?$/,
  endpoint: {
    operation: 'chat',
    request([body], { stream }) {
      const p = fields(body);
      return { stream: stream ?? p.streaming === true, messageCount: count(p.messages) };
    },
    response: wholeOf(lettaAnswer),
    chunk: lettaAnswer,
    content: textContent(({ messages, input }) => messages ?? input, lettaText),
  },
  matches: ({ messages, input }) => isInput(messages ?? input),
  confirms: ({ messages, stop_reason, usage, message_type }) =>
    (isText(message_type) && LETTA_TYPE.test(message_type)) ||
    (Array.isArray(messages) && isNamed(stop_reason) && isNamed(usage)),
  stream: ({ path }) => path.endsWith('/stream') || undefined,
};

export const appPlatformProtocols: readonly Protocol[] = [
  dify,
  letta,
  cozeTranscription,
  cozeAt(/\/v3\/chat$/, ({ bot_id, user_id }) => isText(bot_id) && isText(user_id)),
  {
    ...cozeAt(
      /\/v1\/workflows\/chat$/,
      ({ workflow_id, additional_messages }) => isText(workflow_id) && Array.isArray(additional_messages),
    ),
    stream: () => true,
  },
];
// biome-ignore-end lint/suspicious/noExplicitAny: payloads of vendors have no type here
