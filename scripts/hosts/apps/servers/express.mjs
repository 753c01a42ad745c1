// Ends by the signal itself.
import './telemetry.mjs';
import { chat, parts } from './calls.mjs';

const { default: express } = await import('express');
const app = express();
app.get('/chat', async (_, response) => response.send(await chat()));
app.get('/stream', async (_, response) => {
  for await (const part of parts()) response.write(part);
  response.end();
});
app.listen(Number(process.env.PORT), '127.0.0.1', () => console.log('@@listening@@'));
