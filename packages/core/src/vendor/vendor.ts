/** A **vendor** is data: a table of endpoints, and pure functions. */
import type { Span } from '@opentelemetry/api';
import type { LlmAttributes } from '../model/attributes.ts';
import type { Call, LlmRequest, LlmResponse, Operation } from '../model/call.ts';
import type { ContentReader } from '../model/messages.ts';
import type { Operations } from '../model/operations.ts';
import type { SentRequests, UntracedCalls } from '../model/sent-requests.ts';

/** Where a package keeps a method that is to be wrapped. */
export interface PatchPoint {
  /** Files of the package that export the class, without extension: `resources/embeddings`. */
  readonly files: readonly string[];
  /** The name under which those files export the class. */
  readonly className: string;
  /** Where the class hangs on the package's main class: `Chat.Completions`. */
  readonly path: string;
  readonly method: string;
  /**
   * The getter that returns the object with the method, if the package does not export that object's class. It is
   * read when the application first uses it.
   */
  readonly getter?: string;
  /** True if the class cannot be reached from the package's main export, only from its files. */
  readonly isInternal?: boolean;
  /**
   * True for a method of a parent class that other SDKs share: it is replaced on the SDK's own class only.
   */
  readonly isInherited?: boolean;
  /**
   * True for a method that the class's constructor assigns to each object. Objects that are made later have it replaced; so
   * has the object of a client that is handed over.
   */
  readonly isAssigned?: boolean;
  /** The first version that has the method: it is not missed in older ones. */
  readonly since?: string;
  /** The first version that has it no more: it is not missed from there on. */
  readonly until?: string;
}

/**
 * The facts of a call on which the reading of its answer depends: providers report the same things in different ways.
 */
export type Asked = Pick<Call, 'provider' | 'request'>;

// biome-ignore-start lint/suspicious/noExplicitAny: payloads of vendors have no type here
/**
 * A method that sends model calls: the innermost one, which sends exactly one, so that every helper above it is traced
 * once.
 */
export interface EndpointPoint extends PatchPoint {
  /**
   * The endpoint of a call; undefined if this call is not a model call. It is asked for at each call: the code of endpoints
   * is loaded with the first (see `late()`).
   */
  endpoint(args: readonly any[]): Endpoint | undefined;
}

/** An **endpoint** is how a model call is read. Its functions are pure; an error of theirs loses telemetry, never the call. */
export interface Endpoint {
  readonly operation: Operation;
  /** The API family, where the conventions name it (`openai.api.type`). */
  readonly apiType?: string;
  request(args: readonly any[], self: any): LlmRequest;
  /** The fields of the request that name the user, the tenant, the prompt. */
  attributes?(args: readonly any[]): LlmAttributes | undefined;
  /** @param asked the call of the answer; absent if it is unknown. */
  response(result: any, asked?: Asked): LlmResponse;
  /** The stream within an answer object; absent if the answer itself is the stream. */
  streamOf?(answer: any): unknown;
  /** Folds one chunk of a stream into the response so far. */
  chunk?(response: LlmResponse, chunk: any, asked?: Asked): void;
  /**
   * Folds the vendor's raw data into the response so far, for SDKs that drop a part of it: a whole body, or one event
   * of a stream. It runs before {@link response} and {@link chunk}, for {@link Vendor.rawMethods}.
   */
  raw?(response: LlmResponse, body: any): void;
  /** True for SDK versions that expose everything {@link raw} reads; raw bodies are then not inspected. */
  keepsAll?(client: any): boolean;
  /**
   * The signal by which the application can stop the call, for SDKs that throw the same error when it does and
   * when their own time is up.
   */
  signal?(args: readonly any[], self: any): AbortSignal | undefined;
  /** The arguments with another signal in the place of the application's. */
  withSignal?(args: readonly any[], self: any, signal: AbortSignal): any[];
  /**
   * The arguments with which the SDK does not retry by itself; undefined where the application has set its retries
   * up, which then stay. Absent where the SDK never retries. It never changes `args`.
   */
  withoutRetries?(args: readonly any[], self: any): any[] | undefined;
  /**
   * The arguments that make the vendor report the usage of a stream, where the application did not ask for
   * it; undefined leaves them as they are. It never changes `args`.
   */
  askUsage?(args: readonly any[]): any[] | undefined;
  /** Whether an event only keeps the connection alive: the SDK hides it, and so it is no chunk of a raw body. */
  isHeartbeat?(event: any): boolean;
  /**
   * Removes from a chunk the fields that only {@link askUsage} added.
   * @returns true where nothing else was in it, and the application must not see it.
   */
  dropUsage?(chunk: any): boolean;
  /**
   * Where the method makes no model call, but reads the answer of one that was ordered before: its id, and whether it
   * is reported if no known call ordered it. A reading without usage is not reported.
   */
  readonly reads?: { id(args: readonly any[]): string | undefined; readonly isBatch: boolean };
  /**
   * True where the answer is a `Response` that the application reads by itself, with a JSON document in each line:
   * {@link chunk} folds a line, and gets an empty object for lines that were not read.
   */
  readonly hasLines?: boolean;
  /** How to read message content; absent if the conventions have no place for it. */
  readonly content?: ContentReader;
}

/**
 * The **native** spans of an SDK that traces itself: how it starts a span for a call of an endpoint, which a
 * property of its client, the tracer, gives it.
 */
export interface NativeSpans {
  /** The client's property that holds the tracer; without one, a client does not trace. */
  readonly tracer: string;
  /** The name that the SDK gives to the spans of the endpoints' calls. */
  readonly name: string;
  /** Attributes that the SDK sets and llmtrace names differently: two names of one thing are counted twice. */
  readonly renamed: readonly string[];
  /** The span that a helper has started before it calls the endpoint's method, among that one's arguments. */
  callerSpan(args: readonly any[]): Span | undefined;
  /** Those arguments without the span, so that the SDK has none. */
  withoutCallerSpan(args: readonly any[]): any[];
  /** The helpers that start the span. */
  readonly helpers: readonly PatchPoint[];
  /** Its spans of loops of model calls and tools; absent if the SDK has no such loop. */
  readonly runs?: NativeRuns;
}

/** The native spans of an SDK's own loop of model calls and tools. */
export interface NativeRuns {
  /** The name that the SDK gives to the span of a run. */
  readonly name: string;
  /** Matches the names of the spans of the tools in a run. */
  readonly tools: RegExp;
  /** Attributes that the SDK sets on both and that the conventions do not have there. */
  readonly dropped: readonly string[];
}

/**
 * A method that is an operation around calls: the run of an agent, a tool. `around` replaces it, calls the original and
 * returns its result.
 */
// biome-ignore-start lint/suspicious/noExplicitAny: payloads of frameworks have no type here
export interface OperationPoint extends PatchPoint {
  /** {@link FunctionPoint.isAlways} */
  readonly isAlways?: boolean;
  around(call: PatchedCall): unknown;
}

/**
 * A function that a module exports or declares and that is an operation around calls. Its binding within the module is replaced as
 * the module loads, so that importers and the module's own code call `around`. With `className` it is a method of a class of
 * the module, which is replaced on the class' prototype.
 */
export interface FunctionPoint extends Pick<PatchPoint, 'since' | 'until'> {
  /** The paths in the package of the files that may export it, with extension: bundlers put a hash into a file's name. */
  readonly files: RegExp;
  /** The name by which it is exported, or else declared. Within a minified file it has another one. For a method, its name. */
  readonly name: string;
  /** The name of the exported class that has the method. Of the files, those without this class do not miss the method. */
  readonly className?: string;
  /** True for a function that is no operation itself: it is also replaced where agents are not traced. */
  readonly isAlways?: boolean;
  around(call: PatchedCall): unknown;
}

/**
 * The steps of a tracing channel of `node:diagnostics_channel` on which a framework publishes its operations.
 * `start` gives the context in which the operation runs, or undefined, where it is none; `asyncEnd` is its end. Both get the
 * message of the channel, which is the same object.
 */
export interface ChannelPoint {
  readonly channel: string;
  readonly method: 'start' | 'asyncEnd';
  /** {@link FunctionPoint.isAlways} */
  readonly isAlways?: boolean;
  around(call: PatchedCall): unknown;
}

/** A call of a patched method or function. */
export interface PatchedCall {
  readonly operations: Operations;
  /** The method with its `this`. */
  original(...args: any[]): any;
  readonly self: any;
  readonly args: any[];
}
// biome-ignore-end lint/suspicious/noExplicitAny: payloads of frameworks have no type here

/** A callback in Node.js' form. */
export type Callback = (error: unknown, answer?: unknown) => void;

/** The object of a client that sends each of its requests, by one method that returns a promise. */
export interface Transport {
  holder(client: any): unknown;
  readonly method: string;
  /** Reads the URL of a request that is about to be sent, for {@link Vendor.baseURL}. */
  learn(client: any, args: readonly unknown[]): void;
}

export interface Vendor {
  /** `gen_ai.provider.name`, unless the client or the base URL determines another. */
  readonly provider: string;
  /** The npm package. */
  readonly module: string;
  /** Extensions of the package's files, one per build. */
  readonly extensions: readonly string[];
  /** True if the package has no main file, so that its modules are loaded by their paths. */
  readonly hasNoMain?: boolean;
  /** The files with the extension `.js` that are ES modules. */
  readonly esModules?: readonly string[];
  /** The class (or object) from which the endpoints' paths start. */
  main(exports: any): any;
  /** The client behind the object whose method is called. */
  client(self: any): any;
  /** The base URL of a client, or of this call alone. */
  baseURL(client: any, args: readonly any[]): string | undefined;
  /** The provider, where the client decides it. */
  providerOf?(client: any): string | undefined;
  /** Replaces {@link provider} for this client: the vendor whose protocol a request uses. */
  protocolOf?(client: any): string | undefined;
  /** Methods of the client through which bodies come as the vendor sent them, for {@link Endpoint.raw}. */
  readonly rawMethods?: readonly string[];
  /** Whether a client needs its own retries for other ends than failures that pass; they then stay. */
  keepsRetries?(client: any): boolean;
  readonly endpoints: readonly EndpointPoint[];
  /** Methods that are operations around calls. */
  readonly operations?: readonly OperationPoint[];
  /** Functions that are operations around calls. They need the hooks of `@llmtrace/auto`. */
  readonly functions?: readonly FunctionPoint[];
  /** Steps of operations that the library publishes by itself. */
  readonly channels?: readonly ChannelPoint[];
  /**
   * Names of tracers by which the library itself makes spans. While spans go to the provider of `@llmtrace/auto`, these
   * tracers record nothing there: the operations have spans of their own, and those of the library contain prompts and answers.
   */
  readonly silentTracers?: readonly string[];
  /** The same, from the first patched method on: a copy of the library that is not seen, as in a bundle, keeps its spans. */
  readonly replacedTracers?: readonly string[];
  /** Whether calls are traced by their requests, whichever client sends them and to whichever host. @default false */
  readonly tracesAnyClient?: boolean;
  /** The name of a model call that has no endpoint, which a warning names; undefined if this call is not a model call. */
  untracedOf?(args: readonly any[]): string | undefined;
  /** The callback among the arguments that receives the answer, and the other arguments; undefined if there is none. */
  callbackOf?(args: readonly any[]): { callback: Callback; args: any[] } | undefined;
  /** The object that sends a client's requests, if they cannot be observed on its class or on `fetch`. */
  readonly transport?: Transport;
  /** How a request that no traced call sent is known to be the SDK's. Absent where there is no SDK. */
  readonly requests?: SentRequests;
  /** Calls that are not traced, which requests show by their host and path. */
  readonly untraced?: readonly UntracedCalls[];
  /**
   * The object of a client (or of another object of the application) whose class has that path. Absent where the
   * client has it by the same path: `chat.completions` is a `Chat.Completions`.
   */
  part?(client: any, path: string): any;
  /**
   * Other tools that publish its calls on a channel of `node:diagnostics_channel`: the channel, and the tool that listens
   * to it, with the way to switch that off.
   */
  readonly otherTracers?: readonly (readonly [channel: string, tool: string])[];
  /** Where the SDK, or a later version of it, traces itself. */
  readonly native?: NativeSpans;
}

/** The part of a library without model calls of its own, as of frameworks: the SDKs beneath make them. */
export const noModelCalls = {
  provider: '',
  main: (exports: any): any => exports,
  client: (self: unknown): unknown => self,
  baseURL: (): string | undefined => undefined,
  endpoints: [],
} satisfies Partial<Vendor>;
// biome-ignore-end lint/suspicious/noExplicitAny: payloads of vendors have no type here
