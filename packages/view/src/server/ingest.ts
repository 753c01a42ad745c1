/** Receives OTLP over HTTP: reads, bounds and unpacks bodies, stores their items, and answers. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import zlib from 'node:zlib';
import { rejectedName } from '../otlp/json.ts';
import { partialSuccess } from '../otlp/protobuf.ts';
import type { Encoding, Signal } from '../otlp/types.ts';
import type { Store, Taken } from '../store/store.ts';
import { send, sendJson } from './answers.ts';

/** The longest body, packed or unpacked, in bytes. */
export const MAX_BODY = 64 * 2 ** 20;

const ENCODINGS: Record<string, Encoding> = {
  'application/x-protobuf': 'protobuf',
  'application/json': 'json',
};

type Unpack = (body: Buffer, options: { maxOutputLength: number }) => Promise<Buffer>;

const UNPACK: Record<string, Unpack> = {
  identity: async (body) => body,
  gzip: promisify(zlib.gunzip) as Unpack,
  deflate: promisify(zlib.inflate) as Unpack,
  // Node.js has zstd from 22.15 on.
  ...(typeof zlib.zstdDecompress === 'function' && { zstd: promisify(zlib.zstdDecompress) as Unpack }),
};

/** @returns undefined for a body that is too long. */
async function bodyOf(request: IncomingMessage): Promise<Buffer | undefined> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > MAX_BODY) return undefined;
    parts.push(part);
  }
  return parts.length === 1 ? parts[0] : Buffer.concat(parts);
}

const TOO_LARGE = `A request may have ${MAX_BODY / 2 ** 20} MB, unpacked too.`;
const isTooLarge = (error: unknown): boolean => (error as { code?: string }).code === 'ERR_BUFFER_TOO_LARGE';

function refuseLarge(request: IncomingMessage, response: ServerResponse): void {
  response.setHeader('Connection', 'close');
  send(response, 413, TOO_LARGE);
  request.destroy();
}

/** A received request, for the file and for forwarding. */
export interface Ingested {
  readonly signal: Signal;
  readonly taken: Taken;
  /** The body as received. */
  readonly body: Buffer;
  readonly headers: Record<string, string>;
}

const FORWARDED = ['content-type', 'content-encoding'];

const headersOf = ({ headers }: IncomingMessage): Record<string, string> =>
  Object.fromEntries(FORWARDED.flatMap((name) => (headers[name] ? [[name, String(headers[name])]] : [])));

export async function ingest(
  request: IncomingMessage,
  response: ServerResponse,
  signal: Signal,
  store: Store,
): Promise<Ingested | undefined> {
  const type = (request.headers['content-type'] ?? '').split(';', 1)[0]?.trim() ?? '';
  const encoding = Object.hasOwn(ENCODINGS, type) ? ENCODINGS[type] : undefined;
  const packing = request.headers['content-encoding'] ?? 'identity';
  const unpack = Object.hasOwn(UNPACK, packing) ? UNPACK[packing] : undefined;
  if (!encoding || !unpack) {
    send(
      response,
      415,
      `Send ${Object.keys(ENCODINGS).join(' or ')}, packed as ${Object.keys(UNPACK).join(', ')}.`,
    );
    return undefined;
  }
  const body = await bodyOf(request);
  if (!body) {
    refuseLarge(request, response);
    return undefined;
  }
  try {
    const taken = store.receive(signal, encoding, await unpack(body, { maxOutputLength: MAX_BODY }));
    answer(response, { signal, encoding, rejected: taken.rejected });
    return { signal, taken, body, headers: headersOf(request) };
  } catch (error) {
    if (isTooLarge(error)) send(response, 413, TOO_LARGE);
    else send(response, 400, 'The body is no OTLP.');
    return undefined;
  }
}

const WHY = 'ids or times are not valid, or the trace has more spans than this viewer keeps';

/** Answers in the encoding of the request. */
function answer(
  response: ServerResponse,
  { signal, encoding, rejected }: { signal: Signal; encoding: Encoding; rejected: number },
): unknown {
  if (encoding === 'json') {
    const partial = { partialSuccess: { [rejectedName[signal]]: String(rejected), errorMessage: WHY } };
    return sendJson(response, rejected > 0 ? partial : {});
  }
  response.setHeader('Content-Type', 'application/x-protobuf');
  return response.end(rejected > 0 ? partialSuccess(rejected, WHY) : Buffer.alloc(0));
}
