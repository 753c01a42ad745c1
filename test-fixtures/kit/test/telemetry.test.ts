import assert from 'node:assert/strict';
import { diag } from '@opentelemetry/api';
import { createTelemetry, recordDiag } from '../src/telemetry.ts';

describe('telemetry in memory', () => {
  it('sees a span that never ends, and waits for one that does', async () => {
    const telemetry = createTelemetry();
    const tracer = telemetry.tracerProvider.getTracer('test');
    tracer.startSpan('leaks');
    const span = tracer.startSpan('ends');
    assert.deepEqual([telemetry.started(), telemetry.spans().length], [2, 0]);
    span.end();
    assert.equal(telemetry.spans()[0]?.name, 'ends');
    await telemetry.reset();
    await telemetry.ended();
  });

  it('forgets spans of before a reset, even those that end later', async () => {
    const telemetry = createTelemetry();
    const span = telemetry.tracerProvider.getTracer('test').startSpan('late');
    await telemetry.reset();
    span.end();
    assert.deepEqual(telemetry.spans(), []);
  });

  it('returns the measurements since its last call', async () => {
    const telemetry = createTelemetry();
    const meter = telemetry.meterProvider.getMeter('test');
    const seconds = meter.createHistogram('seconds', { unit: 's' });
    const open = meter.createUpDownCounter('open');
    seconds.record(1);
    seconds.record(2);
    open.add(1);
    const [first, second] = await telemetry.metrics();
    assert.deepEqual(first, { name: 'seconds', unit: 's', attributes: {}, count: 2, sum: 3 });
    assert.deepEqual(second, { name: 'open', unit: '', attributes: {}, count: undefined, sum: 1 });
    open.add(-1);
    assert.deepEqual(
      (await telemetry.metrics()).map(({ name, sum }) => [name, sum]),
      [['open', -1]],
    );
  });

  it('records messages of diag', () => {
    const recorder = recordDiag();
    diag.warn('twice', 2);
    diag.debug('too quiet');
    recorder.stop();
    diag.warn('too late');
    assert.deepEqual(recorder.lines, [{ level: 'warn', text: 'twice 2' }]);
  });
});
