#!/usr/bin/env node
/**
 * Measures the cost of llmtrace next to that of OpenTelemetry itself: see docs/performance.md.
 *
 *   npm run bench -- [--only calls,chunks,agents,primitives,start,memory] [--scene chat,messages] [--node 20,24] [--quick]
 *                    [--compare FILE]
 *
 * Each part runs in a separate process, on each version of Node.js. Each scene runs in several
 * processes, one after the other, because V8 optimizes the same code differently from process to process. The results
 * are printed, and stored as JSON in `.cache/bench` under the name of the commit; `--compare` shows two of them side
 * by side.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { nodeOf } from '../lib/npm.mjs';
import { merged } from './measure.mjs';
import { compared, report } from './report.mjs';
import { CALLS, STREAMS } from './vendors.mjs';

const PARTS = ['calls', 'chunks', 'agents', 'primitives', 'start', 'memory'];
/** The scenes of the parts that have scenes; each is measured in `PROCESSES` processes. */
const SCENES = { calls: Object.keys(CALLS), chunks: Object.keys(STREAMS), agents: ['run'] };
const PROCESSES = 5;
const root = new URL('../..', import.meta.url).pathname;
const { values } = parseArgs({
  options: {
    only: { type: 'string', default: PARTS.join() },
    scene: { type: 'string' },
    node: { type: 'string', default: '20,24' },
    quick: { type: 'boolean', default: false },
    compare: { type: 'string' },
  },
});

const parts = values.only.split(',');
const wrong = parts.find((part) => !PARTS.includes(part));
if (wrong) throw new Error(`Expected --only to be of ${PARTS.join(', ')}, got ${wrong}.`);

const currentMajor = process.version.slice(1).split('.')[0];
const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: root, encoding: 'utf8' }).trim();
const result = { commit, date: new Date().toISOString(), cpu: cpus()[0]?.model, nodes: {} };

for (const major of values.node.split(',')) {
  const binary = major === currentMajor ? process.execPath : nodeOf(major);
  const version = execFileSync(binary, ['--version'], { encoding: 'utf8' }).trim();
  result.nodes[version] = {};
  console.log(`\n## Node.js ${version}`);
  for (const part of parts) {
    const found = SCENES[part] ? scenes(binary, part) : run(binary, part);
    result.nodes[version][part] = found;
    console.log(`\n${report(part, found)}`);
  }
}

const folder = join(root, '.cache', 'bench');
mkdirSync(folder, { recursive: true });
const file = join(folder, `${commit}.json`);
writeFileSync(file, JSON.stringify(result, null, 2));
console.log(`\n${file}`);
if (values.compare && existsSync(values.compare)) {
  console.log(`\n${compared(JSON.parse(readFileSync(values.compare, 'utf8')), result)}`);
}

function scenes(binary, part) {
  const wanted = values.scene?.split(',') ?? SCENES[part];
  const processes = Array.from({ length: values.quick ? 1 : PROCESSES });
  const keys = SCENES[part].filter((key) => wanted.includes(key));
  return Object.fromEntries(keys.map((key) => [key, merged(processes.map(() => run(binary, part, key)))]));
}

/**
 * Runs a part in a process with `--no-allocation-site-pretenuring`. Without the flag V8 allocates the objects of an
 * allocation site directly in the old generation once most of them have survived; there they keep everything that
 * they refer to until the next full collection. In a loop of calls that end at once this happens by chance, and it
 * decides the result.
 */
function run(binary, part, key) {
  const options = { quick: values.quick, key };
  const script = join(root, 'scripts', 'bench', 'run.mjs');
  const flags = ['--expose-gc', '--no-allocation-site-pretenuring'];
  const { status, stdout } = spawnSync(binary, [...flags, script, part, JSON.stringify(options)], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (status !== 0) throw new Error(`The part ${part} failed.`);
  return JSON.parse(stdout);
}
