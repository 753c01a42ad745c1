// biome-ignore-all lint/suspicious/noConsole: an application prints
// The life cycle in the ways that there are: node lifecycle.mjs once
import { createRequire } from 'node:module';
import { trace } from '@opentelemetry/api';

// As the application has it: imported, or required.
const { llmtrace } = process.argv.includes('cjs')
  ? createRequire(import.meta.url)('@llmtrace/auto')
  : await import('@llmtrace/auto');
const { default: OpenAI } = await import('openai');

const client = () => new OpenAI({ maxRetries: 0 });
const call = (more = {}) =>
  client().chat.completions.create({
    model: 'gpt-4.1-mini',
    messages: [{ role: 'user', content: 'Hi' }],
    ...more,
  });
const LONG = { timeoutMillis: 20_000 };
const threw = (run) => {
  try {
    run();
    return 'nothing';
  } catch (error) {
    return `${error.name}: ${error.message}`;
  }
};

const WAYS = {
  // Options in code, and the second time that they are given.
  async options() {
    llmtrace.start({ serviceName: 'in code', exporters: { metrics: 'none' }, semconv: 'latest' });
    llmtrace.start({ serviceName: 'again' });
    llmtrace.start();
    await call();
    await llmtrace.flush(LONG);
  },
  async wrong() {
    console.log(threw(() => llmtrace.start({ semconv: 'newest' })));
    console.log(threw(() => llmtrace.start({ consol: true })));
    console.log(threw(() => llmtrace.start({ prometheus: { port: -1 } })));
    console.log(threw(() => llmtrace.start({ exporters: { headers: { key: 7 } } })));
    console.log(threw(() => llmtrace.start(null)));
    await call();
    await llmtrace.flush(LONG);
  },
  async late() {
    await call();
    await llmtrace.flush(LONG);
    llmtrace.start({ exporters: { traces: 'none' } });
  },
  async shutdown() {
    await call();
    const stream = await call({ stream: true });
    await Promise.all([llmtrace.shutdown(LONG), llmtrace.shutdown(LONG)]);
    await call();
    for await (const _ of stream);
    trace.getTracer('app').startSpan('of the application').end();
    llmtrace.start({ quiet: true });
    await llmtrace.flush(LONG);
    await llmtrace.shutdown();
    console.log(llmtrace.status().state);
  },
  async before() {
    await llmtrace.flush();
    console.log(llmtrace.status().state, await llmtrace.shutdown());
    llmtrace.start();
    await call();
  },
  async prometheus() {
    llmtrace.start({ prometheus: { port: Number(process.env.PORT) } });
    await call();
    const scraped = await fetch(`http://127.0.0.1:${process.env.PORT}/metrics`);
    console.log(/llmtrace_requests_total/.test(await scraped.text()));
    await llmtrace.shutdown(LONG);
    console.log(await fetch(`http://127.0.0.1:${process.env.PORT}/metrics`).catch(() => 'closed'));
  },
  async status() {
    await call();
    await llmtrace.flush(LONG);
    console.log(JSON.stringify(llmtrace.status()));
  },
  async provider() {
    await call();
    await trace.getTracerProvider().forceFlush();
    process.kill(process.pid, 'SIGKILL');
  },
  async 'provider of the application'() {
    const provider = { getTracer: () => ({}), forceFlush: async () => console.log('flushed') };
    trace.setGlobalTracerProvider(provider);
    await trace.getTracerProvider().forceFlush();
  },
};

await WAYS[process.argv[2]]();
console.log('done');
