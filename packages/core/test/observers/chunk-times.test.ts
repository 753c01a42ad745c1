import assert from 'node:assert/strict';
import { aCall } from '@llmtrace/test-fixtures/call';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { setSpanOf } from '../../src/model/call-span.ts';
import { chunkTimesObserver, MAX_TIMES } from '../../src/observers/chunk-times.ts';

/** What the span of a stream has, whose chunks arrive at these times. */
function recorded(times: readonly number[]): unknown {
  const exporter = new InMemorySpanExporter();
  const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
  const span = provider.getTracer('test').startSpan('chat');
  const call = aCall({});
  setSpanOf(call, span);
  for (const time of times) {
    call.chunks++;
    call.firstChunkTime ??= time;
    chunkTimesObserver.chunk?.(call, {}, time);
  }
  chunkTimesObserver.end?.(call);
  span.end();
  return exporter.getFinishedSpans()[0]?.attributes['llmtrace.stream.chunk_times'];
}

const every = (ms: number, count: number): number[] =>
  Array.from({ length: count }, (_, index) => 1000 + index * ms);

describe('the times of chunks', () => {
  const rows: readonly (readonly [name: string, times: readonly number[], expected: unknown])[] = [
    ['no stream', [], undefined],
    ['one chunk', [1000], undefined],
    ['three, the last one late', [1000, 1010.4, 1500.6], [0, 10, 501]],
    ['as many as there is room for', every(5, 120), every(5, 120).map((time) => time - 1000)],
    ['one more', every(5, 121), [...every(10, 60), 1600].map((time) => time - 1000)],
  ];
  for (const [name, times, expected] of rows)
    it(`are whole numbers of ms after the first one: ${name}`, () => {
      assert.deepEqual(recorded(times), expected);
    });

  it('are an even part of a long stream', () => {
    const times = recorded(every(1, 100_000)) as number[];
    assert.ok(times.length > MAX_TIMES / 2 && times.length <= MAX_TIMES, String(times.length));
    const steps = new Set(times.slice(1).map((time, index) => time - (times[index] ?? 0)));
    assert.deepEqual([...steps], [1024]);
  });
});
