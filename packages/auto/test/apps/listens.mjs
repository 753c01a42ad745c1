// biome-ignore-all lint/suspicious/noConsole: an application prints
// Makes a span, and listens to the end of its work: node listens.mjs beforeExit
import { trace } from '@opentelemetry/api';

process.on(process.argv[2], () => console.log(process.argv[2]));
trace.getTracer('listens').startSpan('work').end();
