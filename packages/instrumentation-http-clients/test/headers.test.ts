/** What only the headers of an answer show, of calls that no instrumented SDK made. */
import assert from 'node:assert/strict';
import { type Loopback, serve } from '@llmtrace/test-fixtures/loopback';
import { createTelemetry } from '@llmtrace/test-fixtures/telemetry';
import { HttpClientsInstrumentation } from '../src/index.ts';

const telemetry = createTelemetry();
const usage = { prompt_tokens: 1000, completion_tokens: 200, total_tokens: 1200 };
const answer = { id: 'a', object: 'chat.completion', model: 'gpt-5', choices: [], usage };
const embeddings = {
  object: 'list',
  model: 'm',
  data: [{ embedding: [] }],
  usage: { prompt_tokens: 5, total_tokens: 5 },
};

describe('the headers of an answer', () => {
  let server: Loopback;
  let url: string;
  let headers: Record<string, string> = {};
  let body: object = answer;
  let instrumentation: HttpClientsInstrumentation;
  before(async () => {
    server = await serve((_request, reply) => {
      reply.writeHead(200, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
    });
    url = `${server.url}/v1`;
    instrumentation = telemetry.install(new HttpClientsInstrumentation());
  });
  beforeEach(() => telemetry.reset());
  after(async () => {
    instrumentation.disable();
    await server.close();
  });

  async function costOf(path: string, request: object): Promise<unknown> {
    const sent = await fetch(`${url}/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(request),
    });
    await sent.text();
    await telemetry.ended();
    return telemetry.spans()[0]?.attributes['gen_ai.usage.cost'];
  }
  const chat = { model: 'gpt-5', messages: [{ role: 'user', content: 'x' }] };

  it('have the cost that a gateway states', async () => {
    headers = { 'x-litellm-response-cost': '0.0123' };
    assert.equal(await costOf('chat/completions', chat), 0.0123);
  });

  it('have it also where only the answer shows that it is a call', async () => {
    headers = { 'x-litellm-response-cost': '0.0123' };
    body = embeddings;
    assert.equal(await costOf('embeddings', { model: 'm', input: 'x' }), 0.0123);
    body = answer;
  });

  const CACHES: readonly (readonly [header: string, status: string, cost: number | undefined])[] = [
    ['cf-aig-cache-status', 'HIT', 0],
    ['cf-aig-cache-status', 'MISS', undefined],
    ['helicone-cache', 'MISS, HIT', 0],
    ['helicone-cache', 'MISS', undefined],
    ['x-portkey-cache-status', 'SEMANTIC HIT', 0],
    ['x-portkey-cache-status', 'REFRESH', undefined],
  ];
  for (const [header, status, cost] of CACHES) {
    it(`show whether an answer is from a cache, and costs nothing: ${header}: ${status}`, async () => {
      headers = { [header]: status };
      assert.equal(await costOf('chat/completions', chat), cost);
    });
  }
});
