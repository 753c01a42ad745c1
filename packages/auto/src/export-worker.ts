/** The export thread itself: what runs there. */
import './direct-console.ts';
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { DiagConsoleLogger, diag } from '@opentelemetry/api';
import { Drops, Ledger } from './export-ledger.ts';
import type { Pipeline, Setup } from './export-pipeline.ts';
import type { ExportReport } from './export-report.ts';
import type { WireMessage } from './wire.ts';

/** What the thread is started with. */
export interface ThreadSetup extends Setup {
  /** Of the {@link Ledger} and the {@link Drops}. */
  readonly ledger: Int32Array;
  readonly drops: Int32Array;
  readonly reports: MessagePort;
}

const setup = workerData as ThreadSetup;
const ledger = new Ledger(setup.ledger);
const drops = new Drops(setup.drops);
const tell = (report: ExportReport): void => setup.reports.postMessage(report);

if (setup.logLevel !== undefined) diag.setLogger(new DiagConsoleLogger(), { logLevel: setup.logLevel });
process.on('unhandledRejection', (error) => diag.error('llmtrace: the export thread', error));
// Who waits for a flush must not wait for a thread that is gone.
process.on('exit', () => ledger.close());

// Outside of the promise: a thread that does not load must end with the error, and not as a rejection that is logged.
start().catch((error) => {
  setImmediate(() => {
    throw error;
  });
});

/** The pipeline loads late: until then, the thread already knows what to do at its end. */
async function start(): Promise<void> {
  const { startPipeline } = await import('./export-pipeline.ts');
  const pipeline = startPipeline(setup, { ledger, drops, tell });
  parentPort?.on('message', (message: WireMessage) => {
    if (typeof message === 'number') void flush(pipeline, message);
    else for (const item of message) pipeline.accept(item);
  });
  tell({ kind: 'ready' });
}

async function flush(pipeline: Pipeline, number: number): Promise<void> {
  await pipeline.flush();
  ledger.flushed(number);
}
