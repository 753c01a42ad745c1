/** Sessions, and the costs of users, tenants and features. */
import type { SessionDetail, SessionList, SessionSummary, Turn, UserSums } from '../api-types.ts';
import { type CallRow, sessionOf, statusOf, userOf } from '../store/row.ts';
import { isUnpriced, type Store } from '../store/store.ts';
import { callOf, listCalls, totalsOf } from './calls.ts';
import { newMessages } from './content.ts';
import { byCost, grouped } from './group.ts';

const MAX_SESSIONS = 500;
const MAX_USERS = 200;
const MAX_BARS = 40;
const MAX_TURNS = 200;

/** @param rows the calls of the session, oldest first. */
const summaryOf = (id: string, rows: readonly CallRow[]): SessionSummary => ({
  id,
  ...totalsOf(rows),
  user: rows.map(userOf).find(Boolean),
  last: Math.max(...rows.slice(-MAX_TURNS).map(({ start, duration }) => start + duration)),
  turns: rows.slice(-MAX_BARS).map((row) => [row.call.input ?? 0, statusOf(row) === 'error']),
});

function spendersOf(rows: readonly CallRow[], keyOf: (row: CallRow) => string | undefined): UserSums[] {
  const spenders = [...grouped(rows, keyOf)].map(([id, group]) => {
    const { calls, cost, unpriced } = totalsOf(group);
    return { id, calls, cost, unpriced, sessions: new Set(group.map(sessionOf).filter(Boolean)).size };
  });
  return spenders.sort(byCost).slice(0, MAX_USERS);
}

const countedCalls = (store: Store, service: string | undefined): CallRow[] =>
  listCalls(store, { service, isDescending: false }).rows.filter(({ isWrapper }) => !isWrapper);

export function listSessions(store: Store, service: string | undefined): SessionList {
  const rows = countedCalls(store, service);
  const sessions = [...grouped(rows, sessionOf)].map(([id, group]) => summaryOf(id, group));
  return {
    sessions: sessions.sort((a, b) => b.last - a.last).slice(0, MAX_SESSIONS),
    users: spendersOf(rows, userOf),
    tenants: spendersOf(rows, ({ tenant }) => tenant),
    features: spendersOf(rows, ({ feature }) => feature),
  };
}

/** The calls of a session, each with its new messages and the cost of the session so far. */
export function sessionOfId(store: Store, id: string): SessionDetail {
  const rows = countedCalls(store, undefined).filter((row) => sessionOf(row) === id);
  let sum = 0;
  let isSumPartial = false;
  const turns: Turn[] = rows.map((row, index) => {
    sum += row.call.cost ?? 0;
    isSumPartial ||= isUnpriced(row);
    const isShown = index >= rows.length - MAX_TURNS;
    const messages = isShown ? newMessages(store, row) : { said: undefined, answer: undefined };
    return { ...callOf(row), ...messages, sum, isSumPartial };
  });
  return { id, user: rows.map(userOf).find(Boolean), turns: turns.slice(-MAX_TURNS) };
}
