/** Answers `/api`: lists, sums, single spans. */
import type { ServerResponse } from 'node:http';
import { requestOfSpans } from '../otlp/json.ts';
import { callOf, listCalls } from '../query/calls.ts';
import { askedOf, imageAt, textAt } from '../query/content.ts';
import { detailOf } from '../query/detail.ts';
import { listErrors } from '../query/errors.ts';
import { overviewOf } from '../query/overview.ts';
import { listSessions, sessionOfId } from '../query/sessions.ts';
import { listTraces, traceOf } from '../query/traces.ts';
import type { Row } from '../store/row.ts';
import { type Store, writtenOf } from '../store/store.ts';
import { send, sendJson } from './answers.ts';

const MAX_ROWS = 500;
const MAX_TRACES = 200;
const MAX_EXPORT = 20_000;

export interface Asked {
  readonly store: Store;
  readonly params: URLSearchParams;
  /** The parts of the path after `/api/<name>/`. */
  readonly rest: readonly string[];
  readonly response: ServerResponse;
}

const numberOf = (params: URLSearchParams, name: string, otherwise: number): number => {
  const number = Number(params.get(name) ?? otherwise);
  return Number.isFinite(number) && number >= 0 ? number : otherwise;
};

const serviceOf = (params: URLSearchParams): string | undefined => params.get('service') || undefined;

function queryOf(params: URLSearchParams) {
  return {
    q: params.get('q') ?? '',
    sort: params.get('sort') ?? 'time',
    isDescending: params.get('desc') !== 'false',
    service: serviceOf(params),
    upto: params.has('upto') ? numberOf(params, 'upto', 0) : undefined,
  };
}

function calls({ store, params, rest, response }: Asked) {
  const list = listCalls(store, queryOf(params));
  if (rest[0] === 'index') {
    const id = params.get('id');
    return sendJson(response, { index: list.rows.findIndex(({ spanId }) => spanId === id) });
  }
  const offset = numberOf(params, 'offset', 0);
  const rows = list.rows.slice(offset, offset + Math.min(MAX_ROWS, numberOf(params, 'limit', MAX_ROWS)));
  sendJson(response, {
    total: list.rows.length,
    totals: list.totals,
    unknown: list.unknown,
    rows: rows.map((row) => ({ ...callOf(row), asked: askedOf(store, row) })),
  });
}

const gone = (response: ServerResponse): void =>
  send(response, 404, 'The viewer does not have it, or has dropped it for newer spans.');

function traces({ store, params, rest, response }: Asked) {
  const [id] = rest;
  if (!id) {
    const query = { q: params.get('q') ?? '', service: serviceOf(params), limit: MAX_TRACES };
    return sendJson(response, listTraces(store, { ...query, offset: numberOf(params, 'offset', 0) }));
  }
  const trace = store.traces.get(id);
  if (trace) sendJson(response, traceOf(trace));
  else gone(response);
}

function image(store: Store, row: Row, path: string, response: ServerResponse) {
  const found = imageAt(store, row, path);
  if (!found) return gone(response);
  response.setHeader('Content-Security-Policy', "default-src 'none'; sandbox");
  response.setHeader('Content-Type', found.type);
  response.end(found.bytes);
}

function spans({ store, params, rest, response }: Asked) {
  const [id = '', what] = rest;
  const row = store.row(id);
  const path = params.get('path') ?? '';
  if (!row) return gone(response);
  if (what === undefined) return sendJson(response, detailOf(store, row));
  if (what === 'blob') return image(store, row, path, response);
  const text = what === 'text' ? textAt(store, row, path) : undefined;
  if (text === undefined) gone(response);
  else sendJson(response, { text });
}

function sessions({ store, params, rest, response }: Asked) {
  const id = rest.join('/');
  sendJson(response, id ? sessionOfId(store, id) : listSessions(store, serviceOf(params)));
}

/** Exports a trace, or the calls that a filter finds, as OTLP in JSON. */
function exported({ store, params, response }: Asked) {
  const trace = params.get('trace');
  const rows: readonly Row[] = trace
    ? (store.traces.get(trace)?.rows ?? [])
    : listCalls(store, queryOf(params)).rows;
  if (rows.length === 0) return gone(response);
  const spans = rows.slice(0, MAX_EXPORT).map((row) => writtenOf(store, row));
  response.setHeader('Content-Disposition', 'attachment; filename="llmtrace.json"');
  sendJson(response, requestOfSpans(spans));
}

const ANSWERS: Record<string, (asked: Asked) => void> = {
  calls,
  traces,
  spans,
  sessions,
  export: exported,
  overview: ({ store, params, response }) =>
    sendJson(
      response,
      overviewOf(store, { service: serviceOf(params), range: numberOf(params, 'range', 0) }),
    ),
  errors: ({ store, params, response }) => sendJson(response, listErrors(store, serviceOf(params))),
};

export function answerApi(url: URL, response: ServerResponse, store: Store) {
  const [name = '', ...rest] = url.pathname.slice('/api/'.length).split('/').map(decodeURIComponent);
  const answer = Object.hasOwn(ANSWERS, name) ? ANSWERS[name] : undefined;
  if (answer) answer({ store, params: url.searchParams, rest, response });
  else gone(response);
}
