/** What an SDK's requests look like, for whoever sees one that no traced call sent. */
export interface SentRequests {
  /** The npm package. */
  readonly module: string;
  /** The hosts that the vendor itself serves. */
  readonly hosts: RegExp;
  /** The paths of what the endpoints send, and of nothing else. */
  readonly paths: RegExp;
  /**
   * What is in the SDK's code, and so in each bundle of it, whatever a minifier does to names. None matches itself: a
   * bundle may have llmtrace in it, and no SDK.
   */
  readonly marks: readonly RegExp[];
  /**
   * The version of the SDK whose headers these may be; undefined where they are another client's. Alone they tell
   * little: other SDKs are made by the same generator, and gateways send on the headers of their clients.
   */
  sentBy(header: (name: string) => string | undefined): string | undefined;
}
