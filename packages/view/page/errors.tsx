/** Groups of failed calls, with advice. */
import type { Call, ErrorGroup } from '../src/api-types.ts';
import { Icon, Link, Model, opens, visible, Waiting } from './bits.tsx';
import { ago, classes, clock, int, ms, noun } from './format.ts';
import { Empty } from './setup.tsx';
import { Spark } from './sparkline.tsx';
import { param, service, setParams, state, useData } from './state.ts';

/** The meaning of each category, and the option of llmtrace that helps. */
const ADVICE: Record<string, string> = {
  rate_limit:
    'Too many requests or tokens at a time. LLMTRACE_RATE_LIMIT keeps below the limit; LLMTRACE_RETRY waits as the vendor asks.',
  quota: 'The credit or the plan of the account is used up.',
  auth: 'The key is missing or wrong.',
  permission: 'The key may not do this.',
  server: 'The vendor failed. LLMTRACE_RETRY tries again.',
  overloaded: 'The vendor has too much to do. LLMTRACE_RETRY tries again.',
  timeout: 'No answer came in time. The SDK has an option for how long it waits.',
  connection: 'There was no connection, or it broke. LLMTRACE_RETRY tries again.',
  context_length: 'The request is longer than the model takes.',
  content_filter: 'The vendor refused the request or the answer for its content.',
  not_found: 'There is no such model or address.',
  invalid_request: 'The vendor does not take the request as it is.',
};

const BINS = 32;
const SHOWN = 8;

interface Span {
  readonly from: number;
  readonly to: number;
}

function binned(times: readonly number[], { from, to }: Span): number[] {
  const bins = new Array<number>(BINS).fill(0);
  for (const time of times) {
    const at = Math.min(BINS - 1, Math.floor(((time - from) / (to - from)) * BINS));
    bins[at] = (bins[at] ?? 0) + 1;
  }
  return bins;
}

const linkOf = ({ id }: Call): string => `/calls?q=is:error&open=${id}`;

const Latest = ({ call }: { call: Call }) => (
  <tr {...opens(linkOf(call))}>
    <td class="mono dim">{clock(call.start)}</td>
    <td>
      <Link class="plain" to={linkOf(call)}>
        <Model name={call.model} />
      </Link>
    </td>
    <td class="clip">{visible(call.origin ?? '')}</td>
    <td class="dim">{visible(call.user ?? '')}</td>
    <td class="num">{call.retries > 0 ? `sent ${call.retries + 1} times` : ''}</td>
    <td class="num">{ms(call.duration)}</td>
  </tr>
);

function Body({ group }: { group: ErrorGroup }) {
  const facts = [
    group.type,
    group.code,
    group.provider,
    group.users > 0 ? `${group.users} users` : undefined,
  ];
  return (
    <div class="groupbody">
      <p class="advice">
        {group.category && Object.hasOwn(ADVICE, group.category) ? `${ADVICE[group.category]} ` : ''}
        <span class="dim">{visible(facts.filter(Boolean).join(' · '))}</span>
      </p>
      <div class="tags">
        {group.models.map(([model, count]) => (
          <span key={model} class="tag">
            <Model name={model} /> {int(count)}
          </span>
        ))}
        {group.origins.map(([origin, count]) => (
          <span key={origin} class="tag">
            {visible(origin)} {int(count)}
          </span>
        ))}
      </div>
      <table class="grid-table">
        <tbody>
          {group.latest.slice(0, SHOWN).map((call) => (
            <Latest key={call.id} call={call} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Group({ group, span }: { group: ErrorGroup; span: Span }) {
  const isOpen = param('key') === group.key;
  const status = group.httpStatus;
  const words = (group.message ?? group.type ?? '').replace(new RegExp(`^${status} `), '');
  return (
    <li class={classes('group', isOpen && 'open')}>
      <button
        type="button"
        class="grouphead"
        aria-expanded={isOpen}
        onClick={() => setParams({ key: isOpen ? undefined : group.key })}
      >
        <Icon name={isOpen ? 'down' : 'right'} size={14} />
        <span class="badge bad">{visible(group.category ?? group.type ?? 'error')}</span>
        {status !== undefined && <span class="badge">{status}</span>}
        <span class="gmsg">{visible(words)}</span>
        <Spark values={binned(group.times, span)} width={120} height={22} tone="var(--bad)" />
        <b class="num count">{int(group.count)}</b>
        <span class="dim nowrap last">{ago(group.last)}</span>
      </button>
      {isOpen && <Body group={group} />}
    </li>
  );
}

export function Errors() {
  const groups = useData<ErrorGroup[]>('errors', { service: service() });
  if (state.value?.spans === 0) return <Empty />;
  if (!groups || groups === 'gone') return <Waiting />;
  const count = groups.reduce((sum, group) => sum + group.count, 0);
  const span = {
    from: Math.min(...groups.map(({ first }) => first)),
    to: Math.max(...groups.map(({ last }) => last)) + 1,
  };
  return (
    <div class="page scroll">
      <header class="pagehead">
        <h1>Errors</h1>
        {count > 0 && (
          <span class="dim">
            {int(count)} {noun(count, 'call')} failed, in {groups.length} {noun(groups.length, 'way')}
          </span>
        )}
      </header>
      {count === 0 ? (
        <p class="pad dim">No call has failed.</p>
      ) : (
        <ul class="groups">
          {groups.map((group) => (
            <Group key={group.key} group={group} span={span} />
          ))}
        </ul>
      )}
    </div>
  );
}
