/**
 * What a call is **expected** to cost before it is sent: its input by the size of the request, its output by what the
 * model wrote so far on average, but no more than the request allows.
 */
import type { Call, Usage } from '../model/call.ts';
import type { Amounts } from './spend.ts';

/** What is known of prices. */
export interface Pricing {
  /** The cost of a call with this usage, in USD; undefined if its price is unknown. */
  priceOf(call: Call, usage: Usage): number | undefined;
  /** True for a call of capacity that is paid for beforehand: it costs nothing of its own. */
  isPrepaid(call: Call): boolean;
}

export interface Expected extends Amounts {
  /** Whether a price is known; without one `usd` is 0. */
  readonly isPriced: boolean;
}

export interface Forecast {
  expect(call: Call): Expected;
  /** A call has ended whose usage is whole. */
  learn(call: Call): void;
}

/** What calls of a model used so far, on average. */
interface Means {
  input: number;
  output: number;
  /** Tokens of the input, by the characters of the request. */
  perCharacter: number | undefined;
  /** Undefined where no call had a cost. */
  usd: number | undefined;
}

/** English has 4 characters a token; JSON, code and most other languages have fewer. */
const PER_CHARACTER = 1 / 3;
/** The output of a first call that sets no limit to it. */
const FIRST_OUTPUT = 1000;
/** How much the last call counts in the average of all before it. */
const WEIGHT = 0.2;
/** How many models have averages. */
const MAX_MODELS = 1000;

export function makeForecast({ priceOf }: Pick<Pricing, 'priceOf'>): Forecast {
  const known = new Map<string, Means>();
  return {
    expect(call) {
      const means = known.get(modelOf(call));
      const usage = { inputTokens: inputOf(call, means), outputTokens: outputOf(call, means) };
      const usd = priceOf(call, usage) ?? means?.usd;
      return { usd: usd ?? 0, tokens: usage.inputTokens + usage.outputTokens, isPriced: usd !== undefined };
    },
    learn(call) {
      const model = modelOf(call);
      const means = known.get(model);
      if (means || known.size < MAX_MODELS) known.set(model, learned(call, means));
    },
  };
}

const modelOf = ({ provider, operation, request }: Call): string =>
  `${provider} ${operation} ${request.model ?? ''}`;

function inputOf({ requestSize }: Call, means: Means | undefined): number {
  if (requestSize === undefined) return means?.input ?? 0;
  return requestSize * (means?.perCharacter ?? PER_CHARACTER);
}

function outputOf({ operation, request }: Call, means: Means | undefined): number {
  if (operation === 'embeddings') return 0;
  const { maxTokens, choiceCount = 1 } = request;
  const most = maxTokens === undefined ? undefined : maxTokens * choiceCount;
  if (!means) return most ?? FIRST_OUTPUT * choiceCount;
  return Math.min(means.output, most ?? Infinity);
}

function learned({ response, cost, requestSize }: Call, means: Means | undefined): Means {
  const { inputTokens: input = 0, outputTokens: output = 0 } = response.usage ?? {};
  return {
    input: mean(means?.input, input),
    output: mean(means?.output, output),
    perCharacter: requestSize ? mean(means?.perCharacter, input / requestSize) : means?.perCharacter,
    usd: cost ? mean(means?.usd, cost.total) : means?.usd,
  };
}

const mean = (before: number | undefined, value: number): number =>
  before === undefined ? value : before + WEIGHT * (value - before);
