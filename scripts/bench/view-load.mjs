/**
 * The load of `view.mjs`: spans of the made-up shop of the viewer's tests, as OpenTelemetry's own exporter writes them,
 * protobuf and 512 a request.
 */
import { ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer';
import { FAILURES, failing, random, search, support } from '../../packages/view/test/fixtures/shop.ts';

const AT_ONCE = 512;
const HOUR = 3_600_000;
const MESSAGES = /^gen_ai\.(?:input|output)\.messages$|^gen_ai\.(?:system_instructions|tool\.definitions)$/;

const time = (ms) => [Math.floor(ms / 1000), Math.round((ms % 1000) * 1e6)];
const resources = new Map();

function resourceOf(service) {
  const resource = { attributes: { 'service.name': service }, asyncAttributesPending: false };
  if (!resources.has(service)) resources.set(service, resource);
  return resources.get(service);
}

const contextOf = (traceId, spanId) => ({ traceId, spanId, traceFlags: 1 });

function readable({ traceId, spanId, parentSpanId, name, kind, start, end, status, ...span }) {
  const context = contextOf(traceId, spanId);
  const attributes = Object.entries(span.attributes).filter(
    ([key, value]) => value !== undefined && !MESSAGES.test(key),
  );
  return {
    name,
    kind: kind - 1,
    spanContext: () => context,
    parentSpanContext: parentSpanId ? contextOf(traceId, parentSpanId) : undefined,
    startTime: time(start),
    endTime: time(end),
    duration: time(end - start),
    status: status ?? { code: 0 },
    attributes: Object.fromEntries(attributes),
    links: [],
    events: span.events.map((event) => ({ ...event, time: time(event.time), droppedAttributesCount: 0 })),
    ended: true,
    resource: resourceOf(span.service),
    instrumentationScope: { name: '@llmtrace/instrumentation-openai', version: '1.0.0' },
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
  };
}

export const isCall = ({ attributes }) => attributes['gen_ai.request.model'] !== undefined;

function sceneAt(at) {
  const chance = random();
  if (chance < 0.55) return support(at);
  return chance < 0.97 ? search(at) : failing(at, FAILURES[Math.floor(random() * FAILURES.length)]);
}

/** Bodies of requests with so many spans of the last hour; `onlyCalls` leaves the spans around calls out. */
export function bodiesOf(count, { onlyCalls = false } = {}) {
  const now = Date.now();
  const spans = [];
  while (spans.length < count) {
    const made = sceneAt(now - HOUR * (1 - spans.length / count)).spans;
    spans.push(...(onlyCalls ? made.filter(isCall) : made));
  }
  spans.length = count;
  const bodies = [];
  for (let at = 0; at < count; at += AT_ONCE) {
    const some = spans.slice(at, at + AT_ONCE).map(readable);
    bodies.push(Buffer.from(ProtobufTraceSerializer.serializeRequest(some)));
  }
  return { bodies, calls: spans.filter(isCall).length };
}

export async function post(url, body, type = 'application/x-protobuf') {
  const answer = await fetch(`${url}/v1/traces`, { method: 'POST', headers: { 'content-type': type }, body });
  await answer.arrayBuffer();
  if (!answer.ok) throw new Error(`The viewer answers ${answer.status}.`);
}
