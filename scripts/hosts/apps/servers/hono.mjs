// Ends by `process.exit()`.
import './telemetry.mjs';
import { chat, parts } from './calls.mjs';

const [{ serve }, { Hono }, { stream }] = await Promise.all([
  import('@hono/node-server'),
  import('hono'),
  import('hono/streaming'),
]);
const app = new Hono();
app.get('/chat', async (context) => context.text(await chat()));
app.get('/stream', (context) =>
  stream(context, async (response) => {
    for await (const part of parts()) await response.write(part);
  }),
);
if (!globalThis.ownTelemetry) process.once('SIGTERM', () => process.exit(0));
serve({ fetch: app.fetch, port: Number(process.env.PORT), hostname: '127.0.0.1' });
