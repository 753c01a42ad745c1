/** A **vendor** is data: a table of endpoints, and pure functions. */
import type { LlmRequest, LlmResponse, Operation } from './call.ts';

/**
 * An **endpoint** is one instrumented method of a vendor's SDK: the innermost one, which sends exactly
 * one model call, so that every helper above it is traced once.
 * Its functions are pure; what they throw costs the telemetry, never the call.
 */
// biome-ignore-start lint/suspicious/noExplicitAny: payloads of vendors have no type here
export interface Endpoint {
  readonly operation: Operation;
  /** The API family, where the conventions name it (`openai.api.type`). */
  readonly apiType?: string;
  /** Files of the package that export the class, without extension: `resources/embeddings`. */
  readonly files: readonly string[];
  /** The name under which those files export the class. */
  readonly className: string;
  /** Where the class hangs on the package's main class: `Chat.Completions`. */
  readonly path: string;
  readonly method: string;
  /** The first version that has the endpoint: it is not missed in older ones. */
  readonly since?: string;
  request(args: readonly any[], self: any): LlmRequest;
  response(result: any): LlmResponse;
  /** Folds one chunk of a stream into the response so far. */
  chunk?(response: LlmResponse, chunk: any): void;
  /**
   * The arguments that make the vendor report the usage of a stream, where the application did not ask for
   * it; undefined leaves them as they are. The arguments given are never changed.
   */
  askUsage?(args: readonly any[]): any[] | undefined;
  /**
   * Takes out of a chunk what only {@link askUsage} brought.
   * @returns true where nothing else was in it, and the application must not see it.
   */
  dropUsage?(chunk: any): boolean;
}

export interface Vendor {
  /** `gen_ai.provider.name` where neither client nor base URL says otherwise. */
  readonly provider: string;
  /** The npm package. */
  readonly module: string;
  /** Extensions of the package's files, one per build. */
  readonly extensions: readonly string[];
  /** The class (or object) from which the endpoints' paths start. */
  main(exports: any): any;
  /** The client behind the object whose method is called. */
  client(self: any): any;
  /** The base URL of a client, and the provider where the client's class decides it. */
  origin(client: any): { baseURL?: string | undefined; provider?: string | undefined };
  readonly endpoints: readonly Endpoint[];
}
// biome-ignore-end lint/suspicious/noExplicitAny: payloads of vendors have no type here
