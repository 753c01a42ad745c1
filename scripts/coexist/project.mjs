// Makes an application that another library instruments, too, in a folder outside this repository.
import { cpSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { install, npm, root } from '../lib/npm.mjs';

const APP = {
  'app.mjs': `import http from 'node:http';
import express from 'express';
import * as sdk from 'openai';
import { run } from './scenes.mjs';`,
  'app.cjs': `const http = require('node:http');
const express = require('express');
const sdk = require('openai');`,
};

/** What notes the calls that llmtrace tells of, by the ids of their spans, and whether they ended with the process. */
const CONFIG = `
import { trace } from '@opentelemetry/api';
globalThis.llmtraceSpans = [];
let late = false;
process.prependListener('exit', () => void (late = true));
const end = ({ context }) =>
  void globalThis.llmtraceSpans.push({ id: trace.getSpan(context)?.spanContext().spanId, late });
export default { observers: [{ end }] };
`;

/**
 * Makes the folder. The application wraps its client only where the peer is there (`WRAP`). Of a folder that is there
 * already only llmtrace is installed anew.
 */
export function makeProject(folder, { packages, setup, wrap }, tarballs, openai) {
  if (existsSync(join(folder, 'node_modules')))
    npm(['install', '--no-audit', '--no-fund', ...tarballs], folder);
  else install(folder, [...tarballs, ...packages, `openai@${openai}`, 'express@5.2.1']);
  cpSync(join(root, 'scripts', 'coexist', 'scenes.mjs'), join(folder, 'scenes.mjs'));
  const write = (name, text) => writeFileSync(join(folder, name), text);
  write('llmtrace.config.mjs', CONFIG);
  if (setup?.includes('\n')) write('setup.mjs', setup);
  write('wrap.mjs', wrap ?? 'export const wrap = undefined;');
  const wrapped = `process.env.WRAP ? (await import('./wrap.mjs')).wrap : undefined`;
  write('app.mjs', `${APP['app.mjs']}\nawait run(sdk, { http, express }, ${wrapped});\n`);
  write(
    'app.cjs',
    `${APP['app.cjs']}\nimport('./scenes.mjs').then(async ({ run }) => run(sdk, { http, express }, ${wrapped}));\n`,
  );
  return folder;
}
