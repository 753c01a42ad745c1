/** Sends answers to the client. */
import type { ServerResponse } from 'node:http';
import { constants, createGzip, type Gzip } from 'node:zlib';
import type { StreamCut } from './behaviours.ts';
import type { Answer } from './routes.ts';

/** The time in ms before a connection is broken, in which the client reads the data that came before. */
const BREAK_DELAY = 25;

const broken = new WeakSet<ServerResponse>();

/** Waits without keeping the process alive. */
export const sleep = (ms: number): Promise<void> =>
  new Promise((resolve) => void (ms > 0 ? setTimeout(resolve, ms).unref() : resolve()));

/** Breaks the connection. */
export function breakOff(response: ServerResponse): void {
  broken.add(response);
  response.destroy();
}

/** True where the client went away before it had the whole answer. */
export const wasAborted = (response: ServerResponse): boolean =>
  !response.writableFinished && !broken.has(response);

/** Sends an answer in one piece, or half of it with `cut`. */
export async function sendWhole(response: ServerResponse, answer: Answer, cut?: StreamCut): Promise<void> {
  const { status = 200, headers, json, bytes = '' } = answer;
  const type = json === undefined ? 'application/octet-stream' : 'application/json';
  response.writeHead(status, { 'content-type': type, ...headers });
  const body = Buffer.from(json === undefined ? bytes : JSON.stringify(json));
  if (!cut || cut.how === 'error') return void response.end(body);
  response.write(body.subarray(0, body.length / 2));
  if (cut.how === 'hang') return;
  await sleep(BREAK_DELAY);
  breakOff(response);
}

/** How a stream is sent. */
export interface StreamPlan {
  /** Between two chunks, in ms. */
  gap: number;
  cut: StreamCut | undefined;
  /** Whether it is compressed by gzip. */
  isPacked: boolean | undefined;
  /** The event by which the vendor reports a failure. */
  failure: () => string | Uint8Array;
}

/** Sends the events of an answer, up to the cut of the plan. */
export async function sendStream(response: ServerResponse, answer: Answer, plan: StreamPlan): Promise<void> {
  const { gap, cut, isPacked, failure } = plan;
  const events = answer.events?.slice(0, cut?.after) ?? [];
  const encoding = isPacked ? { 'content-encoding': 'gzip' } : {};
  const headers = { 'content-type': 'text/event-stream', ...encoding, ...answer.headers };
  response.writeHead(answer.status ?? 200, headers);
  const out = isPacked ? packerTo(response) : response;
  for (const event of events) {
    if (response.destroyed) return;
    out.write(event);
    // Each chunk is a separate write: a turn of the event loop between two writes keeps Node.js from joining them.
    await (gap > 0 ? sleep(gap) : new Promise(setImmediate));
  }
  if (cut?.how === 'hang') return;
  if (cut?.how === 'drop') {
    await sleep(BREAK_DELAY);
    return breakOff(response);
  }
  if (cut) out.write(failure());
  out.end();
}

/** Compresses each chunk by itself. */
function packerTo(response: ServerResponse): Gzip {
  const packer = createGzip({ flush: constants.Z_SYNC_FLUSH });
  packer.pipe(response);
  return packer;
}
