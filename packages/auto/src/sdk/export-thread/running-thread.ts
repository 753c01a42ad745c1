/** One export thread, from its start to its end. */
import { statSync } from 'node:fs';
import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from 'node:worker_threads';
import { diag } from '@opentelemetry/api';
import { OWN_THREAD } from '../../process/once-per-thread.ts';
import { ownFile } from '../../process/own-files.ts';
import { bytesOf, type Drops, Ledger, signalOf } from '../export-report/ledger.ts';
import type { ExportReport } from '../export-report/report.ts';
import { GUARD_FLAGS, type LinkOptions, ThreadLink } from './link.ts';
import type { WireItem, WireMessage } from './messages.ts';
import type { Receiver } from './outbox.ts';
import type { Setup } from './pipeline.ts';
import type { ThreadSetup } from './worker-main.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Learns what becomes of a thread. */
export interface Supervisor {
  report(report: ExportReport): void;
  /** Runs `work` and reports its findings at once, because the process ends. */
  atExit(work: () => void): void;
  died(ledger: Ledger, error: unknown): void;
  unsent(ledger: Ledger): void;
}

export interface ThreadOptions {
  readonly env: Environment;
  readonly drops: Drops;
  readonly supervisor: Supervisor;
  readonly linked: LinkOptions;
}

/** @throws if this process may not start a thread, or the thread's file is missing, as in a bundle. */
export function startThread(setup: Setup, { env, drops, supervisor, linked }: ThreadOptions): RunningThread {
  // A thread lacks Yarn's package resolution unless it gets the flags that load it.
  if (process.versions['pnp'] !== undefined) throw noThread('Yarn PnP');
  const file = ownFile('sdk/export-thread/worker');
  if (!file) throw noThread('no sdk/export-thread/worker.js');
  if (isFolderDeleted()) throw noThread('deleted folder');
  if (isFromSnapshot()) throw noThread('startup snapshot');
  const ledger = new Ledger();
  const { port1, port2 } = new MessageChannel();
  const link = new ThreadLink(linked);
  const worker = startWorker(file, env, link, {
    ...setup,
    ...{ ledger: ledger.cells, drops: drops.cells, reports: port2, link: link.setup },
  });
  const thread = new RunningThread({ worker, ledger, link, reports: port1 }, supervisor, setup.flushTimeout);
  thread.listen();
  return thread;
}

interface Parts {
  readonly worker: Worker;
  readonly ledger: Ledger;
  readonly link: ThreadLink;
  /** The thread's reports arrive here. */
  readonly reports: MessagePort;
}

export class RunningThread implements Receiver {
  readonly ledger: Ledger;
  readonly #worker: Worker;
  readonly #link: ThreadLink;
  readonly #reports: MessagePort;
  readonly #supervisor: Supervisor;
  readonly #flushTimeout: number;
  #failure: unknown;
  #flushes = 0;

  constructor({ worker, ledger, link, reports }: Parts, supervisor: Supervisor, flushTimeout: number) {
    this.ledger = ledger;
    this.#worker = worker;
    this.#link = link;
    this.#reports = reports;
    this.#supervisor = supervisor;
    this.#flushTimeout = flushTimeout;
  }

  listen(): void {
    this.#worker.on('error', (error) => {
      this.#failure = error;
    });
    this.#worker.on('exit', () => this.#exited());
    this.#reports.on('message', (report: ExportReport) => this.#supervisor.report(report));
    this.#reports.unref();
  }

  post(items: WireItem[]): void {
    deliver(this.#worker, this.ledger, items);
  }

  flush(): void {
    this.#worker.postMessage(++this.#flushes satisfies WireMessage);
    const isDone = this.ledger.waitFor(this.#flushes, this.#flushTimeout);
    this.#supervisor.atExit(() => {
      if (this.#readReports() + Number(isDone) === 0) this.#supervisor.unsent(this.ledger);
    });
  }

  drain(): Promise<void> {
    return this.#link.flushed();
  }

  terminate(): void {
    void this.#worker.terminate();
  }

  #exited(): void {
    this.#readReports();
    this.#reports.close();
    this.#link.close();
    this.#supervisor.died(this.ledger, this.#failure);
  }

  /** Reads the reports that the event loop has not delivered. @returns the number of those about exports. */
  #readReports(): number {
    let outcomes = 0;
    for (let next = receiveMessageOnPort(this.#reports); next; next = receiveMessageOnPort(this.#reports)) {
      const report = next.message as ExportReport;
      this.#supervisor.report(report);
      if (report.kind !== 'ready') outcomes++;
    }
    return outcomes;
  }
}

const noThread = (reason: string): Error => Object.assign(new Error(reason), { code: reason });

/**
 * Whether the process starts from a snapshot of the application. If that has a main function, Node.js aborts the process as a
 * thread of it loads `node:http` (24.21), with a thread of the application, too.
 */
const isFromSnapshot = (): boolean =>
  [process.env['NODE_OPTIONS'] ?? '', ...process.execArgv].some((text) => text.includes('--snapshot-blob'));

/** Whether the process runs in a folder that was deleted: a thread ends there as it starts, too late for a short process. */
function isFolderDeleted(): boolean {
  try {
    statSync(process.cwd());
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT';
  }
}

/**
 * The size of the thread's young generation, in MB. By default it grows to 48 MB while 2,000 calls end at once; with this one the
 * process is 65 MB smaller then (481 of 547 MB), and takes the same CPU time.
 */
const YOUNG_GENERATION_MB = 2;

/**
 * How much of the address space the thread reserves for its machine code, in MB; V8 would take 512. Where the process may have 2 GB of
 * it (`ulimit -v`, as shared hosting has it), V8 would end the process.
 */
const CODE_RANGE_MB = 32;

/** @throws where the process may start no thread. */
function startWorker(file: URL, env: Environment, link: ThreadLink, setup: ThreadSetup): Worker {
  try {
    const worker = new Worker(file, {
      name: 'llmtrace',
      workerData: setup,
      transferList: [setup.reports, link.setup.port],
      // Modules that the application preloads (this package included) must not run in this thread.
      execArgv: [...GUARD_FLAGS],
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION_MB, codeRangeSizeMb: CODE_RANGE_MB },
      env: { ...env, NODE_OPTIONS: '' },
      stdout: true,
      stderr: true,
    });
    worker.unref();
    // Node.js keeps a process for such a stream once its thread has written to it, as it does for NODE_DEBUG before any module
    // runs. The thread then writes by itself.
    worker.stdout.destroy();
    worker.stderr.destroy();
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
