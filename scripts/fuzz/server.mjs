// A loopback server that answers as a play says: status, headers, parts of a body, and how it ends.
import { createServer } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';

const ENCODERS = { gzip: gzipSync, deflate: deflateSync, br: brotliCompressSync };
/** What has been written arrives before the connection is cut, in ms. */
const BEFORE_CUT = 15;
/** How long an answer that hangs does so, in ms. */
const HANGING = 60;
/** The part of a request's body that is compared, in characters. */
const MAX_BODY = 1e6;
/** So many requests of one play are answered; an SDK that repeats for ever is cut off. */
const MAX_REQUESTS = 8;

/** The headers of a request that differ between two runs. */
const VOLATILE = new Set(['host', 'connection', 'content-length', 'date', 'amz-sdk-invocation-id']);

/** Starts it. `play(replies)` sets what the next requests are answered, and forgets those before. */
export async function startServer() {
  let replies = [];
  let requests = [];
  const server = createServer((request, response) => {
    const seen = requests;
    const reply = replies[Math.min(seen.length, replies.length - 1)];
    const entry = recordOf(request);
    seen.push(entry);
    response.on('error', () => {});
    readBody(request, entry);
    if (!reply || seen.length > MAX_REQUESTS) return request.socket.destroy();
    answer(request, response, reply).catch(() => request.socket.destroy());
  });
  server.on('clientError', (_, socket) => socket.destroy());
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  server.unref();
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    play(next) {
      replies = next;
      requests = [];
    },
    requests: () => requests,
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}

const recordOf = ({ method, url, headers }) => ({
  method,
  url,
  headers: Object.fromEntries(Object.entries(headers).filter(([name]) => !VOLATILE.has(name))),
  body: '',
});

function readBody(request, entry) {
  request.setEncoding('utf8');
  request.on('data', (text) => {
    // Cut to the letter: how a body arrives in pieces differs between two runs.
    if (entry.body.length < MAX_BODY) entry.body = (entry.body + text).slice(0, MAX_BODY);
  });
  request.on('error', () => {});
}

async function answer({ socket }, response, { status, headers, parts, encoding, end, raw }) {
  if (raw !== undefined) {
    socket.write(raw, 'latin1');
    return finish(socket, undefined, end);
  }
  const encoder = ENCODERS[encoding];
  for (const [name, value] of headers) setHeader(response, name, value);
  if (encoding !== 'identity') response.setHeader('content-encoding', encoder ? encoding : 'gzip');
  response.writeHead(status);
  const pieces = encoder ? [encoder(Buffer.concat(parts.map(bytesOf)))] : parts.map(bytesOf);
  for (const piece of pieces) {
    if (response.destroyed) return;
    response.write(piece);
    if (pieces.length > 1) await wait(1);
  }
  await finish(socket, response, end);
}

const bytesOf = (part) => (typeof part === 'string' ? Buffer.from(part) : Buffer.from(part.base64, 'base64'));

/** Node.js refuses names and values that no server can send. */
function setHeader(response, name, value) {
  try {
    response.setHeader(name, value);
  } catch {}
}

async function finish(socket, response, end) {
  const isWhole = end === 'end' && response;
  if (isWhole) response.end();
  // A length that is wrong leaves the client waiting for the rest.
  if (isWhole && !response.hasHeader('content-length')) return;
  await wait(end === 'hang' ? HANGING : BEFORE_CUT);
  socket.destroy();
}
