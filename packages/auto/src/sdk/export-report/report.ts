/**
 * Observes the outcome of each export by wrapping the exporter, so that it works with every processor and reader.
 * OpenTelemetry's exporters do not expose some facts (the status that caused a retry, the items that a collector
 * rejected); Node.js' diagnostics channels of HTTP requests provide them, and only the requests of an export are
 * read.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { channel, subscribe } from 'node:diagnostics_channel';
import type { ClientRequest, IncomingMessage } from 'node:http';
import { context } from '@opentelemetry/api';
import { type ExportResult, ExportResultCode, suppressTracing } from '@opentelemetry/core';
import type { Signal } from './ledger.ts';
import { rejectedIn } from './partial-success.ts';

/** Why an export failed: by HTTP status, else by the code or the message of its error. */
export interface Failure {
  readonly status: number | undefined;
  /** Of Node.js (`ECONNREFUSED`), or of gRPC. */
  readonly code: string | undefined;
  readonly message: string;
}

/** The messages of the export thread to the application's thread. */
export type ExportReport =
  | { readonly kind: 'ready' }
  | { readonly kind: 'exported'; readonly signal: Signal; readonly url: string | undefined }
  | {
      readonly kind: 'failed';
      readonly signal: Signal;
      readonly url: string | undefined;
      readonly failure: Failure;
      /** How many items; 0 where they are still tried again. */
      readonly lost: number;
    }
  | {
      readonly kind: 'rejected';
      readonly signal: Signal;
      readonly url: string | undefined;
      readonly count: number;
      readonly message: string;
    }
  /** A web page was the answer: a user interface or a proxy took the export. */
  | { readonly kind: 'page'; readonly signal: Signal; readonly url: string | undefined }
  /** @property limit items, where it is not the bytes that were too many. */
  | { readonly kind: 'dropped'; readonly signal: Signal; readonly limit: number | undefined };

export type Notify = (report: ExportReport) => void;

/** Where nothing has arrived for so long, in ms, that is reported although the exporter still tries. */
const PATIENCE_MS = 30_000;
/** The number of bytes to read of an answer. */
const MAX_ANSWER = 64 * 1024;
/**
 * The length to which a message of an error or of a collector is truncated. It exceeds the shown length: a secret
 * that the cut splits has lost its form, cannot be redacted, and must not be shown.
 */
const MAX_MESSAGE = 1000;

/** An export under way. */
interface Attempted {
  /** The exporter that makes it. */
  readonly exporter: { isArriving: boolean };
  readonly signal: Signal;
  readonly notify: Notify;
  url: string | undefined;
  failure: Failure | undefined;
  /** Whether its failure was reported before it was given up. */
  isReported: boolean;
}

interface Exporter<T> {
  export(items: T, done: (result: ExportResult) => void): void;
}

const current = new AsyncLocalStorage<Attempted>();
const requests = new WeakMap<object, Attempted>();
const underWay = new Set<Attempted>();

// As they are now: where this runs in the application's thread, its tests may replace them.
const { clearTimeout, setTimeout } = globalThis;

/**
 * Has `exporter` report.
 *
 * @param settle receives the number of items that were exported or dropped.
 */
export function reporting<T, E extends Exporter<T>>(
  exporter: E,
  { signal, notify, settle, countOf }: ReportingOptions<T>,
): E {
  watchRequests();
  const inner = exporter.export.bind(exporter);
  const state = { isArriving: false };
  exporter.export = (items, done) => {
    const attempted: Attempted = {
      ...{ exporter: state, signal, notify, url: undefined },
      ...{ failure: undefined, isReported: false },
    };
    underWay.add(attempted);
    const timer = setTimeout(() => report(attempted, 0), PATIENCE_MS);
    timer.unref();
    let isDone = false;
    const finish = (result: ExportResult): void => {
      if (isDone) return;
      isDone = true;
      clearTimeout(timer);
      underWay.delete(attempted);
      try {
        settle(items);
        conclude(attempted, result, countOf(items));
      } finally {
        done(result);
      }
    };
    observed(attempted, () => {
      try {
        inner(items, finish);
      } catch (error) {
        finish({ code: ExportResultCode.FAILED, error: error as Error });
      }
    });
  };
  return exporter;
}

/** Runs an export: its requests are read, and have no spans. */
function observed(attempted: Attempted, run: () => void): void {
  const untraced = suppressTracing(context.active());
  current.run(attempted, () => context.with(untraced, run));
}

export interface ReportingOptions<T> {
  readonly signal: Signal;
  readonly notify: Notify;
  readonly settle: (items: T) => void;
  readonly countOf: (items: T) => number;
}

function conclude(attempted: Attempted, { code, error }: ExportResult, count: number): void {
  const { exporter, signal, url, notify } = attempted;
  const isFine = code === ExportResultCode.SUCCESS;
  if (!isFine) {
    attempted.failure = moreOf(error, attempted.failure);
    report(attempted, count);
  } else if (!exporter.isArriving) notify({ kind: 'exported', signal, url });
  exporter.isArriving = isFine;
}

function report({ exporter, signal, url, failure, notify }: Attempted, lost: number): void {
  exporter.isArriving = false;
  notify({ kind: 'failed', signal, url, failure: failure ?? NO_ANSWER, lost });
}

const NO_ANSWER: Failure = { status: undefined, code: 'ETIMEDOUT', message: 'no answer' };

/**
 * Reports the exports that have failed and are tried again, or also those that have no answer yet: it is not waited for
 * how they end.
 */
export function reportUnderWay(which: 'failed' | 'all'): void {
  for (const attempted of underWay) {
    if (attempted.isReported || (which === 'failed' && !attempted.failure)) continue;
    attempted.isReported = true;
    report(attempted, 0);
  }
}

/** The final error of an export, with the facts of its last attempt, since the error may lack the status. */
function moreOf(error: Error | undefined, last: Failure | undefined): Failure {
  const final = failureOf(error);
  if (last && final.status === undefined && final.code === undefined) return last;
  return final;
}

function failureOf(error: (Error & { code?: unknown; details?: unknown }) | undefined): Failure {
  if (!error) return { status: undefined, code: undefined, message: 'unknown error' };
  const { code, details } = error;
  const isStatus = typeof code === 'number' && code >= 100;
  const message = typeof details === 'string' ? details : error.message;
  return {
    status: isStatus ? code : undefined,
    // Those of gRPC are small numbers.
    code:
      isStatus || code === undefined
        ? codeIn(message)
        : typeof code === 'number'
          ? `grpc-${code}`
          : `${code}`,
    message: `${message}`.slice(0, MAX_MESSAGE),
  };
}

const codeIn = (message: string): string | undefined =>
  /timed? ?out/i.test(message.slice(0, MAX_MESSAGE)) ? 'ETIMEDOUT' : undefined;

/** Errors after which it is of no use to wait for the end of the process. */
const UNREACHABLE = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH']);

const isUnreachable = ({ failure }: Attempted): boolean => UNREACHABLE.has(failure?.code ?? '');

/** The time within which all exports of one flush begin, in ms. */
const GRACE_MS = 50;
const waiters = new Set<() => void>();

/**
 * Waits for `work`, or until every endpoint is known to be unreachable: exports are tried again for longer than an exit may
 * wait.
 */
export async function unlessUnreachable(work: Promise<unknown>): Promise<void> {
  let check = (): void => {};
  const gone = new Promise<void>((resolve) => {
    const isGone = (): boolean => underWay.size > 0 && [...underWay].every(isUnreachable);
    check = () => {
      if (isGone()) setTimeout(() => isGone() && resolve(), GRACE_MS);
    };
  });
  waiters.add(check);
  check();
  await Promise.race([work, gone]);
  waiters.delete(check);
}

let isWatching = false;

/** Observes the requests of exports, which `AsyncLocalStorage` identifies. */
function watchRequests(): void {
  if (isWatching) return;
  isWatching = true;
  on<{ request: ClientRequest }>('http.client.request.start', ({ request }) => {
    const attempted = current.getStore();
    if (!attempted) return;
    requests.set(request, attempted);
    attempted.url = urlOf(request);
  });
  on<{ request: ClientRequest; error: Error }>('http.client.request.error', ({ request, error }) => {
    const attempted = requests.get(request) ?? current.getStore();
    if (!attempted) return;
    attempted.url ??= urlOf(request);
    attempted.failure = failureOf(error);
    for (const check of waiters) check();
  });
  on<{ request: ClientRequest; response: IncomingMessage }>(
    'http.client.response.finish',
    ({ request, response }) => {
      const attempted = requests.get(request);
      if (attempted) answered(attempted, response);
    },
  );
}

function answered(attempted: Attempted, response: IncomingMessage): void {
  const status = response.statusCode ?? 0;
  if (status > 299) {
    attempted.failure = {
      status,
      code: undefined,
      message: response.statusMessage?.slice(0, MAX_MESSAGE) ?? '',
    };
    return;
  }
  if (/^text\/html\b/i.test(response.headers['content-type'] ?? '')) {
    const { signal, url, notify } = attempted;
    notify({ kind: 'page', signal, url });
    return;
  }
  const parts: Buffer[] = [];
  let size = 0;
  response.on('data', (part: Buffer) => {
    size += part.length;
    if (size <= MAX_ANSWER) parts.push(part);
  });
  response.on('end', () => {
    if (size === 0 || size > MAX_ANSWER) return;
    const rejected = rejectedIn(Buffer.concat(parts), response.headers['content-type']);
    if (!rejected) return;
    const { signal, url, notify } = attempted;
    notify({
      kind: 'rejected',
      signal,
      url,
      count: rejected.count,
      message: rejected.message.slice(0, MAX_MESSAGE),
    });
  });
}

/** The target of a request, without query, user name and password. */
function urlOf(request: ClientRequest): string {
  return `${request.protocol}//${request.getHeader('host') ?? request.host}${request.path.split(/[?#]/, 1)[0]}`;
}

/** An error here would be one of the request. */
function on<T>(name: string, take: (message: T) => void): void {
  subscribe(name, (message) => {
    try {
      take(message as T);
    } catch {}
  });
  void channel(name); // keeps it: one that nothing refers to may be collected
}
