// Other instrumentations beside llmtrace, in processes of their own, loaded before it and after it:
// `npm run test:coexist [NAME…]`. It writes docs/coexistence.md.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startVendorServer } from '@llmtrace/test-fixtures/server';
import { page } from './coexist/page.mjs';
import { PEERS } from './coexist/peers.mjs';
import { makeProject } from './coexist/project.mjs';
import { changed, judge, play } from './coexist/run.mjs';
import { CALLS } from './coexist/scenes.mjs';
import { isRegistryThere, packAll, root, temporaryFolder } from './lib/npm.mjs';

const OPENAI = '6.49.0'; // the newest that all of them know
const wanted = process.argv.slice(2);

if (!isRegistryThere()) {
  console.log('skipped: coexistence, for the registry does not answer');
  process.exit(0);
}

const vendor = await startVendorServer();
const base = temporaryFolder();
const tarballs = packAll(base).map(({ path }) => path);
const rows = [];
for (const peer of PEERS.filter(({ name }) => wanted.length === 0 || wanted.includes(name))) {
  console.log(peer.name);
  const folder = makeProject(join(base, peer.name.replaceAll(/\W/g, '-')), peer, tarballs, OPENAI);
  for (const format of ['cjs', 'esm']) {
    const on = (loads) => play({ folder, peer, format, vendor, loads });
    const [native, theirs] = [await on([]), await on(['peer'])];
    const changes = changed(theirs, native);
    const orders = peer.setup
      ? [
          ['peer', 'llmtrace'],
          ['llmtrace', 'peer'],
        ]
      : [['llmtrace', 'peer']];
    for (const order of orders) {
      let both = await on(order);
      // What a busy machine breaks works the second time; what is wrong does not.
      if (judge({ native, theirs, both }).length > 0) both = await on(order);
      const wrong = judge({ native, theirs, both });
      rows.push({ peer, format, order, changes, both, wrong });
      console.log(`  ${format}  ${order.join(', ').padEnd(16)}  ${wrong.join('; ') || 'ok'}`);
      for (const line of both.lines) console.log(`    ${line}`);
    }
  }
}
await vendor.close();
const about = {
  ...{ openai: OPENAI, calls: CALLS, node: process.versions.node },
  date: new Date().toISOString().slice(0, 10),
};
if (wanted.length === 0) writeFileSync(join(root, 'docs', 'coexistence.md'), page(rows, about));
const failed = rows.filter(({ wrong }) => wrong.length > 0).length;
console.log(`${rows.length - failed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
