import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import {
  INVALID_SPAN_CONTEXT,
  ProxyTracerProvider,
  ROOT_CONTEXT,
  type Span,
  trace,
} from '@opentelemetry/api';
import {
  AlwaysOffSampler,
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { type NativeMode, openNative, silently } from '../../../src/engine/native/native-span.ts';
import type { Call } from '../../../src/model/call.ts';
import { nativeOf } from '../../../src/model/native-call.ts';
import type { NativeSpans } from '../../../src/vendor/vendor.ts';

const spans: NativeSpans = {
  tracer: 'tracer',
  name: 'native',
  renamed: ['old'],
  callerSpan: ([options]) => options?.span,
  withoutCallerSpan: () => [{}],
  helpers: [],
};

/** Failures of telemetry are silent, except in a test. */
const safely = (step: () => void) => step();

describe('the native span of a call', () => {
  const exporter = new InMemorySpanExporter();
  const tracer = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }).getTracer(
    'sdk',
  );
  const finished = () => exporter.getFinishedSpans();
  afterEach(() => exporter.reset());

  const open = (client: object, args: unknown[] = [], mode: NativeMode = 'adopt') => {
    const call = { context: ROOT_CONTEXT } as Call;
    const native = openNative(call, spans, mode, client, args, safely);
    assert.equal(nativeOf(call), native);
    return native;
  };

  it('is not to be had where the client has no tracer', () => {
    assert.equal(open({}), undefined);
    assert.equal(open({ tracer: undefined }), undefined);
  });

  it('is not to be had where the tracer records nothing', () => {
    const client = { tracer: new ProxyTracerProvider().getTracer('sdk') };
    assert.equal(open(client)?.start('chat model', {}, tracer), undefined);
  });

  it('is one also where it was left out of the sample, and the sampler is not asked again', () => {
    const client = { tracer: new BasicTracerProvider({ sampler: new AlwaysOffSampler() }).getTracer('sdk') };
    assert.equal(open(client)?.start('chat model', {}, tracer)?.isRecording(), false);
  });

  it('is handed to the SDK, which adds what it knows, and ends with what both know', () => {
    const client = { tracer };
    const native = open(client);
    const span = native?.start('chat model', { attributes: { model: 'ours', mine: 1 } }, tracer);
    const theirs = native?.run([], () =>
      client.tracer.startSpan('native', { attributes: { model: 'theirs', yours: 2 } }),
    );
    assert.equal(theirs, span);
    assert.equal(client.tracer, tracer);
    theirs?.setAttribute('old', 3).setAttribute('late', 4);
    theirs?.end();
    assert.equal(finished().length, 0);
    native?.end(() => span?.setAttribute('last', 5).end(), false);
    const [{ name, attributes } = { name: '', attributes: {} }] = finished();
    assert.equal(name, 'chat model');
    assert.deepEqual(attributes, { model: 'ours', mine: 1, yours: 2, late: 4, last: 5 });
  });

  it('waits for the SDK where the call ends first', () => {
    const callerSpan = tracer.startSpan('native');
    const native = open({ tracer }, [{ span: callerSpan }]);
    const span = native?.start('chat model', {}, tracer);
    assert.equal(span, callerSpan);
    native?.end(() => span?.end(), false);
    assert.equal(finished().length, 0);
    callerSpan.setAttribute('late', 1);
    callerSpan.end();
    assert.deepEqual(finished()[0]?.attributes, { late: 1 });
  });

  it('ends soon if the SDK does not end it, and at once if no listener waits for that', async () => {
    for (const now of [false, true]) {
      const native = open({ tracer }, [{ span: tracer.startSpan('native') }]);
      const span = native?.start('chat model', {}, tracer);
      native?.end(() => span?.end(), now);
      assert.equal(finished().length, now ? 1 : 0);
      await turn();
      assert.equal(finished().length, 1);
      exporter.reset();
    }
  });

  it('ends with the call if the SDK never took it', () => {
    const native = open({ tracer });
    const span = native?.start('chat model', {}, tracer);
    assert.throws(() =>
      native?.run([], () => {
        throw new Error('refused');
      }),
    );
    native?.end(() => span?.end(), false);
    assert.equal(finished().length, 1);
  });

  it('is adopted once', () => {
    const args = [{ span: tracer.startSpan('native') }];
    assert.ok(open({ tracer }, args)?.start('chat model', {}, tracer));
    assert.equal(open({ tracer }, args)?.start('chat model', {}, tracer), undefined);
  });

  it('leaves other spans of the SDK alone', () => {
    const client = { tracer };
    const native = open(client);
    const span = native?.start('chat model', {}, tracer);
    const other = native?.run([], () => client.tracer.startSpan('another call'));
    assert.notEqual(other, span);
    other?.end();
    assert.equal(finished()[0]?.name, 'another call');
  });

  it('has a tracer that is the same in all else', () => {
    const client = { tracer };
    const native = open(client);
    native?.start('chat model', {}, tracer);
    const active = native?.run([], () => client.tracer.startActiveSpan('other', (one: Span) => one));
    assert.equal(typeof active?.end, 'function');
  });

  it('gives way to a span of ours, whose place in the trace the SDK gets', () => {
    const client = { tracer };
    const place = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331', traceFlags: 1 };
    const context = trace.setSpan(ROOT_CONTEXT, trace.wrapSpanContext(place));
    const native = openNative({ context } as Call, spans, 'replace', client, [{ span: {} }], safely);
    assert.equal(native?.start('chat model', {}, tracer), undefined);
    let args: unknown[] = [];
    const seen = native?.run([{ span: {} }], (runArgs) => {
      args = runArgs;
      return client.tracer.startSpan('native');
    });
    assert.deepEqual(seen?.spanContext(), place);
    assert.equal(seen?.isRecording(), false);
    assert.deepEqual(args, [{}]);
    assert.equal(finished().length, 0);
  });

  it('is not started by a helper that is silent', () => {
    const client = { tracer };
    const span = silently(spans, client, () => client.tracer.startSpan('native'));
    assert.deepEqual(span.spanContext(), INVALID_SPAN_CONTEXT);
    assert.equal(client.tracer, tracer);
    assert.equal(
      silently(spans, {}, () => 'ran'),
      'ran',
    );
  });
});
