/** A vendor's package, as its package.json declares it. */
export interface DeclaredVendor {
  /** The name of its folder in `packages`. */
  readonly folder: string;
  /** The name in `LLMTRACE_INSTRUMENTATIONS`. */
  readonly name: string;
  /** The npm package of the SDK. */
  readonly sdk: string;
  /** The prefix of the folders of its copies in `test-fixtures/sdks`. */
  readonly sets: string;
}

export const VENDORS: readonly DeclaredVendor[];
