/** The small fields of a form (`multipart/form-data`); files are passed over and never kept. */

/** The longest value that is read: a model's name, a number. */
const MAX_VALUE = 1024;
const MAX_HEADERS = 4096;
const MAX_FIELDS = 100;

const HEADERS_END = Buffer.from('\r\n\r\n');

type State = 'headers' | 'value' | 'passed over';

export class FormFields {
  readonly fields: Record<string, string> = Object.create(null);
  readonly #boundary: Buffer;
  #state: State = 'passed over';
  #name: string | undefined;
  #rest = Buffer.alloc(0);
  #count = 0;

  private constructor(boundary: string) {
    this.#boundary = Buffer.from(`--${boundary}`);
  }

  /** Undefined where a body of that content type is no form. */
  static of(contentType: string): FormFields | undefined {
    const [, quoted, bare] =
      /^multipart\/form-data\b.{0,200}?;\s*boundary=(?:"([^"]{1,200})"|([^;\s]{1,200}))/i.exec(contentType) ??
      [];
    const boundary = quoted ?? bare;
    return boundary === undefined ? undefined : new FormFields(boundary);
  }

  add(chunk: Uint8Array): void {
    this.#rest = this.#rest.length === 0 ? Buffer.from(chunk) : Buffer.concat([this.#rest, chunk]);
    while (this.#count < MAX_FIELDS && this.#step());
    if (this.#count >= MAX_FIELDS) this.#rest = Buffer.alloc(0);
  }

  /** @returns whether there may be more to read. */
  #step(): boolean {
    if (this.#state === 'headers') return this.#readHeaders();
    const at = this.#rest.indexOf(this.#boundary);
    if (at < 0) {
      this.#keepEnd();
      return false;
    }
    if (this.#state === 'value') this.#take(at);
    this.#rest = this.#rest.subarray(at + this.#boundary.length);
    this.#state = 'headers';
    return true;
  }

  /** The last characters may be the start of a boundary. A value that grows too long is skipped. */
  #keepEnd(): void {
    if (this.#state === 'value' && this.#rest.length <= MAX_VALUE + this.#boundary.length) return;
    this.#state = 'passed over';
    this.#rest = Buffer.from(this.#rest.subarray(-this.#boundary.length));
  }

  #take(end: number): void {
    const value = this.#rest.subarray(0, Math.max(end - 2, 0)); // a line break precedes the boundary
    if (this.#name !== undefined && value.length <= MAX_VALUE) this.fields[this.#name] = value.toString();
    this.#count++;
  }

  #readHeaders(): boolean {
    const end = this.#rest.indexOf(HEADERS_END);
    if (end < 0) {
      if (this.#rest.length > MAX_HEADERS) this.#state = 'passed over';
      return this.#rest.length > MAX_HEADERS;
    }
    const headers = this.#rest.subarray(0, Math.min(end, MAX_HEADERS)).toString();
    const isFile = /;\s*filename\*?=/i.test(headers);
    this.#name = /;\s*name="([^"]{1,100})"/i.exec(headers)?.[1];
    this.#rest = this.#rest.subarray(end + HEADERS_END.length);
    this.#state = isFile ? 'passed over' : 'value';
    return true;
  }
}
