/** The time of a call in phases: waiting for the rate limit, attempts, pauses, until the first chunk, the rest. */
import type { Call, SpanDetail } from '../src/api-types.ts';
import { useWidth } from './bits.tsx';
import { classes, int, ms, tickMs, ticksOf } from './format.ts';

type Kind = 'wait' | 'failed' | 'pause' | 'first' | 'stream' | 'answer';

export interface Phase {
  readonly kind: Kind;
  readonly from: number;
  readonly to: number;
  readonly words: string;
  /** The number of the attempt, or its failure. */
  readonly note?: string | undefined;
}

export type Timed = Pick<SpanDetail, 'start' | 'duration' | 'events' | 'attributes'> & {
  readonly call: Pick<
    NonNullable<SpanDetail['call']>,
    'wait' | 'status' | 'firstChunk' | 'httpStatus' | 'error'
  >;
};

const text = (value: unknown): string | undefined => (value === undefined ? undefined : String(value));

/** Failed attempts and the pauses after them. */
function attemptsOf({ start, duration, events }: Timed, begin: number): Phase[] {
  const phases: Phase[] = [];
  let at = begin;
  const retries = events.filter(({ name }) => name === 'llmtrace.retry').sort((a, b) => a.time - b.time);
  for (const [index, { time, attributes }] of retries.entries()) {
    const failed = Math.min(duration, Math.max(at, time - start));
    const next = Math.min(duration, failed + (Number(attributes['llmtrace.retry.delay_ms']) || 0));
    const note = text(attributes['http.response.status_code'] ?? attributes['error.type']) ?? 'failed';
    phases.push({ kind: 'failed', from: at, to: failed, words: `attempt ${index + 1}`, note });
    phases.push({ kind: 'pause', from: failed, to: next, words: 'pause' });
    at = next;
  }
  return phases;
}

function lastAttempt({ duration, call }: Timed, at: number, attempt: string | undefined): Phase[] {
  if (call.status === 'error')
    return [
      {
        kind: 'failed',
        from: at,
        to: duration,
        words: attempt ?? 'request',
        note: text(call.httpStatus) ?? call.error,
      },
    ];
  if (call.firstChunk === undefined)
    return [{ kind: 'answer', from: at, to: duration, words: 'answer', note: attempt }];
  const first = Math.min(duration, at + call.firstChunk);
  const left = call.status === 'ok' ? '' : `, ${call.status}`;
  return [
    { kind: 'first', from: at, to: first, words: 'to the first chunk', note: attempt },
    { kind: 'stream', from: first, to: duration, words: `streams${left}` },
  ];
}

export function phasesOf(timed: Timed): Phase[] {
  const wait = Math.min(timed.duration, timed.call.wait ?? 0);
  const waits: Phase[] = wait > 0 ? [{ kind: 'wait', from: 0, to: wait, words: 'waits for its turn' }] : [];
  const attempts = attemptsOf(timed, wait);
  const at = attempts.at(-1)?.to ?? wait;
  const name = attempts.length > 0 ? `attempt ${attempts.length / 2 + 1}` : undefined;
  return [...waits, ...attempts, ...lastAttempt(timed, at, name)];
}

const chunkTimes = ({ attributes }: Timed): number[] => {
  const times = attributes['llmtrace.stream.chunk_times'];
  return Array.isArray(times) ? times.map(Number).filter(Number.isFinite) : [];
};

const HEIGHT = 56;
const MIN_LABELLED = 30;

interface DrawnProps {
  readonly timed: Timed;
  readonly phases: readonly Phase[];
  readonly marks: readonly number[];
  readonly width: number;
}

function PhaseBar({ phase, x }: { phase: Phase; x: (time: number) => number }) {
  const [left, width] = [x(phase.from), x(phase.to) - x(phase.from)];
  const isPause = phase.kind === 'pause';
  const isLabelled = phase.kind === 'failed' && phase.note !== undefined && width > MIN_LABELLED;
  return (
    <g>
      <rect
        x={left}
        width={Math.max(1.5, width - 1)}
        y={isPause ? 19 : 8}
        height={isPause ? 2 : 24}
        rx={isPause ? 0 : 3}
        class={`ph ${phase.kind}`}
      />
      {isLabelled && (
        <text x={left + width / 2} y="24" text-anchor="middle" class="inbar">
          {phase.note}
        </text>
      )}
    </g>
  );
}

function Drawn({ timed, phases, marks, width }: DrawnProps) {
  const { duration } = timed;
  const x = (time: number) => (time / (duration || 1)) * width;
  const stream = phases.find(({ kind }) => kind === 'stream');
  const label = phases.map(
    ({ words, note, from, to }) => `${words}${note ? ` (${note})` : ''}: ${ms(to - from)}`,
  );
  const anchor = (time: number) => (time === 0 ? 'start' : x(time) > width - 24 ? 'end' : 'middle');
  return (
    <svg width={width} height={HEIGHT} role="img" aria-label={label.join('; ')}>
      {ticksOf(duration, Math.max(3, width / 90)).map((time) => (
        <g key={time}>
          <line x1={x(time)} x2={x(time)} y1="0" y2="40" class="grid" />
          <text x={Math.min(x(time), width)} y="53" class="axis" text-anchor={anchor(time)}>
            {tickMs(time)}
          </text>
        </g>
      ))}
      {phases.map((phase, index) => (
        <PhaseBar key={index} phase={phase} x={x} />
      ))}
      {stream &&
        marks.map((mark, index) => (
          <line
            key={index}
            x1={x(stream.from + mark)}
            x2={x(stream.from + mark)}
            y1="11"
            y2="29"
            class="chunk"
          />
        ))}
    </svg>
  );
}

const noteOf = ({ kind, note }: Phase): string =>
  note === undefined ? '' : kind === 'failed' ? ` · ${note}` : ` (${note})`;

function Legend({ phases }: { phases: readonly Phase[] }) {
  const pauses = phases
    .filter(({ kind }) => kind === 'pause')
    .reduce((sum, { from, to }) => sum + to - from, 0);
  return (
    <ul class="legend phases">
      {phases
        .filter(({ kind }) => kind !== 'pause')
        .map((phase, index) => (
          <li key={index}>
            <i class={`seg ph-${phase.kind}`} />
            {phase.words}
            {noteOf(phase)} <em>{ms(phase.to - phase.from)}</em>
          </li>
        ))}
      {pauses > 0 && (
        <li>
          <i class="seg ph-pause" />
          pauses <em>{ms(pauses)}</em>
        </li>
      )}
    </ul>
  );
}

function Chunks({ timed, phases, marks }: Omit<DrawnProps, 'width'>) {
  const count = Number(timed.attributes['llmtrace.stream.chunks'] ?? marks.length);
  if (!(count > 1)) return null;
  const stream = phases.find(({ kind }) => kind === 'stream');
  // Of a long stream an even part of the times is recorded: its gaps are longer than those of the chunks, and chunks may follow
  // the last of them.
  const isPart = marks.length < count;
  const times = isPart && stream ? [...marks, stream.to - stream.from] : marks;
  const gaps = times.slice(1).map((time, index) => time - (times[index] ?? 0));
  const gap = isPart ? 'no gap over' : 'the longest gap';
  return (
    <p class="note">
      {int(count)} chunks{gaps.length > 2 ? `, ${gap} ${ms(Math.max(...gaps))}` : ''}
    </p>
  );
}

export function Timeline({ timed }: { timed: Timed }) {
  const [ref, width] = useWidth<HTMLDivElement>();
  const phases = phasesOf(timed);
  const marks = chunkTimes(timed);
  return (
    <div class="timeline" ref={ref}>
      {width > 0 && <Drawn timed={timed} phases={phases} marks={marks} width={width} />}
      <Legend phases={phases} />
      <Chunks timed={timed} phases={phases} marks={marks} />
    </div>
  );
}

/** The phases of a call in a table row. Its width is a share of the longest visible call. */
export function MiniTime({ call, most }: { call: Call; most: number }) {
  const { duration, wait = 0, firstChunk = 0, status } = call;
  const rest = Math.max(0, duration - wait - firstChunk);
  const kind = status === 'error' ? 'ph-failed' : 'ph-stream';
  return (
    <span class="mini" aria-hidden="true">
      <span style={{ width: `${Math.max(2, Math.min(1, (duration || 1) / most) * 100)}%` }}>
        {wait > 0 && <i class="seg ph-wait" style={{ flexGrow: wait }} />}
        {firstChunk > 0 && <i class="seg ph-first" style={{ flexGrow: firstChunk }} />}
        <i class={classes('seg', kind)} style={{ flexGrow: rest || 1 }} />
      </span>
    </span>
  );
}
