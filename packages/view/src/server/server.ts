/** The viewer: one port for the page, its data and OTLP. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { DoctorReport } from '../api-types.ts';
import type { Signal } from '../otlp/types.ts';
import { PAGE_FOLDER } from '../page-folder.ts';
import { DEFAULT_LIMITS, type Limits, Store } from '../store/store.ts';
import { send, sendJson } from './answers.ts';
import { answerApi } from './api.ts';
import { Events } from './events.ts';
import { recorder } from './file.ts';
import { type Forward, forwarder } from './forward.ts';
import {
  type Access,
  cookieOf,
  isAllowedOrigin,
  isLoopback,
  isToken,
  refusalOf,
  setHeaders,
} from './guard.ts';
import { ingest } from './ingest.ts';
import { pageServer } from './page.ts';

export interface ViewerOptions {
  /** The port; 0 chooses a free one. @default 4318 */
  readonly port?: number;
  /** The address to listen on; one that other machines can reach needs a token. @default 127.0.0.1 */
  readonly host?: string;
  readonly token?: string | undefined;
  readonly allowedOrigins?: readonly string[];
  readonly limits?: Partial<Limits>;
  /** The path of a file to which all telemetry is written, too. */
  readonly file?: string | undefined;
  readonly forward?: Forward | undefined;
  readonly warn?: (words: string) => void;
}

export interface Viewer {
  readonly url: string;
  readonly port: number;
  readonly store: Store;
  /** Shows the reports of the doctor on the setup page. */
  setDoctor(reports: readonly DoctorReport[]): void;
  close(): Promise<void>;
}

const INGEST = /^\/v1\/(traces|logs|metrics)$/;
const MAX_LOGIN = 1000;

class ViewerServer {
  readonly store: Store;
  readonly events: Events;
  private readonly access: Access;
  private readonly page = pageServer(PAGE_FOLDER);
  private readonly forward: ReturnType<typeof forwarder> | undefined;
  private readonly recorder: ReturnType<typeof recorder> | undefined;

  constructor({
    host = '127.0.0.1',
    token,
    allowedOrigins = [],
    limits,
    file,
    forward,
    warn = () => {},
  }: ViewerOptions) {
    this.store = new Store({ ...DEFAULT_LIMITS, ...limits });
    this.events = new Events(this.store);
    this.events.file = file;
    this.access = { host, token, allowedOrigins };
    this.forward = forward && forwarder(forward, warn);
    this.recorder = file === undefined ? undefined : recorder(file, this.store);
  }

  readonly handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    setHeaders(response);
    try {
      const url = new URL(request.url ?? '/', 'http://viewer');
      const refusal = refusalOf(request, url.pathname, this.access);
      if (refusal) return send(response, refusal.status, refusal.words);
      await this.answer(url, request, response);
    } catch (error) {
      // The address is malformed, or the viewer has a fault. It must still answer the next request.
      if (!response.headersSent)
        send(response, error instanceof URIError ? 400 : 500, 'The viewer could not answer.');
      else response.destroy();
    }
  };

  private async answer(url: URL, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = url.pathname;
    if (isAllowedOrigin(request, path, this.access)) allowOrigin(request, response);
    const signal = INGEST.exec(path)?.[1];
    if (signal && request.method === 'POST') return this.take(request, response, signal as Signal);
    if (signal && request.method === 'OPTIONS') return send(response, 204, '');
    if (request.method === 'POST') return this.command(path, request, response);
    if (request.method !== 'GET' && request.method !== 'HEAD')
      return send(response, 405, 'Only GET and POST.');
    if (path === '/api/stream') return this.events.subscribe(response);
    if (path === '/api/state') {
      response.setHeader('X-Llmtrace-Viewer', '1');
      return sendJson(response, this.events.state);
    }
    if (path.startsWith('/api/')) return answerApi(url, response, this.store);
    this.page(path, response);
  }

  private async take(request: IncomingMessage, response: ServerResponse, signal: Signal): Promise<void> {
    const ingested = await ingest(request, response, signal, this.store);
    if (!ingested) return;
    this.events.changed(ingested.taken.spans);
    this.forward?.(ingested);
    this.recorder?.record(ingested.taken);
  }

  /** Commands accept JSON only, because a form of another page cannot send it. */
  private async command(path: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.headers['content-type'] !== 'application/json')
      return send(response, 415, 'Send application/json.');
    if (path === '/api/clear') {
      this.store.clear();
      this.events.changed();
      return sendJson(response, {});
    }
    if (path === '/api/login') return this.login(request, response);
    send(response, 404, 'There is no such command.');
  }

  private async login(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let body = '';
    for await (const part of request) {
      body += part;
      if (body.length > MAX_LOGIN) return send(response, 413, 'A token is shorter.');
    }
    const token = /"token":"([0-9a-f]+)"/.exec(body)?.[1];
    if (!isToken(token, this.access)) return send(response, 401, 'That is not the token.');
    if (this.access.token) response.setHeader('Set-Cookie', cookieOf(this.access.token));
    sendJson(response, {});
  }

  close(): void {
    this.events.close();
    this.recorder?.close();
  }
}

function allowOrigin({ headers }: IncomingMessage, response: ServerResponse): void {
  response.setHeader('Access-Control-Allow-Origin', String(headers.origin));
  response.setHeader('Access-Control-Allow-Headers', 'content-type, content-encoding, authorization');
  response.setHeader('Access-Control-Allow-Methods', 'POST');
  response.setHeader('Cross-Origin-Resource-Policy', 'cross-origin');
  response.setHeader('Vary', 'Origin');
}

const listening = (server: Server, port: number, host: string): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });

const ended = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });

/** Also listens on ::1, if possible: the default endpoint of exporters is `localhost`, which may resolve to either address. */
async function listenOnIpv6(handle: ViewerServer['handle'], port: number): Promise<Server | undefined> {
  const server = createServer(handle);
  try {
    await listening(server, port, '::1');
    return server;
  } catch {
    return undefined;
  }
}

/**
 * Starts a viewer.
 * @throws the error of `listen`, such as EADDRINUSE; TypeError if other machines could reach it without a token
 */
export async function startViewer(options: ViewerOptions = {}): Promise<Viewer> {
  const { port = 4318, host = '127.0.0.1', token } = options;
  if (!isLoopback(host) && token === undefined)
    throw new TypeError(`Other machines can reach ${host}: give the viewer a token (--token).`);
  const viewer = new ViewerServer(options);
  const server = createServer(viewer.handle);
  await listening(server, port, host);
  const bound = (server.address() as AddressInfo).port;
  const second = host === '127.0.0.1' ? await listenOnIpv6(viewer.handle, bound) : undefined;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${bound}`,
    port: bound,
    store: viewer.store,
    setDoctor(reports) {
      viewer.events.doctor = reports;
      viewer.events.changed();
    },
    async close() {
      viewer.close();
      await Promise.all([server, ...(second ? [second] : [])].map(ended));
    },
  };
}
