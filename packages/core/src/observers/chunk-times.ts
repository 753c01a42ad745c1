/** When the chunks of a stream arrived, as an attribute of its span: where a viewer draws them, a pause is seen. */
import type { Call, Observer } from '../model/call.ts';
import { spanOf } from '../model/call-span.ts';

/** So many are drawn; a span of 120 whole numbers has 0.5 KB. */
export const MAX_TIMES = 120;

interface Times {
  /** ms after the first chunk. */
  readonly list: Uint32Array;
  length: number;
  /** Each so manyth chunk is kept: of a longer stream an even part. */
  step: number;
}

const TIMES = Symbol('chunk times');

type Timed = Call & { [TIMES]?: Times };

const newTimes = (): Times => ({ list: new Uint32Array(MAX_TIMES), length: 0, step: 1 });

function add(times: Times, ms: number): void {
  if (times.length === MAX_TIMES) halve(times);
  times.list[times.length++] = ms;
}

function halve(times: Times): void {
  const { list } = times;
  times.length = MAX_TIMES / 2;
  times.step *= 2;
  for (let at = 0; at < times.length; at++) list[at] = list[2 * at] as number;
}

/** It comes before the observer that ends the span. */
export const chunkTimesObserver: Observer = {
  chunk(call: Timed, _chunk, now) {
    call[TIMES] ??= newTimes();
    const times = call[TIMES];
    if ((call.chunks - 1) % times.step === 0) add(times, Math.round(now - (call.firstChunkTime ?? now)));
  },
  end(call: Timed) {
    const times = call[TIMES];
    if (!times || times.length < 2) return;
    spanOf(call)?.setAttribute('llmtrace.stream.chunk_times', [...times.list.subarray(0, times.length)]);
  },
};
