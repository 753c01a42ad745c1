/** Each cause for which telemetry does not arrive: what stderr and the doctor have of it. */

import { once } from 'node:events';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  AUTO,
  appOf,
  closedUrl,
  exportTo,
  mapped,
  run,
  startCollector,
  startVendor,
  table,
  testAppOf,
  testFileOf,
  warningsOf,
} from './rig.mjs';

/** Makes spans until llmtrace has warned. */
const WARNED = { app: testAppOf('exports.mjs'), args: ['until', '1'] };
/** So many spans, and then the end: what is wrong is reported at the start. */
const BRIEF = ['3', '100'];
/** Spans alone, since each signal has a warning of its own. */
const SOON = {
  OTEL_BSP_SCHEDULE_DELAY: '300',
  OTEL_EXPORTER_OTLP_TIMEOUT: '1000',
  OTEL_METRICS_EXPORTER: 'none',
  OTEL_LOGS_EXPORTER: 'none',
};
const PARTIAL = '{"partialSuccess":{"rejectedSpans":"1","errorMessage":"span too old"}}';

async function answering(status, body = '{}', headers = {}) {
  const server = createServer((request, response) => {
    request.resume();
    request.on('end', () =>
      response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body),
    );
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const close = () => {
    server.close();
    server.closeAllConnections();
  };
  return { url: `http://127.0.0.1:${server.address().port}`, close };
}

const closed = async () => ({ url: await closedUrl(), close() {} });
const at = (url) => async () => ({ url, close() {} });

/** The endpoint, and what else differs; `flags` may need a folder of its own, and stderr may have some `lines`. */
const FAULTS = {
  'connection refused': { endpoint: closed },
  'a name without an address (DNS)': { endpoint: at('http://collector.invalid:4318') },
  401: { endpoint: () => answering(401) },
  403: { endpoint: () => answering(403) },
  404: { endpoint: () => answering(404) },
  413: { endpoint: () => answering(413) },
  '429, for as long as the exporter tries': { endpoint: () => answering(429) },
  '503, for as long as the exporter tries': { endpoint: () => answering(503) },
  500: { endpoint: () => answering(500) },
  'a redirect (302)': { endpoint: () => answering(302, '', { location: 'http://127.0.0.1:9/' }) },
  'no answer (hung)': { endpoint: () => startCollector('hung') },
  'TLS on a port without': {
    endpoint: async () => {
      const { url, close } = await answering(200);
      return { url: url.replace('http:', 'https:'), close };
    },
  },
  'a URL without a scheme': { endpoint: at('127.0.0.1:4318'), args: ['until', '2'], lines: 2 },
  'a wrong scheme': { endpoint: at('grpc://127.0.0.1:4317'), args: BRIEF },
  'a part is rejected (partial success)': { endpoint: () => answering(200, PARTIAL) },
  'the queue is full': {
    endpoint: () => startCollector('hung'),
    app: appOf('burst.mjs'),
    args: [6000],
    env: { OTEL_EXPORTER_OTLP_TIMEOUT: '60000' },
    lines: 2,
  },
  'the process ends before the answer': {
    endpoint: () => startCollector('hung'),
    args: ['1', '0', 'exit'],
    env: { OTEL_EXPORTER_OTLP_TIMEOUT: '60000' },
  },
  'another provider is registered': { endpoint: () => startCollector(), app: appOf('own-provider.mjs') },
  'no export thread, by `--permission`': {
    endpoint: () => startCollector(),
    flags: () => ['--permission', '--allow-fs-read=*', ...AUTO],
  },
  'the file of the export thread is missing': {
    endpoint: () => startCollector(),
    flags: (folder) => copied(folder, 'missing'),
  },
  'the export thread is out of memory': {
    endpoint: () => startCollector(),
    flags: (folder) => [
      '--max-old-space-size=128', // its threads have the same
      ...copied(folder, 'exhausted', readFileSync(appOf('exhausting-thread.cjs'), 'utf8')),
    ],
    args: ['until', '1', '100'],
    env: { OTEL_BSP_SCHEDULE_DELAY: '60000', OTEL_EXPORTER_OTLP_TIMEOUT: '60000' },
    lines: 3, // its first end, its second, and the end of the process without a thread
  },
  'no exporter, and no terminal': {
    app: appOf('load.mjs'),
    args: [1, 10],
    env: { LLMTRACE_QUIET: 'false', OTEL_METRICS_EXPORTER: '', OTEL_LOGS_EXPORTER: '' },
  },
  'another provider is registered, with an older copy of OpenTelemetry’s API': {
    endpoint: () => startCollector(),
    app: appOf('load.mjs'),
    args: [1, 10],
    flags: (folder) => ['--import', olderProvider(folder), ...AUTO],
  },
  'a worker thread with `execArgv: []`': { endpoint: () => startCollector(), app: appOf('bare-worker.mjs') },
};

/** A module that registers a provider with a copy of OpenTelemetry's API, which says that it is older. */
function olderProvider(folder) {
  const main = createRequire(testFileOf('x.mjs')).resolve('@opentelemetry/api');
  const copy = join(folder, 'older-api');
  cpSync(main.slice(0, main.lastIndexOf('/build/')), copy, { recursive: true, dereference: true });
  for (const name of ['package.json', 'build/src/version.js']) {
    const path = join(copy, name);
    const text = readFileSync(path, 'utf8');
    rmSync(path); // it may be a link to the original
    writeFileSync(path, text.replace(/1\.9\.\d+/, '1.8.0'));
  }
  const file = join(folder, 'older-provider.mjs');
  const app = testFileOf('doctor/apps/older-api.mjs');
  writeFileSync(
    file,
    `process.env.OLDER_API = ${JSON.stringify(copy)};\nawait import(${JSON.stringify(app)});\n`,
  );
  return pathToFileURL(file).href;
}

/** The folder of the export thread in the build. */
const THREAD = 'sdk/export-thread';

/** The package with another file in the place of its worker, or none. */
function copied(folder, name, worker) {
  const copy = join(folder, name);
  cpSync(testFileOf('../dist'), copy, { recursive: true });
  const thread = join(copy, THREAD);
  const path = join(thread, 'worker.js');
  cpSync(path, join(thread, 'real-worker.js'));
  rmSync(path);
  if (worker !== undefined) writeFileSync(path, worker);
  return ['--import', pathToFileURL(join(copy, 'index.js')).href];
}

export async function measure({ jobs }) {
  const vendor = await startVendor();
  // In the package, so that the copies find what they depend on.
  const folder = mkdtempSync(testFileOf('../.stage-'));
  const rowOf = async ([title, fault]) => {
    const { endpoint, app = WARNED.app, args = WARNED.args, flags, env } = fault;
    const target = await endpoint?.();
    const options = {
      flags: flags?.(folder) ?? AUTO,
      args,
      env: { OPENAI_BASE_URL: `${vendor.url}/v1`, ...SOON, ...(target && exportTo(target.url)), ...env },
    };
    const quiet = await run(app, options);
    rmSync(join(folder, 'exhausted', THREAD, 'exhausted'), { force: true });
    const examined = await run(app, { ...options, env: { ...options.env, LLMTRACE_DOCTOR: '1' } });
    target?.close();
    return {
      ...{ title, code: quiet.code, lines: fault.lines },
      ...{ said: saidBy(quiet.stderr), findings: findingsOf(examined.stderr) },
    };
  };
  try {
    return { rows: await mapped(Object.entries(FAULTS), rowOf, jobs) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
    vendor.close();
  }
}

/** The warnings, and the line of one that nothing shows, which is no warning. */
const saidBy = (stderr) =>
  [...warningsOf(stderr), ...(stderr.match(/^llmtrace: .*$/gm) ?? [])].map(shortened);

const shortened = (text) => text.replaceAll(/(?:file:\/\/)?\/[\w./-]*\/scripts\/soak\/apps\//g, '');

const findingsOf = (stderr) =>
  [...stderr.matchAll(/^([✗!]) ([a-z-]+): /gm)].map(([, mark, code]) => ({ mark, code }));

export const problems = ({ rows }) =>
  rows.flatMap(({ title, code, said, findings, lines = 1 }) => [
    ...(code === 0 ? [] : [`${title}: exit ${code}`]),
    ...(said.length >= 1 && said.length <= lines ? [] : [`${title}: ${said.length} lines on stderr`]),
    ...(findings.length > 0 ? [] : [`${title}: no finding of the doctor`]),
  ]);

export const report = ({ rows }) =>
  table(
    ['the cause', 'stderr, once', 'the doctor'],
    rows.map(({ title, said, findings }) => [
      title,
      said.join('; ') || '**nothing**',
      findings.map(({ mark, code }) => `${mark} \`${code}\``).join(', ') || '**nothing**',
    ]),
  );
