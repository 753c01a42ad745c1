// biome-ignore-all lint/suspicious/noConsole: an application prints
// Makes many spans with long attributes, and prints how much memory that took at most: node hoard.mjs <spans> <bytes>
import { trace } from '@opentelemetry/api';

const [count, size] = process.argv.slice(2).map(Number);
const tracer = trace.getTracer('hoard');
const before = process.memoryUsage.rss();
let most = 0;
for (let i = 0; i < count; i++) {
  const text = Buffer.alloc(size, `${i} `).toString('latin1');
  tracer.startSpan('work', { attributes: { text } }).end();
  if (i % 10 === 0) await new Promise((resolve) => setTimeout(resolve, 2));
  most = Math.max(most, process.memoryUsage.rss());
}
console.log(JSON.stringify({ mib: Math.round((most - before) / 2 ** 20) }));
process.exit();
