// biome-ignore-all lint/suspicious/noConsole: an application prints
// A server that asks a database, another server and a model within one request; it prints the spans that its own
// OpenTelemetry has got, each with the ids that it takes to find its parent.
const { once } = require('node:events');

exports.serve = async ({ http, express, qs, OpenAI }) => {
  const client = new OpenAI();
  const app = express();
  const server = http.createServer(app);
  const url = (path) => `http://127.0.0.1:${server.address().port}${path}`;
  app.get('/stock', (_request, response) => response.json({ trees: 7 }));
  app.get('/ask', async (_request, response) => {
    qs.stringify({ tree: 'oak' });
    await (await fetch(url('/stock'))).json();
    const answer = await client.chat.completions.create({
      model: 'gpt-4.1-mini',
      messages: [{ role: 'user', content: 'hello' }],
    });
    response.json({ answer: answer.choices[0].message.content });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const [response] = await once(http.get(url('/ask')), 'response');
  const parts = [];
  for await (const part of response) parts.push(part);
  server.close();
  server.closeAllConnections();
  const spans = ((await globalThis.finishedSpans?.()) ?? []).map(
    ({ name, kind, instrumentationScope, parentSpanContext, spanContext, ...span }) => ({
      ...{ name, kind, scope: instrumentationScope.name, parent: parentSpanContext?.spanId },
      id: spanContext.call(span).spanId,
    }),
  );
  console.log(JSON.stringify({ answer: JSON.parse(Buffer.concat(parts)), spans }));
};
