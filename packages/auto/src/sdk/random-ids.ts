/**
 * Ids of traces and spans. OpenTelemetry takes them from `Math.random`, which belongs to the application: it may have a seed
 * (`--random-seed`, a test), and then gives each process the same ids; and a number that llmtrace takes is one that the
 * application does not get.
 */
import { fillRandom } from '@llmtrace/core/internal';
import type { IdGenerator } from '@opentelemetry/sdk-trace-base';

const TRACE_ID = 16;
const SPAN_ID = 8;
/** The bytes of 64 traces with a span each: to get them one by one takes ten times as long. */
const POOL = 64 * (TRACE_ID + SPAN_ID);

export function randomIds(fill: (bytes: Buffer) => unknown = fillRandom): IdGenerator {
  const bytes = Buffer.allocUnsafeSlow(POOL);
  let used = POOL;
  const take = (size: number): string => {
    if (used + size > POOL) {
      fill(bytes);
      used = 0;
    }
    used += size;
    return bytes.toString('hex', used - size, used);
  };
  return { generateTraceId: () => take(TRACE_ID), generateSpanId: () => take(SPAN_ID) };
}
