/**
 * Gives the export thread a console, and a stdout and stderr, that write at once. Those of a thread go through the event loop of
 * the application, which may be blocked. Load this before any module that stores `console`.
 */
import { Console } from 'node:console';
import { writeSync } from 'node:fs';
import { Writable } from 'node:stream';

const direct = (descriptor: number): Writable =>
  new Writable({
    decodeStrings: false,
    write(text: string, _encoding, done) {
      try {
        writeSync(descriptor, text);
      } catch {} // the stream is closed
      done();
    },
  });

const [stdout, stderr] = [direct(1), direct(2)];
globalThis.console = new Console(stdout, stderr);
for (const [name, value] of Object.entries({ stdout, stderr }))
  Object.defineProperty(process, name, { value, configurable: true, enumerable: true });
