/**
 * The **export thread**: where the SDK that llmtrace starts batches, aggregates and exports. It is a thread of
 * its own so that nothing of an export is ever in the application's: no socket or timer that would keep its
 * process alive, no work on its event loop, no failure that could reach it. And since the thread goes on working
 * while the application's stands still, telemetry is exported even where the application calls `process.exit()`,
 * which leaves no time for anything but waiting.
 */
import { Worker } from 'node:worker_threads';
import { diag } from '@opentelemetry/api';
import type { Setup } from './export-pipeline.ts';
import { OWN_THREAD } from './once.ts';
import { ownFile } from './own-files.ts';
import type { WireItem, WireMessage } from './wire.ts';

/** How long an exit waits for the last export, in ms. A collector that refuses connections is not waited for. */
const FLUSH_MS = 3000;
/** Telemetry is handed over so often, in ms, … */
const POST_MS = 500;
/** … or as soon as there is so much of it. */
const POST_ITEMS = 512;

export interface ExportThread {
  send(item: WireItem): void;
  /** Returns when all that was sent has been exported, or {@link FLUSH_MS} have passed. */
  flush(): void;
}

// As they are now: the tests of an application may replace them.
const { clearTimeout, setTimeout } = globalThis;

/** @param env the environment of the thread, from which the exporters read where to send what. */
export function startExportThread(
  setup: Omit<Setup, 'flushed'>,
  env: Readonly<Record<string, string | undefined>>,
): ExportThread {
  const file = ownFile('export-worker');
  if (!file) throw new Error('The export thread has no file: @llmtrace/auto is part of a bundle.');
  const flushed = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  const worker = new Worker(file, {
    name: 'llmtrace',
    workerData: { ...setup, flushed } satisfies Setup,
    // What the application preloads (this package among it) has no place in this thread.
    execArgv: [],
    env: { ...env, NODE_OPTIONS: '' },
    stdout: true,
    stderr: true,
  });
  worker.unref();
  Reflect.set(worker, OWN_THREAD, true);
  return outbox(worker, flushed);
}

function outbox(worker: Worker, flushed: Int32Array): ExportThread {
  let items: WireItem[] = [];
  let timer: NodeJS.Timeout | undefined;
  let flushes = 0;
  let dirty = false;
  let dead = false;
  worker.on('error', (error) => {
    dead = true;
    diag.error('llmtrace: the export thread failed; telemetry is no longer exported', error);
  });

  const post = (): void => {
    clearTimeout(timer);
    timer = undefined;
    if (items.length > 0) deliver(worker, items);
    items = [];
  };

  return {
    send(item) {
      if (dead) return;
      dirty = true;
      items.push(item);
      if (items.length >= POST_ITEMS) post();
      else timer ??= setTimeout(post, POST_MS).unref();
    },
    flush() {
      if (dead || !dirty) return;
      dirty = false;
      post();
      worker.postMessage(++flushes satisfies WireMessage);
      if (!isReached(flushed, flushes))
        diag.error('llmtrace: the last telemetry could not be exported in time');
    },
  };
}

/** Sends a batch; should part of it be nothing that a thread can be sent, the rest. */
function deliver(worker: Worker, items: WireItem[]): void {
  try {
    worker.postMessage(items satisfies WireMessage);
  } catch (error) {
    if (items.length === 1) diag.error('llmtrace: could not export', error);
    else for (const item of items) deliver(worker, [item]);
  }
}

/** Waits until `count[0]` is `goal`, by no clock that a test of the application may have stopped. */
function isReached(count: Int32Array, goal: number): boolean {
  for (let now = Atomics.load(count, 0); now < goal; now = Atomics.load(count, 0)) {
    if (Atomics.wait(count, 0, now, FLUSH_MS) === 'timed-out') return false;
  }
  return true;
}
