/** The body of a request, as it is sent: JSON, or the small fields of a form. */
import { jsonOf } from './json.ts';
import { FormFields } from './multipart.ts';

/** A longer body is not parsed: its start and end contain the model. This length takes some 40 ms to parse. */
const MAX_JSON = 8 * 2 ** 20;
/** How much is read of each end of a body that is too long. */
const END = 65_536;

export class RequestBody {
  readonly #form: FormFields | undefined;
  readonly #decoder = new TextDecoder();
  #text = '';
  #end = '';
  #length = 0;

  constructor(contentType: string) {
    this.#form = FormFields.of(contentType);
  }

  add(chunk: Uint8Array | string): void {
    if (this.#form) {
      this.#form.add(typeof chunk === 'string' ? Buffer.from(chunk) : chunk);
      return;
    }
    this.#addText(typeof chunk === 'string' ? chunk : this.#decoder.decode(chunk, { stream: true }));
  }

  #addText(text: string): void {
    this.#length += text.length;
    if (this.#length <= MAX_JSON) {
      this.#text += text;
      return;
    }
    if (this.#end === '') {
      this.#end = this.#text.slice(-END);
      this.#text = this.#text.slice(0, END);
    }
    this.#end = (this.#end + text).slice(-END);
  }

  /** How much was sent, in characters; 0 for a form. */
  get length(): number {
    return this.#length;
  }

  /** The parsed body; undefined if it is no JSON. */
  value(): unknown {
    if (this.#form) return this.#form.fields;
    if (this.#length > MAX_JSON) return beginningOf(this.#text, this.#end);
    return jsonOf(this.#text);
  }
}

/** The fields found in a long body; `isCut` is true for it. */
function beginningOf(start: string, end: string): Record<string, unknown> {
  const both = [start, end];
  const model = both.map((text) => /"model"\s*:\s*"([^"\\]{1,200})"/.exec(text)?.[1]).find(Boolean);
  const stream = both.some((text) => /"stream"\s*:\s*true/.test(text));
  return { ...(model === undefined ? {} : { model }), ...(stream ? { stream } : {}), [CUT]: true };
}

/** Marks a body that was not read as a whole. */
export const CUT = Symbol('cut');
