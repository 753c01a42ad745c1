/** The pipeline of the export thread, with exporters that keep the exported items. */
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { Drops, Ledger } from '../../../src/sdk/export-report/ledger.ts';
import type { ExportReport } from '../../../src/sdk/export-report/report.ts';
import type { WireItem } from '../../../src/sdk/export-thread/messages.ts';
import { Outbox } from '../../../src/sdk/export-thread/outbox.ts';
import { Pipeline, type Setup } from '../../../src/sdk/export-thread/pipeline.ts';
import { startTracing } from '../../../src/sdk/tracer-provider.ts';
import { autoSettings } from '../../../src/settings.ts';
import { file } from '../../stage.ts';

const path = file('apps/capturing.cjs');
const { captured } = createRequire(import.meta.url)(path) as {
  captured: {
    spans: any[];
    logs: any[];
    metrics: any[];
    answers: boolean;
    sending: Promise<void> | undefined;
  };
};

const { metricInterval, metricTimeout, batching } = autoSettings({});
const SETUP: Setup = {
  ...{ traces: [], metrics: [], logs: [] },
  ...{ metricInterval, metricTimeout, batching },
  ...{
    resourceDetectors: [],
    processAttributes: {},
    logLevel: undefined,
    queueBytes: 2 ** 20,
    flushTimeout: 3000,
  },
};

const log = (attributes: Record<string, string>): WireItem => ({
  log: { record: { timestamp: 1, attributes } as never, scope: { name: 'test' } as never, span: undefined },
});

/** Runs `work` with variables of the environment. */
function withEnv<T>(env: Record<string, string>, work: () => T): T {
  Object.assign(process.env, env);
  try {
    return work();
  } finally {
    for (const name of Object.keys(env)) delete process.env[name];
  }
}

function start(setup: Partial<Setup>) {
  const received: ExportReport[] = [];
  const [ledger, drops] = [new Ledger(), new Drops()];
  const notify = (report: ExportReport) => void received.push(report);
  const pipeline = new Pipeline({ ...SETUP, ...setup }, { ledger, drops, notify });
  const outbox = new Outbox(2 ** 20, drops, notify);
  outbox.connect({
    ledger,
    flush() {},
    async drain() {},
    post: (items) => {
      for (const item of items) pipeline.accept(item);
    },
  });
  outbox.ready();
  const send = (...items: WireItem[]) => {
    for (const item of items) outbox.send(item);
    outbox.post();
  };
  return { pipeline, ledger, drops, received, send };
}

const spansOf = (count: number): WireItem[] => {
  const items: WireItem[] = [];
  const tracer = startTracing({
    send: (item) => void items.push(item),
    async drain() {},
  }).getTracer('test');
  for (let i = 0; i < count; i++)
    tracer.startSpan(`work ${i}`, { attributes: { text: 'x'.repeat(100) } }).end();
  return items;
};

describe('the pipeline of exports', () => {
  beforeEach(() => {
    for (const kept of [captured.spans, captured.logs, captured.metrics]) kept.length = 0;
    captured.answers = true;
    captured.sending = undefined;
  });

  it('counts nothing as waiting once it is exported', async () => {
    const { pipeline, ledger, send, received } = start({ traces: [{ path }], logs: [{ path }] });
    send(...spansOf(3), log({ a: 'b' }));
    assert.deepEqual([ledger.waiting('traces'), ledger.waiting('logs')], [3, 1]);
    assert.ok(ledger.bytes > 300);
    await pipeline.flush();
    assert.deepEqual([ledger.waiting('traces'), ledger.waiting('logs'), ledger.bytes], [0, 0, 0]);
    assert.deepEqual([captured.spans.length, captured.logs.length], [3, 1]);
    assert.deepEqual(received.map(({ kind }) => kind).sort(), ['exported', 'exported']);
  });

  it('takes off an item once all exporters of its signal have it', async () => {
    const { pipeline, ledger, send } = start({ traces: [{ path }, { path }] });
    send(...spansOf(2));
    await pipeline.flush();
    assert.deepEqual([ledger.waiting('traces'), ledger.bytes, captured.spans.length], [0, 0, 4]);
  });

  it('drops telemetry beyond the limit of the queue, which includes open exports', async () => {
    captured.answers = false;
    const env = { OTEL_BSP_MAX_QUEUE_SIZE: '4', OTEL_BSP_MAX_EXPORT_BATCH_SIZE: '2' };
    const { batching } = autoSettings(env);
    const { ledger, drops, received, send } = start({ traces: [{ path }], batching });
    send(...spansOf(10));
    assert.deepEqual([ledger.waiting('traces'), drops.of('traces')], [4, 6]);
    assert.deepEqual(received, [{ kind: 'dropped', signal: 'traces', limit: 4 }]);
  });

  it('exports early where much has come', () => {
    const { send } = start({ traces: [{ path }], queueBytes: 4096 });
    send(...spansOf(1));
    assert.equal(captured.spans.length, 1);
  });

  for (const signal of ['traces', 'logs'] as const)
    it(`is flushed once its exporters have sent what they began to send: ${signal}`, async () => {
      const { pipeline } = start({ [signal]: [{ path }] });
      let isSent = false;
      captured.sending = new Promise((resolve) => {
        setImmediate(() => {
          isSent = true;
          resolve();
        });
      });
      await pipeline.flush();
      assert.ok(isSent);
    });

  it('exports the number of dropped items as a metric, if there are any', async () => {
    const { pipeline, drops, send } = start({ metrics: [{ path }] });
    const scope = { name: 'test', version: undefined, schemaUrl: undefined };
    send({ instrument: { id: 0, kind: 'createCounter', name: 'calls', options: undefined, scope } }, [
      ...([0, 1, {}] as const),
    ]);
    await pipeline.flush();
    const names = () =>
      captured.metrics
        .at(-1)
        .scopeMetrics.flatMap(({ metrics }: any) => metrics.map((metric: any) => metric.descriptor.name));
    assert.deepEqual(names(), ['calls']);
    drops.add('traces', 7);
    await pipeline.flush();
    assert.deepEqual(names().sort(), ['calls', 'llmtrace.export.dropped']);
    const dropped = captured.metrics
      .at(-1)
      .scopeMetrics.flatMap(({ metrics }: any) => metrics)
      .find(({ descriptor }: any) => descriptor.name === 'llmtrace.export.dropped');
    assert.deepEqual(
      dropped.dataPoints.map(({ value, attributes }: any) => [value, attributes]),
      [[7, { 'llmtrace.export.signal': 'traces' }]],
    );
  });

  for (const name of ['OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT', 'OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT']) {
    it(`has spans within ${name}`, () => {
      const [item] = withEnv({ [name]: '20' }, () => spansOf(1));
      assert.ok(item && 'span' in item);
      assert.equal(item.span[1]['text'], 'x'.repeat(20));
    });
  }

  for (const name of ['OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT', 'OTEL_LOGRECORD_ATTRIBUTE_VALUE_LENGTH_LIMIT']) {
    it(`has log events within ${name}`, async () => {
      const { pipeline, send } = withEnv({ [name]: '20' }, () => start({ logs: [{ path }] }));
      send(log({ text: 'x'.repeat(100) }));
      await pipeline.flush();
      assert.equal(captured.logs[0].attributes.text, 'x'.repeat(20));
    });
  }
});
