#!/usr/bin/env node
// Measures the viewer: `npm run bench:view`. What needs a page is left out where no Chromium is found. The results are in
// docs/viewer.md, "Speed".
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout } from 'node:timers/promises';
import { listCalls } from '../../packages/view/src/query/calls.ts';
import { listErrors } from '../../packages/view/src/query/errors.ts';
import { overviewOf } from '../../packages/view/src/query/overview.ts';
import { listSessions } from '../../packages/view/src/query/sessions.ts';
import { listTraces } from '../../packages/view/src/query/traces.ts';
import { Store } from '../../packages/view/src/store/store.ts';
import { root } from '../lib/npm.mjs';
import { bodiesOf, post } from './view-load.mjs';
import { pageRows } from './view-page.mjs';

const SPANS = 100_000;
const RUNS = 7;

const say = (what, value) => console.log(`${what.padEnd(58)} ${value}`);
const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
const ms = (value) => `${value.toFixed(value < 10 ? 1 : 0)} ms`;

/** The CPU time of the process so far, in ms: ticks of 10 ms. */
function cpuOf(pid) {
  const [, rest] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ');
  const [user, system] = rest.split(' ').slice(11, 13).map(Number);
  return (user + system) * 10;
}

const memoryOf = (pid) =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;

/** The command, as users run it. */
async function startedViewer() {
  const bin = join(root, 'packages/llmtrace/bin/llmtrace.js');
  const begin = performance.now();
  const child = spawn(process.execPath, [bin, 'view', '--port', '0', '--no-open'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  while (!said.includes('send to')) said += (await once(child.stderr, 'data'))[0];
  const url = /http:\S+/.exec(said)[0];
  return { child, url, took: performance.now() - begin, pid: child.pid };
}

async function stopped({ child }) {
  child.kill('SIGTERM');
  await once(child, 'close');
}

async function starts() {
  const took = [];
  for (let run = 0; run < RUNS; run++) {
    const viewer = await startedViewer();
    took.push(viewer.took);
    if (run === RUNS - 1) say('memory, empty', `${memoryOf(viewer.pid).toFixed(0)} MB`);
    await stopped(viewer);
  }
  say('start to listening, median', ms(median(took)));
}

async function sent(url, bodies) {
  const queue = [...bodies];
  const begin = performance.now();
  const lane = async () => {
    for (let body = queue.shift(); body; body = queue.shift()) await post(url, body);
  };
  await Promise.all([lane(), lane(), lane(), lane()]);
  return (performance.now() - begin) / 1000;
}

/** The CPU of the server alone: the sender has another process's worth of it. */
async function ingest(name, options) {
  const viewer = await startedViewer();
  const { bodies } = bodiesOf(SPANS, options);
  const bytes = bodies.reduce((sum, { length }) => sum + length, 0);
  const before = cpuOf(viewer.pid);
  const seconds = await sent(viewer.url, bodies);
  const cpu = (cpuOf(viewer.pid) - before) / 1000;
  say(
    `ingest, ${name} (${(bytes / SPANS).toFixed(0)} B a span)`,
    `${(SPANS / seconds).toFixed(0)}/s; ${(SPANS / cpu).toFixed(0)} for each s of the server's CPU`,
  );
  await setTimeout(1000);
  say(`memory, ${SPANS} spans, ${name}`, `${memoryOf(viewer.pid).toFixed(0)} MB`);
  await sent(viewer.url, bodiesOf(SPANS, options).bodies);
  await setTimeout(1000);
  say(`memory, after ${2 * SPANS}, ${name}`, `${memoryOf(viewer.pid).toFixed(0)} MB`);
  await stopped(viewer);
}

/** CPU of one answer that was not kept from before. */
function costOf(store, work) {
  const costs = Array.from({ length: RUNS }, () => {
    store.version++;
    const begin = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(begin);
    return (user + system) / 1000;
  });
  return median(costs);
}

const all = { service: undefined, range: 0 };
const QUERIES = {
  overview: (store) => overviewOf(store, all),
  'overview, last 5 min': (store) => overviewOf(store, { ...all, range: 300_000 }),
  'calls: newest': (store) => listCalls(store, {}),
  'calls: by cost': (store) => listCalls(store, { sort: 'cost' }),
  'calls: a filter': (store) => listCalls(store, { q: 'model:gpt is:error' }),
  'calls: text:': (store) => listCalls(store, { q: 'text:refund' }),
  traces: (store) => listTraces(store, { q: '', service: undefined, limit: 200, offset: 0 }),
  sessions: (store) => listSessions(store, undefined),
  errors: (store) => listErrors(store, undefined),
};

function answers(options) {
  const store = new Store();
  const { bodies, calls } = bodiesOf(SPANS, options);
  for (const body of bodies) store.receive('traces', 'protobuf', body);
  for (const [name, work] of Object.entries(QUERIES))
    say(`${name}, ${calls} calls`, `${ms(costOf(store, () => work(store)))} CPU`);
}

const PARTS = {
  starts,
  ingest: async () => {
    await ingest('mixed', {});
    await ingest('calls only', { onlyCalls: true });
  },
  answers: () => {
    answers({});
    answers({ onlyCalls: true });
  },
  page: () => pageRows({ startedViewer, stopped, cpuOf, say, spans: SPANS }),
};

const [only] = process.argv.slice(2);
for (const [name, part] of Object.entries(PARTS)) if (!only || only === name) await part();
