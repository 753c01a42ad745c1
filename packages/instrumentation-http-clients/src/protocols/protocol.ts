/** A **protocol** is data: how a request of it is known, and the endpoint that reads its bodies. */
import {
  answerFailure,
  count,
  type Endpoint,
  type EndpointPoint,
  fields,
  type LlmRequest,
  name,
  number,
} from '@llmtrace/core/internal';

/** A request, as far as it is known before its body. */
export interface Target {
  readonly url: URL;
  /** The path as it is sent, without its query. */
  readonly path: string;
  /** @param name in small letters. */
  header(name: string): string | undefined;
}

/** The facts of a request outside its body, which the endpoints get as `self`. */
export interface Beside {
  readonly url: string;
  /** The vendor that defines the protocol. */
  readonly protocol: string;
  readonly model: string | undefined;
  readonly stream: boolean | undefined;
}

// biome-ignore-start lint/suspicious/noExplicitAny: payloads of vendors have no type here
export interface Protocol {
  /** `gen_ai.provider.name` at a host that is not known. */
  readonly provider: string;
  /** The end of the path. Its first group is the model, where the path names that. */
  readonly path: RegExp;
  readonly endpoint: Endpoint;
  /** Whether a body is a request of the protocol. */
  matches(body: any, target: Target): boolean;
  /**
   * Whether {@link matches} is proof enough at any host; else the answer must be the protocol's, too
   * ({@link confirms}), before there is a span.
   */
  readonly isDistinct?: boolean;
  /** Whether the path alone is proof: at a host that is known, and for a request that fails before its body is sent. */
  readonly isDistinctPath?: boolean;
  /** Whether this is an answer of the protocol, or an event of one. */
  confirms?(answer: any): boolean;
  /** The model, where neither body nor path names it. */
  model?(body: any, target: Target): string | undefined;
  /** Whether the head of an answer is the protocol's: proof where the body has too little in it. */
  announces?(header: (name: string) => string | undefined): boolean;
  /** Even at a host that is known, the answer must be the protocol's: other services there have the same requests. */
  readonly isShownByAnswer?: boolean;
  /** An answer that is a bare list, as an object. Without it a list has the events of a stream. */
  ofList?(list: readonly any[]): object;
  /** Whether an answer is streamed, for requests whose body does not state it. */
  stream?(target: Target): boolean | undefined;
  /** Whether an event is the last one of its stream, where that has no `[DONE]`. */
  isLast?(event: any): boolean;
  /** The failure that an event reports, where the endpoint does not read it. */
  failure?(event: any): unknown;
  /** True for answers that are mostly numbers or base64, which are not parsed when they are long. */
  readonly isBulky?: boolean;
  /** Only at hosts that are known: the body has too little in it. */
  readonly isKnownOnly?: boolean;
}

/** The endpoint of an SDK in its wire form, without the functions that handle the SDK's arguments. */
export const ofSdk = (endpoint: Endpoint): Endpoint => {
  const { signal: _, withSignal: __, withoutRetries: ___, raw: ____, ...rest } = endpoint;
  return rest;
};

/** An endpoint of a vendor's table, by where its SDK has it. */
export function endpointAt(
  endpoints: readonly EndpointPoint[],
  path: string,
  method = 'create',
  getter?: string,
): Endpoint {
  const point = endpoints.find(
    (candidate) => candidate.path === path && candidate.method === method && candidate.getter === getter,
  );
  const endpoint = point?.endpoint([]);
  if (!endpoint) throw new Error(`no endpoint ${path}.${method}`);
  return ofSdk(endpoint);
}

/** An error that a 200 answers with, or that comes within a stream. */
export const failing = (endpoint: Endpoint): Endpoint => ({
  ...endpoint,
  response(body, asked) {
    const response = endpoint.response(body, asked);
    response.failure ??= answerFailure(body);
    return response;
  },
  ...(endpoint.chunk && {
    chunk(soFar, event, asked) {
      endpoint.chunk?.(soFar, event, asked);
      soFar.failure ??= answerFailure(event);
    },
  }),
});

/** A request whose parameters are named as OpenAI's chat has them. */
export const plainRequest = (p: any, { model, stream }: Beside): LlmRequest => ({
  model: name(p.model) ?? model,
  stream: stream ?? Boolean(p.stream),
  maxTokens: number(p.max_tokens),
  temperature: number(p.temperature),
  topP: number(p.top_p ?? p.p),
  topK: number(p.top_k ?? p.k),
  seed: number(p.seed),
  messageCount: count(p.messages ?? p.prompt ?? p.input),
});

/** The texts of a list of parts, joined. */
export const joinedText = (list: unknown): string =>
  Array.isArray(list) ? list.map((part) => (isText(part?.text) ? part.text : '')).join('') : '';

export const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';

/** An object, as of questions or answers by the names that the application chose. */
export const isNamed = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Questions of a decision: a list, or by their names. */
export const areQuestions = (value: unknown): boolean =>
  typeof value === 'object' &&
  value !== null &&
  Object.values(value).every((question) => isText(fields(question).type));

/** A list of messages: objects with a role. */
export const isMessages = (value: unknown): boolean =>
  Array.isArray(value) && value.length > 0 && isText(fields(value[0]).role);

/** Texts, lists of them, or tokens. */
export const isInput = (value: unknown): boolean =>
  isText(value) || (Array.isArray(value) && value.length > 0);
// biome-ignore-end lint/suspicious/noExplicitAny: payloads of vendors have no type here
