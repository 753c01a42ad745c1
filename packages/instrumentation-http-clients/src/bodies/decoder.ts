/** Decodes a copy of compressed answers; the application decodes its own. */
import type { Transform } from 'node:stream';

/** The most compressed bytes that wait for decoding. Beyond it decoding stops, and the usage is unknown. */
const MAX_WAITING = 8 * 2 ** 20;

/** Makes the stream that decodes a body, by its first byte. */
export type Decoding = (first: number) => Transform;

/** The compression method of zlib's format, in the lower half of its first byte: RFC 1950, 2.2. */
const ZLIB = 8;

/** Undefined where nothing has to be decoded; `'unknown'` where it cannot be. */
export function decodingOf(encoding: string | undefined): Decoding | undefined | 'unknown' {
  const name = encoding?.trim().toLowerCase() ?? '';
  if (name === '' || name === 'identity') return undefined;
  const zlib = process.getBuiltinModule('node:zlib');
  switch (name) {
    case 'gzip':
    case 'x-gzip':
      return () => zlib.createGunzip();
    case 'br':
      return () => zlib.createBrotliDecompress();
    case 'deflate': // in zlib's format; some servers send the data without it, which all clients accept
      return (first) => ((first & 0x0f) === ZLIB ? zlib.createInflate() : zlib.createInflateRaw());
    case 'zstd': // since Node.js 22.15
      return zlib.createZstdDecompress ? () => zlib.createZstdDecompress() : 'unknown';
    default:
      return 'unknown';
  }
}

/** A decoder of one answer. It never throws into the writer. */
export class Decoder {
  readonly #decoding: Decoding;
  readonly #onData: (bytes: Uint8Array) => void;
  readonly #onEnd: () => void;
  #stream: Transform | undefined;
  #isOver = false;

  /** @param onEnd runs once, however the answer ended. */
  constructor(decoding: Decoding, onData: (bytes: Uint8Array) => void, onEnd: () => void) {
    this.#decoding = decoding;
    this.#onData = onData;
    this.#onEnd = onEnd;
  }

  write(bytes: Uint8Array): void {
    const [first] = bytes;
    if (this.#isOver || first === undefined) return;
    this.#stream ??= this.#begin(first);
    if (this.#stream.writableLength > MAX_WAITING) this.#stream.destroy(new Error('too much to decode'));
    else this.#stream.write(Buffer.from(bytes)); // the application may change the chunk
  }

  end(): void {
    if (this.#isOver) return;
    if (this.#stream) this.#stream.end();
    else this.#ended();
  }

  /** Stops, without the end of the answer. */
  stop(): void {
    this.#isOver = true;
    this.#stream?.destroy();
  }

  #begin(first: number): Transform {
    const stream = this.#decoding(first);
    stream.on('data', (bytes: Uint8Array) => {
      if (!this.#isOver) this.#onData(bytes);
    });
    stream.on('end', () => this.#ended());
    stream.on('error', () => this.#ended());
    return stream;
  }

  #ended(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#onEnd();
  }
}
