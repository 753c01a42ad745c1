/** The body of a request, as it is sent: JSON, or the small fields of a form. */
import { jsonOf } from './json.ts';
import { FormFields } from './multipart.ts';
import { TextEnds } from './text-ends.ts';

/** A longer body is not parsed: its start and end contain the model. This length takes some 40 ms to parse. */
const MAX_JSON = 8 * 2 ** 20;

export class RequestBody {
  readonly #form: FormFields | undefined;
  readonly #decoder = new TextDecoder();
  readonly #text = new TextEnds(MAX_JSON);

  constructor(contentType: string) {
    this.#form = FormFields.of(contentType);
  }

  add(chunk: Uint8Array | string): void {
    if (this.#form) {
      this.#form.add(typeof chunk === 'string' ? Buffer.from(chunk) : chunk);
      return;
    }
    this.#text.add(typeof chunk === 'string' ? chunk : this.#decoder.decode(chunk, { stream: true }));
  }

  /** How much was sent, in characters; 0 for a form. */
  get length(): number {
    return this.#text.length;
  }

  /** The parsed body; undefined if it is no JSON. */
  value(): unknown {
    if (this.#form) return this.#form.fields;
    const { isWhole, start, end } = this.#text;
    return isWhole ? jsonOf(start) : beginningOf(start, end);
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
