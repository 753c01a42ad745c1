// Measures the cost of the instrumentation of HTTP clients for a request that is no model call: `npm run build`, then
// `node scripts/bench/http-clients.mjs`. A network hides a microsecond, so the script publishes what undici and
// `node:http` publish for a request on their diagnostics channels, and measures that, without a subscriber and with
// llmtrace. It fails if a request costs more than 1 µs.
import { channel } from 'node:diagnostics_channel';
import { HttpClientsInstrumentation } from '@llmtrace/instrumentation-http-clients';

const MOST = 1000; // ns
const REQUESTS = 200_000;
const ROUNDS = 7;

const undici = Object.fromEntries(
  ['create', 'bodyChunkSent', 'bodySent', 'headers', 'bodyChunkReceived', 'trailers', 'error'].map((name) => [
    name,
    channel(`undici:request:${name}`),
  ]),
);
const http = {
  created: channel('http.client.request.created'),
  start: channel('http.client.request.start'),
  finish: channel('http.client.response.finish'),
};

class UndiciRequest {
  constructor(method, path) {
    this.method = method;
    this.path = path;
    this.origin = 'https://shop.example.com';
    this.headers = ['content-type', 'application/json'];
  }
  onData() {} // bodyChunkReceived
}

const publish = (topic, message) => topic.hasSubscribers && topic.publish(message());
const chunk = Buffer.alloc(1024);
const response = { statusCode: 200, headers: [] };

/** What undici publishes for a request with a body of one chunk and an answer of two. */
function byUndici(method, path) {
  const request = new UndiciRequest(method, path);
  publish(undici.create, () => ({ request }));
  publish(undici.bodyChunkSent, () => ({ request, chunk }));
  publish(undici.bodySent, () => ({ request }));
  publish(undici.headers, () => ({ request, response }));
  publish(undici.bodyChunkReceived, () => ({ request, chunk }));
  publish(undici.bodyChunkReceived, () => ({ request, chunk }));
  publish(undici.trailers, () => ({ request, trailers: [] }));
}

function byHttp(method, path) {
  const request = { method, path };
  publish(http.created, () => ({ request }));
  publish(http.start, () => ({ request }));
  publish(http.finish, () => ({ request, response }));
}

const KINDS = {
  'undici GET': () => byUndici('GET', '/api/products/17?currency=eur'),
  'undici POST': () => byUndici('POST', '/api/v2/orders/17/items?currency=eur'),
  'node:http GET': () => byHttp('GET', '/api/products/17?currency=eur'),
  'node:http POST': () => byHttp('POST', '/api/v2/orders/17/items?currency=eur'),
};

/** The cost of a request in ns: the smallest of several rounds, because other load only adds time. */
function measure(run) {
  let least = Infinity;
  for (let round = 0; round < ROUNDS; round++) {
    const start = process.hrtime.bigint();
    for (let i = 0; i < REQUESTS; i++) run();
    least = Math.min(least, Number(process.hrtime.bigint() - start) / REQUESTS);
  }
  return least;
}

const bare = Object.fromEntries(Object.entries(KINDS).map(([name, run]) => [name, measure(run)]));
new HttpClientsInstrumentation();
for (const [name, run] of Object.entries(KINDS)) {
  const cost = measure(run) - bare[name];
  console.log(`${name.padEnd(16)} ${cost.toFixed(0)} ns a request`);
  if (cost > MOST) process.exitCode = 1;
}
