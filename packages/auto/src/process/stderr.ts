/**
 * Lines that llmtrace prints on stderr: stdout belongs to the application. They do not go through `process.stderr` or a
 * `Console` on it: where its reader is gone or its disk is full, these emit an error that ends the application.
 */
import { Console } from 'node:console';
import { writeSync } from 'node:fs';

const STDERR = 2;
/** What a terminal of Windows shows as it is: bytes that are written to it are taken for those of its code page. */
const terminal = (): Console => new Console(process.stderr, process.stderr);

/** Prints a line, as far as it can be written. */
export function printLine(line: string): void {
  try {
    if (process.platform === 'win32' && process.stderr.isTTY) terminal().log(line);
    else writeAll(Buffer.from(`${line}\n`));
  } catch {} // a pipe is full or closed, or a disk is full
}

/** A pipe may take a part only. */
function writeAll(bytes: Buffer): void {
  for (let written = 0, count = -1; written < bytes.length && count !== 0; written += count)
    count = writeSync(STDERR, bytes, written);
}
