/**
 * What exporters of other languages send, in the forms that they document. Python's `opentelemetry-exporter-otlp-proto-http`
 * has each message as protobuf's runtime writes it, packed with gzip; Go's `otlptracehttp` the same, with an empty
 * status, an empty parent and the URL of a schema; a collector in between writes JSON, with whole numbers as texts.
 * OpenTelemetry's own definitions make the bytes.
 */
import assert from 'node:assert/strict';
import { gzipSync } from 'node:zlib';
import definitions from 'otlp-definitions/build/src/generated/root.js';
import { startViewer, type Viewer } from '../src/server/server.ts';
import { type Row, statusOf } from '../src/store/row.ts';

const { trace, logs } = (definitions as any).opentelemetry.proto.collector;
const Traces = trace.v1.ExportTraceServiceRequest;
const Logs = logs.v1.ExportLogsServiceRequest;

const TRACE = '5b8efff798038103d269b633813fc60c';
const SPAN = 'eee19b7ec3c1b174';
const PARENT = 'eee19b7ec3c1b173';
const START = 1_795_000_000_123;
const bytesOf = (hex: string) => Buffer.from(hex, 'hex');
const nanos = (ms: number): string => String(BigInt(ms) * 1_000_000n);

/** As all of them have it: what differs is added by each. */
const attributes = [
  { key: 'gen_ai.operation.name', value: { stringValue: 'chat' } },
  { key: 'gen_ai.provider.name', value: { stringValue: 'openai' } },
  { key: 'gen_ai.request.model', value: { stringValue: 'gpt-5-mini' } },
  { key: 'gen_ai.usage.input_tokens', value: { intValue: 1200 } },
  { key: 'gen_ai.usage.output_tokens', value: { intValue: 80 } },
  { key: 'gen_ai.usage.cost', value: { doubleValue: 0.0125 } },
  { key: 'gen_ai.request.stream', value: { boolValue: true } },
  { key: 'offset', value: { intValue: -3 } },
  {
    key: 'gen_ai.response.finish_reasons',
    value: { arrayValue: { values: [{ stringValue: 'stop' }] } },
  },
];

const span = {
  traceId: bytesOf(TRACE),
  spanId: bytesOf(SPAN),
  parentSpanId: bytesOf(PARENT),
  name: 'chat gpt-5-mini',
  kind: 3,
  startTimeUnixNano: nanos(START),
  endTimeUnixNano: nanos(START + 850),
  attributes,
  traceState: 'vendor=1',
  events: [{ timeUnixNano: nanos(START + 10), name: 'gen_ai.user.message', droppedAttributesCount: 2 }],
  links: [{ traceId: bytesOf(TRACE), spanId: bytesOf(PARENT), flags: 256 }],
};

const resourceOf = (language: string) => ({
  attributes: [
    { key: 'telemetry.sdk.language', value: { stringValue: language } },
    { key: 'service.name', value: { stringValue: `${language}-shop` } },
    { key: 'process.command_args', value: { arrayValue: { values: [{ stringValue: 'a' }] } } },
  ],
});

/** Flags of the parent and a status are always there; the scope has attributes. */
const python = Traces.encode(
  Traces.fromObject({
    resourceSpans: [
      {
        resource: resourceOf('python'),
        scopeSpans: [
          {
            scope: { name: 'opentelemetry.instrumentation.openai_v2', version: '2.1b0', attributes: [] },
            spans: [{ ...span, flags: 0x3_01, status: { code: 2, message: 'RateLimitError' } }],
            schemaUrl: 'https://opentelemetry.io/schemas/1.37.0',
          },
        ],
      },
    ],
  }),
).finish();

/** A status that is not set is an empty message, a span without a parent has an empty id. */
const go = Traces.encode(
  Traces.fromObject({
    resourceSpans: [
      {
        resource: resourceOf('go'),
        scopeSpans: [
          {
            scope: { name: 'example.com/shop' },
            spans: [{ ...span, parentSpanId: Buffer.alloc(0), flags: 0x1_01, status: {} }],
          },
        ],
        schemaUrl: 'https://opentelemetry.io/schemas/1.37.0',
      },
    ],
  }),
).finish();

/** As `pdata` of the collector writes it. */
const collector = JSON.stringify({
  resourceSpans: [
    {
      resource: resourceOf('go'),
      scopeSpans: [
        {
          scope: { name: 'example.com/shop' },
          spans: [
            {
              ...span,
              traceId: TRACE,
              spanId: SPAN,
              parentSpanId: '',
              flags: 257,
              status: {},
              attributes: attributes.map(({ key, value }) => ({
                key,
                value: 'intValue' in value ? { intValue: String(value.intValue) } : value,
              })),
              links: [{ traceId: TRACE, spanId: PARENT }],
            },
          ],
        },
      ],
      schemaUrl: 'https://opentelemetry.io/schemas/1.37.0',
    },
  ],
});

/** As protobuf's own printer writes it (`MessageToJson`): ids in base64, enums by name. */
const printed = JSON.stringify({
  resourceSpans: [
    {
      resource: resourceOf('python'),
      scopeSpans: [
        {
          spans: [
            {
              ...span,
              traceId: bytesOf(TRACE).toString('base64'),
              spanId: bytesOf(SPAN).toString('base64'),
              parentSpanId: bytesOf(PARENT).toString('base64'),
              kind: 'SPAN_KIND_CLIENT',
              status: { code: 'STATUS_CODE_ERROR', message: 'RateLimitError' },
              links: [],
            },
          ],
        },
      ],
    },
  ],
});

const log = Logs.encode(
  Logs.fromObject({
    resourceLogs: [
      {
        resource: resourceOf('python'),
        scopeLogs: [
          {
            logRecords: [
              {
                timeUnixNano: nanos(START + 850),
                observedTimeUnixNano: nanos(START + 851),
                severityNumber: 9,
                eventName: 'gen_ai.choice',
                body: { kvlistValue: { values: [{ key: 'index', value: { intValue: 0 } }] } },
                attributes: [{ key: 'raw', value: { bytesValue: Buffer.from([1, 2]) } }],
                traceId: bytesOf(TRACE),
                spanId: bytesOf(SPAN),
                flags: 1,
              },
            ],
          },
        ],
      },
    ],
  }),
).finish();

interface Sent {
  readonly name: string;
  readonly body: Uint8Array | string;
  readonly type: string;
  readonly headers?: Record<string, string>;
  readonly service: string;
  readonly parent: string;
  readonly hasFailed: boolean;
}

const PROTOBUF = 'application/x-protobuf';
const JSON_TYPE = 'application/json';
const agent = { 'user-agent': 'OTel-OTLP-Exporter-Python/1.39.0' };
const ofPython = { service: 'python-shop', parent: PARENT, hasFailed: true };
const ofGo = { service: 'go-shop', parent: '', hasFailed: false };

const SENT: readonly Sent[] = [
  { name: 'Python, protobuf', body: python, type: PROTOBUF, headers: agent, ...ofPython },
  {
    name: 'Python, protobuf and gzip',
    body: gzipSync(python),
    type: PROTOBUF,
    headers: { ...agent, 'content-encoding': 'gzip' },
    ...ofPython,
  },
  { name: 'Python, printed as JSON', body: printed, type: JSON_TYPE, ...ofPython },
  { name: 'Go, protobuf', body: go, type: PROTOBUF, ...ofGo },
  {
    name: 'Go, protobuf and gzip',
    body: gzipSync(go),
    type: PROTOBUF,
    headers: { 'content-encoding': 'gzip' },
    ...ofGo,
  },
  { name: 'a collector, JSON', body: collector, type: `${JSON_TYPE}; charset=utf-8`, ...ofGo },
];

describe('senders of other languages', () => {
  let viewer: Viewer;
  beforeEach(async () => {
    viewer = await startViewer({ port: 0 });
  });
  afterEach(() => viewer.close());

  const post = (signal: string, { body, type, headers }: Pick<Sent, 'body' | 'type' | 'headers'>) =>
    fetch(`${viewer.url}/v1/${signal}`, {
      method: 'POST',
      headers: { 'content-type': type, ...headers },
      body: typeof body === 'string' ? body : Buffer.from(body),
    });

  for (const sent of SENT) {
    it(`are read: ${sent.name}`, async () => {
      const answer = await post('traces', sent);
      assert.equal(answer.status, 200);
      assert.equal(answer.headers.get('content-type')?.split(';')[0], sent.type.split(';')[0]);
      const row = viewer.store.row(SPAN) as Row;
      const { model, provider, input, output, cost, finish, isStream } = row.call ?? {};
      assert.deepEqual(
        { model, provider, input, output, cost, finish, isStream },
        {
          model: 'gpt-5-mini',
          provider: 'openai',
          input: 1200,
          output: 80,
          cost: 0.0125,
          finish: 'stop',
          isStream: true,
        },
      );
      assert.deepEqual(
        [row.traceId, row.parentId, row.service, row.start, row.duration, statusOf(row)],
        [TRACE, sent.parent, sent.service, START, 850, sent.hasFailed ? 'error' : 'ok'],
      );
      const whole = viewer.store.whole(row);
      assert.equal(whole.kind, 3);
      assert.equal(whole.attributes['offset'], -3);
      assert.deepEqual(
        whole.events.map(({ name, time }) => [name, time]),
        [['gen_ai.user.message', START + 10]],
      );
    });
  }

  it('are read: log records of Python', async () => {
    await post('traces', { body: python, type: PROTOBUF });
    assert.equal((await post('logs', { body: log, type: PROTOBUF })).status, 200);
    const [record] = viewer.store.row(SPAN)?.logs ?? [];
    assert.equal(record?.event, 'gen_ai.choice');
    assert.equal(record?.time, START + 850);
    assert.deepEqual({ ...(record?.body as object) }, { index: 0 });
    assert.deepEqual(record?.attributes['raw'], { bytes: 'AQI=' });
  });
});
