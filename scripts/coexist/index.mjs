// Other instrumentations beside llmtrace, in processes of their own, loaded before it and after it:
// `npm run test:coexist [NAME…]`. It writes docs/coexistence.md.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startVendorServer } from '@llmtrace/test-fixtures/server';
import { isRegistryThere, packAll, root, temporaryFolder } from '../lib/npm.mjs';
import { page } from './page.mjs';
import { PEERS } from './peers.mjs';
import { makeProject } from './project.mjs';
import { changed, judge, play } from './run.mjs';
import { CALLS } from './scenes.mjs';
import { countsOf } from './spans.mjs';

const OPENAI = '6.49.0'; // the newest that all of them know
const wanted = process.argv.slice(2);

if (!isRegistryThere()) {
  console.log('skipped: coexistence, for the registry does not answer');
  process.exit(0);
}

const base = temporaryFolder();
const tarballs = packAll(base).map(({ path }) => path);
const vendors = { cjs: await startVendorServer(), esm: await startVendorServer() };

/** The orders in which a peer and llmtrace can be loaded; a wrapper comes when the application calls it. */
const ordersOf = ({ setup }) => [...(setup ? [['peer', 'llmtrace']] : []), ['llmtrace', 'peer']];

async function playOrders(folder, peer, format) {
  const on = (loads) => play({ folder, peer, format, vendor: vendors[format], loads });
  const native = await on([]);
  let theirs = await on(['peer']);
  const rows = [];
  for (const order of ordersOf(peer)) {
    let both = await on(order);
    const doubts = judge({ peer, native, theirs, both });
    if (doubts.length > 0) {
      // What a busy machine breaks works the second time; what is wrong does not.
      console.log(`  ${format}  again: ${doubts.join('; ')}`);
      theirs = await on(['peer']);
      both = await on(order);
    }
    const wrong = judge({ peer, native, theirs, both });
    const changes = changed(theirs, native);
    rows.push({ peer, format, order, changes, both, wrong });
    console.log(`  ${format}  ${order.join(', ').padEnd(16)}  ${wrong.join('; ') || 'ok'}`);
    console.log(`    its spans: ${countsOf(both.others).join(', ') || 'none'}`);
    for (const line of both.lines) console.log(`    ${line}`);
  }
  return rows;
}

const rows = [];
for (const peer of PEERS.filter(({ name }) => wanted.length === 0 || wanted.includes(name))) {
  console.log(peer.name);
  const folder = makeProject(join(base, peer.name.replaceAll(/\W/g, '-')), peer, tarballs, OPENAI);
  const formats = Object.keys(vendors).map((format) => playOrders(folder, peer, format));
  rows.push(...(await Promise.all(formats)).flat());
}
await Promise.all(Object.values(vendors).map((vendor) => vendor.close()));
const about = {
  ...{ openai: OPENAI, calls: CALLS, node: process.versions.node },
  date: new Date().toISOString().slice(0, 10),
};
if (wanted.length === 0) writeFileSync(join(root, 'docs', 'coexistence.md'), page(rows, about));
const failed = rows.filter(({ wrong }) => wrong.length > 0).length;
console.log(`${rows.length - failed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
