/** Sessions with the context of each call, and the costs of users, tenants and features. */
import type { SessionList, SessionSummary, UserSums } from '../src/api-types.ts';
import { Link, opens, Pre, visible, Waiting } from './bits.tsx';
import { ago, atLeast, classes, int, NONE, short } from './format.ts';
import { Empty } from './setup.tsx';
import { service, state, useData } from './state.ts';
import { CallsCell, CostCell, TableHead } from './table.tsx';

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
        <TableHead columns={[name, ['Calls', 'num'], ['Cost', 'num wide']]} />
        <tbody>
          {list.map(({ id, calls, cost, unpriced }) => (
            <tr key={id}>
              <CallsCell filter={`${filter}=`} value={id} />
              <td class="num">{int(calls)}</td>
              <CostCell cost={cost} unpriced={unpriced} most={most} />
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

const SESSION_COLUMNS = [
  'User',
  'Session',
  ['Context, each call', 'shape'],
  ['Calls', 'num'],
  ['In', 'num optional'],
  ['Out', 'num optional'],
  ['Failed', 'num'],
  ['Cost', 'num'],
  ['Last', 'num'],
] as const;

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
              <TableHead columns={SESSION_COLUMNS} />
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
