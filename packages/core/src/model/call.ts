/**
 * A **call** is one invocation of a vendor SDK's method by the application: all its attempts, and the
 * reading of its stream, included. An **attempt** is one HTTP request within a call.
 *
 * The record below is all that interceptors and observers ever see; it knows no vendor's types.
 */
import type { Context, SpanContext } from '@opentelemetry/api';
import type { Billing, Missing } from './billing.ts';
import type { Content } from './messages.ts';

/**
 * Values of `gen_ai.operation.name` that llmtrace uses. The conventions have no value for the last three, and let
 * instrumentations choose one.
 */
export type Operation =
  | 'chat'
  | 'text_completion'
  | 'generate_content'
  | 'embeddings'
  | 'rerank'
  | 'moderation'
  | 'ocr';

/**
 * How a call ended. `completed`: the whole answer was received. `failed`: the application got an error.
 * `cancelled`: the application stopped it (abort, or leaving the loop of a stream).
 * `abandoned`: the application dropped the answer without reading it to its end.
 */
export type Outcome = 'completed' | 'failed' | 'cancelled' | 'abandoned';

/** What is asked of a model, in terms that all vendors share. An absent field was not given. */
export interface LlmRequest {
  /** The model's name exactly as requested; absent where the application named none. */
  model?: string | undefined;
  /** True where the answer is streamed. */
  stream?: boolean | undefined;
  maxTokens?: number | undefined;
  temperature?: number | undefined;
  topP?: number | undefined;
  topK?: number | undefined;
  frequencyPenalty?: number | undefined;
  presencePenalty?: number | undefined;
  seed?: number | undefined;
  stopSequences?: string[] | undefined;
  /** How many answers are asked for. */
  choiceCount?: number | undefined;
  /** The kind of output that the request specifies. */
  outputType?: 'text' | 'json' | 'image' | 'speech' | undefined;
  /** Of an embedding: the encodings asked for. */
  encodingFormats?: string[] | undefined;
  /** Of an embedding: the length of the vector asked for. */
  dimensions?: number | undefined;
  reasoningLevel?: string | undefined;
  previousResponseId?: string | undefined;
  conversationId?: string | undefined;
  serviceTier?: string | undefined;
  /** The number of messages (or inputs) sent. Their content is never here. */
  messageCount?: number | undefined;
  /** The length of a text that is to be spoken, by which some vendors bill. */
  characterCount?: number | undefined;
}

/**
 * Tokens of a call, normalised over vendors: `inputTokens` includes what was read from and written to
 * a cache, `outputTokens` includes reasoning; all other counts are subsets of these two.
 * An absent field was not reported. It is never 0 in place of "unknown".
 */
export interface Usage {
  inputTokens?: number | undefined;
  outputTokens?: number | undefined;
  /** Of the input, read from a cache. */
  cacheReadTokens?: number | undefined;
  /** Of the input, written to a cache, whatever its time to live. */
  cacheWriteTokens?: number | undefined;
  /** Of `cacheWriteTokens`, those written to a cache that lives one hour. */
  cacheWrite1hTokens?: number | undefined;
  /** Of the output, spent on reasoning. */
  reasoningTokens?: number | undefined;
  /** Of the output, spent on citations, where the vendor bills them apart. */
  citationTokens?: number | undefined;
  inputTextTokens?: number | undefined;
  inputAudioTokens?: number | undefined;
  inputImageTokens?: number | undefined;
  inputVideoTokens?: number | undefined;
  cacheReadTextTokens?: number | undefined;
  cacheReadAudioTokens?: number | undefined;
  cacheReadImageTokens?: number | undefined;
  cacheReadVideoTokens?: number | undefined;
  outputTextTokens?: number | undefined;
  outputAudioTokens?: number | undefined;
  outputImageTokens?: number | undefined;
  outputVideoTokens?: number | undefined;
  /** Web searches that the vendor ran and bills one by one. */
  webSearches?: number | undefined;
  /** Searches in stored files that the vendor ran and bills one by one. */
  fileSearches?: number | undefined;
  /** What the provider itself says that the call cost, in USD. */
  reportedCost?: number | undefined;
}

/** What a model answered: the same record for a plain answer and for a stream, as far as it was seen. */
export interface LlmResponse {
  id?: string | undefined;
  model?: string | undefined;
  /** One per choice, in their order; normalised to the conventions' words where they have one. */
  finishReasons?: string[] | undefined;
  usage?: Usage | undefined;
  /**
   * The usage as it was reported contradicts itself: its total is not that of the counts; or parts were greater than
   * their whole. Those are left out, which makes the cost unknown.
   */
  contradiction?: 'total' | 'parts' | undefined;
  /** What the call is billed for beside the tokens of `usage`; absent where there is nothing of it. */
  billing?: Billing | undefined;
  /** The vendor goes on with the answer after the call: it is read later. */
  isPending?: boolean | undefined;
  serviceTier?: string | undefined;
  systemFingerprint?: string | undefined;
  conversationId?: string | undefined;
  /**
   * A failure that the answer itself reports, where the SDK throws nothing (a `response.failed` event).
   * It has the shape of a vendor's error: `code`, `type`, `message`.
   */
  failure?: unknown;
}

/** The price of a call. */
export interface Cost {
  /** In USD. */
  total: number;
  /** Of `total`, what the input cost, in USD; absent where only the total is known. */
  input?: number | undefined;
  /** Of `total`, what the output cost, in USD; absent where only the total is known. */
  output?: number | undefined;
  /** Who said so: the provider in its answer, the user's own prices, or the prices that ship with llmtrace. */
  source: 'provider' | 'user' | 'local';
  /** True where something is missing from it, which `missing` names: the call cost at least this much. */
  partial?: boolean | undefined;
  missing?: readonly Missing[] | undefined;
  /**
   * True where the call was served at a service tier (flex, priority, …) for which there is no price, so that
   * `total` is what it would have cost at the standard tier.
   */
  standardRates?: boolean | undefined;
}

/** Where the requests of a call go. */
export interface Server {
  address: string;
  port: number;
}

/** One call. Observers may read it; its `context` is set by the span observer alone. */
export interface Call {
  /** `gen_ai.provider.name`: who is asked, inferred from the client and its base URL. */
  readonly provider: string;
  readonly operation: Operation;
  /** The API family within the provider, e.g. `chat_completions`. */
  readonly apiType: string | undefined;
  readonly server: Server | undefined;
  /**
   * The provider whose price list holds: mostly `provider`. Null where none does: at a host that llmtrace does not
   * know, the model may be anybody's. Absent is `provider`.
   */
  readonly priceProvider?: string | null;
  /** The region that the host or the path names. */
  readonly region?: string | undefined;
  readonly request: LlmRequest;
  /** How many characters of text the request has, about; known where a budget holds. */
  readonly requestSize?: number | undefined;
  /** `performance.now()` when the application called, in ms. */
  readonly startTime: number;
  /** HTTP requests made so far; 0 where they cannot be seen. */
  attempts: number;
  /** When the last attempt was sent; `startTime` where attempts cannot be seen. */
  attemptTime: number;
  response: LlmResponse;
  /** Chunks of a stream handed to the application so far. */
  chunks: number;
  firstChunkTime: number | undefined;
  /** While observers see a chunk, the time of the one before it. */
  lastChunkTime: number | undefined;
  /** The last time that anything arrived, in ms: where an abandoned call is taken to have ended. */
  activeTime: number;
  outcome: Outcome | undefined;
  /** The error that the application got, or that the answer reported. */
  error: unknown;
  endTime: number | undefined;
  cost: Cost | undefined;
  /** Where the call reads the answer of an earlier one: the span of that, if it is known. */
  readonly reads?: { readonly span: SpanContext | undefined } | undefined;
  /** The OpenTelemetry context in which the vendor's method runs. */
  context: Context;
  /**
   * What is said in the call, where content is captured: what is asked from its start on, what is answered when it has
   * ended. Redacted, but not cut.
   */
  readonly content?: Content | undefined;
  /** The application's signal that stops the call; known where interceptors run. */
  signal?: AbortSignal | undefined;
  /** How many retries the application itself allows the call; absent where it does not say. */
  maxRetries?: number | undefined;
  /** The attempts that were repeated, in their order; absent where none was. */
  retries?: Retry[] | undefined;
  /** How long the call waited for its turn (rate limit), in ms; absent where no rate limit holds for it. */
  rateLimitWait?: number | undefined;
  /** True where a budget counts what the call was expected to cost, for what it did cost never came. */
  isEstimated?: boolean | undefined;
  /** What the vendor said remains of its own limits; absent where it did not, or nobody looked. */
  remaining?: Remaining | undefined;
}

/** An attempt that failed, and that another one followed. */
export interface Retry {
  /** `performance.now()` when it had failed, in ms. */
  readonly time: number;
  /** What went wrong, in words that all vendors share. */
  readonly errorType: string;
  /** The HTTP status; undefined where there was no answer. */
  readonly status: number | undefined;
  /** The wait before the next attempt, in ms. */
  readonly delay: number;
}

/** What remains of a vendor's own limits: requests, and tokens. An absent number was not told. */
export interface Remaining {
  requests?: number | undefined;
  tokens?: number | undefined;
}

/**
 * Wraps the attempts of a call: it may delay, repeat or refuse them, by calling `next` later, more than once or not
 * at all. It ends when the headers of the answer are there; the reading of the answer is for observers to see.
 * What it throws reaches the application.
 *
 * `next` makes one attempt. It gives what the vendor answered: the raw `Response` (OpenAI, Anthropic), or the SDK's
 * own result (Google); an interceptor hands that on. It throws where the attempt failed: an {@link AttemptFailure},
 * or the error of the vendor's SDK.
 */
export type Interceptor = (call: Call, next: () => Promise<unknown>) => Promise<unknown>;

/**
 * An attempt that failed, as interceptors see it where the SDK has made no error of it yet. It never reaches the
 * application: that gets the SDK's own error.
 */
export interface AttemptFailure extends Error {
  readonly status?: number | undefined;
  readonly headers?: unknown;
  /** Of a status 429: the answer's body, if it is JSON. */
  readonly error?: unknown;
}

/**
 * Watches calls; it only looks. What it throws is logged through `diag` and dropped,
 * and can never change a call.
 */
export interface Observer {
  /** Runs when the application calls, before anything is sent. */
  start?(call: Readonly<Call>): void;
  /** Runs for each chunk of a stream, before the application gets it. `now` is `performance.now()`. */
  chunk?(call: Readonly<Call>, chunk: unknown, now: number): void;
  /** Runs exactly once for each call, however it ended. */
  end?(call: Readonly<Call>): void;
}
