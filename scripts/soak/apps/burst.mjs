// Makes more spans at once than may wait: node burst.mjs <spans>
import { trace } from '@opentelemetry/api';

const tracer = trace.getTracer('burst');
for (let i = 0; i < Number(process.argv[2]); i++) {
  tracer.startSpan('work').end();
  if (i % 100 === 0) await new Promise(setImmediate);
}
await new Promise((resolve) => setTimeout(resolve, 1000));
