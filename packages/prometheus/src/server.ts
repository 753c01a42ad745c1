/** `/metrics` over HTTP: for a server of the application, or on a separate port. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Observer } from '@llmtrace/core';
import { warn } from '@llmtrace/core/internal';
import { diag } from '@opentelemetry/api';
import {
  type AnyRegistry,
  type PrometheusObserver,
  type PrometheusOptions,
  prometheusObserver,
} from './observer.ts';
import { render } from './render.ts';

/** Answers each request with the metrics, whatever its path. */
export type MetricsHandler = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/** Makes a handler for a server of the application: `server.get('/metrics', metricsHandler(observer))`. */
export function metricsHandler({ register }: { register: AnyRegistry }): MetricsHandler {
  return async (request, response) => {
    try {
      if (request.method !== 'GET' && request.method !== 'HEAD')
        return refuse(response, 405, { allow: 'GET, HEAD' });
      const { contentType, body } = await render(register, request.headers.accept);
      response.writeHead(200, { 'content-type': contentType, 'content-length': Buffer.byteLength(body) });
      response.end(request.method === 'HEAD' ? undefined : body);
    } catch (error) {
      diag.error('llmtrace: could not write the metrics', error);
      refuse(response, 500);
    }
  };
}

function refuse(response: ServerResponse, status: number, headers: Record<string, string> = {}): void {
  if (!response.headersSent) response.writeHead(status, headers);
  response.end();
}

/** Where the metrics are served. */
export interface PrometheusAddress {
  readonly port: number;
  /** @default '127.0.0.1' */
  readonly host?: string;
}

/** A listener for scrapes; it keeps no process alive. */
export interface MetricsServer {
  /** The port of the listener; undefined before it listens, and if it cannot. */
  port(): number | undefined;
  /** Resolves as soon as the listener listens or has failed. */
  readonly ready: Promise<void>;
  close(): Promise<void>;
}

/**
 * Serves only the metrics, on `/metrics` of a port. A port in use produces one warning, and the application continues
 * without a listener.
 */
export function serveMetrics(
  observer: PrometheusObserver,
  { port, host = '127.0.0.1' }: PrometheusAddress,
): MetricsServer {
  const handle = metricsHandler(observer);
  const server = createServer((request, response) => {
    const [path] = (request.url ?? '').split('?');
    if (path === '/metrics') void handle(request, response);
    else refuse(response, 404);
  });
  // A scraper keeps its connection open; that must not keep the process alive.
  server.on('connection', (socket) => socket.unref());
  server.unref();
  return { ready: listen(server, port, host), port: () => portOf(server), close: () => close(server) };
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve) => {
    server.on('error', (error) => {
      warn(`no metrics are served on ${host}:${port}: ${error.message}`);
      resolve();
    });
    server.listen(port, host, resolve);
  });
}

function portOf(server: Server): number | undefined {
  const address = server.address();
  return typeof address === 'object' ? address?.port : undefined;
}

const close = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });

let started: { observer: PrometheusObserver; server: MetricsServer } | undefined;

/**
 * Starts the metrics of a process: an observer for all its instrumentations, and a listener for scrapes. A second
 * start logs one warning and returns the observer of the first.
 */
export function startPrometheus(settings: PrometheusAddress, options: PrometheusOptions = {}): Observer {
  if (started) {
    warn('the Prometheus metrics are started already; the second start does nothing');
    return started.observer;
  }
  const observer = prometheusObserver(options);
  started = { observer, server: serveMetrics(observer, settings) };
  return observer;
}

/** Stops the server of {@link startPrometheus}, so that it can be started again. */
export async function stopPrometheus(): Promise<void> {
  const { server } = started ?? {};
  started = undefined;
  await server?.close();
}
