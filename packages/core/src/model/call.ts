/**
 * A **call** is one invocation of a vendor SDK's method by the application: all its attempts, and the
 * reading of its stream, included. An **attempt** is one HTTP request within a call.
 *
 * The record below is all that interceptors and observers ever see; it knows no vendor's types.
 */
import type { Context, SpanContext } from '@opentelemetry/api';
import type { AgentOperation } from './agent-operation.ts';
import type { LlmAttributes } from './attributes.ts';
import type { Billing, Missing } from './billing.ts';
import type { Content } from './messages.ts';

/**
 * Values of `gen_ai.operation.name` that llmtrace uses. The conventions have no value for `rerank`, `moderation` and `ocr`,
 * and let instrumentations choose one.
 */
export type Operation =
  | 'chat'
  | 'text_completion'
  | 'generate_content'
  | 'embeddings'
  | 'rerank'
  | 'moderation'
  | 'ocr'
  // Of the sums of calls that an agent's child process makes, {@link Observer.usage}.
  | 'invoke_agent';

/**
 * How a call ended. `completed`: the whole answer was received. `failed`: the application got an error.
 * `cancelled`: the application stopped it (abort, or leaving the loop of a stream).
 * `abandoned`: the application dropped the answer without reading it to its end.
 */
export type Outcome = 'completed' | 'failed' | 'cancelled' | 'abandoned';

/** The request parameters, named alike for all vendors. A field is absent if the application did not set it. */
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
  /** The number of answers that the request wants. */
  choiceCount?: number | undefined;
  /** The kind of output that the request specifies. */
  outputType?: 'text' | 'json' | 'image' | 'speech' | undefined;
  /** The encodings of an embedding that the request wants. */
  encodingFormats?: string[] | undefined;
  /** The length of an embedding's vector that the request wants. */
  dimensions?: number | undefined;
  reasoningLevel?: string | undefined;
  previousResponseId?: string | undefined;
  conversationId?: string | undefined;
  serviceTier?: string | undefined;
  /** The time within which the answer is to be made in the background at a lower price: `2h`. */
  completionWindow?: string | undefined;
  /** The number of messages (or inputs) sent. Their content is never here. */
  messageCount?: number | undefined;
  /** The length of a text that is to be spoken, by which some vendors bill. */
  characterCount?: number | undefined;
}

/**
 * Tokens of a call, normalised over vendors: `inputTokens` includes cache reads and cache writes, `outputTokens`
 * includes reasoning; all other counts are subsets of these two. A field is absent if the vendor did not report it. 0
 * never stands for "unknown".
 */
export interface Usage {
  inputTokens?: number | undefined;
  outputTokens?: number | undefined;
  /** Of the input, read from a cache. */
  cacheReadTokens?: number | undefined;
  /** Input tokens written to a cache, of any time to live. */
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
  /** The cost that the provider reported for the call, in USD. */
  reportedCost?: number | undefined;
}

/**
 * The model's answer. A plain answer and a stream have the same record; an abandoned stream has the part that
 * arrived.
 */
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
  /** Items that the call is billed for besides the tokens of `usage`; absent if there are none. */
  billing?: Billing | undefined;
  /** The vendor continues the answer after the call; the application reads it later. */
  isPending?: boolean | undefined;
  /** The id of the file with the answers, where their usage is there only. */
  resultsId?: string | undefined;
  /** Whether the results of a batch are in a file or a store that the SDK does not read: they have no usage. */
  hasRemoteResults?: boolean | undefined;
  /** Whether the application reads the answer in a way in which llmtrace sees nothing of it. */
  isUnseen?: boolean | undefined;
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
  /** The input's part of `total`, in USD; absent if only the total is known. */
  input?: number | undefined;
  /** The output's part of `total`, in USD; absent if only the total is known. */
  output?: number | undefined;
  /**
   * The source of the cost: the provider's answer, the user's custom prices, or the price book that ships with
   * llmtrace.
   */
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
  /** `gen_ai.provider.name`, inferred from the client and its base URL. */
  readonly provider: string;
  readonly operation: Operation;
  /** The API family within the provider, e.g. `chat_completions`. */
  readonly apiType: string | undefined;
  readonly server: Server | undefined;
  /** True if the server became known only when the request was sent. */
  readonly isServerLate?: boolean | undefined;
  /**
   * The provider whose price list applies. Absent: that of `provider`. Null: none applies, because any provider may
   * serve the model at a host that llmtrace does not know.
   */
  readonly priceProvider?: string | null;
  /** The region that the host or the path names. */
  readonly region?: string | undefined;
  readonly request: LlmRequest;
  /** The user, tenant and feature of the call, from `withLlmAttributes()`, fields of the request, and baggage. */
  readonly attributes: LlmAttributes;
  /** The estimated number of characters (not bytes) of the request's text; absent where no budget applies. */
  requestSize?: number | undefined;
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
  /** True for `withLlmOptions({ cost: false })`: the call has no cost. */
  isFree?: boolean | undefined;
  /** Where the call reads the answer of an earlier one: the span of that, if it is known. */
  readonly reads?: { readonly span: SpanContext | undefined } | undefined;
  /** The OpenTelemetry context in which the vendor's method runs. */
  context: Context;
  /**
   * Message content, if it is captured: the request's from the start of the call, the answer's when the call has
   * ended. It is redacted but not truncated.
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
  /** The number of calls that a record of {@link Observer.usage} sums, as far as it is known; absent for one call. */
  readonly modelCalls?: number | undefined;
  /** True where a budget counts what the call was expected to cost, for what it did cost never came. */
  isEstimated?: boolean | undefined;
  /**
   * The remaining amounts of the vendor's rate limits, as its headers report them; absent if the answer has no such
   * headers or no feature reads them.
   */
  remaining?: Remaining | undefined;
}

/** An attempt that failed, and that another one followed. */
export interface Retry {
  /** `performance.now()` when it had failed, in ms. */
  readonly time: number;
  /** The error, classified alike for all vendors. */
  readonly errorType: string;
  /** The HTTP status; undefined where there was no answer. */
  readonly status: number | undefined;
  /** The wait before the next attempt, in ms. */
  readonly delay: number;
}

/**
 * The remaining requests and tokens of a vendor's rate limits. A number is absent if the vendor did not report it.
 */
export interface Remaining {
  requests?: number | undefined;
  tokens?: number | undefined;
}

/**
 * Wraps the attempts of a call: it may delay, repeat or refuse them, by calling `next` later, more than once or not
 * at all. It ends when the headers of the answer have arrived; observers see how the answer is read. An error that it
 * throws reaches the application.
 *
 * `next` makes one attempt. It resolves to the vendor's answer, which the interceptor returns: the raw `Response`
 * (OpenAI, Anthropic), or the SDK's result (Google). It rejects if the attempt failed: with an {@link
 * AttemptFailure}, or the error of the vendor's SDK.
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
 * Watches calls and changes nothing. An error that it throws is logged through `diag` and dropped; it never changes a
 * call.
 */
export interface Observer {
  /** Runs when the application calls, before anything is sent. */
  start?(call: Readonly<Call>): void;
  /** Runs for each chunk of a stream, before the application gets it. `now` is `performance.now()`. */
  chunk?(call: Readonly<Call>, chunk: unknown, now: number): void;
  /** Runs exactly once for each call, however it ended. */
  end?(call: Readonly<Call>): void;
  /**
   * Runs for each model whose calls only a framework sees, when their operation ends: `calls` has the sums of the tokens and
   * the cost, and `modelCalls`. {@link start} and {@link end} do not run for them.
   */
  usage?(calls: Readonly<Call>, operation: Readonly<AgentOperation>): void;
  /** Runs exactly once for each operation around calls (the run of an agent, a tool), however it ended. */
  operationEnd?(operation: Readonly<AgentOperation>): void;
}
