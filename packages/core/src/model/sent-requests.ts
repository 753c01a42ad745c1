/**
 * Calls that are not traced, because their answers do not contain what they used: each kind at each host produces a
 * warning.
 */
export interface UntracedCalls {
  readonly hosts: RegExp;
  /** The group that matches is the name of the kind. Without one, they are calls of models. */
  readonly paths: RegExp;
}

/** The features by which diagnosis recognises an SDK's requests, if no traced call sent them. */
export interface SentRequests {
  /** The npm package. */
  readonly module: string;
  /** The hosts that the vendor itself serves. */
  readonly hosts: RegExp;
  /** The URL paths of the traced endpoints' requests. They match no other request. */
  readonly paths: RegExp;
  /**
   * Patterns of texts in the SDK's source code that bundlers and minifiers keep, such as names of headers and
   * variables. A pattern must not match its own source, because a bundle may contain llmtrace without the SDK: write
   * one character in brackets, `/OPENAI_ORG[_]ID/`.
   */
  readonly marks: readonly RegExp[];
  /**
   * The version of the SDK that may have sent these headers; undefined if another client sent them. The headers alone
   * are weak evidence: the same generator makes other SDKs, and gateways forward the headers of their clients.
   */
  sentBy(header: (name: string) => string | undefined): string | undefined;
  /** A header without which {@link sentBy} is no proof of the SDK at a host that is not known. */
  readonly provenBy?: string;
}
