// biome-ignore-all lint/suspicious/noConsole: an application prints
// Makes spans, some ms apart, so many or until llmtrace has warned so often, and ends by itself or at once:
// node exports.mjs <spans> <ms> [exit] or node exports.mjs until <warnings> [<spans more>]
import { trace } from '@opentelemetry/api';

const MAX = 400;
const [first, second, end] = process.argv.slice(2);
const untilWarned = first === 'until';
const gap = untilWarned ? 100 : Number(second);
let warnings = 0;
process.on('warning', ({ name }) => {
  if (name === 'llmtrace') warnings++;
});

const isDone = (count) =>
  untilWarned ? warnings >= Number(second) || count === MAX : count >= Number(first);

const tracer = trace.getTracer('exports');
let count = 0;
let more = untilWarned ? Number(end ?? 0) : 0;
while (!isDone(count) || more-- > 0) {
  tracer.startSpan(`work ${count++}`).end();
  if (gap > 0) await new Promise((resolve) => setTimeout(resolve, gap));
}
console.log(count);
if (end === 'exit') process.exit();
