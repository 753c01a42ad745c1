// Ends by SIGINT.
import './telemetry.mjs';
import { Readable } from 'node:stream';
import { chat, parts } from './calls.mjs';

const { default: Koa } = await import('koa');
const app = new Koa();
app.use(async (context) => {
  context.body = context.path === '/chat' ? await chat() : Readable.from(parts());
});
app.listen(Number(process.env.PORT), '127.0.0.1');
