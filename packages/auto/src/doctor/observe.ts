/** The doctor within an application: it looks on, and reports when the process ends. */
import { writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { isMainThread, parentPort, threadId } from 'node:worker_threads';
import { watchRequests } from '@llmtrace/core/internal';
import { diag } from '@opentelemetry/api';
import { atExit } from '../process/exit.ts';
import { flushExports } from '../sdk/own-sdk.ts';
import { type AutoSettings, autoSettings } from '../settings.ts';
import { allVendors } from '../vendors.ts';
import { examine } from './examine.ts';
import { watchLoads } from './loaded-copies.ts';
import { isIdle, type Report } from './report.ts';
import { textOf } from './report-text.ts';
import { watchThreads } from './threads.ts';

/**
 * The part of llmtrace that started the doctor: `@llmtrace/auto` itself, its `hook`, `llmtraceInstrumentations()`, or
 * the command of the doctor, which traces nothing by itself.
 */
export type StartedBy = 'auto' | 'hook' | 'list' | 'command';

const ways = new Set<StartedBy>();

/** Looks on from now on, and reports once, at the end of the process: on stderr, or as a file for the command. */
export function startDoctor(by: StartedBy): void {
  if (!isMainThread && parentPort === null) return; // the thread of Node.js' module loader
  const isFirst = ways.size === 0;
  ways.add(by);
  if (!isFirst) return;
  const envAtStart = { ...autoSettings().env };
  const vendors = allVendors().map(({ vendor }) => vendor);
  // Of all vendors: those that are switched off are used, perhaps.
  for (const vendor of vendors) watchRequests(vendor);
  const loaded = watchLoads(vendors);
  const threads = watchThreads();
  let isDone = false;
  const along = (): Report =>
    examine({
      settings: autoSettings(),
      vendors,
      loaded: loaded(),
      ways,
      envAtStart,
      missing: 0,
      isTrying: false,
    });
  const timer = isLive(autoSettings()) ? reportAlong(along) : undefined;
  atExit(() => {
    if (isDone) return;
    isDone = true;
    clearInterval(timer);
    const settings = autoSettings();
    try {
      flushExports(); // the outcome of the last export is part of the report
      const missing = isMainThread ? threads.missing() : 0;
      write(examine({ settings, vendors, loaded: loaded(), ways, envAtStart, missing }), settings);
      if (!isMainThread) threads.report();
    } catch (error) {
      diag.error('llmtrace: the doctor failed', error);
      process.stderr.write(`llmtrace doctor: could not report: ${String(error)}\n`);
    }
  });
}

const isLive = ({ doctorLive, doctorFolder }: AutoSettings): boolean =>
  doctorLive && doctorFolder !== undefined;

const LIVE_MS = 2000;

/** Writes the report while the process runs, each time that it has changed: a viewer shows it. */
function reportAlong(look: () => Report): NodeJS.Timeout {
  let written = '';
  const step = (): void => {
    const report = look();
    const text = JSON.stringify(report);
    if (text === written) return;
    written = text;
    write(report, autoSettings());
  };
  return setInterval(() => {
    try {
      step();
    } catch (error) {
      diag.error('llmtrace: the doctor could not report', error);
    }
  }, LIVE_MS).unref();
}

/** A worker thread that uses no SDK is not worth a report; and its streams are written too late. */
function write(report: Report, { doctorFolder }: AutoSettings): void {
  if (!isMainThread && isIdle(report)) return;
  if (doctorFolder !== undefined)
    writeFileSync(join(doctorFolder, `${process.pid}-${threadId}.json`), JSON.stringify(report));
  else if (isMainThread) process.stderr.write(`\n${textOf(report)}`);
  else writeSync(2, `\n${textOf(report)}`);
}
