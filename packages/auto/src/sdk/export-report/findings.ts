/** Reports the outcome of exports as findings: each cause of each signal once, and once its end. */
import { type Finding, note, printable, withoutSecrets } from '@llmtrace/core/internal';
import { diag } from '@opentelemetry/api';
import { shown, shownEndpoint } from '../../process/otlp-endpoint.ts';
import type { AutoSettings } from '../../settings.ts';
import { causeOf } from './causes.ts';
import { type Drops, type Ledger, SIGNALS, type Signal } from './ledger.ts';
import type { ExportReport, Notify } from './report.ts';

export interface ExportReports {
  readonly notify: Notify;
  /** Runs `work` and emits its warnings at once, because the process ends. */
  atOnce(work: () => void): void;
  /** There is no export thread, but the application's. */
  inProcess(reason: string): void;
  /** There is nothing that could export. */
  notStarted(reason: string): void;
  /** The export thread ended and lost the contents of the ledger; it is restarted in `delay` ms. */
  died(reason: string, ledger: Ledger, delay: number): void;
  /** The process ends before the contents of the ledger were exported. */
  unsent(ledger: Ledger, why: Unsent): void;
}

/** Why an exit waits in vain: for an answer, for a thread that still starts, or there is none. */
export type Unsent = 'no answer' | 'not started' | 'no thread';

type Outcome = Exclude<ExportReport, { kind: 'ready' }>;
type Of<K extends Outcome['kind']> = Extract<Outcome, { kind: K }>;

let exported = false;

/** Whether the outcome of any export is known. */
export const hasExported = (): boolean => exported;

/**
 * @param limit how many bytes may wait.
 * @param drops counts the items lost by failed exports, and separately those that were never accepted.
 */
export function exportReports(limit: number, env: AutoSettings['env'], drops: Drops): ExportReports {
  let isEnding = false;
  let deaths = 0;
  const failing = new Map<Signal, { key: string; lost: number }>();
  const known = new Set<string>();
  const isNew = (key: string): boolean => known.size < known.add(key).size;
  const say = (finding: Finding): void => note(finding, isEnding ? 'at once' : true);
  const placeOf = ({ signal, url }: { signal: Signal; url: string | undefined }): string =>
    url === undefined ? shownEndpoint(env, signal) : shown(url);

  const countLost = (signal: Signal, count: number): void => {
    if (!isCumulative(signal)) drops.add(signal, count);
  };

  const failed = (report: Of<'failed'>): void => {
    const { signal, failure, lost } = report;
    countLost(signal, lost);
    const { code, why, cure } = causeOf(failure, signal);
    const message = plain(failure.message);
    diag.error(`llmtrace: ${signal} do not arrive at ${placeOf(report)}`, { ...failure, message });
    const key = `${signal} ${code} ${why}`;
    const before = failing.get(signal)?.lost ?? 0;
    failing.set(signal, { key, lost: before + lost });
    // An endpoint that is no URL of HTTP was reported as it was read.
    if (code === 'export-endpoint' || !isNew(key)) return;
    say({ code, message: `${signal} do not arrive at ${placeOf(report)}: ${why}`, cure, lost: true });
  };

  const arrived = (report: Of<'exported'>): void => {
    const { signal } = report;
    const failure = failing.get(signal);
    if (!failure) return;
    failing.delete(signal);
    if (!isNew(`recovered ${failure.key}`)) return;
    say({
      code: 'export-recovered',
      message: `${signal} arrive again at ${placeOf(report)}${lostOf(signal, failure.lost)}`,
      cure: 'There is nothing to do; what was lost does not come back',
      lost: false,
    });
  };

  const rejected = (report: Of<'rejected'>): void => {
    const { signal, count, message: answer } = report;
    countLost(signal, count);
    if (!isNew(`rejected ${signal} ${count > 0}`)) return;
    const reason = answer === '' ? 'without a reason' : `for this reason: ${plain(answer)}`;
    const message =
      count > 0
        ? `${placeOf(report)} rejected ${counted(count, signal)} of an export, ${reason}`
        : `${placeOf(report)} accepted ${signal} with a warning: ${plain(answer)}`;
    say({
      code: 'export-rejected',
      message,
      cure: 'Look at the limits and the log of the receiver',
      lost: count > 0,
    });
  };

  const dropped = ({ signal, limit: items }: Of<'dropped'>): void => {
    if (!isNew(`dropped ${signal} ${items}`)) return;
    const full = items === undefined ? `${limit} bytes of telemetry` : counted(items, signal);
    const variable = items === undefined ? 'LLMTRACE_EXPORT_QUEUE_BYTES' : QUEUE_SIZES[signal];
    say({
      code: 'export-dropped',
      message: `${signal} are dropped: ${full} wait for their export already, and no more may`,
      cure: `Look whether the receiver keeps up; ${variable} says how much may wait`,
      lost: true,
    });
  };

  return {
    notify(report) {
      if (report.kind === 'exported' || report.kind === 'failed') exported = true;
      if (report.kind === 'failed') failed(report);
      else if (report.kind === 'exported') arrived(report);
      else if (report.kind === 'rejected') rejected(report);
      else if (report.kind === 'dropped') dropped(report);
    },
    atOnce(work) {
      isEnding = true;
      try {
        work();
      } finally {
        isEnding = false;
      }
    },
    inProcess: (reason) => say(inProcessFinding(reason)),
    notStarted: (reason) =>
      say({
        code: 'export-thread',
        message: `telemetry is not exported: no export thread could be started (${reason}), and nothing else either`,
        cure: 'Set OTEL_LOG_LEVEL=error, which says why; install @llmtrace/auto anew',
        lost: true,
      }),
    died(reason, ledger, delay) {
      // The first, the second, the fourth, … : one that dies again and again has been reported.
      if ((++deaths & (deaths - 1)) !== 0) return;
      const times = deaths === 1 ? '' : `, ${deaths} times by now`;
      say({
        code: 'export-thread',
        message: `the export thread ended${times} (${reason})${waitingIn(ledger)}; it is started again in ${delay / 1000} s`,
        cure: 'Set OTEL_LOG_LEVEL=error, which says why, and report it to llmtrace',
        lost: true,
      });
    },
    unsent(ledger, why) {
      const { since, cure } = UNSENT[why];
      say({
        code: 'export-unsent',
        message: `the process ended before its last telemetry was exported to ${shownEndpoint(env, 'traces')}${since}${waitingIn(ledger)}`,
        cure,
        lost: true,
      });
    },
  };
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
  'deleted folder': 'Run the process in a folder that exists: Node.js starts no thread in a deleted one',
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
