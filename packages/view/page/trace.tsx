/** A trace: its spans as a tree and on a time axis, with the cost of each call and of each agent's run. */
import { useEffect, useMemo, useState } from 'preact/hooks';
import type { TraceDetail, TraceSpan } from '../src/api-types.ts';
import { Copy, Icon, Link, Missing, Point, Sum, visible, Waiting } from './bits.tsx';
import { SpanPanel, type Tab } from './call.tsx';
import { atLeast, classes, clock, int, ms, noun, short, tickMs, ticksOf } from './format.ts';
import { movementOf, type Pressed, useKeys } from './keys.ts';
import { KIND_ICONS, KIND_WORDS, TONES } from './kinds.ts';
import { param, setParams, useData } from './state.ts';
import { type Branch, treeOf, withoutRequests } from './tree.ts';
import { useWindowed } from './windowed.ts';

const ROW = 28;
const INDENT = 14;
const MAX_INDENT = 14;

/** Positions on the time axis, in % of the trace. */
interface Clock {
  readonly of: (time: number) => number;
  readonly share: (duration: number) => number;
  readonly ticks: readonly number[];
}

function clockOf({ start, duration }: TraceDetail): Clock {
  const share = (time: number) => (time / (duration || 1)) * 100;
  return {
    share,
    of: (time) => share(time - start),
    ticks: ticksOf(duration, 6).filter((time) => time < duration),
  };
}

function Name({ branch, isFolded, toggle }: { branch: Branch; isFolded: boolean; toggle: () => void }) {
  const { span, depth, children } = branch;
  const tone = span.hasFailed ? 'var(--bad)' : TONES[span.type];
  return (
    <div
      class="wfname"
      role="gridcell"
      style={{ paddingLeft: `${10 + Math.min(depth, MAX_INDENT) * INDENT}px` }}
    >
      {children > 0 ? (
        <button
          type="button"
          class="twist"
          tabIndex={-1}
          aria-label={isFolded ? 'Unfold' : 'Fold'}
          onClick={(event) => {
            event.stopPropagation();
            toggle();
          }}
        >
          <Icon name={isFolded ? 'right' : 'down'} size={12} />
        </button>
      ) : (
        <span class="twist" />
      )}
      <span class="kind" style={{ color: tone }} title={KIND_WORDS[span.type]}>
        <Icon name={KIND_ICONS[span.type]} size={14} />
      </span>
      <span class="clip">
        <SpanName span={span} />
      </span>
      {isFolded && <span class="badge">{children}</span>}
    </div>
  );
}

function SpanName({ span: { call, type, label, name } }: { span: TraceSpan }) {
  const strong = call ? (call.model ?? 'unknown model') : label;
  const sub = call ? call.operation : KIND_WORDS[type];
  if (!strong || (!call && !['tool', 'mcp', 'agent'].includes(type))) return <>{visible(name)}</>;
  return (
    <>
      <b>{visible(strong)}</b> <span class="dim">{visible(sub ?? '')}</span>
    </>
  );
}

function Bar({ span, clock: { of, share } }: { span: TraceSpan; clock: Clock }) {
  const { call, duration, logs } = span;
  const part = (time: number | undefined) => (time ?? 0) / (duration || 1);
  const [wait, first] = [part(call?.wait), part(call?.firstChunk)];
  const tone = span.hasFailed || call ? undefined : TONES[span.type];
  return (
    <span
      class={classes('wfbar', span.hasFailed && 'bad', span.type)}
      style={{ left: `${of(span.start)}%`, width: `max(2px, ${share(duration)}%)`, background: tone }}
    >
      {call && wait > 0 && <i class="ph-wait" style={{ flexGrow: wait }} />}
      {call && first > 0 && <i class="ph-first" style={{ flexGrow: first }} />}
      {call && (
        <i
          class={span.hasFailed ? 'ph-failed' : 'ph-stream'}
          style={{ flexGrow: Math.max(0.01, 1 - first - wait) }}
        />
      )}
      {logs.map((time, index) => (
        <em
          key={index}
          class="logdot"
          style={{ left: `${Math.min(100, Math.max(0, part(time - span.start) * 100))}%` }}
        />
      ))}
    </span>
  );
}

const ROOM_AFTER = 82;
const ROOM_BEFORE = 24;

/** The place of a label: after the bar if there is room, else before it, else in it. */
function costPlace(span: TraceSpan, { of }: Clock): { style: Record<string, string>; isInside: boolean } {
  const [from, to] = [of(span.start), of(span.start + span.duration)];
  if (to <= ROOM_AFTER) return { style: { left: `calc(${to}% + 6px)` }, isInside: false };
  if (from < ROOM_BEFORE) return { style: { right: `calc(${100 - to}% + 6px)` }, isInside: true };
  return { style: { right: `calc(${100 - from}% + 6px)` }, isInside: false };
}

/** The cost of a call, or of an agent's run with its calls. */
function wordsOf({ call, agent }: TraceSpan): string | undefined {
  if (agent) {
    const { modelCalls, toolCalls } = agent;
    const tools = toolCalls > 0 ? ` · ${int(toolCalls)} ${noun(toolCalls, 'tool')}` : '';
    return `${atLeast(agent.cost, agent.unpriced)} · ${int(modelCalls)} ${noun(modelCalls, 'call')}${tools}`;
  }
  return call?.cost ? atLeast(call.cost, call.isPartial) : undefined;
}

function Cost({ span, clock: place }: { span: TraceSpan; clock: Clock }) {
  const words = wordsOf(span);
  if (!words) return null;
  const { style, isInside } = costPlace(span, place);
  return (
    <span class={classes('wfcost', isInside && (span.call ? 'inside' : 'above'))} style={style}>
      {words}
    </span>
  );
}

interface RowProps {
  readonly branch: Branch;
  readonly index: number;
  readonly clock: Clock;
  readonly isOpen: boolean;
  readonly isFolded: boolean;
  readonly toggle: () => void;
}

function Row({ branch, index, clock: place, isOpen, isFolded, toggle }: RowProps) {
  const { span, depth, children } = branch;
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the grid takes the arrows
    <div
      id={`w-${span.id}`}
      class={classes('wfrow', isOpen && 'open', span.hasFailed && 'failed')}
      role="row"
      aria-level={depth + 1}
      aria-expanded={children > 0 ? !isFolded : undefined}
      aria-selected={isOpen}
      aria-rowindex={index + 1}
      onClick={() => setParams({ span: span.id })}
    >
      <Name branch={branch} isFolded={isFolded && children > 0} toggle={toggle} />
      <div class="wftime" role="gridcell">
        <span class="grid" aria-hidden="true">
          {place.ticks.map((time) => (
            <i key={time} style={{ left: `${place.share(time)}%` }} />
          ))}
        </span>
        <Bar span={span} clock={place} />
        <Cost span={span} clock={place} />
      </div>
      <div class="wfdur num" role="gridcell">
        {ms(span.duration)}
      </div>
    </div>
  );
}

const Sums = ({ trace }: { trace: TraceDetail }) => (
  <Sum>
    <b>{ms(trace.duration)}</b>
    <Point />
    <b>{int(trace.spans)}</b> {noun(trace.spans, 'span')}
    <Point />
    <b>{int(trace.calls)}</b> {noun(trace.calls, 'call')}
    <Point />
    <b>{short(trace.tokens)}</b> tokens
    <Point />
    <b>{atLeast(trace.cost, trace.unpriced)}</b>
    {trace.errors > 0 && (
      <>
        <Point />
        <b class="bad">{int(trace.errors)} failed</b>
      </>
    )}
    {trace.user && (
      <>
        <Point />
        <span class="dim">{visible(trace.user)}</span>
      </>
    )}
    {trace.session && (
      <>
        <Point />
        <Link to={`/sessions/${encodeURIComponent(trace.session)}`}>{visible(trace.session)}</Link>
      </>
    )}
  </Sum>
);

function Head({
  trace,
  isShort,
  setShort,
}: {
  trace: TraceDetail;
  isShort: boolean;
  setShort: (to: boolean) => void;
}) {
  return (
    <header class="pagehead">
      <Link class="btn square" to="/traces" aria-label="All traces">
        <Icon name="back" size={14} />
      </Link>
      <h1 class="clip">{visible(trace.name)}</h1>
      <span class="dim nowrap">
        {visible(trace.service)} · {clock(trace.start)}
      </span>
      <span class="grow" />
      <label class="check">
        <input type="checkbox" checked={isShort} onChange={() => setShort(!isShort)} />
        hide HTTP under calls
      </label>
      <a
        class="btn square"
        href={`/api/export?trace=${trace.id}`}
        title="Save as OTLP"
        aria-label="Save as OTLP"
        download
      >
        <Icon name="download" size={14} />
      </a>
      <Copy label="the trace id" text={trace.id} />
    </header>
  );
}

function Legend({ list }: { list: readonly TraceSpan[] }) {
  const types = [...new Set(list.map(({ type }) => type))];
  return (
    <ul class="legend foot">
      {types.map((type) => (
        <li key={type}>
          <i class="dot sq" style={{ background: TONES[type] }} />
          {KIND_WORDS[type]}
        </li>
      ))}
      {list.some(({ call }) => call?.firstChunk !== undefined) && (
        <li>
          <i class="dot sq ph-first" />
          to the first chunk
        </li>
      )}
      {list.some(({ call }) => call?.wait) && (
        <li>
          <i class="dot sq ph-wait" />
          waits for its turn
        </li>
      )}
    </ul>
  );
}

interface Tree {
  readonly branches: readonly Branch[];
  readonly folded: ReadonlySet<string>;
  readonly fold: (id: string, isFolded: boolean) => void;
  readonly choose: (index: number) => void;
}

const place = ({ branches }: Tree): number =>
  Math.max(
    0,
    branches.findIndex(({ span }) => span.id === param('span')),
  );

/** ← folds a span or goes to its parent, → unfolds it or goes to its first child. */
function sideways(key: string, tree: Tree): boolean {
  const at = place(tree);
  const branch = tree.branches[at];
  if (!branch) return false;
  const { id, parentId } = branch.span;
  const isFolded = tree.folded.has(id);
  if (key === 'ArrowLeft') {
    if (branch.children > 0 && !isFolded) tree.fold(id, true);
    else tree.choose(tree.branches.findIndex(({ span }) => span.id === parentId));
  } else if (key === 'ArrowRight') {
    if (isFolded) tree.fold(id, false);
    else if (branch.children > 0) tree.choose(at + 1);
  } else return false;
  return true;
}

function press(pressed: Pressed, tree: Tree): boolean {
  const by = movementOf(pressed, tree.branches.length);
  if (by === undefined) return pressed.isInList && sideways(pressed.event.key, tree);
  tree.choose(Math.max(0, Math.min(tree.branches.length - 1, place(tree) + by)));
  return true;
}

export function Trace({ id }: { id: string }) {
  const trace = useData<TraceDetail>(`traces/${id}`);
  if (!trace) return <Waiting />;
  if (trace === 'gone')
    return (
      <Missing what="This trace is no longer here">
        It made room for newer ones, or its link is wrong. <Link to="/traces">All traces</Link>
      </Missing>
    );
  return <Waterfall trace={trace} />;
}

function Waterfall({ trace }: { trace: TraceDetail }) {
  const [folded, setFolded] = useState<ReadonlySet<string>>(new Set());
  const [isShort, setShort] = useState(false);
  const [tab, setTab] = useState<Tab>('Conversation');
  const open = param('span');
  const list = useMemo(() => (isShort ? withoutRequests(trace.list) : trace.list), [trace, isShort]);
  const branches = useMemo(() => treeOf(list, folded), [list, folded]);
  const rows = useWindowed(branches.length, ROW);
  const choose = (index: number) => {
    const branch = branches[index];
    if (!branch) return;
    setParams({ span: branch.span.id });
    rows.reveal(index);
  };
  const fold = (span: string, isFolded: boolean) =>
    setFolded((former) => {
      const next = new Set(former);
      if (isFolded) next.add(span);
      else next.delete(span);
      return next;
    });
  useEffect(() => {
    if (open) return;
    const first = branches.find(({ span }) => span.call) ?? branches[0];
    if (first) setParams({ span: first.span.id });
  }, [open, trace.id]);
  const tree: Tree = { branches, folded, fold, choose };
  useKeys(rows.ref, (pressed) => press(pressed, tree));
  const place = clockOf(trace);
  return (
    <div class="page fill split tracepage">
      <div class="main">
        <Head trace={trace} isShort={isShort} setShort={setShort} />
        <Sums trace={trace} />
        <div class="wfhead" aria-hidden="true">
          <div class="wfname">Span</div>
          <div class="wftime">
            {place.ticks
              .filter((time) => place.share(time) < 93)
              .map((time) => (
                <span key={time} style={{ left: `${place.share(time)}%` }}>
                  {tickMs(time)}
                </span>
              ))}
          </div>
          <div class="wfdur num">Took</div>
        </div>
        <div
          class="vlist wf"
          ref={rows.ref}
          onScroll={rows.onScroll}
          tabIndex={0}
          role="treegrid"
          aria-label="Spans of the trace"
          aria-rowcount={branches.length}
          aria-activedescendant={branches.some(({ span }) => span.id === open) ? `w-${open}` : undefined}
        >
          <div style={{ height: `${rows.height}px` }} role="rowgroup">
            <div style={{ transform: `translateY(${rows.from * ROW}px)` }} role="presentation">
              {branches.slice(rows.from, rows.to).map((branch, offset) => (
                <Row
                  key={branch.span.id}
                  branch={branch}
                  index={rows.from + offset}
                  clock={place}
                  isOpen={branch.span.id === open}
                  isFolded={folded.has(branch.span.id)}
                  toggle={() => fold(branch.span.id, !folded.has(branch.span.id))}
                />
              ))}
            </div>
          </div>
        </div>
        <Legend list={trace.list} />
      </div>
      {open && <SpanPanel id={open} isInTrace tab={tab} setTab={setTab} />}
    </div>
  );
}
