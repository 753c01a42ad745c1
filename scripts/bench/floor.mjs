/**
 * The **floor**: the lowest cost of an instrumentation. It is a hand-written patch for the calls of this benchmark.
 * It makes the calls of OpenTelemetry's API that the same span and the same metrics need, in the call's context, and
 * nothing else: it handles success only, catches no error, and the cost of a call in USD is a constant.
 */
import { performance } from 'node:perf_hooks';
import { context, SpanKind, trace } from '@opentelemetry/api';

const SECONDS = [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92];
const TOKENS = [1, 4, 16, 64, 256, 1024, 4096, 16384, 65536, 262144, 1048576, 4194304, 16777216, 67108864];

const server = (address) => ({ 'server.address': address, 'server.port': 443 });
const OPENAI = server('api.openai.com');
const ANTHROPIC = server('api.anthropic.com');
const GOOGLE = server('generativelanguage.googleapis.com');

const costs = (input, output, total = input + output) => ({
  'gen_ai.usage.cost': total,
  'llmtrace.cost.input': input,
  'llmtrace.cost.output': output,
  'llmtrace.cost.currency': 'USD',
  'llmtrace.cost.source': 'local',
});
const CHAT_COST = costs(0.00010319999999999999, 0.00021);
const EMBEDDINGS_COST = costs(0.000024, 0);
const MESSAGES_COST = costs(0.0039071999999999996, 0.00525);
const GENERATE_COST = costs(0.00036, 0.000875);

/** For each call: its attributes at the start, the reader of its answer or chunks, and its attributes at the end. */
export const CALLS = {
  chat: {
    operation: 'chat',
    provider: 'openai',
    model: (params) => params.model,
    start: (params) => ({
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'openai',
      ...OPENAI,
      'gen_ai.request.model': params.model,
      ...(params.stream && { 'gen_ai.request.stream': true }),
      'gen_ai.request.max_tokens': params.max_tokens,
      'gen_ai.request.temperature': params.temperature,
      'openai.api.type': 'chat_completions',
    }),
    whole: (data) => ({
      id: data.id,
      model: data.model,
      reason: data.choices[0].finish_reason,
      usage: data.usage,
      tier: data.service_tier,
    }),
    chunk(seen, data) {
      seen.id ??= data.id;
      seen.model ??= data.model;
      seen.tier ??= data.service_tier;
      if (data.usage) seen.usage = data.usage;
      for (const choice of data.choices) if (choice.finish_reason) seen.reason = choice.finish_reason;
    },
    end: ({ id, model, reason, usage, tier }) => ({
      'gen_ai.response.id': id,
      'gen_ai.response.model': model,
      'gen_ai.response.finish_reasons': [reason],
      'openai.response.service_tier': tier,
      'gen_ai.usage.input_tokens': usage.prompt_tokens,
      'gen_ai.usage.output_tokens': usage.completion_tokens,
      'gen_ai.usage.cache_read.input_tokens': usage.prompt_tokens_details.cached_tokens,
      'gen_ai.usage.reasoning.output_tokens': usage.completion_tokens_details.reasoning_tokens,
      ...CHAT_COST,
    }),
    tokens: ({ usage }) => [usage.prompt_tokens, usage.completion_tokens],
    cost: CHAT_COST['gen_ai.usage.cost'],
    metric: (model, seen) => ({
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'openai',
      'gen_ai.request.model': model,
      'gen_ai.response.model': seen.model,
      ...OPENAI,
      'openai.response.service_tier': seen.tier,
    }),
  },
  embeddings: {
    operation: 'embeddings',
    provider: 'openai',
    model: (params) => params.model,
    start: (params) => ({
      'gen_ai.operation.name': 'embeddings',
      'gen_ai.provider.name': 'openai',
      ...OPENAI,
      'gen_ai.request.model': params.model,
      'gen_ai.request.encoding_formats': [params.encoding_format],
    }),
    whole: (data) => ({ model: data.model, usage: data.usage }),
    end: ({ model, usage }) => ({
      'gen_ai.response.model': model,
      'gen_ai.usage.input_tokens': usage.prompt_tokens,
      ...EMBEDDINGS_COST,
    }),
    tokens: ({ usage }) => [usage.prompt_tokens, undefined],
    cost: EMBEDDINGS_COST['gen_ai.usage.cost'],
    metric: (model, seen) => ({
      'gen_ai.operation.name': 'embeddings',
      'gen_ai.provider.name': 'openai',
      'gen_ai.request.model': model,
      'gen_ai.response.model': seen.model,
      ...OPENAI,
    }),
  },
  messages: {
    operation: 'chat',
    provider: 'anthropic',
    model: (params) => params.model,
    start: (params) => ({
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'anthropic',
      ...ANTHROPIC,
      'gen_ai.request.model': params.model,
      ...(params.stream && { 'gen_ai.request.stream': true }),
      'gen_ai.request.max_tokens': params.max_tokens,
      'gen_ai.request.temperature': params.temperature,
    }),
    whole: ({ id, model, usage }) => ({
      ...{ id, model },
      input: usage.input_tokens + usage.cache_read_input_tokens,
      cached: usage.cache_read_input_tokens,
      output: usage.output_tokens,
    }),
    chunk(seen, data) {
      if (data.type === 'message_start') Object.assign(seen, CALLS.messages.whole(data.message));
      else if (data.type === 'message_delta') seen.output = data.usage.output_tokens;
    },
    end: ({ id, model, input, output, cached }) => ({
      'gen_ai.response.id': id,
      'gen_ai.response.model': model,
      'gen_ai.response.finish_reasons': ['stop'],
      'gen_ai.usage.input_tokens': input,
      'gen_ai.usage.output_tokens': output,
      'gen_ai.usage.cache_read.input_tokens': cached,
      ...MESSAGES_COST,
    }),
    tokens: ({ input, output }) => [input, output],
    cost: MESSAGES_COST['gen_ai.usage.cost'],
    metric: (model, seen) => ({
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'anthropic',
      'gen_ai.request.model': model,
      'gen_ai.response.model': seen.model,
      ...ANTHROPIC,
    }),
  },
  generate: {
    operation: 'generate_content',
    provider: 'gcp.gemini',
    model: (params) => params.model,
    start: (params, isStream) => ({
      'gen_ai.operation.name': 'generate_content',
      'gen_ai.provider.name': 'gcp.gemini',
      ...GOOGLE,
      'gen_ai.request.model': params.model,
      ...(isStream && { 'gen_ai.request.stream': true }),
      'gen_ai.request.max_tokens': params.config.maxOutputTokens,
      'gen_ai.request.temperature': params.config.temperature,
    }),
    whole: (data) => ({ id: data.responseId, model: data.modelVersion, usage: data.usageMetadata }),
    chunk(seen, data) {
      seen.id ??= data.responseId;
      seen.model ??= data.modelVersion;
      seen.usage = data.usageMetadata;
    },
    end: ({ id, model, usage }) => ({
      'gen_ai.response.id': id,
      'gen_ai.response.model': model,
      'gen_ai.response.finish_reasons': ['stop'],
      'gen_ai.usage.input_tokens': usage.promptTokenCount,
      'gen_ai.usage.output_tokens': usage.candidatesTokenCount,
      ...GENERATE_COST,
    }),
    tokens: ({ usage }) => [usage.promptTokenCount, usage.candidatesTokenCount],
    cost: GENERATE_COST['gen_ai.usage.cost'],
    metric: (model, seen) => ({
      'gen_ai.operation.name': 'generate_content',
      'gen_ai.provider.name': 'gcp.gemini',
      'gen_ai.request.model': model,
      'gen_ai.response.model': seen.model,
      ...GOOGLE,
    }),
  },
};

function instruments(meter) {
  const seconds = (name, description) =>
    meter.createHistogram(`gen_ai.client.operation.${name}`, {
      ...{ description, unit: 's', advice: { explicitBucketBoundaries: SECONDS } },
    });
  const tokens = {
    description: 'Number of input and output tokens used.',
    ...{ unit: '{token}', advice: { explicitBucketBoundaries: TOKENS } },
  };
  return {
    active: meter.createUpDownCounter('llmtrace.client.active_requests', { unit: '{request}' }),
    chunks: meter.createCounter('llmtrace.client.stream.chunks', { unit: '{chunk}' }),
    cost: meter.createCounter('llmtrace.client.cost', { unit: 'USD' }),
    duration: seconds('duration'),
    firstChunk: seconds('time_to_first_chunk'),
    perChunk: seconds('time_per_output_chunk'),
    tokens: meter.createHistogram('gen_ai.client.token.usage', tokens),
  };
}

/** Wraps `prototype[method]`. */
export function patch(prototype, method, what, { tracers, meters }, isStream) {
  const tracer = tracers.getTracer('floor');
  const metrics = instruments(meters.getMeter('floor'));
  const original = prototype[method];
  const { operation, provider } = what;
  prototype[method] = function (params, ...rest) {
    const started = performance.now();
    const parent = context.active();
    const model = what.model(params);
    const attributes = what.start(params, isStream);
    const span = tracer.startSpan(`${operation} ${model}`, { kind: SpanKind.CLIENT, attributes }, parent);
    metrics.active.add(1, { 'gen_ai.operation.name': operation, 'gen_ai.provider.name': provider });
    const promise = context.with(trace.setSpan(parent, span), () => original.call(this, params, ...rest));
    const call = { what, span, metrics, model, started };
    const arrived = isStream ? (stream) => readStream(call, stream) : (data) => end(call, what.whole(data));
    // An `APIPromise` reads the body only when it is awaited; Google's SDK returns plain promises.
    if (promise.parseResponse === undefined) {
      return promise.then((data) => {
        arrived(data);
        return data;
      });
    }
    const parse = promise.parseResponse;
    promise.parseResponse = async (...args) => {
      const data = await parse(...args);
      arrived(data);
      return data;
    };
    return promise;
  };
}

function end({ what, span, metrics, model, started }, seen, stream) {
  const attributes = what.end(seen);
  if (stream) {
    attributes['gen_ai.response.time_to_first_chunk'] = stream.first;
    attributes['llmtrace.stream.outcome'] = 'completed';
    attributes['llmtrace.stream.chunks'] = stream.chunks;
  }
  span.setAttributes(attributes);
  span.end();
  const { operation, provider } = what;
  metrics.active.add(-1, { 'gen_ai.operation.name': operation, 'gen_ai.provider.name': provider });
  const common = what.metric(model, seen);
  metrics.duration.record((performance.now() - started) / 1000, common);
  const [input, output] = what.tokens(seen);
  metrics.tokens.record(input, { ...common, 'gen_ai.token.type': 'input' });
  if (output !== undefined) metrics.tokens.record(output, { ...common, 'gen_ai.token.type': 'output' });
  if (stream) {
    metrics.firstChunk.record(stream.first, common);
    metrics.chunks.add(stream.chunks, common);
  }
  metrics.cost.add(what.cost, common);
}

/** Wraps `next()` of the stream's iterator. */
function readStream(call, stream) {
  const { what, metrics, model, started } = call;
  const seen = {};
  let chunks = 0;
  let first;
  let last;
  const arrived = (result) => {
    if (result.done) {
      end(call, seen, { first, chunks });
      return result;
    }
    const now = performance.now();
    what.chunk(seen, result.value);
    if (chunks++ === 0) first = (now - started) / 1000;
    else metrics.perChunk.record((now - last) / 1000, what.metric(model, seen));
    last = now;
    return result;
  };
  const watch = (iterator) => {
    const { next } = iterator;
    iterator.next = () => next.call(iterator).then(arrived);
    return iterator;
  };
  if (typeof stream.next === 'function') {
    watch(stream);
    return;
  }
  const { iterator } = stream;
  stream.iterator = () => watch(iterator.call(stream));
}
