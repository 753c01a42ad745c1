/** What the parts of `npm run test:soak` share: a vendor and a collector on loopback, and applications that are run. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { cleanEnvironment } from '@llmtrace/test-fixtures/run-app';
import { nodeOf, root } from '../lib/npm.mjs';
import { answerOf } from './answers.mjs';

export const AUTO = ['--import', '@llmtrace/auto'];
/** `@llmtrace/auto` and the SDKs are found from here. */
const CWD = new URL('packages/auto/', `file://${root}`).pathname;

export const appOf = (name) => new URL(`apps/${name}`, import.meta.url).pathname;
export const testAppOf = (name) => new URL(`packages/auto/test/apps/${name}`, `file://${root}`).pathname;
export const testFileOf = (name) => new URL(`packages/auto/test/${name}`, `file://${root}`).pathname;

async function listening(handle) {
  const server = createServer({ keepAliveTimeout: 0 }, handle);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const close = () => {
    server.close();
    server.closeAllConnections();
  };
  return { url: `http://127.0.0.1:${server.address().port}`, close };
}

async function bodyOf(request) {
  const parts = [];
  for await (const part of request) parts.push(part);
  return Buffer.concat(parts);
}

/** Answers by the name of the model (answers.mjs), and keeps nothing. */
export async function startVendor() {
  return listening(async (request, response) => {
    try {
      response.on('error', () => {});
      const { model, stream } = JSON.parse((await bodyOf(request)).toString());
      answerOf(model, stream, response);
    } catch {
      response.destroy();
    }
  });
}

const ANSWERS = {
  healthy: (response) => answered(response, 200),
  503: (response) => answered(response, 503),
  401: (response) => answered(response, 401),
  slow: (response) => setTimeout(answered, 1000, response, 200),
  hung() {},
};
const answered = (response, status) =>
  response.writeHead(status, { 'content-type': 'application/json' }).end('{}');

/** A port on which nothing listens. */
export async function closedUrl() {
  const { url, close } = await listening(() => {});
  close();
  return url;
}

/**
 * An OTLP receiver, which can be switched: `healthy`, `slow` (a second an answer), `hung`, or a status. A span has
 * arrived where it answered 200. The ids alone are kept, of each span once.
 */
export async function startCollector(mode = 'healthy') {
  const ids = new Set();
  const state = { mode, dropped: {}, open: undefined };
  const count = (text) => {
    for (const [, id] of text.matchAll(/"spanId":"([0-9a-f]{16})"/g)) ids.add(id);
  };
  const readMetrics = (text) => {
    const metrics = metricsOf(text);
    const points = (name) => metrics.find((metric) => metric.name === name)?.sum.dataPoints ?? [];
    for (const point of points('llmtrace.export.dropped'))
      state.dropped[point.attributes[0].value.stringValue] = numberOf(point);
    const open = points('llmtrace.client.active_requests');
    if (open.length > 0) state.open = open.reduce((sum, point) => sum + numberOf(point), 0);
  };
  const server = await listening(async (request, response) => {
    const body = await bodyOf(request).catch(() => undefined);
    if (!body) return;
    const isTaken = ['healthy', 'slow'].includes(state.mode);
    if (isTaken && request.url === '/v1/traces') count(body.toString());
    if (isTaken && request.url === '/v1/metrics') readMetrics(body.toString());
    ANSWERS[state.mode](response);
  });
  return {
    ...server,
    ids,
    state,
    turn(to) {
      state.mode = to;
    },
  };
}

const numberOf = ({ asInt, asDouble }) => Number(asInt ?? asDouble);
const metricsOf = (text) =>
  JSON.parse(text).resourceMetrics.flatMap(({ scopeMetrics }) =>
    scopeMetrics.flatMap(({ metrics }) => metrics),
  );

export const exportTo = (url) => ({
  OTEL_EXPORTER_OTLP_ENDPOINT: url,
  OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
});

/** Runs an application to its end, which always comes; `peak` is the most memory that it had, in MiB. */
export async function run(
  file,
  { flags = [], args = [], env = {}, node = process.execPath, ...options } = {},
) {
  const { timeout = 600_000, cwd = CWD, ipc = false } = options;
  const child = spawn(node, [...flags, file, ...args.map(String)], {
    cwd,
    env: { ...cleanEnvironment(), LLMTRACE_QUIET: 'true', OPENAI_API_KEY: 'sk-test', ...env },
    stdio: ['ignore', 'pipe', 'pipe', ...(ipc ? ['ipc'] : [])],
    timeout,
    killSignal: 'SIGKILL',
  });
  let peak = 0;
  const sample = setInterval(() => {
    peak = Math.max(peak, peakOf(child.pid));
  }, 50);
  const texts = [child.stdout, child.stderr].map((stream) => {
    const parts = [];
    stream.on('data', (part) => parts.push(part));
    return () => Buffer.concat(parts).toString();
  });
  const since = performance.now();
  const [code, signal] = await once(child, 'close');
  clearInterval(sample);
  const [stdout, stderr] = texts.map((text) => text());
  return { code, signal, stdout, stderr, peak, ms: performance.now() - since };
}

/** By Linux; 0 where it cannot be told. */
function peakOf(pid) {
  try {
    return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
}

/** The warnings of llmtrace, without what differs from run to run. */
export const warningsOf = (stderr) =>
  [...stderr.matchAll(/^\(node:\d+\) llmtrace: (.*)$/gm)].map(([, text]) =>
    text.replaceAll(/127\.0\.0\.1:\d+/g, '127.0.0.1:PORT'),
  );

/** The first sentence of a warning: its cure is left out. */
export const headOf = (warning) => warning.split(/\. (?=[A-Z])/, 1)[0];

/** Does `work` for each, so many at once. */
export async function mapped(items, work, atOnce = 2) {
  const results = Array(items.length);
  const left = items.entries();
  const worker = async () => {
    for (const [index, item] of left) results[index] = await work(item);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return results;
}

const NODES = { 20: undefined, 24: process.execPath };

/** The binary of a major version: this one, the one that is installed, or the registry's. */
export function nodeFor(major) {
  if (process.version.startsWith(`v${major}.`)) return process.execPath;
  NODES[major] ??= nodeOf(String(major));
  return NODES[major];
}

/** A parsed line of standard output. */
export const lastJson = ({ stdout, stderr }) => {
  try {
    return JSON.parse(stdout.trim().split('\n').at(-1));
  } catch {
    throw new Error(`Expected a line of JSON, got ${stdout}\n${stderr}`);
  }
};

const cell = (text) => String(text).replaceAll('|', '\\|').replaceAll('\n', ' ').replaceAll('<', '&lt;');
const row = (cells) => `| ${cells.map(cell).join(' | ')} |`;
export const table = (head, rows) => [row(head), row(head.map(() => '---')), ...rows.map(row)].join('\n');
export const round = (value, digits = 0) => value.toFixed(digits);
