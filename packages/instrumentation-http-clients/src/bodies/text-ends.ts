/** Text that arrives in pieces: all of it up to a maximum, and only its start and its end beyond that. */

/** The characters to keep of each end of a text that is too long. */
export const END = 65_536;

export class TextEnds {
  readonly #most: number;
  #start = '';
  #end = '';
  #length = 0;

  /** @param most the characters to keep, at least {@link END}. */
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
      this.#end = this.#start.slice(-END);
      this.#start = this.#start.slice(0, END);
    }
    this.#end += text;
    // One cut for many pieces: to cut at each one would copy the end each time.
    if (this.#end.length > 4 * END) this.#end = this.#end.slice(-END);
  }

  get isWhole(): boolean {
    return this.#length <= this.#most;
  }

  /** The characters that arrived. */
  get length(): number {
    return this.#length;
  }

  /** The whole text, or its first characters. */
  get start(): string {
    return this.#start;
  }

  /** The last characters; empty for a text that is whole. */
  get end(): string {
    return this.#end.slice(-END);
  }
}
