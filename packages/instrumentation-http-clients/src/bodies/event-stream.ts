/**
 * `application/vnd.amazon.eventstream`: messages of headers and a payload, in binary frames.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/RESTSelectObjectAppendix.html
 */
import type { AnswerReader, AnswerSink } from './answer.ts';
import { jsonOf } from './json.ts';

/** The lengths of the message and of its headers, and a checksum. */
const PRELUDE = 12;
/** A checksum follows the payload. */
const TRAILER = 4;
/** AWS's own bound is 16 MiB. */
const MAX_MESSAGE = 16 * 2 ** 20;
const TEXT = 7;

/** Each event becomes `{ [event type]: payload }`, as the AWS SDK has it. */
export class EventStream implements AnswerReader {
  readonly #sink: AnswerSink;
  readonly #readerOfParts: () => AnswerReader;
  #parts: AnswerReader | undefined;
  #rest = Buffer.alloc(0);
  #isBroken = false;

  /** @param readerOfParts reads the body that SageMaker has cut into parts, as the model's server sent it. */
  constructor(sink: AnswerSink, readerOfParts: () => AnswerReader) {
    this.#sink = sink;
    this.#readerOfParts = readerOfParts;
  }

  push(bytes: Uint8Array): void {
    if (this.#isBroken) return;
    this.#rest = Buffer.concat([this.#rest, bytes]);
    while (this.#read());
  }

  end(): void {
    this.#parts?.end();
  }

  #read(): boolean {
    if (this.#rest.length < PRELUDE) return false;
    const length = this.#rest.readUInt32BE(0);
    const headers = this.#rest.readUInt32BE(4);
    if (length > MAX_MESSAGE || length < PRELUDE + headers + TRAILER) {
      this.#isBroken = true;
      this.#rest = Buffer.alloc(0);
      return false;
    }
    if (this.#rest.length < length) return false;
    const message = this.#rest.subarray(0, length);
    this.#rest = this.#rest.subarray(length);
    this.#dispatch(
      headersOf(message.subarray(PRELUDE, PRELUDE + headers)),
      message.subarray(PRELUDE + headers, length - TRAILER),
    );
    return true;
  }

  #dispatch(headers: ReadonlyMap<string, string>, payload: Buffer): void {
    if (headers.get(':event-type') === 'PayloadPart') {
      this.#parts ??= this.#readerOfParts();
      this.#parts.push(payload);
      return;
    }
    const value = jsonOf(payload.toString());
    const type = headers.get(':event-type') ?? headers.get(':exception-type') ?? headers.get(':error-code');
    if (type === undefined) return;
    if (headers.get(':message-type') === 'event') this.#sink.event({ [type]: value ?? {} });
    else this.#sink.event({ exception: { code: type, ...(value as object | undefined) } });
  }
}

/** The text headers. Reading stops at any other header, which is not needed. */
function headersOf(bytes: Buffer): Map<string, string> {
  const headers = new Map<string, string>();
  let at = 0;
  while (at + 1 < bytes.length) {
    const nameEnd = at + 1 + (bytes[at] ?? 0);
    if (bytes[nameEnd] !== TEXT || nameEnd + 3 > bytes.length) break;
    const valueEnd = nameEnd + 3 + bytes.readUInt16BE(nameEnd + 1);
    headers.set(bytes.toString('utf8', at + 1, nameEnd), bytes.toString('utf8', nameEnd + 3, valueEnd));
    at = valueEnd;
  }
  return headers;
}
