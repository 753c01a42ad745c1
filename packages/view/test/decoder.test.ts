import assert from 'node:assert/strict';
import { JsonTraceSerializer, ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer';
import { wholeSpan as jsonSpan, spansOf as jsonSpans, requestOfSpans } from '../src/otlp/json.ts';
import { partialSuccess, wholeSpan as protobufSpan, spansOf as protobufSpans } from '../src/otlp/protobuf.ts';
import type { Span } from '../src/otlp/types.ts';
import { hex, random } from './fixtures/shop.ts';

const SECONDS = 1_795_000_000;
const chance = (share: number): boolean => random() < share;
const VALUES: readonly (() => unknown)[] = [
  () => `ü€😀 "q" ${hex(5)}`,
  () => 'a longer text that is not read by the short way, with 🏕 at its end',
  () => Math.floor(random() * 1e6) - 500_000,
  () => random() * 1e-5,
  () => chance(0.5),
  () => Math.floor(random() * 2 ** 50),
  () => [hex(3), hex(3)],
  () => [1, 2, 3],
];
const anyValue = (): unknown => VALUES[Math.floor(random() * VALUES.length)]?.();

const context = () => ({ traceId: hex(32), spanId: hex(16), traceFlags: 1 });

/** A random span of OpenTelemetry's SDK, in the form that its serializers take. */
function sdkSpan(): any {
  const own = context();
  const start = SECONDS + Math.floor(random() * 1e6);
  return {
    name: `n ${hex(4)}`,
    kind: Math.floor(random() * 5),
    spanContext: () => own,
    parentSpanContext: chance(0.5) ? { ...own, spanId: hex(16) } : undefined,
    startTime: [start, Math.floor(random() * 1e9)],
    endTime: [start + 3, Math.floor(random() * 1e9)],
    duration: [3, 0],
    status: chance(0.3) ? { code: 2, message: 'no ✗' } : { code: 0 },
    attributes: Object.fromEntries(Array.from({ length: 12 }, () => [`a.${hex(3)}`, anyValue()])),
    links: chance(0.3) ? [{ context: context(), attributes: { x: 1 } }] : [],
    events: [{ name: 'e', time: [start, 5e8], attributes: { k: anyValue() }, droppedAttributesCount: 0 }],
    ended: true,
    resource: { attributes: { 'service.name': 'svc', n: 3 }, asyncAttributesPending: false },
    instrumentationScope: { name: 'sc', version: '1' },
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
  };
}

const spans = Array.from({ length: 500 }, sdkSpan);
const inProtobuf = Buffer.from(ProtobufTraceSerializer.serializeRequest(spans) as Uint8Array);
const inJson = Buffer.from(JsonTraceSerializer.serializeRequest(spans) as Uint8Array);

const SAME_MS = 0.002;

/** A span without its times, which are compared separately: a double is exact to a microsecond only. */
function withoutTimes(span: Span): Span {
  return { ...span, start: 0, end: 0, events: span.events.map((event) => ({ ...event, time: 0 })) };
}

/** A body with some bytes changed; some bodies are also cut. */
function broken(good: Buffer): Buffer {
  const body = Buffer.from(good);
  for (let change = 0; change < 1 + random() * 6; change++)
    body[Math.floor(random() * body.length)] = Math.floor(random() * 256);
  return chance(0.2) ? body.subarray(0, Math.floor(random() * body.length)) : body;
}

function isRead(body: Buffer): boolean {
  try {
    for (const { raw } of protobufSpans(body)) protobufSpan(raw);
    return true;
  } catch {
    return false;
  }
}

describe('the decoder of OTLP', () => {
  it('reads the same spans from the protobuf and the JSON of OpenTelemetry', () => {
    const a = [...protobufSpans(inProtobuf)].map(({ raw }) => protobufSpan(raw));
    const b = [...jsonSpans(inJson)].map(({ raw }) => jsonSpan(raw));
    assert.equal(a.length, spans.length);
    for (const [index, span] of a.entries()) {
      const other = b[index] as Span;
      assert.ok(Math.abs(span.start - other.start) <= SAME_MS, `${span.start} ${other.start}`);
      assert.ok(Math.abs(span.end - other.end) <= SAME_MS);
      assert.deepEqual(withoutTimes(span), withoutTimes(other));
    }
  });

  it('reads the values that the SDK has written', () => {
    const [span] = [...protobufSpans(inProtobuf)].map(({ raw }) => protobufSpan(raw));
    const [given] = spans;
    assert.equal(span?.name, given.name);
    assert.equal(span?.traceId, given.spanContext().traceId);
    assert.deepEqual({ ...span?.attributes }, given.attributes);
    assert.equal(span?.kind, given.kind + 1);
  });

  it('reads the resource and the scope', () => {
    for (const received of [[...protobufSpans(inProtobuf)][0], [...jsonSpans(inJson)][0]]) {
      assert.deepEqual({ ...received?.resource }, { 'service.name': 'svc', n: 3 });
      assert.deepEqual(received?.scope, { name: 'sc', version: '1' });
    }
  });

  it('writes JSON that it reads again', () => {
    const received = [...protobufSpans(inProtobuf)].map((each) => ({
      ...each,
      item: protobufSpan(each.raw),
    }));
    const written = Buffer.from(JSON.stringify(requestOfSpans(received)));
    const again = [...jsonSpans(written)].map(({ raw }) => jsonSpan(raw));
    assert.deepEqual(
      again.map(withoutTimes),
      received.map(({ item }) => withoutTimes(item)),
    );
  });

  it('reads ids in base64, and kinds and statuses by name', () => {
    const id = Buffer.from('00112233445566778899aabbccddeeff', 'hex').toString('base64');
    const span = {
      traceId: id,
      spanId: 'AAECAwQFBgc=',
      kind: 'SPAN_KIND_CLIENT',
      status: { code: 'STATUS_CODE_ERROR' },
    };
    const [read] = jsonSpans(
      Buffer.from(JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] })),
    );
    assert.equal(read?.item.traceId, '00112233445566778899aabbccddeeff');
    assert.equal(read?.item.spanId, '0001020304050607');
    assert.deepEqual([read?.item.kind, read?.item.status], [3, 2]);
  });

  it('reads __proto__ as the name of an ordinary attribute', () => {
    const attributes = [{ key: '__proto__', value: { stringValue: 'x' } }];
    const body = { resourceSpans: [{ scopeSpans: [{ spans: [{ attributes }] }] }] };
    const [read] = jsonSpans(Buffer.from(JSON.stringify(body)));
    assert.equal(Object.getPrototypeOf(read?.item.attributes), null);
    assert.deepEqual(Object.entries(read?.item.attributes ?? {}), [['__proto__', 'x']]);
  });

  it('refuses values that are nested too deeply', () => {
    let value: any = { stringValue: 'x' };
    for (let depth = 0; depth < 100; depth++) value = { arrayValue: { values: [value] } };
    const body = { resourceSpans: [{ scopeSpans: [{ spans: [{ attributes: [{ key: 'a', value }] }] }] }] };
    assert.throws(() => [...jsonSpans(Buffer.from(JSON.stringify(body)))], /nested/);
  });

  it('reads or refuses each of 20,000 broken bodies', () => {
    const good = Buffer.from(ProtobufTraceSerializer.serializeRequest(spans.slice(0, 5)) as Uint8Array);
    const results = Array.from({ length: 20_000 }, () => isRead(broken(good)));
    const read = results.filter(Boolean).length;
    assert.ok(read > 1000 && read < 19_000, `${read} read`);
  });

  it('writes partial success in the form of OTLP', () => {
    assert.equal(partialSuccess(300, 'no').toString('hex'), '0a0708ac0212026e6f');
  });
});
