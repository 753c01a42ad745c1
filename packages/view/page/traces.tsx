/** Traces, each with its shape, tokens and cost. */
import type { Strip, TraceList } from '../src/api-types.ts';
import { Link, opens, Status, visible, Waiting } from './bits.tsx';
import { Filter } from './filter.tsx';
import { atLeast, clock, int, ms, NONE, short } from './format.ts';
import { TONES } from './kinds.ts';
import { Empty } from './setup.tsx';
import { param, service, state, useData } from './state.ts';
import { TableHead } from './table.tsx';

const COLUMNS = [
  'Began',
  'Trace',
  ['Shape', 'shape'],
  ['Spans', 'num'],
  ['Calls', 'num'],
  ['Tokens', 'num optional'],
  ['Cost', 'num'],
  ['Took', 'num'],
  ['User', 'optional'],
] as const;

const SHOWN = 100;

function Shape({ strip }: { strip: readonly Strip[] }) {
  return (
    <span class="shapebar" aria-hidden="true">
      {strip.map(([from, length, type, hasFailed], index) => (
        <i
          key={index}
          class={type}
          style={{
            left: `${from * 100}%`,
            width: `${Math.max(0.8, length * 100)}%`,
            background: hasFailed ? 'var(--bad)' : TONES[type],
          }}
        />
      ))}
    </span>
  );
}

type Row = TraceList['rows'][number];

const Trace = ({ trace }: { trace: Row }) => (
  <tr {...opens(`/traces/${trace.id}`)}>
    <td class="mono dim">{clock(trace.start)}</td>
    <td class="clip w30">
      <Link class="plain" to={`/traces/${trace.id}`}>
        <Status value={trace.errors > 0 || trace.hasFailed ? 'error' : 'ok'} />
        <b>{visible(trace.name)}</b>
      </Link>{' '}
      <span class="dim">{visible(trace.service)}</span>
    </td>
    <td class="shape">
      <Shape strip={trace.strip} />
    </td>
    <td class="num dim">{int(trace.spans)}</td>
    <td class="num">{int(trace.calls)}</td>
    <td class="num optional">{trace.tokens > 0 ? short(trace.tokens) : NONE}</td>
    <td class="num">{atLeast(trace.cost, trace.unpriced)}</td>
    <td class="num">{ms(trace.duration)}</td>
    <td class="clip dim w12 optional">{visible(trace.user ?? '')}</td>
  </tr>
);

export function Traces() {
  const query = param('q');
  const data = useData<TraceList>('traces', { q: query, service: service() });
  if (state.value?.spans === 0) return <Empty />;
  if (!data || data === 'gone') return <Waiting />;
  return (
    <div class="page">
      <header class="pagehead">
        <h1>Traces</h1>
        <Filter query={query} label="Filter traces" placeholder="Name, id, session, user" />
      </header>
      <div class="scroll">
        <table class="grid-table rows">
          <TableHead columns={COLUMNS} />
          <tbody>
            {data.rows.slice(0, SHOWN).map((trace) => (
              <Trace key={trace.id} trace={trace} />
            ))}
          </tbody>
        </table>
        {data.total === 0 && <p class="pad dim">No trace matches.</p>}
        {data.total > SHOWN && (
          <p class="pad dim">
            The newest {SHOWN} of {int(data.total)}: the filter finds the others.
          </p>
        )}
      </div>
    </div>
  );
}
