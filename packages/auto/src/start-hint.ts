/**
 * Writes one line if calls are traced but shown nowhere: no exporter, no terminal, no other provider, as in a
 * container or in CI. It is written when the first call has ended, not at the start: by then the application has
 * registered its provider and read its `.env`, and processes that make no call (npm, a build, a supervisor) write
 * nothing. It goes to stderr, since stdout may be a protocol (MCP), and it is no warning of the process, which an
 * application may count.
 */
import type Cluster from 'node:cluster';
import module from 'node:module';
import { getEnvironmentData, isMainThread, setEnvironmentData } from 'node:worker_threads';
import type { Observer } from '@llmtrace/core/internal';
import { printLine } from './process/stderr.ts';
import { relayOf } from './sdk/export-thread/worker-relay.ts';
import type { AutoSettings } from './settings.ts';

const require = module.createRequire(import.meta.url);

export interface HintOptions {
  /** Reads the settings again: an application may set variables before its first call. */
  readonly read: () => AutoSettings;
  /** Short names of the SDKs that are traced. */
  readonly names: readonly string[];
  /** Whether a provider of the application takes the calls. */
  readonly isRegistered: () => boolean;
  /** @default stderr */
  readonly print?: (line: string) => void;
}

/** The observer that writes the line, once a process. */
export function hintObserver({ read, names, isRegistered, print = printLine }: HintOptions): Observer {
  const printed = saidInProcess();
  // To read all settings takes longer than the rest of a call: the first call without a registered provider decides.
  let isDecided = false;
  return {
    end() {
      if (isDecided || Atomics.load(printed, 0) !== 0 || isRegistered()) return;
      isDecided = true;
      const settings = read();
      if (!isUnseen(settings) || !isFirstProcess(settings)) return;
      if (Atomics.compareExchange(printed, 0, 0, 1) === 0) print(hint(names));
    },
  };
}

const hint = (names: readonly string[]): string =>
  `llmtrace: calls of ${names.join(', ')} are traced, and nothing shows them: no exporter is configured, and stderr ` +
  'is no terminal. Set OTEL_EXPORTER_OTLP_ENDPOINT, LLMTRACE_CONSOLE=true or LLMTRACE_PROMETHEUS_PORT to see them; ' +
  'LLMTRACE_QUIET=true leaves this line out';

/** Whether no configured output shows the calls, and none is disabled on purpose. */
function isUnseen(settings: AutoSettings): boolean {
  const { quiet, console: wanted, logLines, prometheus, doctor, doctorFolder, sdkDisabled, env } = settings;
  const exporters = ['TRACES', 'METRICS', 'LOGS'].some((signal) => env[`OTEL_${signal}_EXPORTER`]);
  const endpoints =
    settings.traceExporters.length + settings.metricExporters.length + settings.logExporters.length;
  const isChosen = quiet || wanted !== undefined || sdkDisabled || exporters || doctor;
  // A worker thread may export by the main thread's environment.
  if (relayOf(env) !== undefined) return false;
  return !isChosen && endpoints === 0 && !logLines && !prometheus && doctorFolder === undefined;
}

/** All threads of the process share it: Node.js gives it to those that are started from now on. */
function saidInProcess(): Int32Array {
  const key = 'llmtrace.hint';
  const known = getEnvironmentData(key);
  if (known instanceof Int32Array) return known;
  const made = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  if (isMainThread) setEnvironmentData(key, made);
  return made;
}

/**
 * Of several processes of one application the first: that of a cluster or of PM2. A process that another forked is one of
 * many, unless a tool (`node --watch`, tsx) forked it to run the application.
 */
function isFirstProcess({ env }: AutoSettings): boolean {
  if (env['NODE_APP_INSTANCE']) return env['NODE_APP_INSTANCE'] === '0';
  if (process.send === undefined) return true;
  const cluster: typeof Cluster = require('node:cluster');
  if (cluster.isWorker) return cluster.worker?.id === 1;
  const isRun = env['WATCH_REPORT_DEPENDENCIES'] !== undefined || env['pm_id'] !== undefined;
  return isRun || process.execArgv.some((flag) => /[\\/]tsx[\\/]/.test(flag));
}
