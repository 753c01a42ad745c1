/**
 * The OpenTelemetry metrics of calls. They do not depend on sampling.
 * https://opentelemetry.io/docs/specs/semconv/gen-ai/gen-ai-metrics/
 */
import type { Attributes, Context, Counter, Meter } from '@opentelemetry/api';
import { errorType } from '../../errors/index.ts';
import { isRefusal } from '../../errors/llmtrace-error.ts';
import { isUnpriced, type Missing } from '../../model/billing.ts';
import type { Call, Observer, Usage } from '../../model/call.ts';
import type { Naming } from '../attributes.ts';
import { type Series, seriesOf, startOf } from './attribute-sets.ts';
import { deferredFor, type Take } from './deferred.ts';
import { deferredSeconds, deferredTokens, secondsHistogram } from './histograms.ts';
import type { LabelsOf } from './labels.ts';

/** What records one set of names; each set reports the same calls. */
interface Profile {
  duration(call: Call): Duration | undefined;
  firstChunk: Take;
  perChunk: Take;
  tokens(call: Call, series: Series): void;
}

/** A duration. That of a failed call is recorded at once: its attributes are of that call alone. */
interface Duration {
  readonly completed: Take;
  readonly failed: Take;
}

/**
 * @param meter makes the instruments when the observer is made.
 * @param labelsOf the attributes of calls that are also on metrics.
 */
export function metricsObserver(
  meter: Meter,
  { semconv, costSemconv }: Naming,
  labelsOf: LabelsOf = () => undefined,
): Observer {
  const active = activeRequests(meter);
  const chunks = streamChunks(meter);
  const recordCost = costs(meter, costSemconv);
  const refused = refusals(meter);
  const profiles = profilesOf(meter, semconv);
  const series = (call: Readonly<Call>): Series => seriesOf(call, labelsOf(call));
  const perChunk = profiles.map((profile) => profile.perChunk);

  return {
    start: (call) => active(1, startOf(call), call.context),
    chunk(call, _chunk, now) {
      if (call.lastChunkTime === undefined) return;
      const { attributes } = series(call);
      const seconds = (now - call.lastChunkTime) / 1000;
      for (const record of perChunk) record(seconds, attributes, call.context);
    },
    end(call) {
      active(-1, startOf(call), call.context);
      const callSeries = series(call);
      const { attributes } = callSeries;
      if (isRefusal(call.error)) return refused(call, attributes);
      for (const profile of profiles) {
        recordTimes(profile, call, attributes);
        profile.tokens(call, callSeries);
      }
      if (call.chunks > 0) chunks(call.chunks, attributes, call.context);
      recordCost(call, attributes);
    },
    usage(calls) {
      const sums = series(calls);
      for (const profile of profiles) profile.tokens(calls, sums);
      recordCost(calls, sums.attributes);
    },
  };
}

const activeRequests = (meter: Meter): Take =>
  deferredFor(meter).adding(
    meter.createUpDownCounter('llmtrace.client.active_requests', {
      description: 'Calls in flight; a stream counts until it ends.',
      unit: '{request}',
    }),
  );

const streamChunks = (meter: Meter): Take =>
  deferredFor(meter).adding(
    meter.createCounter('llmtrace.client.stream.chunks', {
      description: 'Chunks of streams received.',
      unit: '{chunk}',
    }),
  );

const profilesOf = (meter: Meter, semconv: Naming['semconv']): Profile[] => [
  ...(semconv === 'latest' ? [] : [releasedProfile(meter)]),
  ...(semconv === '1.41' ? [] : [latestProfile(meter, semconv === 'dup')]),
];

/** Records the cost of a call, what is missing from it, or that the call has no price. */
function costs(meter: Meter, costSemconv: string): (call: Call, attributes: Attributes) => void {
  const deferred = deferredFor(meter);
  const cost = deferred.adding(costCounter(meter, costSemconv));
  const unpriced = deferred.adding(
    meter.createCounter('llmtrace.client.unpriced_calls', {
      description: 'Calls whose usage is known and whose price is not.',
      unit: '{call}',
    }),
  );
  const partial = partialCosts(meter);
  return (call, attributes) => {
    if (call.cost) cost(call.cost.total, attributes, call.context);
    else if (isUnpriced(call)) unpriced(1, attributes, call.context);
    if (call.cost?.missing) partial(call.cost.missing, attributes, call.context);
  };
}

/** Counts incomplete costs by the missing part. They are rare, so they are recorded at once. */
function partialCosts(
  meter: Meter,
): (missing: readonly Missing[], attributes: Attributes, context: Context) => void {
  const counter = meter.createCounter('llmtrace.client.partial_costs', {
    description: 'Calls whose cost leaves something out, by what that is.',
    unit: '{call}',
  });
  return (missing, attributes, context) => {
    for (const part of missing) counter.add(1, { ...attributes, 'llmtrace.cost.missing': part }, context);
  };
}

/** Counts calls that llmtrace refused to send. The vendor never got them, so no other metric counts them. */
function refusals(meter: Meter): (call: Call, attributes: Attributes) => void {
  const counter = meter.createCounter('llmtrace.client.refused_calls', {
    description: 'Calls that a rate limit or a budget of llmtrace refused.',
    unit: '{call}',
  });
  return (call, attributes) => {
    counter.add(1, { ...attributes, 'error.type': errorType(call.error) }, call.context);
  };
}

function recordTimes(profile: Profile, call: Call, attributes: Attributes): void {
  if (call.reads) return; // to read an answer is no operation of a model
  const seconds = ((call.endTime ?? call.activeTime) - call.startTime) / 1000;
  const { context, error } = call;
  const duration = profile.duration(call);
  if (error === undefined) duration?.completed(seconds, attributes, context);
  else duration?.failed(seconds, { ...attributes, 'error.type': errorType(error) }, context);
  if (call.firstChunkTime === undefined) return;
  profile.firstChunk((call.firstChunkTime - call.attemptTime) / 1000, attributes, context);
}

function durations(meter: Meter, name: string, description: string): Duration {
  const histogram = secondsHistogram(meter, name, description);
  return {
    completed: deferredFor(meter).recording(histogram),
    failed: (value, attributes, context) => histogram.record(value, attributes, context),
  };
}

function costCounter(meter: Meter, costSemconv: string): Counter {
  const name = costSemconv === 'draft' ? 'gen_ai.client.operation.cost' : 'llmtrace.client.cost';
  return meter.createCounter(name, { description: 'Cost of calls.', unit: 'USD' });
}

/** Profile `1.41`. */
function releasedProfile(meter: Meter): Profile {
  const name = 'gen_ai.client.operation';
  const duration = durations(meter, `${name}.duration`, 'GenAI operation duration.');
  const usage = deferredTokens(meter, 'gen_ai.client.token.usage', 'Number of input and output tokens used.');
  return {
    duration: () => duration,
    firstChunk: deferredSeconds(meter, `${name}.time_to_first_chunk`, 'Time to receive the first chunk.'),
    perChunk: deferredSeconds(meter, `${name}.time_per_output_chunk`, 'Time per chunk after the first one.'),
    tokens({ response, context }, { input, output }) {
      const { inputTokens, outputTokens } = response.usage ?? {};
      if (inputTokens !== undefined) usage(inputTokens, input, context);
      if (outputTokens !== undefined) usage(outputTokens, output, context);
    },
  };
}

/**
 * Profile `latest`: inference has separate metrics; other operations keep the old duration, which profile `1.41`
 * records already where both are on.
 */
function latestProfile(meter: Meter, both: boolean): Profile {
  const name = 'gen_ai.client.inference';
  const inference = durations(meter, `${name}.duration`, 'GenAI inference duration.');
  const other = both
    ? undefined
    : durations(meter, 'gen_ai.client.operation.duration', 'GenAI operation duration.');
  const usage = usageCounters(meter, `${name}.usage`);
  const input = deferredTokens(meter, `${name}.operation.input_tokens`, 'Input tokens per operation.');
  const output = deferredTokens(meter, `${name}.operation.output_tokens`, 'Output tokens per operation.');
  return {
    duration: ({ operation }) => (operation === 'embeddings' ? other : inference),
    firstChunk: deferredSeconds(meter, `${name}.time_to_first_chunk`, 'Time to receive the first chunk.'),
    perChunk: deferredSeconds(meter, `${name}.time_per_output_chunk`, 'Time per chunk after the first one.'),
    tokens(call, { attributes }) {
      const { response, context } = call;
      const counted = response.usage;
      if (!counted) return;
      for (const add of usage) add(counted, attributes, context);
      if (counted.inputTokens !== undefined) input(counted.inputTokens, attributes, context);
      if (counted.outputTokens !== undefined) output(counted.outputTokens, attributes, context);
    },
  };
}

type CountedTokens = readonly [
  total: keyof Usage,
  text?: keyof Usage,
  image?: keyof Usage,
  audio?: keyof Usage,
];

const COUNTERS: readonly (readonly [name: string, counted: CountedTokens])[] = [
  ['input_tokens', ['inputTokens', 'inputTextTokens', 'inputImageTokens', 'inputAudioTokens']],
  ['output_tokens', ['outputTokens', 'outputTextTokens', 'outputImageTokens', 'outputAudioTokens']],
  [
    'cache_read.input_tokens',
    ['cacheReadTokens', 'cacheReadTextTokens', 'cacheReadImageTokens', 'cacheReadAudioTokens'],
  ],
  ['cache_write.input_tokens', ['cacheWriteTokens']],
  ['reasoning.output_tokens', ['reasoningTokens']],
];

const MODALITIES = ['text', 'image', 'audio'];

type Add = (usage: Usage, attributes: Attributes, context: Context) => void;

/** A counter a kind of token, by modality; tokens without a reported modality are `unknown`. */
function usageCounters(meter: Meter, prefix: string): Add[] {
  return COUNTERS.map(([name, counted]) => {
    const counter = meter.createCounter(`${prefix}.${name}`, {
      description: 'Tokens used.',
      unit: '{token}',
    });
    return (usage, attributes, context) => {
      for (const [modality, count] of byModality(usage, counted)) {
        if (count > 0) counter.add(count, { ...attributes, 'gen_ai.token.modality': modality }, context);
      }
    };
  });
}

/** The parts of a count that modalities were reported for, and the rest. */
function byModality(usage: Usage, [total, ...parts]: CountedTokens): [modality: string, count: number][] {
  let rest = usage[total] ?? 0;
  const known = MODALITIES.map((modality, index): [string, number] => {
    const key = parts[index];
    const count = key === undefined ? 0 : Math.min(usage[key] ?? 0, rest);
    rest -= count;
    return [modality, count];
  });
  return [...known, ['unknown', rest]];
}
