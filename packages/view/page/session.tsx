/** A session: the context of each call, its messages, and the cost up to that call. */
import type { SessionDetail, Turn } from '../src/api-types.ts';
import { Icon, Link, Missing, Model, Point, Status, Sum, useWidth, visible, Waiting } from './bits.tsx';
import { Messages } from './chat.tsx';
import { atLeast, clock, int, ms, noun, percent, short } from './format.ts';
import { useData } from './state.ts';

const TALL = 84;
const WIDEST = 46;
const GAP = 3;

function TurnBar({ turn, index, each, most }: { turn: Turn; index: number; each: number; most: number }) {
  const { input = 0, cached = 0, output = 0 } = turn;
  const [tall, hatched, answer] = [input, cached, output].map((tokens) => (tokens / most) * TALL) as [
    number,
    number,
    number,
  ];
  const [x, width] = [index * each, Math.max(1, each - GAP)];
  const show = () => document.getElementById(`turn-${turn.id}`)?.scrollIntoView({ behavior: 'smooth' });
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: it only scrolls to a part of the page that the keyboard reaches, too
    <g onClick={show} class="points">
      <rect x={x} width={width} y={Math.max(0, TALL - answer - tall - 1)} height={answer} class="f-out" />
      <rect x={x} width={width} y={TALL - tall} height={Math.max(0, tall - hatched)} class="f-in" />
      <rect x={x} width={width} y={TALL - hatched} height={hatched} class="f-cached" />
      {each > 20 && (
        <text x={x + width / 2} y={TALL + 13} text-anchor="middle" class="axis">
          {index + 1}
        </text>
      )}
    </g>
  );
}

const Hatch = () => (
  <defs>
    <pattern id="hatch" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
      <rect width="5" height="5" class="hatch" />
      <rect width="2" height="5" class="f-in" />
    </pattern>
  </defs>
);

function Context({ turns }: { turns: readonly Turn[] }) {
  const [ref, whole] = useWidth<HTMLDivElement>();
  const most = Math.max(...turns.map(({ input = 0, output = 0 }) => input + output), 1) * 1.05;
  const width = whole;
  const each = Math.min(WIDEST, width / turns.length);
  return (
    <section class="card" aria-label="Context">
      <div ref={ref}>
        {width > 0 && (
          <svg
            width={width}
            height={TALL + 18}
            role="img"
            aria-label={`Tokens of context of each call: ${turns.map(({ input }) => int(input)).join(', ')}`}
          >
            <Hatch />
            {turns.map((turn, index) => (
              <TurnBar key={turn.id} turn={turn} index={index} each={each} most={most} />
            ))}
          </svg>
        )}
      </div>
      <ul class="legend">
        <li>
          <i class="seg cached" />
          context from the cache
        </li>
        <li>
          <i class="seg in" />
          new context
        </li>
        <li>
          <i class="seg out" />
          answer
        </li>
      </ul>
    </section>
  );
}

function usageOf({ input, cached, output, duration }: Turn): string {
  const share = cached ? `, ${percent(Math.round((cached / (input || 1)) * 100) / 100)} cached` : '';
  return `${short(input)} in${share} · ${short(output)} out · ${ms(duration)}`;
}

const TurnItem = ({ turn, index }: { turn: Turn; index: number }) => (
  <li id={`turn-${turn.id}`}>
    <div class="turnmeta">
      <b>{index + 1}</b>
      <span class="mono dim">{clock(turn.start)}</span>
      <Model name={turn.model} />
      <span class="dim">{usageOf(turn)}</span>
      <span class="grow" />
      <b>{atLeast(turn.cost, turn.isPartial)}</b>
      <span class="dim">{atLeast(turn.sum, turn.isSumPartial)} so far</span>
      {turn.status !== 'ok' && <Status value={turn.status} hasWords />}
      <Link class="btn" to={`/traces/${turn.traceId}?span=${turn.id}`}>
        Open
      </Link>
    </div>
    <Messages list={turn.said} span={turn.id} />
    <Messages list={turn.answer} span={turn.id} />
  </li>
);

export function Session({ id }: { id: string }) {
  const session = useData<SessionDetail>(`sessions/${encodeURIComponent(id)}`);
  if (!session) return <Waiting />;
  if (session === 'gone' || session.turns.length === 0)
    return (
      <Missing what="This session is no longer here">
        Its calls made room for newer ones, or its link is wrong. <Link to="/sessions">All sessions</Link>
      </Missing>
    );
  const { turns, user } = session;
  const [first, last] = [turns[0], turns.at(-1)];
  return (
    <div class="page scroll sessionpage">
      <header class="pagehead">
        <Link class="btn square" to="/sessions" aria-label="All sessions">
          <Icon name="back" size={14} />
        </Link>
        <h1 class="clip">{visible(user ?? 'Session')}</h1>
        <span class="dim mono clip">{visible(id)}</span>
      </header>
      <Sum>
        <b>{int(turns.length)}</b> {noun(turns.length, 'call')}
        <Point />
        <b>{atLeast(last?.sum, last?.isSumPartial ?? false)}</b>
        <Point />
        <b>{short(Math.max(0, ...turns.map(({ input }) => input ?? 0)))}</b> tokens of context at most
        {first && last && first !== last && (
          <>
            <Point />
            <span class="dim">
              {clock(first.start)} – {clock(last.start)}
            </span>
          </>
        )}
      </Sum>
      <Context turns={turns} />
      <ol class="turns">
        {turns.map((turn, index) => (
          <TurnItem key={turn.id} turn={turn} index={index} />
        ))}
      </ol>
    </div>
  );
}
