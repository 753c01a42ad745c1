/** Decodes a copy of compressed answers; the application decodes its own. */
import type { Transform } from 'node:stream';

/** The most compressed bytes that wait for decoding. Beyond it decoding stops, and the usage is unknown. */
const MAX_WAITING = 8 * 2 ** 20;

/** Undefined where nothing has to be decoded; `'unknown'` where it cannot be. */
export function decoderOf(encoding: string | undefined): Transform | undefined | 'unknown' {
  const name = encoding?.trim().toLowerCase() ?? '';
  if (name === '' || name === 'identity') return undefined;
  const zlib = process.getBuiltinModule('node:zlib');
  switch (name) {
    case 'gzip':
    case 'x-gzip':
      return zlib.createGunzip();
    case 'br':
      return zlib.createBrotliDecompress();
    case 'deflate':
      return zlib.createInflate();
    case 'zstd': // since Node.js 22.15
      return zlib.createZstdDecompress?.() ?? 'unknown';
    default:
      return 'unknown';
  }
}

/** A decoder of one answer. It never throws into the writer. */
export class Decoder {
  readonly #stream: Transform;
  #isOver = false;

  /** @param onEnd runs once, however the answer ended. */
  constructor(stream: Transform, onData: (bytes: Uint8Array) => void, onEnd: () => void) {
    this.#stream = stream;
    const end = (): void => {
      if (this.#isOver) return;
      this.#isOver = true;
      onEnd();
    };
    stream.on('data', (bytes: Uint8Array) => {
      if (!this.#isOver) onData(bytes);
    });
    stream.on('end', end);
    stream.on('error', end);
  }

  write(bytes: Uint8Array): void {
    if (this.#isOver) return;
    if (this.#stream.writableLength > MAX_WAITING) this.#stream.destroy(new Error('too much to decode'));
    else this.#stream.write(Buffer.from(bytes)); // the application may change the chunk
  }

  end(): void {
    if (!this.#isOver) this.#stream.end();
  }

  /** Stops, without the end of the answer. */
  stop(): void {
    this.#isOver = true;
    this.#stream.destroy();
  }
}
