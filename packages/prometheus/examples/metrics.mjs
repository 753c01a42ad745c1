// node --import @llmtrace/auto/hook metrics.mjs
import { createServer } from 'node:http';
import { OpenAIInstrumentation } from '@llmtrace/instrumentation-openai';
import { metricsHandler, prometheusObserver } from '@llmtrace/prometheus';
import { register } from 'prom-client';

const observer = prometheusObserver({ register, defaultLabels: { service: 'chat' } });
new OpenAIInstrumentation({ observers: [observer] });

const { default: OpenAI } = await import('openai');
await new OpenAI().chat.completions.create({
  model: 'gpt-4o-mini',
  messages: [{ role: 'user', content: 'Say hello.' }],
});

const server = createServer(metricsHandler(observer)).listen(0, '127.0.0.1', async () => {
  const { port } = server.address();
  console.log(await (await fetch(`http://127.0.0.1:${port}/metrics`)).text());
  server.close();
});
