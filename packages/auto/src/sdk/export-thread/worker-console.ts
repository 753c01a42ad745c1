/**
 * Gives the export thread a console that writes at once. A thread's default console goes through the event loop of
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

globalThis.console = new Console(direct(1), direct(2));
