/** Where a variant of the application runs: a project of its own in `.cache/bench-app`, or this folder. */
import { cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { install, npm, packAll, root, temporaryFolder } from '../../lib/npm.mjs';

const HERE = new URL('.', import.meta.url).pathname;
/** The newest version of openai that all of them know, as in `npm run test:coexist`. */
const OPENAI = 'openai@6.49.0';
const FRAMEWORKS = ['express@5.2.1', 'fastify@5.12.8'];

let tarballs;
/** The packages of this repository. They are packed once. */
function ownPackages() {
  tarballs ??= packAll(temporaryFolder()).map(({ path }) => path);
  return tarballs;
}

/** Installs what a variant needs, unless an earlier run has. @returns the folder, flags of Node.js, and the environment */
export function projectOf(name, variant) {
  const folder = join(root, '.cache', 'bench-app', name.replaceAll(/\W+/g, '-'));
  const wanted = [OPENAI, ...FRAMEWORKS, ...variant.packages];
  if (!isInstalled(folder, wanted)) install(folder, wanted, { wanted, type: 'module' });
  if (variant.llmtrace) npm(['install', '--no-audit', '--no-fund', '--no-save', ...ownPackages()], folder);
  cpSync(join(HERE, 'app.mjs'), join(folder, 'app.mjs'));
  return placed(folder, variant);
}

/** In this folder, with the packages that the repository itself has. */
export const projectHere = (variant) => placed(HERE, variant);

function isInstalled(folder, wanted) {
  const file = join(folder, 'package.json');
  if (!existsSync(join(folder, 'node_modules')) || !existsSync(file)) return false;
  return JSON.stringify(JSON.parse(readFileSync(file, 'utf8')).wanted) === JSON.stringify(wanted);
}

function placed(folder, { setup, env, mayFail }) {
  if (!setup?.includes('\n')) return { folder, flags: setup ? ['--import', setup] : [], env, mayFail };
  const file = join(folder, 'setup.mjs');
  writeFileSync(file, setup);
  return { folder, flags: ['--import', file], env, mayFail };
}
