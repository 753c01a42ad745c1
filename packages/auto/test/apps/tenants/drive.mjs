// biome-ignore-all lint/suspicious/noConsole: an application prints
// A shop that asks a model for its tenants, whose names come in the baggage of an upstream service. It sends itself the
// requests that REQUESTS names, all at once, and prints the answers, the totals and what `/metrics` says.
import { once } from 'node:events';

const PORT = process.env.LLMTRACE_PROMETHEUS_PORT;

/** The packages come from the application, which is an ES module or CommonJS. */
export async function drive({ express, OpenAI, core, api }) {
  const { context, propagation } = api;
  const openai = new OpenAI({ maxRetries: 0 });
  const app = express();
  app.use((request, _response, next) =>
    context.with(propagation.extract(context.active(), request.headers), next),
  );

  async function ask(number, isStream) {
    await new Promise((resolve) => setTimeout(resolve, number % 5));
    const answer = await openai.chat.completions.create({
      model: 'gpt-4o-mini',
      messages: [{ role: 'user', content: 'Say hello.' }],
      max_tokens: number,
      ...(isStream && { stream: true, stream_options: { include_usage: true } }),
    });
    if (isStream) for await (const _ of answer);
  }

  app.get('/ask/:feature/:number', async ({ params: { feature, number } }, response) => {
    try {
      await core.withLlmAttributes({ feature }, () => ask(Number(number), feature === 'chat'));
      response.send('answered');
    } catch (error) {
      response.status(error.code === 'budget_exceeded' ? 402 : 500).send(`${error.code} ${error.key}`);
    }
  });

  const server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${server.address().port}`;

  const answers = await Promise.all(
    JSON.parse(process.env.REQUESTS).map(async ({ tenant, user, feature }, at) => {
      const baggage = `tenant.id=${tenant},user.id=${encodeURIComponent(user)},password=hidden`;
      const response = await fetch(`${url}/ask/${feature}/${at + 1}`, { headers: { baggage } });
      return [tenant, response.status, await response.text()];
    }),
  );
  const metrics = await (await fetch(`http://127.0.0.1:${PORT}/metrics`)).text();
  console.log(JSON.stringify({ answers, usage: core.getUsage({ by: ['tenant'] }), metrics }));
  server.close();
  server.closeAllConnections();
}
