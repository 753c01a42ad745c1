/** InvokeModel and its stream: the bodies of requests and answers are bytes, in the form of the model's family. */
import {
  type ContentReader,
  checkedUsage,
  type Endpoint,
  fields,
  type LlmResponse,
  type Message,
  name,
  type Operation,
  objects,
  parts,
  tokenCount,
} from '@llmtrace/core';
import { inputOf, type Sending } from './command.ts';
import { converseBodies } from './converse.ts';
import { eventIn, messages, operationOf, requestIn, responseIn } from './invoke-bodies.ts';

/** The longest body that is parsed, in bytes. */
const MAX_BODY = 8 * 2 ** 20;

/** The fields of a JSON body, which is bytes or a text; none if it is too long or is no JSON. */
function jsonOf(body: unknown): any {
  const isBytes = body instanceof Uint8Array;
  if ((!isBytes && typeof body !== 'string') || body.length > MAX_BODY) return {};
  try {
    const text = isBytes ? Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString() : body;
    return fields(JSON.parse(text));
  } catch {
    return {};
  }
}

/** Parsed bodies of requests by command: the operation, the parameters and the content each read the body. */
const bodies = new WeakMap<object, any>();

function bodyOf(command: unknown): any {
  if (typeof command !== 'object' || command === null) return {};
  const known = bodies.get(command);
  if (known) return known;
  const body = jsonOf(inputOf(command).body);
  bodies.set(command, body);
  return body;
}

/** The count of tokens follows the vectors, so the vectors need not be parsed. */
const TOKENS_AT_END = /"inputTextTokenCount"\s*:\s*(\d{1,12})\D*$/;
const END = 512;

function vectorsResponse(answer: unknown): LlmResponse {
  const { body } = fields(answer);
  if (!(body instanceof Uint8Array)) return {};
  const end = Buffer.from(body.subarray(-END)).toString('latin1');
  const tokens = TOKENS_AT_END.exec(end)?.[1];
  return {
    usage: tokens === undefined ? undefined : checkedUsage({ inputTokens: tokenCount(Number(tokens)) }),
  };
}

/** The event of the model's family, as JSON in the bytes of Bedrock's event. */
const eventOf = (event: any): any => jsonOf(event?.chunk?.bytes);

const anthropic = messages.content as ContentReader;

const isAnthropic = (body: any): boolean => body.anthropic_version !== undefined;

/** The prompt of a request, by its family. */
function prompt(body: any): ReturnType<ContentReader['prompt']> {
  if (isAnthropic(body)) return anthropic.prompt([body], undefined);
  if (Array.isArray(body.messages)) return converseBodies.content.prompt([body], undefined);
  const texts = parts.list(body.texts ?? body.prompt ?? body.inputText ?? body.message);
  return { messages: [{ role: 'user', parts: texts.flatMap((text) => parts.text(text)) }] };
}

const textIn = (b: any): unknown =>
  b.generation ?? b.outputText ?? b.text ?? b.message?.content ?? b.delta?.content;

/** The text of an answer or of a stream's event. */
function textOf(body: any): string {
  const choices = [...objects(body.results), ...objects(body.outputs), ...objects(body.choices)];
  const texts = [body, ...choices, ...objects(body.generations)].map(textIn);
  return texts.filter((text) => typeof text === 'string').join('');
}

const answerOf = (text: string): Message[] =>
  text === '' ? [] : [{ role: 'assistant', parts: parts.text(text) }];

const answerIn = (body: any): Message[] => {
  if (body.type === 'message') return anthropic.answer(body);
  return body.output?.message ? converseBodies.content.answer(body) : answerOf(textOf(body));
};

/** What events of a stream were folded into, else the answer. */
const foldedOr = (whole: any, answered: () => any): Message[] => {
  if (whole.family === 'anthropic') return anthropic.answer(whole);
  return whole.family === undefined ? answerIn(answered()) : answerOf(whole.text);
};

function foldIn(whole: any, event: any): void {
  whole.family ??= typeof event.type === 'string' ? 'anthropic' : 'other';
  if (whole.family === 'anthropic') anthropic.fold?.(whole, event);
  else whole.text = (whole.text ?? '') + (event.contentBlockDelta?.delta?.text ?? textOf(event));
}

const content: ContentReader = {
  prompt: ([command]) => prompt(bodyOf(command)),
  answer: (whole) => foldedOr(whole, () => jsonOf(whole.body)),
  fold: (whole, chunk) => foldIn(whole, eventOf(chunk)),
};

/** The readers of parsed bodies, for the requests of other clients. */
export const invokeBodies = {
  operationOf,
  request: requestIn,
  response: responseIn,
  chunk: eventIn,
  content: {
    prompt: ([body]: readonly any[]) => prompt(fields(body)),
    answer: (whole: any) => foldedOr(whole, () => whole),
    fold: foldIn,
  } satisfies ContentReader,
};

const invoked = (operation: Operation, stream: boolean): Omit<Endpoint, keyof Sending> => ({
  operation,
  request([command]) {
    const request = requestIn(bodyOf(command), name(inputOf(command).modelId));
    request.serviceTier = name(inputOf(command).serviceTier);
    if (stream) request.stream = true;
    if (operation === 'generate_content') request.outputType = 'image';
    return request;
  },
  response: (answer, asked) =>
    operation === 'embeddings' ? vectorsResponse(answer) : responseIn(jsonOf(fields(answer).body), asked),
  ...(stream && {
    chunk: (soFar: LlmResponse, event: any, asked: Parameters<Endpoint['response']>[1]) =>
      eventIn(soFar, eventOf(event), asked),
    streamOf: (answer: any) => answer.body,
  }),
  ...((operation === 'chat' || operation === 'text_completion') && { content }),
});

const OPERATIONS = ['chat', 'text_completion', 'embeddings', 'generate_content', 'rerank'] as const;

const tableOf = (stream: boolean, sending: Sending): ReadonlyMap<Operation, Endpoint> =>
  new Map(OPERATIONS.map((operation) => [operation, { ...invoked(operation, stream), ...sending }]));

/** The endpoint of a command, by its body. */
export function invokeEndpoints(
  sending: Sending,
): (command: object, stream: boolean) => Endpoint | undefined {
  const [plain, streamed] = [tableOf(false, sending), tableOf(true, sending)];
  return (command, stream) =>
    (stream ? streamed : plain).get(operationOf(bodyOf(command), name(inputOf(command).modelId) ?? ''));
}
