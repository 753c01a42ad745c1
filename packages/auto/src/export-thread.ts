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
import { handOver } from './hand-over.ts';
import { OWN_THREAD } from './once.ts';
import { GUARD_FLAGS, type ThreadLink } from './thread-link.ts';
import type { WireItem, WireMessage } from './wire.ts';

export interface ExportThread {
  send(item: WireItem): void;
  /**
   * Returns when all that was sent has been exported, or the time that an exit waits has passed. A collector that
   * refuses connections is not waited for. `more`: the thread may have got something elsewhere.
   */
  flush(more?: boolean): void;
  /** Resolves when all that was sent has been exported, or cannot be. */
  drain(): Promise<void>;
}

const file = import.meta.url.endsWith('.ts') ? './export-worker.ts' : './export-worker.js';

/** @param env the environment of the thread, from which the exporters read where to send what. */
export function startExportThread(
  setup: Omit<Setup, 'flushed' | 'link'>,
  env: Readonly<Record<string, string | undefined>>,
  link: ThreadLink,
): ExportThread {
  const flushed = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  const worker = new Worker(new URL(file, import.meta.url), {
    name: 'llmtrace',
    workerData: { ...setup, flushed, link: link.setup } satisfies Setup,
    transferList: [link.setup.port],
    // What the application preloads (this package among it) has no place in this thread.
    execArgv: [...GUARD_FLAGS],
    env: { ...env, NODE_OPTIONS: '' },
    stdout: true,
    stderr: true,
  });
  worker.unref();
  Reflect.set(worker, OWN_THREAD, true);
  return outbox(worker, flushed, link);
}

function outbox(worker: Worker, flushed: Int32Array, link: ThreadLink): ExportThread {
  let flushes = 0;
  let dirty = false;
  let dead = false;
  worker.on('error', (error) => {
    dead = true;
    link.close();
    diag.error('llmtrace: the export thread failed; telemetry is no longer exported', error);
  });

  const waiting = handOver((items) => deliver(worker, items));

  return {
    send(item) {
      if (dead) return;
      dirty = true;
      waiting.add(item);
    },
    flush(more) {
      if (dead || !(dirty || more)) return;
      dirty = false;
      waiting.now();
      worker.postMessage(++flushes satisfies WireMessage);
      if (!isReached(flushed, flushes, link.setup.timeout))
        diag.error('llmtrace: the last telemetry could not be exported in time');
    },
    async drain() {
      if (dead) return;
      waiting.now();
      await link.flushed();
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
function isReached(count: Int32Array, goal: number, ms: number): boolean {
  for (let now = Atomics.load(count, 0); now < goal; now = Atomics.load(count, 0)) {
    if (Atomics.wait(count, 0, now, ms) === 'timed-out') return false;
  }
  return true;
}
