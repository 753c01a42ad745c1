/** The export thread itself: what runs there. */
import './direct-console.ts';
import { parentPort, workerData } from 'node:worker_threads';
import { DiagConsoleLogger, diag } from '@opentelemetry/api';
import type { Pipeline, Setup } from './export-pipeline.ts';
import { serveLink } from './thread-serve.ts';
import type { WireMessage } from './wire.ts';

const setup = workerData as Setup;

if (setup.logLevel !== undefined) diag.setLogger(new DiagConsoleLogger(), { logLevel: setup.logLevel });
process.on('unhandledRejection', (error) => diag.error('llmtrace: the export thread', error));

// Signals are guarded before anything else is loaded, which takes long.
const link = serveLink(setup.link, { receive, flush: async () => (await pipeline).flush() });
const pipeline = start();
const { accept, flush } = await pipeline;
parentPort?.on('message', receive);
link.ready();

async function start(): Promise<Pipeline> {
  const { startPipeline } = await import('./export-pipeline.ts');
  return startPipeline(setup);
}

function receive(message: WireMessage): void {
  if (typeof message === 'number') {
    void finish(message);
    return;
  }
  for (const item of message) accept(item);
  link.received();
}

async function finish(number: number): Promise<void> {
  link.drain();
  await flush();
  Atomics.store(setup.flushed, 0, number);
  Atomics.notify(setup.flushed, 0);
}
