/** The body of a request, as it is sent: JSON, or the small fields of a form. */
import { jsonOf } from './json.ts';
import { FormFields } from './multipart.ts';
import { TextEnds } from './text-ends.ts';

/** A longer body is not parsed: its start and end contain the model. This length takes some 40 ms to parse. */
const MAX_JSON = 8 * 2 ** 20;

export class RequestBody {
  readonly #form: FormFields | undefined;
  readonly #packed: Packed | undefined;
  readonly #decoder = new TextDecoder();
  readonly #text = new TextEnds(MAX_JSON);

  constructor(contentType: string, encoding = '') {
    this.#packed = /^(?:x-)?gzip$/i.test(encoding) ? new Packed() : undefined;
    this.#form = this.#packed ? undefined : FormFields.of(contentType);
  }

  add(chunk: Uint8Array | string): void {
    const ofBytes = this.#packed ?? this.#form;
    if (ofBytes) ofBytes.add(typeof chunk === 'string' ? Buffer.from(chunk) : chunk);
    else this.#text.add(typeof chunk === 'string' ? chunk : this.#decoder.decode(chunk, { stream: true }));
  }

  /** How much was sent, in characters, or in bytes of a packed body; 0 for a form. */
  get length(): number {
    return this.#packed?.length ?? this.#text.length;
  }

  /** The parsed body; undefined if it is no JSON. */
  value(): unknown {
    if (this.#packed) return jsonOf(this.#packed.text());
    if (this.#form) return this.#form.fields;
    const { isWhole, start, end } = this.#text;
    return isWhole ? jsonOf(start) : beginningOf(start, end);
  }
}

/** A body that is sent compressed: it is kept until all of it is there. */
class Packed {
  readonly #pieces: Uint8Array[] = [];
  length = 0;

  add(bytes: Uint8Array): void {
    this.length += bytes.length;
    if (this.length <= MAX_JSON) this.#pieces.push(Buffer.from(bytes)); // the application may change the chunk
  }

  /** Empty where it is too long or broken. */
  text(): string {
    try {
      const { gunzipSync } = process.getBuiltinModule('node:zlib');
      return gunzipSync(Buffer.concat(this.#pieces), { maxOutputLength: MAX_JSON }).toString();
    } catch {
      return '';
    }
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
