// Other instrumentations beside llmtrace, in processes of their own, loaded before it and after it:
// `npm run test:coexist [-- NAME…]`. It writes docs/coexistence.md, also from results of earlier runs.
//   --node MAJOR     only on this Node.js; may be repeated
//   --in FOLDER      installs into FOLDER, and uses what an earlier run has installed there
//   --page           write the page from the results of earlier runs, and run nothing
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startVendorServer } from '@llmtrace/test-fixtures/server';
import { binaryOf, isRegistryThere, packAll, root, temporaryFolder } from '../lib/npm.mjs';
import { periodOf, today } from '../lib/period.mjs';
import { page } from './page.mjs';
import { NODES, nodesOf, ordersOf, PEERS } from './peers.mjs';
import { makeProject } from './project.mjs';
import { changed, judge, play, resultOf, unexplained } from './run.mjs';
import { CALLS } from './scenes.mjs';

const { values: options, positionals: wanted } = parseArgs({
  allowPositionals: true,
  options: {
    node: { type: 'string', multiple: true, default: NODES },
    in: { type: 'string' },
    page: { type: 'boolean', default: false },
  },
});
const OPENAI = '6.49.0'; // the newest that all of them know
const KEPT = join(root, '.cache', 'coexist.json');
const FORMATS = ['cjs', 'esm'];

if (options.page) {
  writePage();
  process.exit(0);
}
if (!isRegistryThere()) {
  console.log('skipped: coexistence, for the registry does not answer');
  process.exit(0);
}

const temporary = temporaryFolder();
const base = options.in ?? temporary;
const tarballs = packAll(temporary).map(({ path }) => path);
const vendor = await startVendorServer();
const rows = [];
for (const peer of PEERS.filter(({ name }) => wanted.length === 0 || wanted.includes(name))) {
  console.log(peer.name);
  const folder = makeProject(join(base, peer.name.replaceAll(/\W/g, '-')), peer, tarballs, OPENAI);
  for (const major of nodesOf(peer).filter((node) => options.node.includes(node))) {
    for (const format of FORMATS) rows.push(...(await playOrders(folder, peer, format, major)));
  }
}
await vendor.close();
writePage();
const failed = rows.filter(({ wrong }) => wrong.length > 0).length;
console.log(`${rows.length - failed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

/** The results of earlier runs. */
function kept() {
  mkdirSync(join(root, '.cache'), { recursive: true });
  return existsSync(KEPT) ? JSON.parse(readFileSync(KEPT, 'utf8')) : {};
}

function writePage() {
  const results = kept();
  const period = periodOf(Object.values(results).flatMap(({ on }) => on ?? []));
  const about = { openai: OPENAI, calls: CALLS, period };
  writeFileSync(join(root, 'docs', 'coexistence.md'), page(results, about));
}

async function playOrders(folder, peer, format, major) {
  const node = binaryOf(major);
  const version = execFileSync(node, ['-p', 'process.versions.node'], { encoding: 'utf8' }).trim();
  const on = (loads) => play({ folder, peer, format, vendor, node, loads });
  const native = await on([]);
  let theirs = await on(['peer']);
  const results = [];
  for (const order of ordersOf(peer)) {
    let both = await on(order);
    const doubts = judge({ peer, native, theirs, both });
    if (doubts.length > 0) {
      // What a busy machine breaks works the second time; what is wrong does not.
      console.log(`  ${major} ${format}  again: ${doubts.join('; ')}`);
      theirs = await on(['peer']);
      both = await on(order);
    }
    const wrong = judge({ peer, native, theirs, both });
    const result = resultOf({ both, changes: changed(theirs, native), wrong, node: version });
    result.wrong.push(...unexplained(peer, format, result));
    keep({ name: peer.name, format, order, major }, result);
    results.push(result);
    report({ major, format, order }, result);
  }
  return results;
}

function keep({ name, format, order, major }, result) {
  const results = kept(); // another run may have added to it
  results[[name, format, order, major].join(' ')] = { ...result, on: today() };
  const written = `${KEPT}.${process.pid}`;
  writeFileSync(written, JSON.stringify(results, undefined, 1));
  renameSync(written, KEPT); // another run never reads half of it
}

function report({ major, format, order }, { wrong, others, lines }) {
  console.log(`  ${major} ${format}  ${order.join(', ').padEnd(16)}  ${wrong.join('; ') || 'ok'}`);
  console.log(`    its spans: ${others.join(', ') || 'none'}`);
  for (const line of lines) console.log(`    ${line}`);
}
