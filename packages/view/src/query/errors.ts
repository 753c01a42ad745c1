/** Failed calls, grouped by the reason of the failure. */
import type { ErrorGroup } from '../api-types.ts';
import { type CallRow, statusOf, userOf } from '../store/row.ts';
import type { Store } from '../store/store.ts';
import { callOf, listCalls } from './calls.ts';
import { grouped } from './group.ts';

const MAX_GROUPS = 200;
const MAX_LATEST = 20;
const MAX_TIMES = 2000;

/** A message without ids and numbers, which differ between two failures with the same reason. */
export const shapeOf = (message = ''): string =>
  message
    .replace(/\b(?:req|chatcmpl|msg|org|proj|resp)[_-][\w-]+/gi, '…')
    .replace(/[0-9a-f]{8,}(?:-[0-9a-f]{4,})*/gi, '…')
    .replace(/\d[\d,.]*/g, 'N')
    .slice(0, 200);

const keyOf = ({ call }: CallRow): string =>
  [call.errorCategory ?? call.errorType, call.httpStatus, call.provider, shapeOf(call.message)].join('|');

function counted(values: readonly string[]): [string, number][] {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1]).slice(0, MAX_LATEST);
}

/** @param rows the calls of the group, newest first. */
function groupOf(key: string, rows: readonly CallRow[]): ErrorGroup {
  const [newest] = rows as readonly [CallRow];
  const { errorCategory, errorType, errorCode, httpStatus, provider, message } = newest.call;
  return {
    key,
    category: errorCategory,
    type: errorType,
    code: errorCode,
    httpStatus,
    provider,
    message,
    count: rows.length,
    users: new Set(rows.map(userOf).filter(Boolean)).size,
    first: rows.at(-1)?.start ?? newest.start,
    last: newest.start,
    times: rows.slice(0, MAX_TIMES).map(({ start }) => start),
    models: counted(rows.map(({ call }) => call.model ?? 'unknown')),
    origins: counted(rows.map(({ trace }) => trace.root?.name ?? '?')),
    latest: rows.slice(0, MAX_LATEST).map(callOf),
  };
}

export function listErrors(store: Store, service: string | undefined): ErrorGroup[] {
  const failed = listCalls(store, { service }).rows.filter(
    (row) => statusOf(row) === 'error' && !row.isWrapper,
  );
  return [...grouped(failed, keyOf)].map(([key, rows]) => groupOf(key, rows)).slice(0, MAX_GROUPS);
}
