/** All calls as dots over time, and below, on the same time axis, their cost. */
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { Dot, Overview } from '../src/api-types.ts';
import { hue, Dot as ModelDot, useWidth, visible } from './bits.tsx';
import { classes, clock, int, ms, noun, usd } from './format.ts';
import { go, theme } from './state.ts';

const DOTS = 208;
const BARS = 74;
const LEFT = 54;
const RIGHT = 12;
/** The words above the dots end here. */
const TOP = 24;
const BASE = DOTS + BARS + 12;

const STATUS_WORDS = ['', 'failed', 'cancelled', 'abandoned'];
const FAILED = 1;

interface Scales {
  readonly x: (time: number) => number;
  readonly y: (duration: number) => number;
  readonly width: number;
  readonly durations: readonly number[];
}

/** Rounds up or down to 1, 3 or 10 times a power of ten. */
function round(value: number, isUp: boolean): number {
  const power = 10 ** Math.floor(Math.log10(value));
  const lead = value / power;
  if (isUp) return (lead > 3 ? 10 : lead > 1 ? 3 : 1) * power;
  return (lead >= 3 ? 3 : 1) * power;
}

function scalesOf({ from, to, dots }: Overview, whole: number): Scales {
  const width = Math.max(100, whole - LEFT - RIGHT);
  let [least, most] = [300, 1000];
  for (const [, duration] of dots) {
    least = Math.min(least, duration);
    most = Math.max(most, duration);
  }
  const low = round(Math.max(1, least), false);
  const high = round(most, true);
  const span = Math.log10(high) - Math.log10(low);
  const share = (duration: number) => (Math.log10(Math.max(low, duration)) - Math.log10(low)) / span;
  const durations: number[] = [];
  for (let at = 10 ** Math.ceil(Math.log10(low) - 1e-9); at <= high * 1.01; at *= 10) durations.push(at);
  return {
    width,
    durations,
    x: (time) => LEFT + ((time - from) / (to - from)) * width,
    y: (duration) => TOP + (DOTS - TOP) * (1 - share(duration)),
  };
}

const SECOND = 1000;
const STEPS = [1, 5, 15, 30, 60, 300, 600, 900, 1800, 3600, 10_800, 21_600, 43_200, 86_400].map(
  (seconds) => seconds * SECOND,
);

function timesOf({ from, to }: Overview, most: number): { times: number[]; isFine: boolean } {
  const step = STEPS.find((each) => (to - from) / each <= most) ?? 86_400 * SECOND;
  const times: number[] = [];
  for (let time = Math.ceil(from / step) * step; time < to; time += step) times.push(time);
  return { times, isFine: step < 60 * SECOND };
}

interface Drawn {
  readonly data: Overview;
  readonly scales: Scales;
}

/** The dots are painted on a canvas: thousands of nodes would take a second. */
function paint(canvas: HTMLCanvasElement, { data, scales }: Drawn, whole: number): void {
  const pen = canvas.getContext('2d');
  if (!pen) return;
  const ratio = devicePixelRatio || 1;
  canvas.width = whole * ratio;
  canvas.height = DOTS * ratio;
  pen.scale(ratio, ratio);
  const colours = data.models.map(({ model }) => colourOf(canvas, hue(model)));
  const bad = colourOf(canvas, 'var(--bad)');
  const isDense = data.dots.length > 1000;
  const failedLast = [...data.dots].sort((a, b) => Number(a[3] === FAILED) - Number(b[3] === FAILED));
  for (const [time, duration, model, status] of failedLast) {
    const [x, y] = [scales.x(data.from + time), scales.y(duration)];
    if (status === FAILED) paintCross(pen, x, y, bad);
    else paintDot(pen, x, y, { colour: colours[model] ?? bad, isHollow: status > FAILED, isDense });
  }
}

/** Resolves CSS variables for the canvas, which takes none: an element's computed style has their values in the theme. */
function colourOf(canvas: HTMLCanvasElement, value: string): string {
  canvas.style.color = value;
  return getComputedStyle(canvas).color;
}

function paintCross(pen: CanvasRenderingContext2D, x: number, y: number, colour: string): void {
  pen.globalAlpha = 1;
  pen.strokeStyle = colour;
  pen.lineWidth = 1.8;
  pen.lineCap = 'round';
  pen.beginPath();
  pen.moveTo(x - 3.2, y - 3.2);
  pen.lineTo(x + 3.2, y + 3.2);
  pen.moveTo(x + 3.2, y - 3.2);
  pen.lineTo(x - 3.2, y + 3.2);
  pen.stroke();
}

interface DotLook {
  readonly colour: string;
  readonly isHollow: boolean;
  readonly isDense: boolean;
}

function paintDot(pen: CanvasRenderingContext2D, x: number, y: number, look: DotLook): void {
  pen.beginPath();
  pen.arc(x, y, 2.7, 0, 7);
  pen.globalAlpha = look.isHollow ? 1 : look.isDense ? 0.55 : 0.75;
  pen.fillStyle = pen.strokeStyle = look.colour;
  pen.lineWidth = 1.5;
  if (look.isHollow) pen.stroke();
  else pen.fill();
}

const costOf = (costs: Readonly<Record<string, number>>): number =>
  Object.values(costs).reduce((sum, cost) => sum + cost, 0);

function CostBars({ data, scales }: Drawn) {
  const each = scales.width / data.buckets.length;
  const most = Math.max(...data.buckets.map(({ cost }) => costOf(cost)));
  return (
    <>
      <text x={LEFT - 8} y={DOTS + 24} class="axis" text-anchor="end">
        {most > 0 && usd(most)}
      </text>
      <text x={LEFT - 8} y={BASE} class="axis" text-anchor="end">
        $0
      </text>
      {data.buckets.map((bucket, index) => {
        let y = BASE;
        return data.models.map(({ model }) => {
          const tall = ((bucket.cost[model] ?? 0) / (most || 1)) * (BARS - 8);
          y -= tall;
          return tall === 0 ? null : (
            <rect
              key={`${index} ${model}`}
              x={LEFT + index * each + 0.5}
              width={Math.max(1, each - 1.5)}
              y={y}
              height={Math.max(0.5, tall > 3 ? tall - 0.8 : tall)}
              fill={hue(model)}
            />
          );
        });
      })}
    </>
  );
}

function Axes({ data, scales }: Drawn) {
  const { x, y, width, durations } = scales;
  const { times, isFine } = timesOf(data, Math.max(3, width / 90));
  return (
    <>
      {durations.map((duration) => (
        <g key={duration}>
          <line x1={LEFT} x2={LEFT + width} y1={y(duration)} y2={y(duration)} class="grid" />
          <text x={LEFT - 8} y={y(duration) + 4} class="axis" text-anchor="end">
            {duration >= 1000 ? `${duration / 1000} s` : `${duration} ms`}
          </text>
        </g>
      ))}
      {times.map((time) => (
        <g key={time}>
          <line x1={x(time)} x2={x(time)} y1={TOP} y2={BASE} class="grid faint" />
          <text x={x(time)} y={BASE + 16} class="axis" text-anchor="middle">
            {clock(time).slice(0, isFine ? 8 : 5)}
          </text>
        </g>
      ))}
      <line x1={LEFT} x2={LEFT + width} y1={BASE} y2={BASE} class="base" />
    </>
  );
}

/** The dot or the bar of costs under the pointer. */
interface Target {
  readonly x: number;
  readonly y: number;
  readonly dot?: Dot;
  readonly bucket?: number;
}

const REACH = 14;

function dotAt({ data, scales }: Drawn, px: number, py: number): Target | undefined {
  let best: Target | undefined;
  let nearest = REACH ** 2;
  for (const dot of data.dots) {
    const [x, y] = [scales.x(data.from + dot[0]), scales.y(dot[1])];
    const distance = (x - px) ** 2 + (y - py) ** 2;
    if (distance >= nearest) continue;
    nearest = distance;
    best = { x, y, dot };
  }
  return best;
}

function bucketAt({ data, scales }: Drawn, px: number): Target | undefined {
  const each = scales.width / data.buckets.length;
  const bucket = Math.floor((px - LEFT) / each);
  if (!data.buckets[bucket]?.calls) return undefined;
  return { x: LEFT + (bucket + 0.5) * each, y: DOTS + 22, bucket };
}

function DotTip({ data, dot: [time, duration, model, status] }: { data: Overview; dot: Dot }) {
  const name = data.models[model]?.model;
  return (
    <>
      <b>
        <ModelDot model={name} />
        {visible(name ?? '')}
      </b>
      <span>
        {ms(duration)}
        {status > 0 ? ` · ${STATUS_WORDS[status]}` : ''}
      </span>
      <span class="dim">{clock(data.from + time, true)}</span>
    </>
  );
}

function BucketTip({ data, index }: { data: Overview; index: number }) {
  const bucket = data.buckets[index];
  if (!bucket) return null;
  return (
    <>
      <b>{clock(data.from + index * data.step)}</b>
      {data.models
        .filter(({ model }) => bucket.cost[model])
        .map(({ model }) => (
          <span key={model}>
            <ModelDot model={model} />
            {visible(model)} <em>{usd(bucket.cost[model])}</em>
          </span>
        ))}
      <span class="dim">
        {int(bucket.calls)} {noun(bucket.calls, 'call')}, {int(bucket.errors)} failed
      </span>
    </>
  );
}

function Tip({ data, target, whole }: { data: Overview; target: Target; whole: number }) {
  const left = Math.min(whole - 190, Math.max(8, target.x + 12));
  return (
    <div class="tip" style={{ left: `${left}px`, top: `${target.y + 14}px` }}>
      {target.dot ? (
        <DotTip data={data} dot={target.dot} />
      ) : (
        <BucketTip data={data} index={target.bucket ?? 0} />
      )}
    </div>
  );
}

const labelOf = ({ totals, from, to }: Overview): string =>
  `${int(totals.calls)} ${noun(totals.calls, 'call')} from ${clock(from)} to ${clock(to)}: half took less than ${ms(totals.median)}, ` +
  `${int(totals.errors)} failed, ${usd(totals.cost)} in all. The tables below have the numbers.`;

const stepWords = (step: number): string =>
  step >= 60 * SECOND ? `${step / (60 * SECOND)} min` : `${step / SECOND} s`;

export function Strip({ data }: { data: Overview }) {
  const [ref, whole] = useWidth<HTMLDivElement>();
  const [target, setTarget] = useState<Target>();
  const canvas = useRef<HTMLCanvasElement>(null);
  const scales = useMemo(() => scalesOf(data, whole), [data, whole]);
  const drawn = { data, scales };
  useEffect(() => {
    if (canvas.current && whole > 0) paint(canvas.current, drawn, whole);
  }, [data, whole, theme.value]);
  const move = (event: PointerEvent) => {
    const box = (event.currentTarget as Element).getBoundingClientRect();
    const [x, y] = [event.clientX - box.left, event.clientY - box.top];
    setTarget(y < DOTS + 6 ? dotAt(drawn, x, y) : bucketAt(drawn, x));
  };
  const open = () => target?.dot && go(`/calls?open=${target.dot[4]}`);
  return (
    <div class="strip" ref={ref}>
      {whole > 0 && (
        <>
          <canvas ref={canvas} aria-hidden="true" style={{ width: `${whole}px`, height: `${DOTS}px` }} />
          {/* biome-ignore lint/a11y/useKeyWithClickEvents: the list of calls opens the same by the keyboard */}
          <svg
            width={whole}
            height={BASE + 22}
            role="img"
            aria-label={labelOf(data)}
            class={classes(target?.dot && 'points')}
            onPointerMove={move}
            onPointerLeave={() => setTarget(undefined)}
            onClick={open}
          >
            <Axes {...drawn} />
            <CostBars {...drawn} />
            {target?.dot && <circle cx={target.x} cy={target.y} r="6" class="ring" />}
          </svg>
        </>
      )}
      <p class="capt dots">
        Duration of each call
        {data.isSampled &&
          ` · ${int(data.dots.length)} of ${int(data.totals.calls)} drawn: those that failed or took long first`}
      </p>
      <p class="capt bars">Cost each {stepWords(data.step)}</p>
      {target && <Tip data={data} target={target} whole={whole} />}
    </div>
  );
}
