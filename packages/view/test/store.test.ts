import assert from 'node:assert/strict';
import { ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BasicTracerProvider, type ReadableSpan } from '@opentelemetry/sdk-trace-base';
import { boundedResource, type Encoding } from '../src/otlp/types.ts';
import { listCalls } from '../src/query/calls.ts';
import { listErrors, shapeOf } from '../src/query/errors.ts';
import { filterOf } from '../src/query/filter.ts';
import { overviewOf } from '../src/query/overview.ts';
import { listSessions } from '../src/query/sessions.ts';
import { listTraces, traceOf } from '../src/query/traces.ts';
import type { Row } from '../src/store/row.ts';
import { Store } from '../src/store/store.ts';
import {
  attributesOf,
  call,
  FAILURES,
  failing,
  MadeTrace,
  nanos,
  requestOf,
  research,
  support,
} from './fixtures/shop.ts';

const NOW = 1_795_000_000_000;

function filled(traces: readonly MadeTrace[], limits?: ConstructorParameters<typeof Store>[0]): Store {
  const store = new Store(limits);
  for (const trace of traces)
    store.receive('traces', 'json', Buffer.from(JSON.stringify(requestOf([trace]))));
  return store;
}

function oneCall(options: Partial<Parameters<typeof call>[2]> = {}): MadeTrace {
  const trace = new MadeTrace();
  call(trace, NOW, { model: 'gpt-5', input: 1000, output: 100, ...options });
  return trace;
}

/** The start of a call, or the chunks of its stream and the time to the first one in s. */
type SentEvent = 'start' | readonly [chunks: unknown, firstChunk: unknown];

const eventRecord = ({ traceId, spans }: MadeTrace, event: SentEvent) => {
  const [chunks, firstChunk] = event === 'start' ? [] : event;
  return {
    traceId,
    spanId: spans[0]?.spanId,
    eventName: `llmtrace.client.operation.${event === 'start' ? 'start' : 'progress'}`,
    timeUnixNano: nanos(NOW),
    attributes: attributesOf({
      'llmtrace.stream.chunks': chunks,
      'gen_ai.response.time_to_first_chunk': firstChunk,
    }),
  };
};

/** Receives events of the first span of a trace. */
function receiveEvents(store: Store, trace: MadeTrace, events: readonly SentEvent[]): void {
  const logRecords = events.map((event) => eventRecord(trace, event));
  const body = { resourceLogs: [{ scopeLogs: [{ logRecords }] }] };
  store.receive('logs', 'json', Buffer.from(JSON.stringify(body)));
}

describe('the store of the viewer', () => {
  it('sums the calls of a trace', () => {
    const store = filled([oneCall()]);
    const [trace] = store.traces.values();
    assert.deepEqual([trace?.calls, trace?.tokens, trace?.unpriced], [1, 1100, 0]);
    assert.ok(Math.abs((trace?.cost ?? 0) - (1000 * 1.25 + 100 * 10) / 1e6) < 1e-12);
  });

  it('counts only the inner one of two nested calls', () => {
    const trace = new MadeTrace();
    const outer = call(trace, NOW, { model: 'gpt-5', input: 1000, output: 100 });
    call(trace, NOW + 1, { model: 'gpt-5', input: 1000, output: 100 }, outer);
    for (const made of [trace, Object.assign(new MadeTrace(), trace, { spans: trace.spans.toReversed() })]) {
      const store = filled([made]);
      assert.equal(listCalls(store, {}).totals.calls, 1);
      assert.equal([...store.traces.values()][0]?.calls, 1);
    }
  });

  it('counts an agent whose model calls another process makes, and the calls within it', () => {
    const agent = (usage: object): MadeTrace => {
      const trace = new MadeTrace();
      const attributes = {
        'gen_ai.operation.name': 'invoke_agent',
        'gen_ai.usage.input_tokens': 100,
        ...usage,
      };
      const span = trace.add({ name: 'invoke_agent', start: NOW, attributes });
      call(trace, NOW + 1, { model: 'gpt-5', input: 1000, output: 100 }, span);
      return trace;
    };
    const totals = (trace: MadeTrace): unknown[] => {
      const { calls, input } = listCalls(filled([trace]), {}).totals;
      return [calls, input];
    };
    assert.deepEqual(
      totals(agent({ 'gen_ai.usage.cost': 1, 'llmtrace.cost.source': 'provider' })),
      [2, 1100],
    );
    // The tokens of an agent's span may be those of the calls beneath it.
    assert.deepEqual(totals(agent({})), [1, 1000]);
  });

  it('marks a sum as partial if a price or a part is missing', () => {
    const unpriced = oneCall({ extra: { 'gen_ai.usage.cost': undefined } });
    const left = oneCall({ isLeft: true, isStream: true });
    assert.equal(listCalls(filled([unpriced]), {}).totals.unpriced, 1);
    assert.equal(listCalls(filled([left]), {}).totals.unpriced, 1);
    assert.equal(listCalls(filled([failing(NOW, FAILURES[0] as any)]), {}).totals.unpriced, 0);
  });

  it('drops the oldest trace beyond its limits', () => {
    const traces = Array.from({ length: 20 }, () => oneCall());
    const store = filled(traces, { maxSpans: 10, maxBytes: 2 ** 30 });
    assert.equal(store.spans, 10);
    assert.equal(store.dropped, 30);
    assert.equal(store.traces.has(traces[0]?.traceId ?? ''), false);
    assert.equal(listCalls(store, {}).rows.length, 5);
  });

  it('keeps its limit of bytes', () => {
    const store = filled(
      Array.from({ length: 50 }, () => oneCall()),
      { maxSpans: 1e6, maxBytes: 20_000 },
    );
    assert.ok(store.bytes <= 20_000, String(store.bytes));
    assert.ok(store.spans > 0);
  });

  describe('of a request whose resource, scope or other fields are long', () => {
    const LONG = 2 ** 20;
    const long = 'x'.repeat(LONG);
    interface Beside {
      readonly resource: string;
      readonly scope: string;
      readonly junk: string;
    }
    const SHORT: Beside = { resource: 'r', scope: 's', junk: 'j' };

    function inJson({ resource, scope, junk }: Beside): Buffer {
      const [made] = requestOf([oneCall()])['resourceSpans'] as any[];
      made.resource.attributes.push({ key: 'junk', value: { stringValue: resource } });
      made.scopeSpans[0].scope.name = scope;
      return Buffer.from(JSON.stringify({ resourceSpans: [made], junk }));
    }

    function inProtobuf({ resource, scope, junk }: Beside): Buffer {
      const attributes = { 'service.name': 'shop-api', junk: resource };
      const provider = new BasicTracerProvider({ resource: resourceFromAttributes(attributes) });
      const span = provider.getTracer(scope).startSpan('chat') as unknown as ReadableSpan;
      const known = Buffer.from(ProtobufTraceSerializer.serializeRequest([span]) as Uint8Array);
      // Field 15 of a request is not known; its length is a number of three parts of 7 bits.
      const length = [0x80 | (junk.length & 0x7f), 0x80 | ((junk.length >> 7) & 0x7f), junk.length >> 14];
      return Buffer.concat([known, Buffer.from([0x7a, ...length]), Buffer.from(junk)]);
    }

    function kept(encoding: Encoding, body: Buffer): Row {
      const { spans } = new Store().receive('traces', encoding, body);
      return spans[0] ?? assert.fail(encoding);
    }

    for (const field of ['resource', 'scope', 'junk'] as const)
      for (const [encoding, bodyOf] of Object.entries({ json: inJson, protobuf: inProtobuf }))
        it(`keeps none of that: ${field}, ${encoding}`, () => {
          const row = kept(encoding as Encoding, bodyOf({ ...SHORT, [field]: long }));
          assert.ok(row.raw.buffer.byteLength < 100_000, String(row.raw.buffer.byteLength));
          assert.ok(JSON.stringify([row.resource, row.scope]).length < 20_000);
          assert.equal(row.service, 'shop-api');
          assert.deepEqual(row.resource['junk'], field === 'resource' ? { length: LONG } : SHORT.resource);
          assert.equal(row.scope.name, field === 'scope' ? `(${LONG} characters)` : SHORT.scope);
        });

    it('counts a resource once a request', () => {
      const store = new Store();
      const body = inJson({ ...SHORT, resource: 'x'.repeat(3000) });
      const { spans } = store.receive('traces', 'json', body);
      const raw = spans.reduce((sum, row) => sum + row.raw.length, 0);
      assert.ok(store.bytes - raw > 3000 && store.bytes - raw < 3200, String(store.bytes - raw));
      const [trace = assert.fail()] = store.traces.values();
      assert.equal(trace.bytes, store.bytes);
    });

    it('bounds all attributes of a resource together', () => {
      const attributes = Object.fromEntries(
        Array.from({ length: 1000 }, (_, index) => [`name.${index}`, 'x'.repeat(100)]),
      );
      const { attributes: kept, size } = boundedResource(attributes);
      assert.ok(size <= 20_000 && JSON.stringify(kept).length < 25_000);
      assert.equal(kept['name.0'], 'x'.repeat(100));
    });
  });

  it('stores a span once, even if it is sent several times', () => {
    const trace = oneCall();
    assert.equal(filled([trace, trace]).spans, 2);
  });

  it('refuses spans without valid ids, and counts them', () => {
    const body = { resourceSpans: [{ scopeSpans: [{ spans: [{ traceId: 'x', spanId: 'y' }] }] }] };
    const store = new Store();
    assert.equal(store.receive('traces', 'json', Buffer.from(JSON.stringify(body))).rejected, 1);
  });

  it('adds a log record to its span, no matter which arrives first', () => {
    const trace = oneCall();
    const [span] = trace.spans as [any];
    const record = {
      ...{
        traceId: trace.traceId,
        spanId: span.spanId,
        eventName: 'gen_ai.client.inference.operation.details',
      },
      attributes: [{ key: 'gen_ai.output.messages', value: { stringValue: '[]' } }],
    };
    const logs = Buffer.from(JSON.stringify({ resourceLogs: [{ scopeLogs: [{ logRecords: [record] }] }] }));
    const spans = Buffer.from(JSON.stringify(requestOf([trace])));
    for (const isLogFirst of [true, false]) {
      const store = new Store();
      if (isLogFirst) store.receive('logs', 'json', logs);
      store.receive('traces', 'json', spans);
      if (!isLogFirst) store.receive('logs', 'json', logs);
      assert.equal(store.row(span.spanId)?.call?.hasContent, true);
    }
  });

  it('shows a call as running until its span arrives', () => {
    const trace = oneCall();
    const store = new Store();
    receiveEvents(store, trace, ['start']);
    assert.equal(store.runningNow(10, NOW).length, 1);
    store.receive('traces', 'json', Buffer.from(JSON.stringify(requestOf([trace]))));
    assert.equal(store.runningNow(10, NOW).length, 0);
  });

  const progress: readonly (readonly [name: string, events: readonly SentEvent[], expected: unknown])[] = [
    ['none', [], [0, undefined]],
    ['its first chunk', [[1, 0.25]], [1, 250]],
    [
      'further chunks',
      [
        [1, 0.25],
        [40, 0.25],
      ],
      [40, 250],
    ],
    [
      'an event that another one overtook',
      [
        [40, 0.25],
        [1, 0.25],
      ],
      [40, 250],
    ],
    ['numbers as text', [['3', '0.5']], [3, 500]],
    ['no time of the first chunk', [[3, undefined]], [3, undefined]],
    [
      'no number of chunks',
      [
        [undefined, 0.25],
        ['many', 0.25],
        [true, 0.25],
        [-1, 0.25],
      ],
      [0, undefined],
    ],
  ];
  for (const [name, events, expected] of progress)
    it(`shows the progress of a running call: ${name}`, () => {
      const store = new Store();
      receiveEvents(store, oneCall(), ['start', ...events]);
      const [running] = store.runningNow(10, NOW);
      assert.deepEqual([running?.chunks, running?.firstChunk], expected);
    });

  it('keeps no progress of a call that has ended, or whose start is unknown', () => {
    const trace = oneCall();
    const store = filled([trace]);
    const { bytes } = store;
    receiveEvents(store, trace, [[5, 0.25]]);
    receiveEvents(store, oneCall(), [[5, 0.25]]);
    assert.deepEqual(store.runningNow(10, NOW), []);
    assert.deepEqual([store.bytes, store.row(trace.spans[0]?.spanId ?? '')?.logs], [bytes, undefined]);
  });

  it('leaves running calls in their places, and lists as they are, as progress arrives', () => {
    const store = new Store();
    const traces = [oneCall(), oneCall()];
    for (const trace of traces) receiveEvents(store, trace, ['start']);
    const before = store.version;
    receiveEvents(store, traces[0] as MadeTrace, [[5, 0.25]]);
    assert.deepEqual(
      store.runningNow(10, NOW).map(({ traceId, chunks }) => [traceId, chunks]),
      traces.map(({ traceId }, index) => [traceId, index === 0 ? 5 : 0]),
    );
    assert.equal(store.version, before);
  });

  it('shows the sums on the span of an agent, or else those of its calls', () => {
    const trace = research(NOW);
    const whole = traceOf([...filled([trace]).traces.values()][0] as any);
    const named = whole.list.find(({ label }) => label === 'researcher')?.agent;
    assert.equal(named?.modelCalls, 2);
    assert.equal(named?.outcome, 'completed');
    for (const span of trace.spans) {
      for (const name of Object.keys(span.attributes))
        if (name.startsWith('llmtrace.agent.')) delete span.attributes[name];
    }
    const bare = traceOf([...filled([trace]).traces.values()][0] as any);
    const summed = bare.list.find(({ label }) => label === 'researcher')?.agent;
    assert.deepEqual([summed?.modelCalls, summed?.input, summed?.output], [2, named?.input, named?.output]);
    assert.ok(Math.abs((summed?.cost ?? 0) - (named?.cost ?? 1)) < 1e-9);
    assert.equal(bare.list.find(({ type }) => type === 'mcp')?.label, 'search_reviews');
  });

  it('lists the newest trace first, no matter which arrives first', () => {
    const made = [2, 0, 1].map((minutes) => support(NOW + minutes * 60_000));
    const { rows } = listTraces(filled(made), { q: '', service: undefined, offset: 0, limit: 10 });
    assert.deepEqual(
      rows.map(({ start }) => start),
      [2, 1, 0].map((minutes) => NOW + minutes * 60_000),
    );
  });

  it('handles spans that are their own ancestors', () => {
    const trace = new MadeTrace();
    const a = trace.add({ name: 'a', start: NOW, attributes: { 'gen_ai.operation.name': 'invoke_agent' } });
    const b = trace.add({ name: 'b', start: NOW, parent: a });
    a.parentSpanId = b.spanId;
    assert.equal(traceOf([...filled([trace]).traces.values()][0] as any).list.length, 2);
  });
});

describe('the filter of the calls', () => {
  const store = filled([
    oneCall({ retries: [{ took: 5, delay: 5, status: 429 }] }),
    oneCall({
      model: 'claude-haiku-4-5',
      messages: { input: [{ role: 'user', parts: [{ type: 'text', content: 'a "Refund"' }] }] },
    }),
    failing(NOW, FAILURES[1] as any),
  ]);
  const found = (q: string) => listCalls(store, { q }).rows.length;
  for (const [q, count] of [
    ['', 3],
    ['model:gpt', 2],
    ['model=gpt-5', 1],
    ['-model:gpt', 1],
    ['is:error', 1],
    ['is:ok retries>0', 1],
    ['in>=1000', 2],
    ['cost>0.001', 2],
    ['text:Refund', 1],
    ['text:"a \\"Refund"', 0],
    ['root:"POST /api/support"', 1],
    ['error:context', 1],
    ['claude', 1],
    ['foo:bar is:error', 1],
  ] as const) {
    it(`finds ${count} calls by ${q || 'an empty filter'}`, () => assert.equal(found(q), count));
  }

  it('names the words that are no valid tests', () => {
    for (const q of ['foo:bar', 'is:constructor', 'cost>dear', 'toString:x'])
      assert.deepEqual(filterOf(q).unknown, [q]);
  });
});

describe('the sums of the viewer', () => {
  it('are the same over all calls and over the models', () => {
    const store = filled(Array.from({ length: 30 }, (_, index) => support(NOW + index * 1000)));
    const overview = overviewOf(store, { service: undefined, range: 0 }, NOW + 60_000);
    const { totals } = listCalls(store, {});
    const sum = (of: (each: any) => number, list: readonly any[]) =>
      list.reduce((all, each) => all + of(each), 0);
    assert.equal(overview.totals.calls, totals.calls);
    assert.equal(
      sum(({ calls }) => calls, overview.models),
      totals.calls,
    );
    assert.equal(
      sum(({ calls }) => calls, overview.buckets),
      totals.calls,
    );
    assert.ok(Math.abs(sum(({ cost }) => cost, overview.models) - totals.cost) < 1e-9);
    assert.equal(overview.dots.length, totals.calls);
    const { sessions, users } = listSessions(store, undefined);
    assert.equal(
      sum(({ calls }) => calls, sessions),
      totals.calls,
    );
    assert.equal(
      sum(({ calls }) => calls, users),
      totals.calls,
    );
  });

  it('are grouped by the names that llmtrace gives to users, tenants and features', () => {
    const trace = oneCall();
    const [span] = trace.spans;
    Object.assign(span?.attributes ?? {}, {
      'user.id': 'ann',
      'llmtrace.tenant.id': 'acme',
      'llmtrace.feature': 'search',
    });
    const store = filled([trace]);
    const { users, tenants, features } = listSessions(store, undefined);
    const ids = [users, tenants, features].map((list) => list.map(({ id }) => id));
    assert.deepEqual(ids, [['ann'], ['acme'], ['search']]);
    assert.equal(listCalls(store, { q: 'tenant=acme' }).rows.length, 1);
  });

  it('are 0 without calls', () => {
    const overview = overviewOf(new Store(), { service: undefined, range: 0 }, NOW);
    assert.equal(overview.totals.calls, 0);
    assert.ok(overview.buckets.length > 0);
  });

  it('group failures whose messages differ in ids and numbers', () => {
    assert.equal(shapeOf('429 of org-Xk29: used 198,411'), shapeOf('429 of org-Yz31: used 2'));
    const failures = [1, 2, 3].map((index) =>
      failing(NOW + index, { ...(FAILURES[0] as any), message: `429 used ${index}` }),
    );
    const [group, ...others] = listErrors(filled(failures), undefined);
    assert.deepEqual([group?.count, others.length], [3, 0]);
  });
});
