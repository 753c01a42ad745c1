// Small real applications in the hosts where applications run, with the packages as they would be published:
// `npm run test:hosts`. It writes docs/hosts.md.
//   --quick          what CI runs: one or two of each kind; no row is begun after four minutes
//   --resume         only what has not passed in an earlier run
//   --only TEXT      only what has TEXT in its name (`express --import`); may be repeated
//   --once           what is red is not run a second time
//   --page           write the page from the results of earlier runs, and run nothing
//   --list           the names of what would run, and nothing is run
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startVendorServer } from '@llmtrace/test-fixtures/server';
import { isRegistryThere, newestOf, packAll, root, temporaryFolder } from '../lib/npm.mjs';
import { periodOf, today } from '../lib/period.mjs';
import { COLUMNS, judge } from './judge.mjs';
import { page } from './page.mjs';
import { HOSTS, rowsOf } from './plan.mjs';
import { play } from './play.mjs';
import { Projects } from './projects.mjs';
import { startRegistry } from './registry.mjs';
import { BASE } from './versions.mjs';

const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    resume: { type: 'boolean', default: false },
    only: { type: 'string', multiple: true, default: [] },
    once: { type: 'boolean', default: false },
    page: { type: 'boolean', default: false },
    list: { type: 'boolean', default: false },
  },
});
const KEPT = join(root, '.cache', 'hosts.json');
/** In ms. A machine that is too busy for the cut runs a part of it, and says which rows it leaves out. */
const QUICK_BOUND = 240_000;

const buildTime = ({ host }) =>
  host.group === 'Next.js' ? 2 : host.build || host.group === 'Bundlers' ? 1 : 0;
const isRed = (cells) => COLUMNS.some((column) => cells?.[column]?.no);
const rows = HOSTS.flatMap(rowsOf);
let results = kept();
if (options.list) {
  for (const { name } of inOrder(rows.filter(isWanted))) console.log(name);
  process.exit(0);
}
if (options.page) {
  writePage();
  process.exit(0);
}
if (!isRegistryThere()) {
  console.log('skipped: the hosts, for the registry does not answer');
  process.exit(0);
}

const wanted = inOrder(rows.filter(isWanted));
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1)); // removes the folders
const base = temporaryFolder();
chmodSync(base, 0o755); // a host may run as another user
const vendor = await startVendorServer();
const registry = await startRegistry(packAll(base));
const projects = new Projects(registry, base);
const baselines = new Map();
const done = [];
for (const row of wanted) {
  if (options.quick && performance.now() > QUICK_BOUND) break;
  await run(row);
  done.push(row);
}
await vendor.close();
registry.close();
finish();

function kept() {
  mkdirSync(join(root, '.cache'), { recursive: true });
  return new Map(existsSync(KEPT) ? JSON.parse(readFileSync(KEPT, 'utf8')) : []);
}

function isWanted({ name, host, way }) {
  if (options.only.length > 0 && !options.only.some((text) => name.includes(text))) return false;
  if (options.quick && !isQuick(host, way)) return false;
  return !(options.resume && results.has(name) && !isRed(results.get(name)));
}

/** With `--quick`: rows without a build come first, because they take the least time. */
function inOrder(unordered) {
  return options.quick ? unordered.toSorted((a, b) => buildTime(a) - buildTime(b)) : unordered;
}

function isQuick({ quick }, way) {
  return Array.isArray(quick) ? quick.includes(way.name) : quick && way.quick !== false;
}

/** Runs a row, a second time where it is red: what a busy machine breaks works then, what is wrong does not. */
async function run(row) {
  let cells = await cellsOf(row);
  const again = isRed(cells) && !cells.builds.no && !options.once;
  if (again) {
    baselines.clear();
    cells = await cellsOf(row);
  }
  results = kept().set(row.name, { ...cells, on: today() }); // another run may have added to it
  writeFileSync(KEPT, JSON.stringify([...results]));
  console.log(`${row.name.padEnd(52)} ${isRed(cells) ? 'wrong' : again ? 'ok, the second time' : 'ok'}`);
  const reasons = Map.groupBy(
    COLUMNS.filter((column) => cells[column].no),
    (column) => cells[column].no,
  );
  for (const [reason, columns] of reasons) console.log(`    ${columns.join(', ')}: ${reason}`);
}

async function cellsOf({ host, way }) {
  const without = await baseline(host, way.without ?? {});
  const run = await play({ host, side: way, projects, vendor });
  return judge({ host, way, without, run });
}

/** The same application without llmtrace, once for all ways that share it. */
async function baseline(host, side) {
  const key = JSON.stringify([host.name, side]);
  if (!baselines.has(key)) baselines.set(key, await play({ host, side, projects, vendor }));
  return baselines.get(key);
}

function finish() {
  if (options.only.length === 0 && !options.quick) {
    for (const [name, version] of versions()) sayIfNewer(name, version);
    writePage();
  }
  const left = wanted.slice(done.length).map(({ name }) => name);
  if (left.length > 0)
    console.log(`skipped: ${left.length} hosts, because the time is over: ${left.join(', ')}`);
  const failed = done.filter(({ name }) => isRed(results.get(name))).length;
  console.log(`${done.length - failed} passed, ${failed} failed`);
  process.exitCode = failed === 0 ? 0 : 1;
}

function versions() {
  return Object.entries(Object.assign({ ...BASE }, ...HOSTS.map(({ project }) => project.packages)));
}

function writePage() {
  const found = kept();
  const period = periodOf(rows.flatMap(({ name }) => found.get(name)?.on ?? []));
  const about = { period, node: process.versions.node, packages: versions() };
  writeFileSync(join(root, 'docs', 'hosts.md'), page(rows, found, about));
}

function sayIfNewer(name, version) {
  const newest = name.startsWith('@llmtrace/') ? undefined : newestOf(name);
  if (newest !== undefined && newest !== version)
    console.log(`newer: ${name} ${newest} (known here: ${version})`);
}
