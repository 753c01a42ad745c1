/** Text that arrives in pieces: the whole text up to a maximum length, and only its start and end beyond that. */

/** The number of characters that are kept of each end of a text that is too long. */
export const END = 65_536;

export class TextEnds {
  readonly #most: number;
  #start = '';
  #end = '';
  #length = 0;

  /** @param most the number of characters that are kept as a whole, at least {@link END}. */
  constructor(most: number) {
    this.#most = most;
  }

  add(text: string): void {
    this.#length += text.length;
    if (this.isWhole) {
      this.#start += text;
      return;
    }
    if (this.#end === '') {
      const all = this.#start + text;
      this.#start = all.slice(0, END);
      this.#end = all.slice(-END);
      return;
    }
    this.#end += text;
    // One cut for many pieces: a cut for each piece would copy the end each time.
    if (this.#end.length > 4 * END) this.#end = this.#end.slice(-END);
  }

  get isWhole(): boolean {
    return this.#length <= this.#most;
  }

  /** The number of characters that arrived. */
  get length(): number {
    return this.#length;
  }

  /** The whole text, or its first characters. */
  get start(): string {
    return this.#start;
  }

  /** The last characters; empty while the text is whole. */
  get end(): string {
    return this.#end.slice(-END);
  }
}
