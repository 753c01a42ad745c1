/** The export thread, once its console writes at once. */
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { diag } from '@opentelemetry/api';
import { bytesOf, Drops, Ledger, signalOf } from '../export-report/ledger.ts';
import type { ExportReport } from '../export-report/report.ts';
import type { LinkSetup } from './link.ts';
import type { WireItem, WireMessage } from './messages.ts';
import type { Pipeline, Setup } from './pipeline.ts';
import { LinkServer } from './serve.ts';

/** The start parameters of the thread. */
export interface ThreadSetup extends Setup {
  /** Of the {@link Ledger} and the {@link Drops}. */
  readonly ledger: Int32Array;
  readonly drops: Int32Array;
  readonly reports: MessagePort;
  readonly link: LinkSetup;
}

const setup = workerData as ThreadSetup;
const ledger = new Ledger(setup.ledger);
const drops = new Drops(setup.drops);
const notify = (report: ExportReport): void => setup.reports.postMessage(report);

process.on('unhandledRejection', (error) => diag.error('llmtrace: the export thread', error));
// A thread that waits for a flush must not wait for an ended thread.
process.on('exit', () => ledger.close());

let pipeline: Pipeline | undefined;

// Signals are guarded before anything else is loaded, which takes long.
const link = new LinkServer(setup.link, { receive, relay, flush: async () => pipeline?.flush() });

// Outside of the promise: a thread that does not load must end with the error, and not as a rejection that is logged.
start().catch((error) => {
  setImmediate(() => {
    throw error;
  });
});

async function start(): Promise<void> {
  if (setup.logLevel !== undefined) {
    const { printingLogger } = await import('../../process/printing-logger.ts');
    diag.setLogger(printingLogger(), { logLevel: setup.logLevel });
  }
  const { Pipeline } = await import('./pipeline.ts');
  pipeline = new Pipeline(setup, { ledger, drops, notify });
  parentPort?.on('message', receive);
  link.ready();
  notify({ kind: 'ready' });
}

function receive(message: WireMessage): void {
  if (typeof message === 'number') void finish(message);
  else accept(message);
}

function accept(items: readonly WireItem[]): void {
  for (const item of items) pipeline?.accept(item);
  link.received();
}

/** Worker threads of the application post here directly; their items are counted on arrival. */
function relay(items: readonly WireItem[]): void {
  accept(items.filter(admit));
}

function admit(item: WireItem): boolean {
  const signal = signalOf(item);
  const bytes = bytesOf(item);
  if (ledger.bytes + bytes <= setup.queueBytes) {
    ledger.add(signal, bytes);
    return true;
  }
  drops.add(signal);
  notify({ kind: 'dropped', signal, limit: undefined });
  return false;
}

async function finish(number: number): Promise<void> {
  link.drain();
  await pipeline?.flush();
  ledger.flushed(number);
}
