/** Two calls side by side: time, tokens, figures, attributes, messages. */
import { useMemo } from 'preact/hooks';
import type { CallDetail, SpanDetail } from '../src/api-types.ts';
import { Link, Missing, Model, Pre, Status, visible, Waiting } from './bits.tsx';
import { textOf } from './chat.tsx';
import { diff, folded, type Line } from './diff.ts';
import { classes, int, ms, NONE, percent, usd } from './format.ts';
import { go, param, useData } from './state.ts';
import { TableHead } from './table.tsx';
import { Timeline } from './timeline.tsx';
import { TokenBars } from './tokens.tsx';

type CallSpan = SpanDetail & { readonly call: CallDetail };

interface Measure {
  readonly name: string;
  readonly of: (call: CallDetail) => number | undefined;
  readonly format: (value: number | undefined) => string;
  /** Whether a lower value is better; undefined if neither is. */
  readonly isLessBetter?: boolean;
}

const MEASURES: readonly Measure[] = [
  { name: 'Cost', of: ({ cost }) => cost, format: usd, isLessBetter: true },
  { name: 'Took', of: ({ duration }) => duration, format: ms, isLessBetter: true },
  { name: 'First chunk', of: ({ firstChunk }) => firstChunk, format: ms, isLessBetter: true },
  { name: 'Tokens in', of: ({ input }) => input, format: int },
  { name: 'of them cached', of: ({ cached }) => cached ?? 0, format: int, isLessBetter: false },
  { name: 'Tokens out', of: ({ output }) => output, format: int },
  { name: 'of them reasoning', of: ({ reasoning }) => reasoning ?? 0, format: int },
];

const NOTABLE = 0.02;
const SAME = 0.0005;

function Change({
  from,
  to,
  isLessBetter,
}: {
  from: number | undefined;
  to: number | undefined;
  isLessBetter: boolean | undefined;
}) {
  const change = from && to !== undefined ? (to - from) / from : 0;
  if (Math.abs(change) < SAME) return <td class="num dim">{NONE}</td>;
  const isJudged = isLessBetter !== undefined && Math.abs(change) > NOTABLE;
  const tone = isJudged && (change > 0 === isLessBetter ? 'bad' : 'good');
  return (
    <td class={classes('num', tone)}>
      {change > 0 ? '+' : '−'}
      {percent(Math.abs(change))}
    </td>
  );
}

const Figures = ({ a, b }: { a: CallDetail; b: CallDetail }) => (
  <section>
    <h2>In figures</h2>
    <table class="grid-table">
      <TableHead columns={['Figure', ['A', 'num'], ['B', 'num'], ['Change', 'num']]} />
      <tbody>
        {MEASURES.map(({ name, of, format, isLessBetter }) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            <td class="num">{format(of(a))}</td>
            <td class="num">{format(of(b))}</td>
            <Change from={of(a)} to={of(b)} isLessBetter={isLessBetter} />
          </tr>
        ))}
      </tbody>
    </table>
  </section>
);

const COMPARED =
  /^(?:gen_ai\.(?:request|output|response\.(?:model|finish))|openai\.|server\.address|llmtrace\.stream\.outcome|error\.type)/;

const json = (value: unknown): string => (value === undefined ? NONE : (JSON.stringify(value) ?? NONE));

function Requests({ a, b }: { a: CallSpan; b: CallSpan }) {
  const names = [...new Set([...Object.keys(a.attributes), ...Object.keys(b.attributes)])].filter(
    (name) => COMPARED.test(name) && json(a.attributes[name]) !== json(b.attributes[name]),
  );
  return (
    <section>
      <h2>In the request</h2>
      {names.length === 0 ? (
        <p class="dim">Nothing differs.</p>
      ) : (
        <table class="grid-table">
          <TableHead columns={['Attribute', 'A', 'B']} />
          <tbody>
            {names.sort().map((name) => (
              <tr key={name}>
                <th scope="row" class="mono small">
                  {visible(name)}
                </th>
                <td class="mono">{visible(json(a.attributes[name]))}</td>
                <td class="mono">{visible(json(b.attributes[name]))}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

type Json = Readonly<Record<string, unknown>>;
const objects = (value: unknown): readonly Json[] =>
  Array.isArray(value) ? value.filter((item) => typeof item === 'object' && item !== null) : [];

function linesOf(part: Json): string[] {
  const { content, name, arguments: input, response, type, uri, bytes } = part;
  if (content !== undefined) return textOf(content).split('\n');
  const rest = input === undefined ? (response ?? { type, uri, bytes }) : { [String(name)]: input };
  return (JSON.stringify(rest, null, 2) ?? '').split('\n');
}

/** The messages of a call as lines. */
function saidIn({ content }: CallSpan): string[] {
  const messages = (list: unknown, role: string) =>
    objects(list).flatMap((message) => [
      `▍ ${String(message['role'] ?? role)}`,
      ...(Array.isArray(message['parts']) ? objects(message['parts']) : [message]).flatMap(linesOf),
    ]);
  return [
    ...messages(content.system, 'system'),
    ...messages(content.input, 'user'),
    ...messages(content.output, 'answer'),
  ];
}

const LINES: Record<Line['sign'], readonly [kind: string | undefined, words: string]> = {
  '+': ['add', 'only in B: '],
  '-': ['del', 'only in A: '],
  '…': ['same', ''],
  ' ': [undefined, ''],
};

function Said({ a, b }: { a: CallSpan; b: CallSpan }) {
  const lines = useMemo(() => diff(saidIn(a), saidIn(b)), [a, b]);
  const changed = lines.filter(({ sign }) => sign !== ' ').length;
  return (
    <section>
      <h2>
        In the messages{' '}
        {lines.length > 0 && (
          <span class="dim">{changed === 0 ? 'the same' : `${changed} of ${lines.length} lines differ`}</span>
        )}
      </h2>
      {lines.length === 0 ? (
        <p class="dim">The messages are not recorded.</p>
      ) : (
        <Pre kind="diff" label="Difference of the messages">
          {folded(lines).map(({ sign, text }, index) => (
            <div key={index} class={LINES[sign][0]}>
              <span aria-hidden="true">{sign === '…' ? ' ' : sign}</span>
              {LINES[sign][1] && <span class="sr">{LINES[sign][1]}</span>}
              {visible(text)}
            </div>
          ))}
        </Pre>
      )}
    </section>
  );
}

function Side({ span, name, most }: { span: CallSpan; name: string; most: number }) {
  return (
    <section class="card" aria-label={`Call ${name}`}>
      <p class="sidehead">
        <span class="badge">{name}</span>
        <Status value={span.status} />
        <Model name={span.call.model} />
        <span class="grow" />
        <Link class="btn" to={`/calls?open=${span.id}`}>
          Open
        </Link>
      </p>
      <Timeline timed={span} />
      <TokenBars call={span.call} most={most} />
    </section>
  );
}

const isCallSpan = (span: SpanDetail): span is CallSpan => span.call !== undefined;

function Both({ a, b }: { a: CallSpan; b: CallSpan }) {
  const most = Math.max(...[a.call, b.call].flatMap(({ input, output }) => [input ?? 0, output ?? 0]), 1);
  return (
    <div class="page scroll compare">
      <header class="pagehead">
        <h1>Compare</h1>
        <span class="grow" />
        <button type="button" class="btn" onClick={() => go(`/compare?a=${b.id}&b=${a.id}`)}>
          Swap
        </button>
      </header>
      <div class="sides">
        <Side span={a} name="A" most={most} />
        <Side span={b} name="B" most={most} />
      </div>
      <div class="two even">
        <Figures a={a.call} b={b.call} />
        <Requests a={a} b={b} />
      </div>
      <Said a={a} b={b} />
    </div>
  );
}

function Loaded({ a, b }: { a: string; b: string }) {
  const [first, second] = [useData<SpanDetail>(`spans/${a}`), useData<SpanDetail>(`spans/${b}`)];
  if (!first || !second) return <Waiting />;
  if (first === 'gone' || second === 'gone' || !isCallSpan(first) || !isCallSpan(second))
    return (
      <Missing what="Compare">
        One of the two is no longer here. Choose others in <Link to="/calls">the calls</Link>.
      </Missing>
    );
  return <Both a={first} b={second} />;
}

export function Compare() {
  const [a, b] = [param('a'), param('b')];
  if (a && b) return <Loaded a={a} b={b} />;
  return (
    <Missing what="Compare">
      Choose two calls: press <kbd>c</kbd> on one and then on the other, in <Link to="/calls">the calls</Link>
      .
    </Missing>
  );
}
