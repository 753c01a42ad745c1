// Writes into docs/http-clients.md which share of the downloads of LLM clients llmtrace traces, out of downloads.json:
// millions a month on npm, on the day that it names, and the instrumentation of each. `node scripts/docs/downloads.mjs`,
// after a build. With `--check` it writes nothing, and fails where the page differs or an instrumentation does not exist.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { VENDOR_NAMES } from '../../packages/auto/src/vendors.ts';
import { root } from '../lib/npm.mjs';

const { recorded, packages } = JSON.parse(readFileSync(new URL('downloads.json', import.meta.url), 'utf8'));

const unknown = packages.filter(({ by }) => by !== undefined && !VENDOR_NAMES.includes(by));
if (unknown.length > 0) throw new Error(`no instrumentation ${unknown.map(({ by }) => by).join(', ')}`);

const sum = (list) => list.reduce((total, { millions }) => total + millions, 0);
const share = (100 * sum(packages.filter(({ by }) => by))) / sum(packages);
const rows = packages.map(
  ({ name, millions, by, why }) =>
    `| \`${name}\` | ${millions} | ${by ? `\`${by}\`` : `not traced: ${why}`} |`,
);
const table = [
  `Of the downloads of these clients (npm, millions a month, ${recorded}), ${share.toFixed(1)} % are of traced ones.`,
  '',
  '| client | downloads | traced by |',
  '|---|---|---|',
  ...rows,
].join('\n');

const file = join(root, 'docs/http-clients.md');
const [START, END] = ['<!-- downloads -->', '<!-- /downloads -->'];
const before = readFileSync(file, 'utf8');
const [head, rest] = before.split(START);
const tail = rest?.split(END)[1];
if (tail === undefined) throw new Error(`${file} has no ${START} and ${END}`);
const after = `${head}${START}\n${table}\n${END}${tail}`;
if (!process.argv.includes('--check')) writeFileSync(file, after);
else if (after !== before) {
  console.error(
    'docs/http-clients.md: the downloads are not up to date. Run: node scripts/docs/downloads.mjs',
  );
  process.exitCode = 1;
}
