// biome-ignore-all lint/suspicious/noConsole: an application prints
// One of llmtrace's files cannot be read during the first call, as where a process has too many files open.
// Prints how many calls are traced after each.
import fs from 'node:fs';
import { createRequire } from 'node:module';
import { InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { NodeTracerProvider } from '@opentelemetry/sdk-trace-node';

const [unreadable, own] = process.argv.slice(2);
const require = createRequire(import.meta.url);
const exporter = new InMemorySpanExporter();
new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }).register();
if (own) new (require('@llmtrace/instrumentation-openai').OpenAIInstrumentation)();

const client = new (require('openai').OpenAI)();
const { readFileSync } = fs;
fs.readFileSync = (path, ...rest) => {
  if (String(path).replaceAll('\\', '/').endsWith(unreadable))
    throw Object.assign(new Error('EMFILE: too many open files'), { code: 'EMFILE' });
  return readFileSync(path, ...rest);
};
for (let call = 0; call < 3; call++) {
  const { choices } = await client.chat.completions.create({
    model: 'gpt-4o-mini',
    messages: [{ role: 'user', content: 'Hi.' }],
  });
  console.log(choices.length, exporter.getFinishedSpans().length);
  fs.readFileSync = readFileSync;
}
