/** Files that a configuration names. */
import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';

/** The largest file, in bytes: a thousand times a large price list. */
const MAX_BYTES = 16 * 1024 * 1024;

/** Without it, opening a FIFO would wait for its writer for ever. Windows has none. */
const NON_BLOCKING = constants.O_NONBLOCK ?? 0;

/**
 * The text of a regular file of at most 16 MiB.
 *
 * @throws TypeError for a folder, a device or a FIFO, and for a larger file; or the error of opening or reading the
 * file.
 */
export function readTextFile(path: string): string {
  const file = openSync(path, constants.O_RDONLY | NON_BLOCKING);
  try {
    const stats = fstatSync(file);
    if (!stats.isFile()) throw new TypeError(`Expected ${path} to be a regular file.`);
    if (stats.size > MAX_BYTES)
      throw new TypeError(`Expected ${path} to have at most ${MAX_BYTES} bytes, got ${stats.size}.`);
    return readFileSync(file, 'utf8');
  } finally {
    closeSync(file);
  }
}
