/**
 * Gives the export thread a console that writes at once. A thread's own goes through the event loop of the
 * application, which may stand still by now. To be loaded before anything that keeps a console.
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
      } catch {} // nobody reads it
      done();
    },
  });

globalThis.console = new Console(direct(1), direct(2));
