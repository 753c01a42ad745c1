// biome-ignore-all lint/suspicious/noConsole: an application prints
// Flushes in the ways that there are, and is killed: node flushes.mjs llmtrace
import { llmtrace } from '@llmtrace/auto';
import { metrics, trace } from '@opentelemetry/api';
import OpenAI from 'openai';

const WAYS = {
  llmtrace: () => llmtrace.flush({ timeoutMillis: 20_000 }),
  twice: () =>
    Promise.all([llmtrace.flush({ timeoutMillis: 20_000 }), llmtrace.flush({ timeoutMillis: 20_000 })]),
  delegate: () => trace.getTracerProvider().getDelegate().forceFlush(),
  // Nothing answers where telemetry goes: the timeout ends it.
  late: () => llmtrace.flush({ timeoutMillis: 50 }),
  // A provider of the application's own, whose flush fails in one signal.
  other() {
    const flushed = [];
    trace.setGlobalTracerProvider({ getTracer() {}, forceFlush: async () => flushed.push('traces') });
    metrics.setGlobalMeterProvider({
      getMeter: () => ({}),
      forceFlush() {
        flushed.push('metrics');
        throw new Error('no metrics today');
      },
    });
    return llmtrace.flush().then(() => console.log(...flushed));
  },
};

const [way, early] = process.argv.slice(2);
if (early) await llmtrace.flush();
const client = new OpenAI({ maxRetries: 0 });
if (way !== 'other')
  await client.chat.completions.create({
    model: 'gpt-4.1-mini',
    messages: [{ role: 'user', content: 'Hi' }],
  });
console.log((await WAYS[way]()) === undefined || way);
if (way !== 'other') process.kill(process.pid, 'SIGKILL');
