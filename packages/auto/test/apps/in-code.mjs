// biome-ignore-all lint/suspicious/noConsole: an application prints
// Makes an instrumentation of its own: node in-code.mjs <alone | list | registered>. It prints what Prometheus would read.
import OpenAI from 'openai';

const [, , how] = process.argv;
if (how === 'list') {
  const { llmtraceInstrumentations } = await import('@llmtrace/auto/instrumentations');
  llmtraceInstrumentations();
} else {
  const { OpenAIInstrumentation } = await import('@llmtrace/instrumentation-openai');
  const instrumentation = new OpenAIInstrumentation();
  if (how === 'registered') {
    const { registerInstrumentations } = await import('@opentelemetry/instrumentation');
    registerInstrumentations({ instrumentations: [instrumentation] });
  }
}

await new OpenAI().embeddings.create({ model: 'text-embedding-3-small', input: 'oak' });
const port = process.env.LLMTRACE_PROMETHEUS_PORT;
if (port) console.log(await (await fetch(`http://127.0.0.1:${port}/metrics`)).text());
