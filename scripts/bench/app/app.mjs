/**
 * The measured application: a chat proxy on Express or Fastify. Each request makes a span of the request, one of a
 * query before it, and a call of openai, whose answer it passes on, streamed or whole. Started by `fork()`, with the
 * framework as its argument; it tells its port, and answers `start` and `stop` with what it has used between them.
 */
import http from 'node:http';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setImmediate as turn } from 'node:timers/promises';
import { SpanKind, trace } from '@opentelemetry/api';
import OpenAI from 'openai';

const client = new OpenAI({ apiKey: 'key', baseURL: process.env.VENDOR, maxRetries: 0 });
const tracer = trace.getTracer('application');
const messages = [{ role: 'user', content: 'A question?' }];

/** @param params `chunks`: 0 for a whole answer; `gap`: ms between two chunks, or before a whole answer. */
function chat({ chunks, gap }, response) {
  return tracer.startActiveSpan('POST /chat', { kind: SpanKind.SERVER }, async (span) => {
    try {
      await query();
      const params = { model: 'gpt-4o-mini', messages, user: `${chunks} ${gap}` };
      if (chunks === 0) sendWhole(response, await client.chat.completions.create(params));
      else await sendStream(response, await client.chat.completions.create(streamed(params)));
    } finally {
      span.end();
    }
  });
}

const streamed = (params) => ({ ...params, stream: true, stream_options: { include_usage: true } });

/** As an instrumentation of a database makes a span. */
const query = () =>
  tracer.startActiveSpan('SELECT messages', { kind: SpanKind.CLIENT }, async (span) => {
    span.setAttributes({ 'db.system.name': 'postgresql', 'db.query.text': 'SELECT * FROM messages' });
    await turn();
    span.end();
  });

function sendWhole(response, answer) {
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(JSON.stringify(answer.choices[0].message));
}

async function sendStream(response, chunks) {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  for await (const { choices } of chunks) {
    const text = choices[0]?.delta.content;
    if (text) response.write(`data: ${JSON.stringify({ text })}\n\n`);
  }
  response.end();
}

const FRAMEWORKS = {
  async express() {
    const { default: express } = await import('express');
    const app = express();
    app.post('/chat', express.json(), (request, response) => chat(request.body, response));
    return http.createServer(app);
  },
  async fastify() {
    const { default: fastify } = await import('fastify');
    const app = fastify();
    app.post('/chat', async (request, reply) => {
      reply.hijack();
      await chat(request.body, reply.raw);
    });
    await app.ready();
    return app.server;
  },
};

/** What is used between `start` and `stop`. A timer of 1 ms for the delay of the event loop costs CPU time itself. */
let cpu;
let delay;
let most = 0;
const rss = () => {
  most = Math.max(most, process.memoryUsage.rss());
};
let sampler;

function start({ delays }) {
  globalThis.gc();
  most = 0;
  sampler = setInterval(rss, 50);
  delay = delays ? monitorEventLoopDelay({ resolution: 1 }) : undefined;
  delay?.enable();
  cpu = process.cpuUsage();
  return {};
}

function stop() {
  const { user, system } = process.cpuUsage(cpu);
  clearInterval(sampler);
  rss();
  delay?.disable();
  const ms = (q) => delay && delay.percentile(q) / 1e6;
  return { cpu: user + system, rss: most, p50: ms(50), p99: ms(99) };
}

process.on('message', ({ id, does, ...options }) => {
  if (does === 'exit') process.exit();
  process.send({ id, ...(does === 'start' ? start(options) : stop()) });
});

const server = await FRAMEWORKS[process.argv[2]]();
// The connections of the load generator stay, while other variants have their turn.
server.keepAliveTimeout = 0;
server.listen(0, '127.0.0.1', 4096, () => {
  const started = process.cpuUsage();
  process.send({
    id: 0,
    port: server.address().port,
    cpu: started.user + started.system,
    rss: process.memoryUsage.rss(),
  });
});
