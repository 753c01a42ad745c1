#!/usr/bin/env node
/**
 * A chat proxy under load, with nothing, with llmtrace and with others: see docs/performance.md.
 *
 *   npm run bench:app -- [--node 20,24,26] [--framework express,fastify] [--only bare,Sentry] [--rounds 5] [--quick]
 *   npm run bench:app -- --page    writes the tables and plots of docs/performance.md from the stored results alone
 *
 * Results are stored in `scripts/bench/app/results.json`, by Node.js and framework, and replace those of an earlier run.
 * `--quick` prints the costs of llmtrace alone, stores nothing, and needs no registry.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { binaryOf, isRegistryThere } from '../../lib/npm.mjs';
import { figuresOf, ratiosOf } from './figures.mjs';
import { writePage } from './page.mjs';
import { projectHere, projectOf } from './project.mjs';
import { measure } from './run.mjs';
import { QUICK, SCENES } from './scenes.mjs';
import { VARIANTS } from './variants.mjs';

const RESULTS = new URL('./results.json', import.meta.url);
const { values } = parseArgs({
  options: {
    node: { type: 'string', default: process.versions.node.split('.')[0] },
    framework: { type: 'string', default: 'express,fastify' },
    only: { type: 'string', default: Object.keys(VARIANTS).join('|') },
    rounds: { type: 'string', default: '5' },
    quick: { type: 'boolean', default: false },
    page: { type: 'boolean', default: false },
  },
});

if (values.page) writePage(stored());
else if (values.quick) console.table(await quick());
else if (!isRegistryThere()) console.log('skipped: the others, for the registry does not answer');
else await all();

function stored() {
  return existsSync(RESULTS) ? JSON.parse(readFileSync(RESULTS, 'utf8')) : {};
}

async function quick() {
  const names = ['bare', 'llmtrace, --import'];
  const variants = Object.fromEntries(names.map((name) => [name, projectHere(VARIANTS[name])]));
  const found = await measure({ variants, scenes: QUICK, framework: 'express', rounds: 10, warmUp: 4 });
  return { 'CPU time, × bare': ratiosOf(found[names[1]], found.bare) };
}

async function all() {
  for (const major of values.node.split(',')) {
    for (const framework of values.framework.split(',')) await measureFramework(major, framework);
  }
  writePage(stored());
}

/** Variants that Node.js is too old for are left out. */
async function measureFramework(major, framework) {
  const node = binaryOf(major);
  const version = execFileSync(node, ['--version'], { encoding: 'utf8' }).trim();
  const names = Object.keys(VARIANTS).filter(
    (name) =>
      (name === 'bare' || values.only.split('|').includes(name)) &&
      Number(major) >= (VARIANTS[name].since ?? 0),
  );
  const variants = Object.fromEntries(names.map((name) => [name, projectOf(name, VARIANTS[name])]));
  console.log(`Node.js ${version}, ${framework}: ${names.join(' · ')}`);
  const onRound = (round) => console.log(`  round ${round + 1} of ${values.rounds}`);
  const found = await measure({
    variants,
    scenes: SCENES,
    framework,
    node,
    rounds: Number(values.rounds),
    warmUp: 2,
    isFull: true,
    onRound,
  });
  const figures = Object.fromEntries(names.map((name) => [name, figuresOf(found[name], found.bare)]));
  const about = {
    version,
    date: new Date().toISOString().slice(0, 10),
    cpu: cpus()[0]?.model,
    cores: cpus().length,
  };
  const results = stored();
  results[`${major} ${framework}`] = { ...about, rounds: Number(values.rounds), figures };
  writeFileSync(RESULTS, `${JSON.stringify(results, null, 1)}\n`);
  console.log(JSON.stringify(figures, null, 1));
}
