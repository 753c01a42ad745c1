/** The doctor within an application: it looks on, and reports when the process ends. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isMainThread } from 'node:worker_threads';
import { type AutoSettings, autoSettings, watchRequests } from '@llmtrace/core';
import { diag } from '@opentelemetry/api';
import { atExit } from '../exit.ts';
import { allVendors } from '../vendors.ts';
import { examine } from './examine.ts';
import { watchLoads } from './loads.ts';
import { textOf } from './report.ts';

/** What it is that has the doctor started: `@llmtrace/auto`, or something that traces nothing by itself. */
export type StartedBy = 'auto' | 'other';

let startedBy: StartedBy | undefined;

/** Looks on from now on, and reports once, at the end of the process: on stderr, or as a file for the command. */
export function startDoctor(by: StartedBy): void {
  if (!isMainThread) return;
  const isFirst = startedBy === undefined;
  if (isFirst || by === 'auto') startedBy = by;
  if (!isFirst) return;
  const vendors = allVendors().map(({ vendor }) => vendor);
  // Of all vendors: those that are switched off are used, perhaps.
  for (const { requests } of vendors) watchRequests(requests);
  const loaded = watchLoads(vendors);
  let isDone = false;
  atExit(() => {
    if (isDone) return;
    isDone = true;
    const settings = autoSettings();
    try {
      write(examine({ settings, vendors, loaded: loaded(), isOwn: startedBy === 'auto' }), settings);
    } catch (error) {
      diag.error('llmtrace: the doctor failed', error);
      process.stderr.write(`llmtrace doctor: could not report: ${String(error)}\n`);
    }
  });
}

function write(report: ReturnType<typeof examine>, { doctorFolder }: AutoSettings): void {
  if (doctorFolder === undefined) process.stderr.write(`\n${textOf(report)}`);
  else writeFileSync(join(doctorFolder, `${process.pid}.json`), JSON.stringify(report));
}
