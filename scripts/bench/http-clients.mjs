// What the instrumentation of HTTP clients costs a request that is no model call: `npm run build`, then
// `node scripts/bench/http-clients.mjs`. Over a network a microsecond is not to be seen, so it is what a request's
// channels cost that is measured: all that undici and `node:http` publish of a request, without a subscriber and with llmtrace.
// It fails where a request costs more than 1 us.
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

const publish = (one, message) => one.hasSubscribers && one.publish(message());
const chunk = Buffer.alloc(1024);
const response = { statusCode: 200, headers: [] };

/** A request with its body in one piece, and its answer in two. */
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

/** In ns a request; the least of several rounds, which nothing else disturbed. */
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
