#!/usr/bin/env node
/**
 * Fails where llmtrace has become dearer: `npm run bench:gate`. It compares the CPU time of the proxy with llmtrace, as a
 * ratio to the bare proxy by turns, with that of `landed.json`; a scene may cost 15 % more. What a busy machine makes
 * of one attempt it does not make of two: the smaller ratio of two attempts counts, and the greater one is stored.
 *
 *   npm run bench:gate -- --write    stores the ratios of this run as those to compare with
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { ratiosOf } from './figures.mjs';
import { projectHere } from './project.mjs';
import { measure } from './run.mjs';
import { QUICK } from './scenes.mjs';
import { VARIANTS } from './variants.mjs';

const LANDED = new URL('./landed.json', import.meta.url);
const MOST = 1.15;
const ROUNDS = { rounds: 20, warmUp: 8 };
const { values } = parseArgs({ options: { write: { type: 'boolean', default: false } } });

async function attempt() {
  const variants = {
    bare: projectHere(VARIANTS.bare),
    ours: projectHere(VARIANTS['llmtrace, --import']),
  };
  const found = await measure({ variants, scenes: QUICK, framework: 'express', ...ROUNDS });
  return ratiosOf(found.ours, found.bare);
}

/** Of each scene, what `choose` takes of two attempts. */
const merged = (one, other, choose) =>
  Object.fromEntries(Object.entries(one).map(([scene, ratio]) => [scene, choose(ratio, other[scene])]));

const dearer = (ratios, landed) =>
  Object.entries(ratios).filter(([scene, ratio]) => ratio > MOST * (landed[scene] ?? ratio));

let ratios = await attempt();
if (values.write) {
  const both = merged(ratios, await attempt(), Math.max);
  writeFileSync(LANDED, `${JSON.stringify(both, null, 2)}\n`);
  console.log(both);
} else {
  const landed = JSON.parse(readFileSync(LANDED, 'utf8'));
  if (dearer(ratios, landed).length > 0) ratios = merged(ratios, await attempt(), Math.min);
  for (const [scene, ratio] of Object.entries(ratios))
    console.log(`${scene}: ${ratio.toFixed(3)} × bare, landed ${landed[scene]?.toFixed(3)}`);
  const failed = dearer(ratios, landed);
  if (failed.length > 0)
    console.error(`more than ${MOST} × the landed CPU time: ${failed.map(([scene]) => scene).join('; ')}`);
  process.exitCode = failed.length > 0 ? 1 : 0;
}
