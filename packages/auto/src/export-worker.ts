/** The export thread itself: what runs there. */
import './direct-console.ts';
import { parentPort, workerData } from 'node:worker_threads';
import { DiagConsoleLogger, diag } from '@opentelemetry/api';
import { type Setup, startPipeline } from './export-pipeline.ts';
import type { WireMessage } from './wire.ts';

const setup = workerData as Setup;

if (setup.logLevel !== undefined) diag.setLogger(new DiagConsoleLogger(), { logLevel: setup.logLevel });
process.on('unhandledRejection', (error) => diag.error('llmtrace: the export thread', error));

const pipeline = startPipeline(setup);

parentPort?.on('message', (message: WireMessage) => {
  if (typeof message === 'number') void flush(message);
  else for (const item of message) pipeline.accept(item);
});

async function flush(number: number): Promise<void> {
  await pipeline.flush();
  Atomics.store(setup.flushed, 0, number);
  Atomics.notify(setup.flushed, 0);
}
