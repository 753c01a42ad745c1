/**
 * The **export thread**: where the SDK that llmtrace starts batches, aggregates and exports. A separate thread keeps
 * exports out of the application's thread: no socket or timer keeps its process alive, no work runs on its event
 * loop, and no failure reaches it. Since the thread keeps working while the application's thread is blocked,
 * telemetry is exported even after the application calls `process.exit()`, which leaves time only for waiting.
 *
 * A thread that dies is started again, later each time. Where none can be started, this process exports by itself.
 */
import { setTimeout } from '@llmtrace/core/internal';
import { diag } from '@opentelemetry/api';
import { ExportReports } from '../export-report/findings.ts';
import { Drops, Ledger, SIGNALS } from '../export-report/ledger.ts';
import type { Release } from './hand-over.ts';
import { startInProcess } from './in-process.ts';
import type { LinkOptions } from './link.ts';
import type { WireItem } from './messages.ts';
import { Outbox } from './outbox.ts';
import type { Setup } from './pipeline.ts';
import { type Supervisor, startThread } from './running-thread.ts';

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
  const thread = new RestartedThread({ ...options, flushTimeout: linked.timeout }, env, linked);
  thread.start();
  return thread;
}

class RestartedThread implements ExportThread {
  readonly #setup: Setup;
  readonly #env: Environment;
  readonly #linked: LinkOptions;
  readonly #drops = new Drops();
  readonly #reports: ExportReports;
  readonly #outbox: Outbox;
  /** The time until a thread that ends now is started again, in ms. */
  #delay = RESTART_MS;
  #isClosed = false;
  /** Whether any thread has worked: a cause that ended a working thread could also end the application. */
  #hasWorked = false;
  #end = (): void => {};

  constructor(setup: Setup, env: Environment, linked: LinkOptions) {
    this.#setup = setup;
    this.#env = env;
    this.#linked = linked;
    this.#reports = new ExportReports(setup.queueBytes, env, this.#drops);
    this.#outbox = new Outbox(setup.queueBytes, this.#drops, this.#reports.notify, linked.isPrompt);
  }

  start(): void {
    if (this.#isClosed) return;
    const since = Date.now();
    try {
      const thread = startThread(this.#setup, {
        ...{ env: this.#env, drops: this.#drops, linked: this.#linked },
        supervisor: this.#supervisor(since),
      });
      this.#end = () => thread.terminate();
      this.#outbox.connect(thread);
    } catch (error) {
      this.#notStarted(error);
    }
  }

  send(item: WireItem): void {
    if (!this.#isClosed) this.#outbox.send(item);
  }

  defer(release: Release): () => void {
    return this.#outbox.deferred.add(release);
  }

  flush(more?: boolean): void {
    if (this.#isClosed) return;
    const left = this.#outbox.flush(more);
    if (left) this.#reportUnsent(left);
  }

  async drain(): Promise<void> {
    if (!this.#isClosed) await this.#outbox.drain();
  }

  close(): void {
    this.#isClosed = true;
    this.#end();
  }

  /** @param since when the thread was started. */
  #supervisor(since: number): Supervisor {
    return {
      report: (report) => {
        if (report.kind === 'ready') this.#ready();
        else this.#reports.notify(report);
      },
      atExit: (work) => this.#reports.atOnce(work),
      unsent: (ledger) => this.#reports.unsent(ledger, this.#hasWorked ? 'no answer' : 'not started'),
      died: (ledger, error) => {
        if (this.#isClosed) return;
        if (this.#hasWorked) this.#restart(ledger, error, since);
        else this.#notStarted(error);
      },
    };
  }

  #ready(): void {
    this.#hasWorked = true;
    this.#outbox.ready();
  }

  #restart(ledger: Ledger, error: unknown, since: number): void {
    this.#outbox.disconnect();
    diag.error('llmtrace: the export thread ended', error);
    for (const signal of SIGNALS) this.#drops.add(signal, ledger.waiting(signal));
    if (Date.now() - since > MAX_RESTART_MS) this.#delay = RESTART_MS;
    this.#reports.died(reasonOf(error), ledger, this.#delay);
    setTimeout(() => this.start(), this.#delay).unref();
    this.#delay = Math.min(2 * this.#delay, MAX_RESTART_MS);
  }

  #notStarted(error: unknown): void {
    this.#outbox.disconnect();
    diag.error('llmtrace: could not start the export thread', error);
    this.#exportInProcess(reasonOf(error));
  }

  #exportInProcess(why: string): void {
    this.#reports.inProcess(why);
    const contact = {
      ...{ drops: this.#drops, notify: this.#reports.notify, ledger: new Ledger(), env: this.#env },
      unsent: (ledger: Ledger) => this.#reportUnsent(ledger),
    };
    startInProcess(this.#setup, this.#outbox, contact).then(
      (close) => {
        if (this.#isClosed) close();
        else this.#end = close;
      },
      (error) => {
        diag.error('llmtrace: could not export in the process itself', error);
        this.#reports.notStarted(why);
        this.#outbox.close();
      },
    );
  }

  /** The process ends, and there is no thread that could export. */
  #reportUnsent(ledger: Ledger): void {
    this.#reports.atOnce(() => this.#reports.unsent(ledger, 'no thread'));
  }
}

const reasonOf = (error: unknown): string => {
  const { code, name } = (error ?? {}) as { code?: unknown; name?: unknown };
  return String(code ?? name ?? 'it ended');
};
