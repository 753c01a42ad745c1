/** Reports the outcome of exports as findings: each cause of each signal once, and once its end. */
import { type Finding, note, printable, withoutSecrets } from '@llmtrace/core/internal';
import { diag } from '@opentelemetry/api';
import { shown, shownEndpoint } from '../../process/otlp-endpoint.ts';
import type { AutoSettings } from '../../settings.ts';
import { causeOf } from './causes.ts';
import { type Drops, type Ledger, SIGNALS, type Signal } from './ledger.ts';
import type { ExportReport, Notify } from './report.ts';

/** Why an exit waits in vain: for an answer, for a thread that still starts, or there is none. */
export type Unsent = 'no answer' | 'not started' | 'no thread';

type Outcome = Exclude<ExportReport, { kind: 'ready' }>;
type Of<K extends Outcome['kind']> = Extract<Outcome, { kind: K }>;

let exported = false;

/** Whether the outcome of any export is known. */
export const hasExported = (): boolean => exported;

/** A failure that is not over: the key of its finding, and the lost items. */
interface Failing {
  readonly key: string;
  readonly lost: number;
}

export class ExportReports {
  readonly #limit: number;
  readonly #env: AutoSettings['env'];
  readonly #drops: Drops;
  readonly #failing = new Map<Signal, Failing>();
  /** The findings that were reported, by keys. */
  readonly #known = new Set<string>();
  #isEnding = false;
  #deaths = 0;

  /**
   * @param limit how many bytes may wait.
   * @param drops counts the items lost by failed exports, and separately those that were never accepted.
   */
  constructor(limit: number, env: AutoSettings['env'], drops: Drops) {
    this.#limit = limit;
    this.#env = env;
    this.#drops = drops;
  }

  readonly notify: Notify = (report) => {
    if (report.kind === 'exported' || report.kind === 'failed') exported = true;
    if (report.kind === 'failed') this.#failed(report);
    else if (report.kind === 'exported') this.#arrived(report);
    else if (report.kind === 'rejected') this.#rejected(report);
    else if (report.kind === 'page') this.#page(report);
    else if (report.kind === 'dropped') this.#dropped(report);
  };

  /** Runs `work` and emits its warnings at once, because the process ends. */
  atOnce(work: () => void): void {
    this.#isEnding = true;
    try {
      work();
    } finally {
      this.#isEnding = false;
    }
  }

  /** There is no export thread, but the application's. */
  inProcess(reason: string): void {
    this.#say(inProcessFinding(reason));
  }

  /** There is nothing that could export. */
  notStarted(reason: string): void {
    this.#say({
      code: 'export-thread',
      message: `telemetry is not exported: no export thread could be started (${reason}), and nothing else either`,
      cure: 'Set OTEL_LOG_LEVEL=error, which says why; install @llmtrace/auto anew',
      lost: true,
    });
  }

  /** The export thread ended and lost the contents of the ledger; it is restarted in `delay` ms. */
  died(reason: string, ledger: Ledger, delay: number): void {
    const deaths = ++this.#deaths;
    // The first, the second, the fourth, … : one that dies again and again has been reported.
    if ((deaths & (deaths - 1)) !== 0) return;
    const times = deaths === 1 ? '' : `, ${deaths} times by now`;
    this.#say({
      code: 'export-thread',
      message: `the export thread ended${times} (${reason})${waitingIn(ledger)}; it is started again in ${delay / 1000} s`,
      cure: 'Set OTEL_LOG_LEVEL=error, which says why, and report it to llmtrace',
      lost: true,
    });
  }

  /** The process ends before the contents of the ledger were exported. */
  unsent(ledger: Ledger, why: Unsent): void {
    const { since, cure } = UNSENT[why];
    const endpoint = shownEndpoint(this.#env, 'traces');
    this.#say({
      code: 'export-unsent',
      message: `the process ended before its last telemetry was exported to ${endpoint}${since}${waitingIn(ledger)}`,
      cure,
      lost: true,
    });
  }

  #say(finding: Finding): void {
    note(finding, this.#isEnding ? 'at once' : true);
  }

  #isNew(key: string): boolean {
    return this.#known.size < this.#known.add(key).size;
  }

  #endpointOf({ signal, url }: { signal: Signal; url: string | undefined }): string {
    return url === undefined ? shownEndpoint(this.#env, signal) : shown(url);
  }

  #countLost(signal: Signal, count: number): void {
    if (!isCumulative(signal)) this.#drops.add(signal, count);
  }

  #failed(report: Of<'failed'>): void {
    const { signal, failure, lost } = report;
    this.#countLost(signal, lost);
    const { code, why, cure } = causeOf(failure, signal);
    const summary = `${signal} do not arrive at ${this.#endpointOf(report)}`;
    diag.error(`llmtrace: ${summary}`, { ...failure, message: plain(failure.message) });
    const key = `${signal} ${code} ${why}`;
    this.#failing.set(signal, { key, lost: lost + (this.#failing.get(signal)?.lost ?? 0) });
    // An endpoint that is no URL of HTTP was reported as it was read.
    if (code === 'export-endpoint' || !this.#isNew(key)) return;
    this.#say({ code, message: `${summary}: ${why}`, cure, lost: true });
  }

  #arrived(report: Of<'exported'>): void {
    const { signal } = report;
    const failure = this.#failing.get(signal);
    if (!failure) return;
    this.#failing.delete(signal);
    if (!this.#isNew(`recovered ${failure.key}`)) return;
    this.#say({
      code: 'export-recovered',
      message: `${signal} arrive again at ${this.#endpointOf(report)}${lostOf(signal, failure.lost)}`,
      cure: 'There is nothing to do; what was lost does not come back',
      lost: false,
    });
  }

  /** Whether the export arrived is not known: the status says so. */
  #page(report: Of<'page'>): void {
    const { signal } = report;
    if (!this.#isNew(`page ${signal}`)) return;
    this.#say({
      code: 'export-path',
      message: `${this.#endpointOf(report)} answers an export of ${signal} with a web page, as no receiver of OTLP does: nothing may have arrived`,
      cure: 'Set OTEL_EXPORTER_OTLP_ENDPOINT to the address of the receiver, which is not that of a user interface',
      lost: true,
    });
  }

  #rejected(report: Of<'rejected'>): void {
    const { signal, count, message } = report;
    this.#countLost(signal, count);
    if (!this.#isNew(`rejected ${signal} ${count > 0}`)) return;
    const endpoint = this.#endpointOf(report);
    const reason = message === '' ? 'without a reason' : `for this reason: ${plain(message)}`;
    const rejected = `${endpoint} rejected ${counted(count, signal)} of an export, ${reason}`;
    this.#say({
      code: 'export-rejected',
      message: count > 0 ? rejected : `${endpoint} accepted ${signal} with a warning: ${plain(message)}`,
      cure: 'Look at the limits and the log of the receiver',
      lost: count > 0,
    });
  }

  #dropped({ signal, limit: items }: Of<'dropped'>): void {
    if (!this.#isNew(`dropped ${signal} ${items}`)) return;
    const full = items === undefined ? `${this.#limit} bytes of telemetry` : counted(items, signal);
    const variable = items === undefined ? 'LLMTRACE_EXPORT_QUEUE_BYTES' : QUEUE_SIZES[signal];
    this.#say({
      code: 'export-dropped',
      message: `${signal} are dropped: ${full} wait for their export already, and no more may`,
      cure: `Look whether the receiver keeps up; ${variable} says how much may wait`,
      lost: true,
    });
  }
}

const UNSENT: Readonly<Record<Unsent, { since: string; cure: string }>> = {
  'no answer': {
    since: '',
    cure: 'Look whether the receiver answers in time; LLMTRACE_EXIT_TIMEOUT_MS says how long an exit waits',
  },
  'not started': {
    since: ', since the export thread was still starting',
    cure: 'Raise LLMTRACE_EXIT_TIMEOUT_MS, which says how long an exit waits: a busy machine starts the thread late',
  },
  'no thread': {
    since: ', since there is no export thread',
    cure: 'Let the application end by itself',
  },
};

const ITEMS: Readonly<Record<Signal, string>> = { traces: 'span', metrics: 'value', logs: 'log event' };

const counted = (count: number, signal: Signal): string =>
  `${count} ${ITEMS[signal]}${count === 1 ? '' : 's'}`;

const QUEUE_SIZES: Readonly<Record<Signal, string>> = {
  traces: 'OTEL_BSP_MAX_QUEUE_SIZE',
  metrics: 'LLMTRACE_EXPORT_QUEUE_BYTES',
  logs: 'OTEL_BLRP_MAX_QUEUE_SIZE',
};

/** The next export repeats the items of the last one. */
const isCumulative = (signal: Signal): boolean => signal === 'metrics';

const lostOf = (signal: Signal, count: number): string =>
  count > 0 && !isCumulative(signal) ? `; ${counted(count, signal)} lost` : '';

function waitingIn(ledger: Ledger): string {
  const parts = SIGNALS.flatMap((signal) => {
    const count = ledger.waiting(signal);
    return count > 0 ? counted(count, signal) : [];
  });
  return parts.length > 0 ? `; ${parts.join(', ')} lost` : '';
}

/** The length to which a receiver's message is truncated. */
const MAX_MESSAGE = 300;

/** A receiver's message in one line: it may repeat the request's headers, or carry what a terminal acts on. */
const plain = (text: string): string =>
  printable(withoutSecrets(text.replace(/\s+/g, ' ')), MAX_MESSAGE).replace(/(?<![.\s])[.\s]+$/, '');

const THREAD_CURES: Readonly<Record<string, string>> = {
  ERR_ACCESS_DENIED: 'Start node with --allow-worker',
  // Deno 2.9 refuses the flags of the thread.
  ERR_WORKER_INVALID_EXEC_ARGV: 'Let the application end by itself, or run it on Node.js',
  ERR_WORKER_INIT_FAILED: 'Let the process have more open files and threads (ulimit -n, ulimit -u)',
  'deleted folder': 'Run the process in a folder that exists: Node.js starts no thread in a deleted one',
  'startup snapshot':
    'Start without --snapshot-blob to have the thread: Node.js may abort where a thread runs beside a snapshot',
  'Yarn PnP': 'Set `nodeLinker: node-modules` in .yarnrc.yml to have the thread',
};

const inProcessFinding = (reason: string): Finding => ({
  code: 'export-thread',
  message: `no export thread could be started (${reason}); telemetry is exported in the application's own thread, and what is unsent when the process ends by exit(), a signal or an error is lost`,
  cure:
    THREAD_CURES[reason] ??
    'Leave @llmtrace/auto out of bundles (external), so that its files are there; OTEL_LOG_LEVEL=error says more',
  lost: false,
});
