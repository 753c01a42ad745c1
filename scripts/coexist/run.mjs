// One run of the application, and what is asked of it.
import { once } from 'node:events';
import { createServer } from 'node:http';
import { isDeepStrictEqual } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { runApp } from '@llmtrace/test-fixtures/run-app';
import { callsCountedBy, exportTo } from '../lib/receiver.mjs';
import { whyEmpty } from './peers.mjs';
import { besidesFound, countsOf, isAdopted, spansIn, trees, without } from './spans.mjs';

const LLMTRACE = ['--import', '@llmtrace/auto'];
/** A busy machine takes longer to start the export thread than an exit waits by default. */
const PATIENT = { LLMTRACE_EXIT_TIMEOUT_MS: '20000' };

/** A server that takes everything; it keeps what may be spans, and llmtrace's metrics. */
async function startSink() {
  const sink = { traces: '', metrics: [], spans: [] };
  const server = createServer(async (request, response) => {
    const parts = [];
    for await (const part of request) parts.push(part);
    const bytes = Buffer.concat(parts);
    const plain = request.headers['content-encoding'] === 'gzip' ? gunzipSync(bytes) : bytes;
    const body = plain.toString('latin1');
    sink.spans.push(...spansIn(request.url, request.headers['content-type'], plain));
    if (request.url === '/v1/metrics') sink.metrics.push(...metricsOf(body));
    else if (request.url !== '/v1/logs') sink.traces += body;
    response.setHeader('content-type', 'application/json').end('{}');
  });
  server.keepAliveTimeout = 60_000; // a connection that closes just as it is used again costs a span
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const close = () => server.close() && server.closeAllConnections();
  return Object.assign(sink, { url: `http://127.0.0.1:${server.address().port}`, close });
}

function metricsOf(body) {
  if (!body.startsWith('{')) return []; // another sender's, in its encoding
  const scopes = JSON.parse(body).resourceMetrics.flatMap(({ scopeMetrics }) => scopeMetrics);
  return scopes.filter(({ scope }) => scope.name.startsWith('@llmtrace/')).flatMap(({ metrics }) => metrics);
}

/** Runs the application with those that are loaded, in their order. */
export async function play({ folder, peer, format, vendor, node, loads }) {
  const sink = await startSink();
  vendor.clear();
  const setup = peer.setup?.includes('\n') ? './setup.mjs' : peer.setup;
  const flags = { llmtrace: LLMTRACE, peer: setup ? ['--import', setup] : [] };
  const { code, signal, stdout, stderr } = await runApp(`app.${format === 'esm' ? 'mjs' : 'cjs'}`, {
    ...{ cwd: folder, timeout: 180_000, node },
    flags: loads.flatMap((load) => flags[load]),
    env: {
      ...{ OPENAI_API_KEY: 'sk-test', OPENAI_BASE_URL: `${vendor.url}/v1`, SINK: sink.url },
      ...exportTo(sink.url),
      ...(loads.includes('peer') ? { ...peer.env?.(sink.url), ...(peer.wrap ? { WRAP: 'true' } : {}) } : {}),
      ...(loads.includes('llmtrace') ? { ...PATIENT, LLMTRACE_CONFIG: './llmtrace.config.mjs' } : {}),
    },
  });
  sink.close();
  const { seen = {}, told = [] } = JSON.parse(/^@@(.*)$/m.exec(stdout)?.[1] ?? '{}');
  const ids = told.map(({ id }) => id);
  const lines = [...stderr.matchAll(/llmtrace: (.*)$/gm)].map(([, line]) => line);
  return {
    ...{ seen, calls: told.length, spans: new Set(ids.filter((id) => isIn(sink.traces, id))).size },
    late: told.filter(({ id, late }) => late && !isIn(sink.traces, id)).length,
    ...{ end: code === 0 ? 'ok' : `${signal ?? code}: ${stderr.slice(-2000)}`, lines, stderr },
    others: trees(sink.spans, ids),
    requests: vendor.requests.length, // each call makes one
    counted: callsCountedBy(sink.metrics),
  };
}

/** Whether a span was sent, in JSON or as bytes. */
const isIn = (traces, id) =>
  traces.includes(id) || traces.includes(Buffer.from(id, 'hex').toString('latin1'));

/** The scenes in which something was seen that none of the others saw. */
export const sameAs = (seen, others) =>
  Object.keys(others[0]).filter(
    (name) => !others.some((other) => isDeepStrictEqual(seen[name], other[name])),
  );

/** What an instrumentation changes for the application, in words. */
export function changed({ end, seen }, native) {
  if (end !== 'ok') return ['it ends with an error'];
  return sameAs(seen, [native.seen]).map((name) => `${name} → ${JSON.stringify(seen[name])}`);
}

/** What is wrong with a run of both; the application may see what it sees with the other alone, or with none. */
export function judge({ peer, native, theirs, both }) {
  const { end, seen, requests, calls, spans, late, counted, lines } = both;
  if (end !== 'ok') return [`${theirs.end === 'ok' ? '' : 'also without llmtrace: '}it ended with ${end}`];
  return [
    ...sameAs(seen, [theirs.seen, native.seen]).map((name) => `${name}: ${JSON.stringify(seen[name])}`),
    requests !== theirs.requests && `${requests} requests in place of ${theirs.requests}`,
    ...othersOf(peer, theirs.others, both.others),
    calls !== requests && `llmtrace told of ${calls} of ${requests} calls`,
    // What ends with the process is sent by llmtrace itself; the other's set-up sends nothing any more.
    spans + late !== requests && `${spans} spans of llmtrace for ${requests} calls`,
    // Where the set-up of the other has no metrics, there are none.
    counted !== requests && counted !== 0 && `its metrics count ${counted} of ${requests} calls`,
    lines.length > 1 && `${lines.length} warnings: ${lines.join('; ')}`,
  ].filter(Boolean);
}

/** What is wrong with the spans that the other makes of the application; `hosts` are those that it must make. */
function othersOf({ hosts = [] }, alone, beside) {
  const [lost, added] = besidesFound(
    without(alone, beside),
    // Some never end the span of a call that fails; llmtrace does.
    without(beside, alone).filter((line) => !isAdopted(line)),
  );
  return [
    ...hosts
      .filter((maker) => !alone.some((line) => line.includes(`${maker} `)))
      .map((maker) => `the other alone has no span of ${maker}`),
    lost.length > 0 && `${lost.length} of its ${alone.length} spans are missing: ${lost[0]}`,
    added.length > 0 && `it has ${added.length} spans that it has not alone: ${added[0]}`,
  ];
}

/** What is kept of a run of both. */
export function resultOf({ both, changes, wrong, node }) {
  const { spans, late, requests, counted, others, lines } = both;
  const counts = countsOf(others);
  return { node, changes, wrong, spans, late, requests, counted, others: counts, lines };
}

/** Cells that would be empty without a reason. */
export function unexplained(peer, format, { counted, others, lines }) {
  const why = whyEmpty(peer, format);
  return [
    counted === 0 && !why.metrics && 'no metrics, for no known reason',
    others.length === 0 && !why.spans && 'no spans of the other, for no known reason',
    lines.length === 0 && !why.names && 'the other is not named, for no known reason',
  ].filter(Boolean);
}
