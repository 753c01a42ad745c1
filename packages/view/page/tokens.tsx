/** The tokens of a call: two bars on one scale, with their cost. */
import type { CallDetail } from '../src/api-types.ts';
import { int, percent, usd } from './format.ts';

interface Part {
  readonly tokens: number;
  readonly kind: string;
  readonly words: string;
  /** The number of tokens of which the share is shown. */
  readonly of?: number;
}

export interface Split {
  readonly input: readonly Part[];
  readonly output: readonly Part[];
}

/** The known parts of the tokens; the rest is new input, or the answer. */
export function splitOf(call: CallDetail): Split {
  const { input = 0, output = 0, cached = 0, written = 0, reasoning = 0 } = call;
  const parts = (list: readonly Part[]) => list.filter(({ tokens }) => tokens > 0);
  return {
    input: parts([
      { tokens: cached, kind: 'cached', words: 'cached', of: input },
      { tokens: written, kind: 'written', words: 'written to cache' },
      { tokens: Math.max(0, input - cached - written), kind: 'in', words: 'new' },
    ]),
    output: parts([
      { tokens: reasoning, kind: 'reason', words: 'reasoning', of: output },
      { tokens: Math.max(0, output - reasoning), kind: 'out', words: 'answer' },
    ]),
  };
}

interface BarProps {
  readonly name: string;
  readonly parts: readonly Part[];
  readonly tokens: number | undefined;
  readonly cost: number | undefined;
  readonly most: number;
}

const Bar = ({ name, parts, tokens, cost, most }: BarProps) => (
  <div class="tk">
    <span class="lab">{name}</span>
    <div class="bar">
      <div class="fill" style={{ width: `${((tokens ?? 0) / most) * 100}%` }}>
        {parts.map((part) => (
          <i
            key={part.kind}
            class={`seg ${part.kind}`}
            style={{ flexGrow: part.tokens }}
            title={`${int(part.tokens)} ${part.words}`}
          />
        ))}
      </div>
    </div>
    <b>{int(tokens)}</b>
    <span class="money">{usd(cost)}</span>
  </div>
);

export function TokenBars({ call, most }: { call: CallDetail; most?: number }) {
  const { input, output, inputCost, outputCost } = call;
  const split = splitOf(call);
  const scale = most ?? Math.max(input ?? 0, output ?? 0, 1);
  return (
    <div class="tokens">
      <Bar name="In" parts={split.input} tokens={input} cost={inputCost} most={scale} />
      <Bar name="Out" parts={split.output} tokens={output} cost={outputCost} most={scale} />
      <ul class="legend">
        {[...split.input, ...split.output].map(({ kind, tokens, words, of }) => (
          <li key={kind}>
            <i class={`seg ${kind}`} />
            {int(tokens)} {words} {of ? <em>{percent(tokens / of)}</em> : null}
          </li>
        ))}
      </ul>
    </div>
  );
}
