/**
 * The **export thread**: where the SDK that llmtrace starts batches, aggregates and exports. A separate thread keeps
 * exports out of the application's thread: no socket or timer keeps its process alive, no work runs on its event
 * loop, and no failure reaches it. Since the thread keeps working while the application's thread is blocked,
 * telemetry is exported even after the application calls `process.exit()`, which leaves time only for waiting.
 *
 * A thread that dies is started again, later each time. Where none can be started, this process exports by itself.
 */
import { statSync } from 'node:fs';
import { MessageChannel, receiveMessageOnPort, Worker } from 'node:worker_threads';
import { diag } from '@opentelemetry/api';
import { OWN_THREAD } from '../../process/once-per-thread.ts';
import { ownFile } from '../../process/own-files.ts';
import { ExportReports } from '../export-report/findings.ts';
import { bytesOf, Drops, Ledger, SIGNALS, signalOf } from '../export-report/ledger.ts';
import type { ExportReport } from '../export-report/report.ts';
import type { Release } from './hand-over.ts';
import { startInProcess } from './in-process.ts';
import { GUARD_FLAGS, type LinkOptions, ThreadLink } from './link.ts';
import type { WireItem, WireMessage } from './messages.ts';
import { Outbox, type Receiver } from './outbox.ts';
import type { Setup } from './pipeline.ts';
import type { ThreadSetup } from './worker-main.ts';

/** The delay before a dead thread is restarted, in ms. It doubles each time, … */
const RESTART_MS = 1000;
/** … up to these; a thread that lived for so long is as good as the first. */
const MAX_RESTART_MS = 60_000;

export interface ExportThread {
  send(item: WireItem): void;
  /**
   * Registers who keeps measurements: `release` sends them, and is called before each flush, and some time after the
   * returned function was.
   */
  defer(release: Release): () => void;
  /**
   * Returns when all that was sent has been exported, or the time that an exit waits has passed. A collector that
   * refuses connections is not waited for. `more`: the thread may have got something elsewhere.
   */
  flush(more?: boolean): void;
  /** Resolves when all that was sent has been exported, or cannot be. */
  drain(): Promise<void>;
  /** Ends the thread. Later telemetry is dropped without a report. */
  close?(): void;
}

// As they are now: the tests of an application may replace them.
const { setTimeout } = globalThis;

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * @param env the environment of the thread, from which the exporters read their endpoints and headers.
 * @param linked options of the link of each thread that is started.
 */
export function startExportThread(
  options: Omit<Setup, 'flushTimeout'>,
  env: Environment,
  linked: LinkOptions,
): ExportThread {
  const setup: Setup = { ...options, flushTimeout: linked.timeout };
  const drops = new Drops();
  const reports = new ExportReports(setup.queueBytes, env, drops);
  const outbox = new Outbox(setup.queueBytes, drops, reports.notify, linked.isPrompt);
  let delay = RESTART_MS;
  const unsent = (ledger: Ledger): void => reports.atOnce(() => reports.unsent(ledger, 'no thread'));

  let isClosed = false;
  let end = (): void => {};

  const inProcess = (why: string): void => {
    reports.inProcess(why);
    const contact = { drops, notify: reports.notify, ledger: new Ledger(), env, unsent };
    startInProcess(setup, outbox, contact).then(
      (close) => {
        if (isClosed) close();
        else end = close;
      },
      (error) => {
        diag.error('llmtrace: could not export in the process itself', error);
        reports.notStarted(why);
        outbox.close();
      },
    );
  };

  let hasWorked = false;
  const start = (): void => {
    if (isClosed) return;
    const since = Date.now();
    const ended = (ledger: Ledger, error: unknown): void => {
      outbox.disconnect();
      diag.error('llmtrace: the export thread ended', error);
      for (const signal of SIGNALS) drops.add(signal, ledger.waiting(signal));
      if (Date.now() - since > MAX_RESTART_MS) delay = RESTART_MS;
      reports.died(reasonOf(error), ledger, delay);
      setTimeout(start, delay).unref();
      delay = Math.min(2 * delay, MAX_RESTART_MS);
    };
    const failed = (error: unknown): void => {
      outbox.disconnect();
      diag.error('llmtrace: could not start the export thread', error);
      inProcess(reasonOf(error));
    };
    const supervisor: Supervisor = {
      report(report) {
        if (report.kind !== 'ready') reports.notify(report);
        else {
          hasWorked = true;
          outbox.ready();
        }
      },
      atExit: (work) => reports.atOnce(work),
      unsent: (ledger) => reports.unsent(ledger, hasWorked ? 'no answer' : 'not started'),
      // A cause that ended a working thread could also end the application.
      died(ledger, error) {
        if (isClosed) return;
        if (hasWorked) ended(ledger, error);
        else failed(error);
      },
    };
    try {
      const { terminate, ...receiver } = startThread(setup, { env, drops, supervisor, linked });
      end = terminate;
      outbox.connect(receiver);
    } catch (error) {
      failed(error);
    }
  };
  start();
  return {
    send(item) {
      if (!isClosed) outbox.send(item);
    },
    defer: (release) => outbox.deferred.add(release),
    flush(more) {
      if (isClosed) return;
      const left = outbox.flush(more);
      if (left) unsent(left);
    },
    drain: async () => (isClosed ? undefined : outbox.drain()),
    close() {
      isClosed = true;
      end();
    },
  };
}

const reasonOf = (error: unknown): string => {
  const { code, name } = (error ?? {}) as { code?: unknown; name?: unknown };
  return String(code ?? name ?? 'it ended');
};

const noThread = (reason: string): Error => Object.assign(new Error(reason), { code: reason });

interface Supervisor {
  report(report: ExportReport): void;
  /** Runs `work` and reports its findings at once, because the process ends. */
  atExit(work: () => void): void;
  died(ledger: Ledger, error: unknown): void;
  unsent(ledger: Ledger): void;
}

interface ThreadOptions {
  readonly env: Environment;
  readonly drops: Drops;
  readonly supervisor: Supervisor;
  readonly linked: LinkOptions;
}

/** @throws if this process may not start a thread, or the thread's file is missing, as in a bundle. */
function startThread(
  setup: Setup,
  { env, drops, supervisor, linked }: ThreadOptions,
): Receiver & { terminate(): void } {
  // A thread lacks Yarn's package resolution unless it gets the flags that load it.
  if (process.versions['pnp'] !== undefined) throw noThread('Yarn PnP');
  const file = ownFile('sdk/export-thread/worker');
  if (!file) throw noThread('no sdk/export-thread/worker.js');
  if (isFolderDeleted()) throw noThread('deleted folder');
  const ledger = new Ledger();
  const { port1, port2 } = new MessageChannel();
  const link = new ThreadLink(linked);
  const worker = startWorker(file, env, link, {
    ...setup,
    ...{ ledger: ledger.cells, drops: drops.cells, reports: port2, link: link.setup },
  });
  let failure: unknown;
  worker.on('error', (error) => {
    failure = error;
  });
  worker.on('exit', () => {
    drain();
    port1.close();
    link.close();
    supervisor.died(ledger, failure);
  });
  /** @returns the number of reports about exports. */
  const drain = (): number => {
    let outcomes = 0;
    for (let next = receiveMessageOnPort(port1); next; next = receiveMessageOnPort(port1)) {
      const report = next.message as ExportReport;
      supervisor.report(report);
      if (report.kind !== 'ready') outcomes++;
    }
    return outcomes;
  };
  port1.on('message', (report: ExportReport) => supervisor.report(report));
  port1.unref();
  let flushes = 0;
  return {
    ledger,
    post: (items) => deliver(worker, ledger, items),
    flush() {
      worker.postMessage(++flushes satisfies WireMessage);
      const isDone = ledger.waitFor(flushes, setup.flushTimeout);
      supervisor.atExit(() => {
        if (drain() + Number(isDone) === 0) supervisor.unsent(ledger);
      });
    },
    drain: () => link.flushed(),
    terminate: () => void worker.terminate(),
  };
}

/** Whether the process runs in a folder that was deleted: a thread ends there as it starts, too late for a short process. */
function isFolderDeleted(): boolean {
  try {
    statSync(process.cwd());
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT';
  }
}

/** @throws where the process may start no thread. */
function startWorker(file: URL, env: Environment, link: ThreadLink, setup: ThreadSetup): Worker {
  try {
    const worker = new Worker(file, {
      name: 'llmtrace',
      workerData: setup,
      transferList: [setup.reports, link.setup.port],
      // Modules that the application preloads (this package included) must not run in this thread.
      execArgv: [...GUARD_FLAGS],
      env: { ...env, NODE_OPTIONS: '' },
      stdout: true,
      stderr: true,
    });
    worker.unref();
    Reflect.set(worker, OWN_THREAD, true);
    return worker;
  } catch (error) {
    link.close();
    throw error;
  }
}

/** Sends a batch; should part of it be nothing that a thread can be sent, the rest. */
function deliver(worker: Worker, ledger: Ledger, items: WireItem[]): void {
  try {
    worker.postMessage(items satisfies WireMessage);
  } catch (error) {
    const [first] = items;
    if (items.length > 1) for (const item of items) deliver(worker, ledger, [item]);
    else if (first) {
      ledger.remove(signalOf(first), bytesOf(first));
      diag.error('llmtrace: could not export', error);
    }
  }
}
