#!/usr/bin/env node
/**
 * What holds where things go wrong, measured in real processes on what is built: see docs/reliability.md, whose tables it
 * writes.
 *
 *   npm run test:soak -- [--only collectors,endings,leaks,mixed,redis,hostile,faults] [--minutes 2]
 *                        [--share 1] [--node 20,24] [--jobs 2] [--quick]
 *
 * A part writes its own table alone, so `--only` leaves the others as they are. `--share 0.1` takes a tenth of the calls
 * of the part `leaks`, for a machine that has other work; `--node` names
 * the versions for the part `endings`, and `--jobs` says how many processes run at once; `--quick` takes fewer calls and one Node.js, and writes nothing. The exit is 1 where something does not hold.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { root } from '../lib/npm.mjs';

const PARTS = ['faults', 'endings', 'hostile', 'redis', 'collectors', 'leaks', 'mixed'];
const { values } = parseArgs({
  options: {
    only: { type: 'string', default: PARTS.join() },
    minutes: { type: 'string', default: '2' },
    share: { type: 'string', default: '1' },
    node: { type: 'string', default: '20,24' },
    jobs: { type: 'string', default: '2' },
    quick: { type: 'boolean', default: false },
  },
});
const minutes = Number(values.minutes);
const share = Number(values.share);
const parts = values.only.split(',');
const wrong = parts.find((part) => !PARTS.includes(part));
if (wrong) throw new Error(`Expected --only to be of ${PARTS.join(', ')}, got ${wrong}.`);
if (!(share > 0 && share <= 1)) throw new Error(`Expected --share of 0 to 1, got ${values.share}.`);
if (!(minutes > 0 && minutes <= 600))
  throw new Error(`Expected --minutes of 0 to 600, got ${values.minutes}.`);

const page = join(root, 'docs', 'reliability.md');
const made = `Made on ${new Date().toISOString().slice(0, 10)} with Node.js ${process.version.slice(1)} on Linux, ${cpus().length} cores.`;

/** The page with the table of a part between its marks. */
function withTable(text, part, content) {
  const [begin, end] = [`<!-- ${part}: made by npm run test:soak -->`, `<!-- /${part} -->`];
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`Expected ${begin} and ${end} in ${page}.`);
  return `${text.slice(0, from)}${begin}\n\n${content}\n\n${text.slice(to)}`;
}

let failed = 0;
let passed = 0;
for (const part of parts) {
  const { measure, problems, report } = await import(`./${part}.mjs`);
  const since = performance.now();
  const options = {
    ...{ quick: values.quick, minutes, jobs: Number(values.jobs) },
    majors: values.quick ? [24] : values.node.split(',').map(Number),
    share: values.quick ? 0.05 : share,
  };
  const found = await measure(options);
  const content = `${report(found)}\n\n${made}`;
  console.log(`\n## ${part} (${Math.round((performance.now() - since) / 1000)} s)\n\n${content}`);
  const wrong = problems(found, options);
  for (const problem of wrong) console.log(`\n✖ ${problem}`);
  failed += wrong.length;
  if (wrong.length === 0) passed++;
  if (!values.quick) writeFileSync(page, withTable(readFileSync(page, 'utf8'), part, content));
}
console.log(`\n${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;
