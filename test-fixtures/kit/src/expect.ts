/** Asserts the telemetry of a row as a whole, so that an unexpected attribute fails, too. */
import assert from 'node:assert/strict';
import { type Attributes, SpanKind, SpanStatusCode } from '@opentelemetry/api';
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base';
import { expectContent, withoutContent } from './expect-content.ts';
import { CALLER } from './harness.ts';
import type { MetricPoint, Telemetry } from './telemetry.ts';
import type { ExpectedCall, Setting, Tokens } from './vendor-profile.ts';

/**
 * The longest pause of a busy machine between the start of a call and the start of its span, in s: 0.33 was seen where 16
 * processes wanted two cores.
 */
const STALL = 1;
/** How much longer than a call its span may be, in s: it ends after the call. */
const SLACK = 0.25;

/** Attributes that the suite does not check. */
const FREE = /^(?:openai\.|anthropic\.|gcp\.|llmtrace\.(?:cost|error)\.|http\.response\.status_code$)/;
const FREE_NAMES = new Set([
  'gen_ai.output.type',
  'gen_ai.request.choice.count',
  'gen_ai.request.encoding_formats',
  'gen_ai.request.previous_response.id',
]);

interface Server {
  address: string;
  port: number;
}

/**
 * Asserts that the telemetry has each of the expected calls once, and no other call.
 *
 * @param chunks the number of chunks that the application recorded.
 * @param content whether it also has message content.
 */
export async function expectCalls(
  telemetry: Telemetry,
  expected: readonly ExpectedCall[],
  setting: Setting,
  url: string,
  chunks: number,
  content = false,
): Promise<void> {
  const spans = telemetry.spans().sort((one, other) => order(one) - order(other));
  assert.equal(telemetry.started(), expected.length, 'spans started');
  assert.equal(spans.length, expected.length, 'spans ended');
  const { hostname, port } = new URL(url);
  const server = { address: hostname, port: Number(port) };
  for (const [index, call] of expected.entries()) {
    const span = spans[index] as ReadableSpan;
    if (content) expectContent(span.attributes, call);
    const attributes = content ? withoutContent(span.attributes) : span.attributes;
    expectSpan(span, attributes, call, setting, call.elsewhere ? undefined : server);
  }
  expectMetrics(await telemetry.metrics(), expected, spans, setting, chunks);
}

const order = ({ startTime: [seconds, nanos] }: ReadableSpan): number => seconds * 1e9 + nanos;

/** The tokens that the telemetry of a call must have; undefined for none. */
export function tokensOf({ family, answer, stream, tokens }: ExpectedCall): Partial<Tokens> | undefined {
  if (answer === 'begun' && family.inputAtStart) {
    const { output: _output, reasoning: _reasoning, ...input } = family.tokens ?? {};
    return input;
  }
  const isReported = answer === 'whole' && (!stream || family.streamUsage === 'always');
  return (tokens ?? (isReported ? 'known' : 'unknown')) === 'known' ? family.tokens : undefined;
}

const operationOf = (call: ExpectedCall): string => call.operation ?? call.family.operation;
const modelOf = (call: ExpectedCall): string => call.model ?? call.family.model;
const outcomeOf = (call: ExpectedCall): string => call.outcome ?? 'completed';

function expectSpan(
  span: ReadableSpan,
  attributes: Attributes,
  call: ExpectedCall,
  setting: Setting,
  server: Server | undefined,
): void {
  assert.equal(span.name, `${operationOf(call)} ${modelOf(call)}`);
  assert.equal(span.kind, SpanKind.CLIENT, 'kind');
  assert.equal(span.parentSpanContext?.spanId, CALLER.spanId, 'the parent is the span of the caller');
  assert.equal(span.instrumentationScope.name, setting.vendor.scope);
  expectRetries(span, call.resends ?? 0);
  const status = call.status ?? (call.errorType === undefined ? 'unset' : 'error');
  assert.equal(span.status.code, status === 'error' ? SpanStatusCode.ERROR : SpanStatusCode.UNSET, 'status');
  expectMeasured(attributes, call);
  expectAnswer(attributes, call);
  const address = server ?? serverOf(attributes);
  assert.deepEqual(exact(attributes), defined(exactAttributes(call, setting, address)), 'attributes');
}

/** Asserts an event for each retry, by llmtrace or by the SDK, which names how the attempt before it failed. */
function expectRetries({ events }: ReadableSpan, count: number): void {
  assert.deepEqual(
    events.map(({ name, attributes }) => [name, attributes?.['llmtrace.retry.attempt']]),
    Array.from({ length: count }, (_, index) => ['llmtrace.retry', index + 1]),
    'events',
  );
  for (const { attributes = {} } of events) {
    assert.equal(typeof attributes['error.type'], 'string', 'error.type of a retry');
    assert.ok(Number(attributes['llmtrace.retry.delay_ms']) >= 0, 'the pause before a retry');
  }
}

/** Asserts the server attributes of a call to another server on this machine, and returns them. */
function serverOf(attributes: Attributes): Server {
  const { 'server.address': address, 'server.port': port } = attributes;
  assert.equal(address, '127.0.0.1', 'server.address');
  assert.equal(typeof port, 'number', 'server.port');
  return { address, port: port as number };
}

/** The attributes whose values are known beforehand. */
function exactAttributes(call: ExpectedCall, { vendor }: Setting, server: Server): Record<string, unknown> {
  const { family, answer, stream, outcome } = call;
  const tokens = tokensOf(call);
  const leftOpen = stream === true || outcome === 'cancelled' || outcome === 'abandoned';
  return {
    'gen_ai.operation.name': operationOf(call),
    'gen_ai.provider.name': call.provider ?? vendor.provider,
    'gen_ai.request.model': modelOf(call),
    'gen_ai.request.stream': stream,
    ...family.asked,
    'server.address': server.address,
    'server.port': server.port,
    'gen_ai.response.model': answer === 'none' ? undefined : family.responseModel,
    'gen_ai.response.finish_reasons':
      call.finishReasons ?? (answer === 'whole' ? family.finishReasons : undefined),
    'gen_ai.usage.input_tokens': tokens?.input,
    'gen_ai.usage.output_tokens': tokens?.output,
    'gen_ai.usage.cache_read.input_tokens': tokens?.cacheRead,
    'gen_ai.usage.cache_creation.input_tokens': tokens?.cacheWrite,
    'llmtrace.usage.cache_write_1h.input_tokens': tokens?.cacheWrite1h,
    'gen_ai.usage.reasoning.output_tokens': tokens?.reasoning,
    'error.type': call.errorType,
    'http.request.resend_count': call.resends,
    'llmtrace.response.unseen': call.isUnseen,
    'llmtrace.stream.outcome': leftOpen ? outcomeOf(call) : undefined,
  };
}

/** Attributes of which only the type is known; they are checked separately. */
const MEASURED = [
  'gen_ai.response.id',
  'gen_ai.response.time_to_first_chunk',
  'gen_ai.usage.cost',
  'llmtrace.stream.chunks',
];

function exact(attributes: Attributes): Record<string, unknown> {
  const kept = Object.entries(attributes).filter(
    ([name]) => !FREE.test(name) && !FREE_NAMES.has(name) && !MEASURED.includes(name),
  );
  return Object.fromEntries(kept);
}

const defined = (attributes: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(attributes).filter(([, value]) => value !== undefined));

/** @param isSeen whether a chunk arrived. */
function expectChunkCount(chunks: unknown, call: ExpectedCall, isSeen: boolean): void {
  if (isSeen && call.chunks !== 'some') assert.equal(chunks, call.chunks, 'chunks');
  else if (isSeen) assert.equal(typeof chunks, 'number', 'chunks');
}

function expectMeasured(attributes: Attributes, call: ExpectedCall): void {
  const first = attributes['gen_ai.response.time_to_first_chunk'];
  const seen = call.stream === true && (call.chunks === 'some' || (call.chunks ?? 0) > 0);
  assert.equal(typeof first, seen ? 'number' : 'undefined', 'time_to_first_chunk');
  if (seen)
    assert.ok((first as number) >= 0 && (first as number) < 10, `seconds to the first chunk: ${first}`);
  expectChunkCount(attributes['llmtrace.stream.chunks'], call, seen);
  const cost = attributes['gen_ai.usage.cost'];
  // A failed call has no cost, even if its tokens are known.
  const priced = tokensOf(call) !== undefined && outcomeOf(call) !== 'failed';
  if (call.family.priced) assert.equal(typeof cost, priced ? 'number' : 'undefined', 'cost');
}

function expectAnswer(attributes: Attributes, { answer, family }: ExpectedCall): void {
  const id = attributes['gen_ai.response.id'];
  if (answer === 'none' || family.idPrefix === undefined) assert.equal(id, undefined, 'response id');
  else assert.ok(String(id).startsWith(family.idPrefix), `response id: ${id}`);
}

function expectMetrics(
  points: MetricPoint[],
  expected: readonly ExpectedCall[],
  spans: readonly ReadableSpan[],
  { vendor }: Setting,
  chunks: number,
): void {
  const of = (name: string) => points.filter((point) => point.name === name);
  const durations = of('gen_ai.client.operation.duration');
  assert.deepEqual(
    counts(durations),
    tally(expected.map((call) => shared(call, vendor.provider))),
    'durations',
  );
  const [measured, lasted] = [total(durations), spans.reduce((sum, span) => sum + seconds(span), 0)];
  const pause = measured - lasted; // a call begins before its span
  assert.ok(pause < STALL && pause > -SLACK, `durations of ${measured} s for spans of ${lasted} s`);
  expectTokens(of('gen_ai.client.token.usage'), expected);
  expectChunks(points, expected, chunks);
  assert.equal(total(of('llmtrace.client.active_requests')), 0, 'active requests');
  const cost = spans.reduce((sum, { attributes }) => sum + Number(attributes['gen_ai.usage.cost'] ?? 0), 0);
  assert.ok(Math.abs(total(of('llmtrace.client.cost')) - cost) < 1e-9, 'the cost is that of the spans');
  for (const { name, unit } of points) {
    const wanted =
      UNITS[name] ?? assert.fail(`add the unit of ${name} to UNITS in test-fixtures/kit/src/expect.ts`);
    assert.equal(unit, wanted, name);
  }
}

/** The unit of each metric that a row may record. */
const UNITS: Readonly<Record<string, string>> = {
  'gen_ai.client.operation.duration': 's',
  'gen_ai.client.token.usage': '{token}',
  'gen_ai.client.operation.time_to_first_chunk': 's',
  'gen_ai.client.operation.time_per_output_chunk': 's',
  'llmtrace.client.active_requests': '{request}',
  'llmtrace.client.cost': 'USD',
  'llmtrace.client.stream.chunks': '{chunk}',
  'llmtrace.client.unpriced_calls': '{call}',
  'llmtrace.client.partial_costs': '{call}',
  'llmtrace.client.refused_calls': '{call}',
  'llmtrace.client.retries': '{retry}',
  'llmtrace.client.estimated_calls': '{call}',
  'llmtrace.client.rate_limit.wait': 's',
  'llmtrace.client.rate_limit.remaining_requests': '{request}',
  'llmtrace.client.rate_limit.remaining_tokens': '{token}',
  'gen_ai.invoke_agent.duration': 's',
  'gen_ai.invoke_agent.inference_calls': '{inference_call}',
  'gen_ai.invoke_agent.tool_calls': '{tool_call}',
  'gen_ai.execute_tool.duration': 's',
};

/** The key of the attribute set under which the duration of a call is recorded. */
const shared = (call: ExpectedCall, provider: string): string =>
  [operationOf(call), call.provider ?? provider, modelOf(call), call.errorType ?? 'no error'].join(' ');

const SHARED = ['gen_ai.operation.name', 'gen_ai.provider.name', 'gen_ai.request.model'];

function counts(points: readonly MetricPoint[]): Record<string, number> {
  const result: Record<string, number> = {};
  for (const { attributes, count = 0 } of points) {
    const key = [...SHARED.map((name) => attributes[name]), attributes['error.type'] ?? 'no error'].join(' ');
    result[key] = (result[key] ?? 0) + count;
    assert.ok(attributes['server.address'] !== undefined, 'server.address of a metric');
  }
  return result;
}

function tally(keys: readonly string[]): Record<string, number> {
  const result: Record<string, number> = {};
  for (const key of keys) result[key] = (result[key] ?? 0) + 1;
  return result;
}

function expectTokens(points: readonly MetricPoint[], expected: readonly ExpectedCall[]): void {
  for (const type of ['input', 'output'] as const) {
    const counts = expected.flatMap((call) => tokensOf(call)?.[type] ?? []);
    const mine = points.filter(({ attributes }) => attributes['gen_ai.token.type'] === type);
    const records = mine.reduce((sum, { count = 0 }) => sum + count, 0);
    assert.equal(records, counts.length, `${type} tokens are recorded once a call`);
    assert.equal(
      total(mine),
      counts.reduce((sum, count) => sum + count, 0),
      `${type} tokens`,
    );
  }
}

/** Asserts one measurement for the first chunk of each stream, and one for each later chunk. */
function expectChunks(points: readonly MetricPoint[], expected: readonly ExpectedCall[], seen: number): void {
  const of = (name: string) => points.filter((point) => point.name === name);
  const records = (name: string) => of(name).reduce((sum, { count = 0 }) => sum + count, 0);
  const begun = expected.filter(({ chunks = 0 }) => chunks === 'some' || chunks > 0);
  const chunks = total(of('llmtrace.client.stream.chunks'));
  assert.equal(
    records('gen_ai.client.operation.time_to_first_chunk'),
    begun.length,
    'times to the first chunk',
  );
  assert.equal(
    records('gen_ai.client.operation.time_per_output_chunk'),
    chunks - begun.length,
    'times per chunk after the first',
  );
  // Rows that read a stream themselves record each chunk.
  if (seen > 0) assert.equal(chunks, seen, 'chunks');
}

const total = (points: readonly MetricPoint[]): number =>
  points.reduce((sum, { sum: part }) => sum + part, 0);
const seconds = ({ duration: [whole, nanos] }: ReadableSpan): number => whole + nanos / 1e9;
