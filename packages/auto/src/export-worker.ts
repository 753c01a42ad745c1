/** The export thread itself: what runs there. */
import { Console } from 'node:console';
import { writeSync } from 'node:fs';
import { Writable } from 'node:stream';
import { parentPort, workerData } from 'node:worker_threads';
import { DiagConsoleLogger, diag } from '@opentelemetry/api';
import { type Setup, startPipeline } from './export-pipeline.ts';
import type { WireMessage } from './wire.ts';

const { flushed, logLevel, ...setup } = workerData as Setup;

/** A thread's own output goes through the application's event loop, which may stand still by now. */
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

if (logLevel !== undefined) diag.setLogger(new DiagConsoleLogger(), { logLevel });
process.on('unhandledRejection', (error) => diag.error('llmtrace: the export thread', error));

const pipeline = startPipeline({ ...setup, flushed, logLevel });

parentPort?.on('message', (message: WireMessage) => {
  if (typeof message === 'number') {
    void pipeline.flush().then(() => {
      Atomics.store(flushed, 0, message);
      Atomics.notify(flushed, 0);
    });
    return;
  }
  for (const item of message) pipeline.accept(item);
});
