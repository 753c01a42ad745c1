// The examples that `@modelcontextprotocol/sdk` has in its package, unchanged, without llmtrace and with it:
// `npm run test:mcp [-- NAME…]`, where NAME is that of a server or a client. They must print the same and end the same; each request must be in one
// trace, of both sides. The table of docs/agents.md must have its result.
//   --in FOLDER      installs into FOLDER, and uses what an earlier run has installed there
//   --format FORMAT  only `esm` or `cjs`
//   --node MAJOR     the Node.js that runs them; that of this process, if nothing is set
import { cpSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual, parseArgs } from 'node:util';
import {
  binaryOf,
  install,
  isRegistryThere,
  manifestOf,
  npm,
  packAll,
  root,
  temporaryFolder,
} from '../lib/npm.mjs';
import { startReceiver } from '../lib/receiver.mjs';
import { OVER_HTTP, OVER_STDIO } from './plan.mjs';
import { play } from './play.mjs';

const { values: options, positionals: wanted } = parseArgs({
  allowPositionals: true,
  options: {
    format: { type: 'string', multiple: true, default: ['esm', 'cjs'] },
    in: { type: 'string' },
    node: { type: 'string' },
  },
});
const SDK = '@modelcontextprotocol/sdk';
const VERSION = manifestOf(root).devDependencies[SDK];
const SCOPE = '@llmtrace/instrumentation-mcp';
const [SERVER, CLIENT] = [2, 3];
/** The status of a span. */
const FAILED = 2;
/** One of the servers has a new weather each time. */
const WEATHER =
  /(\\*"(?:celsius|fahrenheit|conditions|humidity|speed_kmh|direction)\\*": ?)(?:-?[\d.]+|\\*"\w+\\*")/g;

if (!isRegistryThere()) {
  console.log('skipped: the examples of MCP, for the registry does not answer');
  process.exit(0);
}

const folder = makeProject();
const node = options.node ? binaryOf(options.node) : process.execPath;
const receiver = await startReceiver();
const page = readFileSync(join(root, 'docs', 'agents.md'), 'utf8');
let failures = 0;
for (const pair of [...OVER_STDIO, ...OVER_HTTP]) {
  if (wanted.length > 0 && !wanted.some((name) => name === pair.server || name === pair.client)) continue;
  const rows = new Set();
  for (const format of options.format) {
    let result = await compare(pair, format);
    // What a busy machine breaks works the second time; what is wrong does not.
    if (result.wrong.length > 0) {
      console.log(`  again: ${result.wrong.join('; ')}`);
      result = await compare(pair, format);
    }
    const { row, wrong } = result;
    rows.add(row);
    console.log(`${row} ${format}: ${wrong.join('; ') || 'ok'}`);
    if (wrong.length > 0) failures++;
  }
  for (const row of [...rows].filter((candidate) => !page.includes(candidate))) {
    console.log(`  not in docs/agents.md: ${row}`);
    failures++;
  }
}
receiver.close();
process.exitCode = failures === 0 ? 0 : 1;

function makeProject() {
  const temporary = temporaryFolder();
  const made = options.in ?? temporary;
  const tarballs = packAll(temporary).map(({ path }) => path);
  if (existsSync(join(made, 'node_modules'))) npm(['install', '--no-audit', '--no-fund', ...tarballs], made);
  else install(made, [...tarballs, `${SDK}@${VERSION}`]);
  for (const name of ['preload.mjs', 'stdio-client.mjs'])
    cpSync(join(root, 'scripts', 'mcp', name), join(made, name));
  return made;
}

async function compare(pair, format) {
  const without = await play({ folder, node, format, pair });
  const traced = await play({ folder, node, format, pair, receiver });
  const spans = traced.spans.filter(({ scope }) => scope === SCOPE);
  const wrong = [...differences(without, traced), ...faultsOf(spans, traced.requests)];
  const roots = new Set(spans.map(({ traceId }) => traceId)).size;
  const client = pair.client ? `\`${pair.client}\`` : '–';
  return {
    row: `| \`${pair.server}\` | ${client}${pair.args?.[0]?.endsWith('/sse') ? ' (SSE)' : ''} | ${spans.length} | ${roots} |`,
    wrong,
  };
}

/** Without what differs in each run. Notifications and the lines of parallel calls have no order. */
function linesOf(text) {
  return (
    text
      // Some servers print what they get.
      .replaceAll(/,?\s*_meta: (?:\{\s*traceparent: '[^']+'\s*\}|\[Object\])/g, '')
      .replaceAll(/([{[,])\s+/g, '$1')
      .replaceAll(/\s+([}\]])/g, '$1')
      .replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, 'ID')
      .replaceAll(/\b[0-9a-f]{16,}\b/g, 'ID')
      .replaceAll(/(code_challenge=|code received: |expiresAt: )[\w-]+/g, '$1ID')
      .replaceAll(/\d{13}_\w+/g, 'ID')
      .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME')
      .replaceAll(WEATHER, '$1')
      .replaceAll(/(\*required\*|\)|\]): /g, '$1:\n') // a prompt, after which other lines may come
      .split('\n')
      .filter((line) => !/^ +at .*node:internal/.test(line)) // how a timer was run
      .sort()
  );
}

function differences({ runs: alone, requests }, { runs, requests: more }) {
  const wrong = [];
  for (const [at, { stdout, stderr, end }] of alone.entries()) {
    for (const [was, is] of [
      [stdout, runs[at].stdout],
      [stderr, runs[at].stderr],
    ]) {
      const [expected, actual] = [linesOf(was), linesOf(is)];
      if (isDeepStrictEqual(actual, expected)) continue;
      const lost = expected.filter((line) => !actual.includes(line)).slice(0, 3);
      const added = actual.filter((line) => !expected.includes(line)).slice(0, 3);
      wrong.push(
        `it prints ${JSON.stringify(added)} in place of ${JSON.stringify(lost)}, ${actual.length} lines in place of ${expected.length}`,
      );
    }
    if (runs[at].end !== end) wrong.push(`it ends with ${runs[at].end} in place of ${end}`);
  }
  if (!isDeepStrictEqual(requests.sort(), more.sort()))
    wrong.push(`${more.length} requests in place of ${requests.length}`);
  return wrong;
}

/** Each request must have a span where it is sent, and one beneath it where it is answered; one that no server has got has failed. */
function faultsOf(spans, requests) {
  const [clients, servers] = [CLIENT, SERVER].map((wanted) => spans.filter(({ kind }) => kind === wanted));
  const parents = servers.map(({ parentSpanId }) => parentSpanId);
  const isAnsweredOnce = ({ spanId, status }) => {
    const answers = parents.filter((id) => id === spanId).length;
    return answers === 1 || (answers === 0 && status.code === FAILED);
  };
  const alone = clients.filter((span) => !isAnsweredOnce(span));
  const lost = servers.filter(({ parentSpanId }) => !clients.some(({ spanId }) => spanId === parentSpanId));
  return [
    clients.length !== requests.length && `${clients.length} client spans for ${requests.length} requests`,
    alone.length > 0 && `not answered once: ${alone.map(({ name }) => name).join(', ')}`,
    lost.length > 0 && `no client: ${lost.map(({ name }) => name).join(', ')}`,
  ].filter(Boolean);
}
