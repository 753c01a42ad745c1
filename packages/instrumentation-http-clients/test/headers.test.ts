/** What gateways say of an answer in its headers alone. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createTelemetry } from '@llmtrace/test-fixtures/telemetry';
import { HttpClientsInstrumentation } from '../src/index.ts';

const telemetry = createTelemetry();

describe('the headers of an answer', () => {
  let server: Server;
  let instrumentation: HttpClientsInstrumentation;
  before(async () => {
    server = createServer((request, response) => {
      request.resume().on('end', () => {
        const headers = { 'content-type': 'application/json', 'x-litellm-response-cost': '0.0125' };
        const usage = { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 };
        response.writeHead(200, headers).end(JSON.stringify({ model: 'own', choices: [], usage }));
      });
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    instrumentation = telemetry.install(new HttpClientsInstrumentation());
  });
  after(() => {
    instrumentation.disable();
    server.close();
  });

  it('have the cost that a gateway states', async () => {
    const { port } = server.address() as AddressInfo;
    const body = JSON.stringify({ model: 'own', messages: [{ role: 'user', content: 'x' }] });
    await (await fetch(`http://127.0.0.1:${port}/v1/chat/completions`, { method: 'POST', body })).text();
    await telemetry.ended();
    assert.equal(telemetry.spans()[0]?.attributes['gen_ai.usage.cost'], 0.0125);
  });
});
