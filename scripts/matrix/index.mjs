// Runs the conformance suite and a smoke test on every supported Node.js, version of a vendor's SDK, line of
// OpenTelemetry and format of an application: `npm run test:matrix`. It writes docs/matrix.md.
//   --quick          only the oldest and the newest of each, as CI does
//   --smoke          no conformance suite
//   --resume         run only what an earlier, stopped run has not done
//   --page           write the page from the results of earlier runs, and run nothing
//   --only TEXT      only jobs whose names contain TEXT (`smoke openai-7 20 otel-2 CJS`); may be repeated
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startVendorServer } from '@llmtrace/test-fixtures/server';
import { isRegistryThere, newestOf, nodeOf, root } from '../lib/npm.mjs';
import { periodOf, today } from '../lib/period.mjs';
import { conformance } from './conformance.mjs';
import { FORMATS, formatsOf, HOSTS, NODES, packagesOf, SDKS, WAYS, wayInto } from './plan.mjs';
import { makeProjects } from './projects.mjs';
import { smoke } from './smoke.mjs';
import { lines, newest, page } from './table.mjs';

const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    smoke: { type: 'boolean', default: false },
    resume: { type: 'boolean', default: false },
    page: { type: 'boolean', default: false },
    only: { type: 'string', multiple: true, default: [] },
  },
});
const AT_ONCE = 2;
const kept = join(root, '.cache', 'matrix.json');
const isKept = options.resume || options.page || options.only.length > 0;
const earlier = isKept && existsSync(kept) ? JSON.parse(readFileSync(kept, 'utf8')) : [];
const passedEarlier = earlier.filter(([, result]) => result === 'ok' || result.failed === 0);
const results = new Map(passedEarlier);
const days = new Map(passedEarlier.map(([name, , day]) => [name, day]));
if (options.page) {
  writePage();
  process.exit(0);
}
if (!isRegistryThere()) {
  console.log('skipped: the matrix, for the registry does not answer');
  process.exit(0);
}

const vendor = await startVendorServer();
let folderOf;
let [passed, failed] = [0, 0];
const jobs = [...smokeJobs(), ...wayJobs(), ...(options.smoke ? [] : conformanceJobs())].filter(
  (job) => isWanted(job) && !(options.resume && results.has(job.name)),
);
const sets = new Set(jobs.filter(({ line }) => line).map(({ sdk }) => sdk.set));
const neededLines = [...new Set(jobs.map(({ line }) => line).filter(Boolean))];
if (sets.size > 0)
  folderOf = makeProjects(
    SDKS.filter(({ set }) => sets.has(set)),
    neededLines,
    console.log,
  );
for (const node of NODES) if (jobs.some((job) => job.node === node)) nodeOf(node);
await Promise.all(Array.from({ length: AT_ONCE }, work));
await vendor.close();
tellNewer();
if (!options.quick && !options.smoke && options.only.length === 0) writePage();
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

/** Runs jobs until none is left. */
async function work() {
  for (let job = jobs.shift(); job; job = jobs.shift()) {
    let { result, wrong } = await job.run();
    const again = Boolean(wrong); // a failure by a busy machine does not repeat, a fault does
    if (again) ({ result, wrong } = await job.run());
    results.set(job.name, result);
    days.set(job.name, today());
    writeFileSync(
      kept,
      JSON.stringify([...results].map(([name, outcome]) => [name, outcome, days.get(name)])),
    );
    wrong ? failed++ : passed++;
    console.log(`${job.name.padEnd(52)} ${wrong ? 'wrong' : again ? 'ok, the second time' : 'ok'}`);
    if (wrong) console.log(wrong.replace(/^/gm, '    '));
  }
}

function* smokeJobs() {
  for (const sdk of SDKS) {
    for (const node of NODES) {
      for (const host of HOSTS) {
        for (const format of formatsOf(node, host)) {
          const name = `smoke ${sdk.set} ${node} ${host.key} ${format.name} ${sdk.version}`;
          yield smokeJob({ name, sdk, node, format, line: host.line, way: wayInto(host, format) });
        }
      }
    }
  }
}

function* wayJobs() {
  const sdk = newest();
  for (const way of WAYS) {
    for (const node of NODES) {
      for (const format of FORMATS.slice(0, 2)) {
        yield smokeJob({
          name: `way ${way.name} ${node} ${format.name} ${sdk.version}`,
          sdk,
          node,
          format,
          line: 'otel-2',
          way,
        });
      }
    }
  }
}

function smokeJob({ name, sdk, node, format, line, way }) {
  const run = async () => {
    const wrong = await smoke({ node, cwd: folderOf(sdk.set, line), format, way, vendor });
    return { result: wrong ? 'wrong' : 'ok', wrong };
  };
  return { name, sdk, node, line, run };
}

function* conformanceJobs() {
  for (const sdk of SDKS) {
    for (const node of NODES) {
      for (const { line } of lines(node)) {
        const run = async () => {
          const result = await conformance({ node, sdk, line });
          return { result, wrong: result.failed > 0 ? result.output : undefined };
        };
        yield { name: `conformance ${sdk.set} ${node} ${line} ${sdk.version}`, sdk, node, run };
      }
    }
  }
}

/** With `--quick`: the oldest and the newest supported versions, which break first. */
function isWanted({ name, sdk, node }) {
  if (options.only.length > 0) return options.only.some((text) => name.includes(text));
  if (!options.quick) return true;
  const ofVendor = SDKS.filter(({ vendor: other }) => other === sdk.vendor);
  const isEdge = sdk === ofVendor[0] || sdk === ofVendor.at(-1);
  if (name.startsWith('conformance')) return node === '20' && name.includes('generative-ai');
  const hosts = node === '20' ? 'auto|otel-2' : 'auto|otel-3';
  const isShort = new RegExp(`(?:${hosts}) (?:CJS|ESM|TypeScript) \\S+$`).test(name);
  return isEdge && isShort && (node === '20' || node === '26');
}

/** Reports versions in the registry that are newer than the tested ones; it changes nothing. */
function tellNewer() {
  for (const name of new Set(SDKS.map((sdk) => sdk.name))) {
    const known = SDKS.findLast((sdk) => sdk.name === name).version;
    tellIfNewer(name, known, newestOf(name));
  }
  tellIfNewer(
    '@opentelemetry/sdk-node',
    packagesOf('otel-3').at(-1).split('@').at(-1),
    newestOf('@opentelemetry/sdk-node'),
  );
  tellIfNewer('node', NODES.at(-1), newestOf('node')?.split('.')[0]);
}

function tellIfNewer(name, known, newestThere) {
  if (newestThere === undefined || newestThere === known) return;
  const isMajor = newestThere.split('.')[0] !== known.split('.')[0];
  console.log(`${isMajor ? 'a NEWER MAJOR' : 'newer'}: ${name} ${newestThere} (known here: ${known})`);
}

function writePage() {
  const nodes = NODES.map((node) =>
    execFileSync(nodeOf(node), ['--version'], { encoding: 'utf8' }).trim().slice(1),
  );
  const packages = [...packagesOf('otel-2'), ...packagesOf('otel-3')];
  const about = { versions: { nodes, packages }, period: periodOf(days.values()), results };
  writeFileSync(join(root, 'docs', 'matrix.md'), page(about));
}
