// Tries the packages in other projects: installed next to packages with the same dependencies, loaded in a process
// that has CommonJS only (as jest does), and built by bundlers other than esbuild, which the tests use.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { install, npm, temporaryFolder } from '../lib/npm.mjs';

/**
 * Packages whose peer ranges include dependencies of llmtrace, or that share `@opentelemetry/api` with it: npm must find
 * versions for both, whichever comes first.
 */
const NEIGHBOURS = [
  '@mistralai/mistralai@2.7.0',
  '@opentelemetry/sdk-node@0.220.0',
  '@opentelemetry/sdk-node@0.223.0',
  '@opentelemetry/sdk-node@0.301.0',
];

const BUNDLERS = ['webpack@5.113.0', 'rolldown@1.3.3'];

const ENTRY_POINTS = [
  'auto',
  'auto/config',
  'auto/hook',
  'auto/instrumentations',
  'auto/manual',
  'core',
  'prometheus',
  'redis',
  'testing',
  'view',
];

const APP = `
import '@llmtrace/auto/hook';
import { llmtraceInstrumentations } from '@llmtrace/auto/instrumentations';
import { instrumentClient } from '@llmtrace/auto/manual';
console.log(llmtraceInstrumentations().length, typeof instrumentClient);
`;

const BUILD = {
  webpack: `
const webpack = require('webpack');
const output = { path: process.cwd(), filename: 'webpack.cjs' };
webpack({ mode: 'production', target: 'node', entry: './app.mjs', output }, (error, stats) => {
  if (error) throw error;
  const { errors, warnings } = stats.toJson();
  // Each bundle with an instrumentation of OpenTelemetry has that warning.
  const relevant = warnings.filter(({ moduleName }) => !/require-in-the-middle/.test(moduleName));
  for (const { message, moduleName } of [...errors, ...relevant]) console.log(moduleName + ': ' + message);
});`,
  rolldown: `
import('rolldown').then(async ({ rolldown }) => {
  const onLog = (_level, { message }) => console.log(message);
  const bundle = await rolldown({ input: './app.mjs', platform: 'node', onLog });
  await bundle.write({ file: 'rolldown.cjs', format: 'cjs', codeSplitting: false });
});`,
};

/** Yields each trial with its failures. */
export function* beGuest(tarballs) {
  for (const neighbour of NEIGHBOURS) {
    yield besides(`${neighbour}`, [[...tarballs, neighbour]]);
    yield besides(`${neighbour}, which is there`, [[neighbour], tarballs]);
    yield besides(`${neighbour}, which comes later`, [tarballs, [neighbour]]);
  }
  const folder = temporaryFolder();
  install(folder, [...tarballs, ...BUNDLERS, '@opentelemetry/api@1.9.1']);
  yield { name: 'require() alone', wrong: required(folder) };
  writeFileSync(join(folder, 'app.mjs'), APP);
  for (const [name, script] of Object.entries(BUILD)) yield { name, wrong: bundled(folder, name, script) };
}

/** @param steps the packages of each `npm install`. A peer that does not fit is a failure, too. */
function besides(neighbour, steps) {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'package.json'), '{ "private": true }');
  const name = `npm install beside ${neighbour}`;
  try {
    for (const packages of steps)
      npm(['install', '--package-lock-only', '--strict-peer-deps', ...packages], folder);
    return { name, wrong: [] };
  } catch (error) {
    return { name, wrong: [error.stderr || error.message] };
  }
}

const node = (folder, ...args) =>
  execFileSync(process.execPath, args, {
    cwd: folder,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 120_000,
  });

function required(folder) {
  return ENTRY_POINTS.flatMap((name) => {
    try {
      node(folder, '--no-experimental-require-module', '-e', `require('@llmtrace/${name}')`);
      return [];
    } catch (error) {
      return [error.stderr || error.message];
    }
  });
}

/** Builds the bundle, which must log no warning, and runs it in a folder without packages. @returns the failures */
function bundled(folder, name, script) {
  try {
    const output = node(folder, '-e', script);
    const away = temporaryFolder();
    writeFileSync(join(away, 'app.cjs'), readFileSync(join(folder, `${name}.cjs`)));
    const printed = node(away, 'app.cjs');
    const expected = node(folder, 'app.mjs');
    return [output, printed === expected ? '' : `it printed ${printed}instead of ${expected}`].filter(
      Boolean,
    );
  } catch (error) {
    return [(error.stderr || error.message).slice(0, 2000)];
  }
}
