// Makes more spans at once than may wait, until llmtrace has warned: node burst.mjs <spans>
import { trace } from '@opentelemetry/api';

/** So long it waits for a warning at most, in ms: the export thread starts meanwhile. */
const BOUND = 60_000;
let isWarned = false;
process.on('warning', ({ name }) => {
  isWarned ||= name === 'llmtrace';
});

const tracer = trace.getTracer('burst');
for (let i = 0; i < Number(process.argv[2]); i++) {
  tracer.startSpan('work').end();
  if (i % 100 === 0) await new Promise(setImmediate);
}
const until = Date.now() + BOUND;
while (!isWarned && Date.now() < until) await new Promise((resolve) => setTimeout(resolve, 50));
