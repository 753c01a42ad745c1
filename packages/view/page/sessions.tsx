/** Sessions with the context of each call, and who spends. */
import type { SessionList, SessionSummary, UserSums } from '../src/api-types.ts';
import { Link, opens, Pre, visible, Waiting } from './bits.tsx';
import { ago, atLeast, classes, int, NONE, short } from './format.ts';
import { Share } from './overview.tsx';
import { Empty } from './setup.tsx';
import { service, state, useData } from './state.ts';

const TALL = 20;

const ContextBars = ({ turns, most }: { turns: SessionSummary['turns']; most: number }) => (
  <span class="ctx" aria-hidden="true">
    {turns.map(([tokens, hasFailed], index) => (
      <i
        key={index}
        class={hasFailed ? 'bad' : undefined}
        style={{ height: `${Math.max(2, (tokens / most) * TALL)}px` }}
      />
    ))}
  </span>
);

function Session({ session, most }: { session: SessionSummary; most: number }) {
  const to = `/sessions/${encodeURIComponent(session.id)}`;
  return (
    <tr {...opens(to)}>
      <td class="clip w18">
        <b>{visible(session.user ?? NONE)}</b>
      </td>
      <td class="clip w18">
        <Link class="plain mono" to={to}>
          {visible(session.id)}
        </Link>
      </td>
      <td class="shape">
        <ContextBars turns={session.turns} most={most} />
      </td>
      <td class="num">{int(session.calls)}</td>
      <td class="num optional">{short(session.input)}</td>
      <td class="num optional">{short(session.output)}</td>
      <td class={classes('num', session.errors > 0 ? 'bad' : 'dim')}>{session.errors || NONE}</td>
      <td class="num">{atLeast(session.cost, session.unpriced)}</td>
      <td class="num dim nowrap">{ago(session.last)}</td>
    </tr>
  );
}

interface SpendersProps {
  readonly name: string;
  readonly filter: string;
  readonly list: readonly UserSums[];
}

function Spenders({ name, filter, list }: SpendersProps) {
  if (list.length === 0) return null;
  const most = list[0]?.cost ?? 0;
  return (
    <section>
      <h2>{name}s</h2>
      <table class="grid-table">
        <thead>
          <tr>
            <th>{name}</th>
            <th class="num">Calls</th>
            <th class="num wide">Cost</th>
          </tr>
        </thead>
        <tbody>
          {list.map(({ id, calls, cost, unpriced }) => (
            <tr key={id}>
              <td class="clip">
                <Link class="plain" to={`/calls?q=${encodeURIComponent(`${filter}="${id}"`)}`}>
                  {visible(id)}
                </Link>
              </td>
              <td class="num">{int(calls)}</td>
              <td class="num wide">
                <Share of={cost} most={most} />
                {atLeast(cost, unpriced)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

const CODE = "trace.getActiveSpan()?.setAttributes({ 'session.id': id, 'user.id': user });";

const NoSession = () => (
  <div class="pad hint">
    <p>
      <b>No span names a session.</b>
    </p>
    <p class="dim">
      Calls are grouped by <code>gen_ai.conversation.id</code> (OpenAI's conversations have it), else by{' '}
      <code>session.id</code> on any span of the trace; users by <code>user.id</code> or{' '}
      <code>enduser.id</code>:
    </p>
    <Pre kind="code" label="Code">
      <code>{CODE}</code>
    </Pre>
  </div>
);

export function Sessions() {
  const data = useData<SessionList>('sessions', { service: service() });
  if (state.value?.spans === 0) return <Empty />;
  if (!data || data === 'gone') return <Waiting />;
  const most = Math.max(...data.sessions.flatMap(({ turns }) => turns.map(([tokens]) => tokens)), 1);
  return (
    <div class="page scroll">
      <header class="pagehead">
        <h1>Sessions</h1>
      </header>
      <div class="two wide-left">
        <section aria-label="Sessions">
          {data.sessions.length === 0 ? (
            <NoSession />
          ) : (
            <table class="grid-table rows">
              <thead>
                <tr>
                  <th>User</th>
                  <th>Session</th>
                  <th class="shape">Context, each call</th>
                  <th class="num">Calls</th>
                  <th class="num optional">In</th>
                  <th class="num optional">Out</th>
                  <th class="num">Failed</th>
                  <th class="num">Cost</th>
                  <th class="num">Last</th>
                </tr>
              </thead>
              <tbody>
                {data.sessions.map((session) => (
                  <Session key={session.id} session={session} most={most} />
                ))}
              </tbody>
            </table>
          )}
        </section>
        <div>
          <Spenders name="User" filter="user" list={data.users} />
          <Spenders name="Tenant" filter="tenant" list={data.tenants} />
          <Spenders name="Feature" filter="feature" list={data.features} />
        </div>
      </div>
    </div>
  );
}
