/** The calls: a live table that requests and draws only the visible rows. */
import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Call, CallList, Running } from '../src/api-types.ts';
import { Icon, Model, Point, Status, Sum, visible } from './bits.tsx';
import { SpanPanel, type Tab } from './call.tsx';
import { chooseForComparison } from './compare-choice.ts';
import { CALL_HINTS, Filter } from './filter.tsx';
import { atLeast, classes, clock, int, ms, NONE, noun, percent, short } from './format.ts';
import { movementOf, type Pressed, useKeys } from './keys.ts';
import { Empty } from './setup.tsx';
import { compareWith, get, isLive, param, service, setParams, state, tick, useData } from './state.ts';
import { MiniTime } from './timeline.tsx';
import { useWindowed } from './windowed.ts';

const ROW = 34;
const PAGE = 100;
const KEPT_PAGES = 40;
const SHOWN_RUNNING = 4;

interface Column {
  readonly sort?: string;
  readonly words: string;
  readonly kind: string;
}

const COLUMNS: readonly Column[] = [
  { sort: 'status', words: '·', kind: 'c-status' },
  { sort: 'time', words: 'Time', kind: 'c-time' },
  { sort: 'model', words: 'Model', kind: 'c-model' },
  { sort: 'app', words: 'Asked, or called from', kind: 'c-app' },
  { sort: 'in', words: 'In', kind: 'c-in num' },
  { sort: 'out', words: 'Out', kind: 'c-out num' },
  { sort: 'cost', words: 'Cost', kind: 'c-cost num' },
  { sort: 'dur', words: 'Took', kind: 'c-dur num' },
  { words: '', kind: 'c-bar' },
  { sort: 'ttft', words: 'First', kind: 'c-ttft num' },
  { words: 'Ended', kind: 'c-end' },
  { words: 'Session', kind: 'c-session' },
];

interface Query {
  readonly q: string;
  readonly sort: string;
  readonly desc: boolean;
  readonly service: string;
  /** The newest call of a frozen list: later calls do not move it. */
  readonly upto: number | undefined;
}

const NO_CALLS: CallList = {
  total: 0,
  totals: { calls: 0, cost: 0, unpriced: 0, errors: 0, input: 0, output: 0 },
  unknown: [],
  rows: [],
};

interface Pages {
  readonly list: CallList;
  readonly at: (index: number) => Call | undefined;
  /** The newest call of the list. */
  readonly newest: () => number | undefined;
}

/** The visible pages of the list, kept until the query changes. */
function usePages(query: Query, from: number, to: number): Pages {
  const key = JSON.stringify(query);
  const [list, setList] = useState(NO_CALLS);
  const pages = useRef(new Map<number, readonly Call[]>());
  const wanted = useRef({ key, from, to });
  wanted.current = { key, from, to };
  const isBusy = useRef(false);
  const isStale = useRef(false);

  const load = async (): Promise<void> => {
    isStale.current = true;
    if (isBusy.current) return;
    isBusy.current = true;
    // One request at a time; of the waiting requests only the latest is sent.
    while (isStale.current) {
      isStale.current = false;
      const { key: asked, from: first, to: last } = wanted.current;
      const [start, end] = [Math.floor(first / PAGE), Math.floor(last / PAGE)];
      const params = {
        ...(JSON.parse(asked) as Query),
        offset: start * PAGE,
        limit: (end - start + 1) * PAGE,
      };
      const answer = await get<CallList>('calls', params).catch(() => undefined);
      if (!answer || asked !== wanted.current.key) continue;
      keep(pages.current, start, end, answer.rows);
      setList(answer);
    }
    isBusy.current = false;
  };
  useEffect(() => {
    pages.current.clear();
    load();
  }, [key]);
  useEffect(() => {
    if (query.upto === undefined) load();
  }, [tick.value]);
  useEffect(() => {
    const isThere = (index: number) => pages.current.has(Math.floor(index / PAGE));
    if (!isThere(from) || !isThere(Math.max(0, Math.min(to, list.total) - 1))) load();
  }, [from, to]);
  return {
    list,
    at: (index) => pages.current.get(Math.floor(index / PAGE))?.[index % PAGE],
    newest: () => {
      const rows = [...pages.current.values()].flat();
      return rows.length === 0 ? undefined : Math.max(...rows.map(({ seq }) => seq));
    },
  };
}

/** Drops pages that are far from the visible rows or may be out of date. */
function keep(pages: Map<number, readonly Call[]>, start: number, end: number, rows: readonly Call[]): void {
  for (const page of pages.keys()) if (page > end || end - page > KEPT_PAGES) pages.delete(page);
  for (let page = start; page <= end; page++)
    pages.set(page, rows.slice((page - start) * PAGE, (page - start + 1) * PAGE));
}

const sortBy = (sort: string, query: Query): void =>
  setParams({
    sort: sort === 'time' ? undefined : sort,
    desc: query.sort === sort && query.desc ? 'false' : undefined,
  });

function Head({ query }: { query: Query }) {
  const arrow = (sort: string) => query.sort === sort && (query.desc ? 'desc' : 'asc');
  return (
    <div class="thead">
      {COLUMNS.map(({ sort, words, kind }) => (
        <div key={kind} class={kind}>
          {sort ? (
            <button
              type="button"
              class={classes('sort', arrow(sort))}
              aria-label={`Sort by ${words === '·' ? 'status' : words}`}
              onClick={() => sortBy(sort, query)}
            >
              {words}
            </button>
          ) : (
            words
          )}
        </div>
      ))}
    </div>
  );
}

const Cell = ({
  kind,
  title,
  children,
}: {
  kind: string;
  title?: string | undefined;
  children?: ComponentChildren;
}) => (
  <div class={kind} role="gridcell" title={title}>
    {children}
  </div>
);

function Ending({ call }: { call: Call }) {
  const isLeft = call.status === 'cancelled' || call.status === 'abandoned';
  const finish = call.finish !== 'stop' ? call.finish : undefined;
  const words = call.error ?? (isLeft ? call.status : finish);
  return (
    <Cell kind="c-end clip">
      {words && <span class={classes('badge', call.error && !isLeft && 'bad')}>{visible(words)}</span>}
      {call.retries > 0 && (
        <span class="badge warn" title={`sent ${call.retries + 1} times`}>
          ↻ {call.retries}
        </span>
      )}
      {call.isWrapper && (
        <span class="badge" title="It contains another call, which is the one that counts.">
          not counted
        </span>
      )}
    </Cell>
  );
}

function Usage({ call }: { call: Call }) {
  const { input, output, cached, cost } = call;
  return (
    <>
      <Cell kind="c-in num">
        {short(input)}
        <sub title={cached ? `${int(cached)} read from the cache` : undefined}>
          {cached ? percent(Math.round((cached / (input || 1)) * 100) / 100) : ''}
        </sub>
      </Cell>
      <Cell kind="c-out num">{output === 0 && call.operation === 'embeddings' ? NONE : short(output)}</Cell>
      <Cell kind={classes('c-cost num', (cost === undefined || cost < 0.00001) && 'tiny')}>
        {atLeast(cost, call.isPartial)}
      </Cell>
    </>
  );
}

interface RowProps {
  readonly call: Call | undefined;
  readonly index: number;
  readonly most: number;
  readonly isAt: boolean;
  readonly isOpen: boolean;
  readonly onOpen: () => void;
}

function Row({ call, index, most, isAt, isOpen, onOpen }: RowProps) {
  if (!call)
    return (
      <div class="tr loading" role="row" aria-rowindex={index + 1}>
        <div role="gridcell" />
      </div>
    );
  const isChosen = compareWith.value === call.id;
  const names = classes(
    'tr',
    isAt && 'on',
    isOpen && 'open',
    call.status === 'error' && 'failed',
    isChosen && 'chosen',
  );
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the grid takes Enter
    <div
      id={`r-${call.id}`}
      class={names}
      role="row"
      aria-rowindex={index + 1}
      aria-selected={isOpen}
      onClick={onOpen}
    >
      <Cell kind="c-status">
        <Status value={call.status} />
      </Cell>
      <Cell kind="c-time mono">{clock(call.start)}</Cell>
      <Cell kind="c-model">
        <Model name={call.model} />
        {isChosen && <span class="badge">A</span>}
      </Cell>
      <Cell kind="c-app clip" title={[call.origin, call.asked].filter(Boolean).join(': ')}>
        {call.asked ? <span class="asked">{visible(call.asked)}</span> : visible(call.origin ?? NONE)}
      </Cell>
      <Usage call={call} />
      <Cell kind="c-dur num">{ms(call.duration)}</Cell>
      <Cell kind="c-bar">
        <MiniTime call={call} most={most} />
      </Cell>
      <Cell kind="c-ttft num dim">{call.firstChunk === undefined ? '' : ms(call.firstChunk)}</Cell>
      <Ending call={call} />
      <Cell kind="c-session clip dim">{visible(call.user ?? call.session ?? '')}</Cell>
    </div>
  );
}

const CLOCK_MS = 250;

function RunningRow({ running }: { running: Running }) {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), CLOCK_MS);
    return () => clearInterval(timer);
  }, []);
  return (
    <div class="running">
      <Status value="open" />
      <span class="mono">{clock(running.start)}</span>
      <Model name={running.model} />
      <span class="dim nowrap">running for {ms(Math.max(0, now - running.start))}</span>
      {running.chunks > 0 && <Progress running={running} />}
    </div>
  );
}

const Progress = ({ running: { chunks, firstChunk } }: { running: Running }) => (
  <>
    <span class="num clip">
      {short(chunks)} {noun(chunks, 'chunk')}
    </span>
    {firstChunk !== undefined && <span class="first dim clip">first after {ms(firstChunk)}</span>}
  </>
);

const LiveButton = () => (
  <button
    type="button"
    class="btn livebtn"
    aria-pressed={isLive.value}
    title="Live or paused (l)"
    onClick={() => {
      isLive.value = !isLive.value;
    }}
  >
    {isLive.value ? <span class="pulse on" /> : <Icon name="pause" size={14} />}
    {isLive.value ? 'Live' : 'Paused'}
  </button>
);

function Sums({ list, query, running }: { list: CallList; query: Query; running: readonly Running[] }) {
  const { calls, cost, unpriced, input, output, errors } = list.totals;
  const dropped = state.value?.dropped ?? 0;
  return (
    <Sum>
      <b>{int(calls)}</b> {noun(calls, 'call')}
      {query.q && ' found'}
      <Point />
      <b>{atLeast(cost, unpriced)}</b>
      <Point />
      <b>{short(input)}</b> in
      <Point />
      <b>{short(output)}</b> out
      <Point />
      {errors > 0 ? <b class="bad">{int(errors)} failed</b> : 'none failed'}
      {running.length > 0 && (
        <>
          <Point />
          <span class="run">
            <Status value="open" />
            {running.length} running
          </span>
        </>
      )}
      {dropped > 0 && (
        <>
          <Point />
          <span class="warn">
            {int(dropped)} older {noun(dropped, 'span')} made room
          </span>
        </>
      )}
    </Sum>
  );
}

const EMPTY_STATE = { spans: 1, running: [] as readonly Running[] };

const queryOf = (upto: number | undefined): Query => ({
  q: param('q'),
  sort: param('sort') || 'time',
  desc: param('desc') !== 'false',
  service: service(),
  upto,
});

/** The position of the list, its rows, and the functions that move it. */
function useList(isThere: boolean) {
  const [upto, setUpto] = useState<number>();
  const [total, setTotal] = useState(0);
  const [at, setAt] = useState(0);
  // Keys must see the new position at once, but a render may come later.
  const cursor = useRef(0);
  const query = queryOf(upto);
  const rows = useWindowed(total, ROW, isThere);
  const pages = usePages(query, rows.from, rows.to);
  useEffect(() => setTotal(pages.list.total), [pages.list.total]);
  const isNewestFirst = query.sort === 'time' && query.desc;
  const onScroll = () => {
    rows.onScroll();
    const top = rows.ref.current?.scrollTop ?? 0;
    // New calls never move the rows that the user reads: unless it is at the top, the list freezes.
    if (isNewestFirst && top > ROW && upto === undefined) setUpto(pages.newest());
    else if (top <= ROW && upto !== undefined) setUpto(undefined);
  };
  const set = (index: number) => {
    cursor.current = index;
    setAt(index);
  };
  const moveTo = (index: number) => {
    set(Math.max(0, Math.min(pages.list.total - 1, index)));
    rows.reveal(cursor.current);
    const call = pages.at(cursor.current);
    if (param('open') && call) setParams({ open: call.id });
  };
  const openAt = (index: number) => {
    set(index);
    const call = pages.at(index);
    if (call) setParams({ open: call.id }, { replace: false });
  };
  const shown = Array.from({ length: Math.max(0, rows.to - rows.from) }, (_, offset) => rows.from + offset);
  return { query, total, at, cursor, rows, pages, isNewestFirst, onScroll, set, moveTo, openAt, shown };
}

type List = ReturnType<typeof useList>;

export function Calls() {
  const viewer = state.value ?? EMPTY_STATE;
  const isEmpty = viewer.spans === 0 && viewer.running.length === 0;
  const open = param('open');
  const [tab, setTab] = useState<Tab>('Conversation');
  const list = useList(!isEmpty);
  const { rows, pages, cursor } = list;
  const close = () => {
    setParams({ open: undefined });
    rows.ref.current?.focus();
  };
  useLinkedCall(open, list);
  useKeys(rows.ref, (pressed) => {
    const by = movementOf(pressed, pages.list.total);
    if (by !== undefined) list.moveTo(cursor.current + by);
    return by !== undefined || command(pressed, list, close);
  });
  if (isEmpty) return <Empty />;
  return (
    <div class={classes('page fill', open && 'split')}>
      <div class="main">
        <header class="pagehead">
          <h1>Calls</h1>
          <Filter
            query={list.query.q}
            unknown={pages.list.unknown}
            label="Filter calls"
            placeholder="Filter: model:gpt is:error cost>0.01 text:refund"
            hints={CALL_HINTS}
          />
          <LiveButton />
        </header>
        <Sums list={pages.list} query={list.query} running={viewer.running} />
        <Head query={list.query} />
        {list.isNewestFirst &&
          !list.query.q &&
          viewer.running.slice(-SHOWN_RUNNING).map((each) => <RunningRow key={each.spanId} running={each} />)}
        <Rows list={list} open={open} />
        {list.query.upto !== undefined && <Newer list={list} />}
      </div>
      {open && <SpanPanel id={open} tab={tab} setTab={setTab} onClose={close} />}
    </div>
  );
}

function Rows({ list, open }: { list: List; open: string }) {
  const { rows, pages, total, at, shown } = list;
  const most = Math.max(...shown.map((index) => pages.at(index)?.duration ?? 0), 1);
  const active = pages.at(at);
  return (
    <div
      class="vlist"
      ref={rows.ref}
      onScroll={list.onScroll}
      tabIndex={0}
      role="grid"
      aria-label="Calls of models"
      aria-rowcount={total}
      aria-activedescendant={active && shown.includes(at) ? `r-${active.id}` : undefined}
    >
      <div class="tall" style={{ height: `${rows.height}px` }} role="rowgroup">
        <div style={{ transform: `translateY(${rows.from * ROW}px)` }} role="presentation">
          {shown.map((index) => {
            const call = pages.at(index);
            return (
              <Row
                key={call?.id ?? index}
                call={call}
                index={index}
                most={most}
                isAt={index === at}
                isOpen={open !== '' && call?.id === open}
                onOpen={() => list.openAt(index)}
              />
            );
          })}
        </div>
      </div>
      {total === 0 && list.query.q && <NoMatch />}
    </div>
  );
}

/** The number of calls that match the filter and have arrived since the list was frozen. */
function Newer({ list: { query, total, rows } }: { list: List }) {
  const now = useData<CallList>('calls', { q: query.q, service: query.service, limit: 1 });
  const newer = now && now !== 'gone' ? now.total - total : 0;
  if (newer <= 0) return null;
  return (
    <button type="button" class="pill" onClick={() => rows.ref.current?.scrollTo({ top: 0 })}>
      <Icon name="up" size={14} />
      {int(newer)} newer
    </button>
  );
}

const NoMatch = () => (
  <p class="pad dim">
    No call matches.{' '}
    <button type="button" class="btn" onClick={() => setParams({ q: undefined })}>
      Clear the filter
    </button>
  </p>
);

/** Scrolls the list once to the call that the address names. */
function useLinkedCall(open: string, { pages, query, rows, set }: List): void {
  const first = useRef(open);
  const isListed = pages.list.total > 0;
  useEffect(() => {
    const id = first.current;
    if (!id || !isListed) return;
    first.current = '';
    get<{ index: number }>('calls/index', { ...query, id }).then(
      ({ index }) => {
        if (index < 0) return;
        set(index);
        rows.reveal(index);
      },
      () => {},
    );
  }, [isListed]);
}

/** @returns whether the key belongs to the list. */
function command({ event, isInList }: Pressed, list: List, close: () => void): boolean {
  const call = list.pages.at(list.cursor.current);
  if (event.key === 'Enter' && (isInList || event.target === document.body)) list.openAt(list.cursor.current);
  else if (event.key === 'Escape' && param('open')) close();
  else if (event.key === 'c' && call) chooseForComparison(call.id);
  else return false;
  return true;
}
