/** The overview: figures, all calls over time, and the costs by model and origin. */
import type { ComponentChildren } from 'preact';
import type { Overview as Data, ErrorGroup, ModelSums, Origin } from '../src/api-types.ts';
import { Dot, hue, Link, Missing, Model, visible, Waiting } from './bits.tsx';
import { ago, atLeast, classes, int, ms, NONE, percent, short, usd } from './format.ts';
import { Empty } from './setup.tsx';
import { Spark } from './sparkline.tsx';
import { param, service, setParams, state, useData } from './state.ts';
import { Strip } from './strip.tsx';
import { CallsCell, CostCell, TableHead } from './table.tsx';

const RANGES: readonly (readonly [ms: string, words: string])[] = [
  ['300000', '5 min'],
  ['1800000', '30 min'],
  ['7200000', '2 h'],
  ['', 'All'],
];

const Head = () => (
  <header class="pagehead">
    <h1>Overview</h1>
    <span class="grow" />
    <div class="segmented" role="group" aria-label="Time">
      {RANGES.map(([range, words]) => (
        <button
          key={words}
          type="button"
          aria-pressed={param('range') === range}
          onClick={() => setParams({ range })}
        >
          {words}
        </button>
      ))}
    </div>
  </header>
);

interface FigureProps {
  readonly name: ComponentChildren;
  readonly value: string;
  readonly sub: string;
  readonly values?: readonly (number | undefined)[];
  readonly tone?: string;
  readonly isBad?: boolean;
  readonly isWarning?: boolean;
}

const Figure = ({ name, value, sub, values, tone = 'var(--text-3)', isBad, isWarning }: FigureProps) => (
  <div class={classes('figure', isBad && 'isbad')}>
    <dt>{name}</dt>
    <dd class="big">{value}</dd>
    <dd class={classes('sub', isWarning && 'warn')}>{sub}</dd>
    {values && (
      <dd class="sp">
        <Spark values={values} tone={tone} />
      </dd>
    )}
  </div>
);

const sum = (costs: Readonly<Record<string, number>>): number =>
  Object.values(costs).reduce((all, cost) => all + cost, 0);

function Band({ data: { totals, buckets } }: { data: Data }) {
  const { calls, cost, unpriced, errors, left, retries, input, output, cached } = totals;
  return (
    <dl class="band">
      <Figure
        name="Cost"
        value={atLeast(cost, unpriced)}
        sub={unpriced > 0 ? `at least: ${int(unpriced)} not fully priced` : `${usd(cost / calls)} a call`}
        isWarning={unpriced > 0}
        values={buckets.map((bucket) => sum(bucket.cost))}
        tone="var(--accent)"
      />
      <Figure
        name="Calls"
        value={int(calls)}
        sub={retries > 0 ? `${int(retries)} requests sent again` : 'none sent again'}
        values={buckets.map((bucket) => bucket.calls)}
      />
      <Figure
        name={
          <Link class="plain" to="/errors">
            Failed
          </Link>
        }
        value={int(errors)}
        sub={`${percent(errors / calls)} of calls${left > 0 ? `, ${int(left)} left early` : ''}`}
        isBad={errors > 0}
        values={buckets.map((bucket) => bucket.errors)}
        tone="var(--bad)"
      />
      <Figure
        name="Latency, median"
        value={ms(totals.median)}
        sub={totals.p95 === undefined ? 'no call succeeded' : `95% under ${ms(totals.p95)}`}
        values={buckets.map((bucket) => bucket.median)}
      />
      <Figure
        name="First chunk, median"
        value={ms(totals.firstChunkMedian)}
        sub={
          totals.firstChunkP95 === undefined
            ? 'nothing was streamed'
            : `95% under ${ms(totals.firstChunkP95)}`
        }
      />
      <Figure
        name="Tokens"
        value={`${short(input)} in`}
        sub={`${short(output)} out · ${percent(cached / Math.max(1, input))} from cache`}
        values={buckets.map((bucket) => bucket.tokens)}
      />
    </dl>
  );
}

const MODEL_COLUMNS = [
  'Model',
  ['Calls', 'num'],
  ['Failed', 'num'],
  ['In', 'num'],
  ['Cached', 'num optional'],
  ['Out', 'num'],
  ['Median', 'num optional'],
  ['95%', 'num'],
  ['Cost', 'num wide'],
] as const;

function Models({ models }: { models: readonly ModelSums[] }) {
  const most = models[0]?.cost ?? 0;
  return (
    <section aria-labelledby="h-models">
      <h2 id="h-models">Models</h2>
      <table class="grid-table">
        <TableHead columns={MODEL_COLUMNS} />
        <tbody>
          {models.map((each) => (
            <tr key={each.model}>
              <CallsCell filter="model=" value={each.model}>
                <Model name={each.model} />
              </CallsCell>
              <td class="num">{int(each.calls)}</td>
              <td class={classes('num', each.errors > 0 ? 'bad' : 'dim')}>
                {each.errors > 0 ? int(each.errors) : NONE}
              </td>
              <td class="num">{short(each.input)}</td>
              <td class="num dim optional">{each.cached > 0 ? percent(each.cached / each.input) : NONE}</td>
              <td class="num">{short(each.output)}</td>
              <td class="num optional">{ms(each.median)}</td>
              <td class="num">{ms(each.p95)}</td>
              <CostCell cost={each.cost} unpriced={each.unpriced} most={most} tone={hue(each.model)} />
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Origins({ origins }: { origins: readonly Origin[] }) {
  const most = origins[0]?.cost ?? 0;
  return (
    <>
      <h2>Where it is spent</h2>
      <table class="grid-table">
        <TableHead columns={['Begins with', ['Runs', 'num'], ['Calls', 'num'], ['Cost', 'num wide']]} />
        <tbody>
          {origins.map(({ name, traces, calls, cost, unpriced }) => (
            <tr key={name}>
              <CallsCell filter="root:" value={name} />
              <td class="num">{int(traces)}</td>
              <td class="num">{int(calls)}</td>
              <CostCell cost={cost} unpriced={unpriced} most={most} />
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}

const SHOWN_ERRORS = 4;

function Failures() {
  const groups = useData<ErrorGroup[]>('errors', { service: service() });
  if (!groups || groups === 'gone' || groups.length === 0) return null;
  return (
    <>
      <h2 class="gap">What failed last</h2>
      <ul class="errlist">
        {groups.slice(0, SHOWN_ERRORS).map((group) => (
          <li key={group.key}>
            <Link class="plain row" to={`/errors?key=${encodeURIComponent(group.key)}`}>
              <span class="badge bad">{visible(group.category ?? group.type ?? 'error')}</span>
              <span class="clip">{visible(group.message ?? group.type ?? '')}</span>
              <b class="num">{int(group.count)}×</b>
              <span class="dim nowrap">{ago(group.last)}</span>
            </Link>
          </li>
        ))}
      </ul>
    </>
  );
}

const ModelLegend = ({ models }: { models: readonly ModelSums[] }) => (
  <ul class="legend models">
    {models.map(({ model }) => (
      <li key={model}>
        <Dot model={model} />
        {visible(model)}
      </li>
    ))}
    <li>
      <svg width="9" height="9" aria-hidden="true">
        <path d="M1.5 1.5l6 6m0-6l-6 6" class="err" />
      </svg>
      failed
    </li>
  </ul>
);

export function Overview() {
  const data = useData<Data>('overview', { service: service(), range: param('range') });
  if (state.value?.spans === 0) return <Empty />;
  if (!data || data === 'gone') return <Waiting />;
  if (data.totals.calls === 0)
    return (
      <Missing what="Overview">
        Spans arrive, but none of them is a call of a model{service() ? ` in ${service()}` : ''}.{' '}
        <Link to="/traces">Look at the traces</Link>
      </Missing>
    );
  return (
    <div class="page overview">
      <Head />
      <Band data={data} />
      <section class="card" aria-labelledby="h-strip">
        <h2 id="h-strip" class="sr">
          Calls over time
        </h2>
        <Strip data={data} />
        <ModelLegend models={data.models} />
      </section>
      <div class="two">
        <Models models={data.models} />
        <section aria-label="Where it is spent">
          <Origins origins={data.origins} />
          <Failures />
        </section>
      </div>
    </div>
  );
}
