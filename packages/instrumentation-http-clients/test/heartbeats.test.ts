/** Anthropic's `ping` keeps a connection alive. The SDK hides it, and llmtrace counts it as no chunk of a raw body. */
import assert from 'node:assert/strict';
import Anthropic from '@anthropic-ai/sdk';
import { AnthropicInstrumentation } from '@llmtrace/instrumentation-anthropic';
import { createTelemetry } from '@llmtrace/test-fixtures';
import { type Loopback, serve } from '@llmtrace/test-fixtures/loopback';
import { HttpClientsInstrumentation } from '../src/index.ts';

const message = { id: 'msg_1', type: 'message', role: 'assistant', model: 'claude-sonnet-4-5', content: [] };
const EVENTS = [
  { type: 'message_start', message: { ...message, usage: { input_tokens: 11, output_tokens: 1 } } },
  { type: 'ping' },
  { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
  { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'Hello.' } },
  { type: 'ping' },
  { type: 'content_block_stop', index: 0 },
  { type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 7 } },
  { type: 'message_stop' },
];
const BODY = EVENTS.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join('');
const params = {
  model: 'claude-sonnet-4-5',
  max_tokens: 100,
  messages: [{ role: 'user' as const, content: 'x' }],
  stream: true as const,
};

describe('a ping of Anthropic', () => {
  const telemetry = createTelemetry();
  let server: Loopback;
  let client: Anthropic;
  let wire: HttpClientsInstrumentation;
  let sdk: AnthropicInstrumentation;
  before(async () => {
    server = await serve((request, response) => {
      request.resume().on('end', () => {
        response.writeHead(200, { 'content-type': 'text/event-stream' }).end(BODY);
      });
    });
    wire = telemetry.install(new HttpClientsInstrumentation());
    sdk = telemetry.install(new AnthropicInstrumentation());
    client = new Anthropic({ apiKey: 'key', baseURL: server.url, maxRetries: 0 });
    sdk.instrumentClient(client);
  });
  beforeEach(() => telemetry.reset());
  after(async () => {
    wire.disable();
    sdk.disable();
    await server.close();
  });

  const READERS = {
    'the SDK': async () => {
      for await (const _event of await client.messages.create(params));
    },
    'the raw answer of the SDK': async () => {
      await (await client.messages.create(params).asResponse()).text();
    },
    'the stream of the raw answer': async () => {
      const { body } = await client.messages.create(params).asResponse();
      await new Response(body).text();
    },
    fetch: async () => {
      const headers = { 'content-type': 'application/json', 'x-api-key': 'key' };
      const body = JSON.stringify(params);
      await (await fetch(`${client.baseURL}/v1/messages`, { method: 'POST', headers, body })).text();
    },
  };
  for (const [reader, read] of Object.entries(READERS)) {
    it(`is no chunk for ${reader}`, async () => {
      await read();
      await telemetry.ended();
      const [span, ...others] = telemetry.spans();
      assert.equal(others.length, 0);
      assert.equal(span?.attributes['gen_ai.usage.output_tokens'], 7);
      assert.equal(span?.attributes['llmtrace.stream.chunks'], EVENTS.length - 2);
    });
  }
});
