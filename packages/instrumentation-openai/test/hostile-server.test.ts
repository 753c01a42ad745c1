/** Arbitrary answers of a gateway through the real SDK, recorded with capture off and on. */
import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import type { LlmTraceConfig } from '@llmtrace/core';
import { type Loopback, serve } from '@llmtrace/test-fixtures/loopback';
import { loadSdk } from '@llmtrace/test-fixtures/sdks';
import { createTelemetry } from '@llmtrace/test-fixtures/telemetry';
import { OpenAIInstrumentation } from '../src/index.ts';

const PROMPT = 'my prompt: the patient Jane Doe has a rash';
const telemetry = createTelemetry();

describe('a gateway that answers as no vendor does', () => {
  let server: Loopback;
  let answer: (response: ServerResponse) => void;
  let instrumentation: OpenAIInstrumentation;
  let client: any;

  before(async () => {
    server = await serve((request, response) => {
      request.resume().on('end', () => answer(response));
    });
    instrumentation = telemetry.install(new OpenAIInstrumentation());
    const { exports } = await loadSdk({ set: 'openai-6', package: 'openai', format: 'cjs' });
    client = new exports.OpenAI({ apiKey: 'sk-test', baseURL: `${server.url}/v1`, maxRetries: 0 });
  });
  after(async () => {
    instrumentation.disable();
    await server.close();
  });

  const ask = (params: object = {}) =>
    client.chat.completions.create({
      model: 'gpt-4o-mini',
      messages: [{ role: 'user', content: PROMPT }],
      ...params,
    });

  const sendJson = (status: number, body: object) => (response: ServerResponse) =>
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));

  const sendChunks = (chunks: readonly object[]) => (response: ServerResponse) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.end(`${chunks.map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`).join('')}data: [DONE]\n\n`);
  };

  /** The one span of a call, with all that is recorded on it. */
  async function spanOf(config: LlmTraceConfig, call: () => Promise<unknown>) {
    instrumentation.setConfig(config);
    await telemetry.reset();
    await call();
    await telemetry.ended();
    const [span] = telemetry.spans();
    assert.ok(span);
    return span;
  }

  // FastAPI's answer to a request that it cannot validate quotes the request; gateways pass it on within their own.
  const unprocessable = sendJson(422, {
    error: { detail: [{ type: 'string_type', loc: ['messages', 0], msg: 'should be valid', input: PROMPT }] },
  });
  const refused = () => assert.rejects(ask(), /Jane Doe/);

  it('brings nothing of the prompt into the span where content is not captured', async () => {
    answer = unprocessable;
    const { status, attributes, events } = await spanOf({ exceptionsOnSpans: true }, refused);
    assert.equal(status.message, 'the request is invalid');
    assert.ok(!JSON.stringify([attributes, events]).includes('Jane Doe'));
    assert.equal(attributes['error.type'], 'UnprocessableEntityError');
    assert.equal(attributes['http.response.status_code'], 422);
  });

  it('is quoted where content is captured, by the redactors’ leave', async () => {
    answer = unprocessable;
    const redact = (text: string) => text.replaceAll('Jane Doe', '[patient]');
    const content = { capture: 'SPAN_ONLY', redact } as const;
    const { status, attributes } = await spanOf({ content }, refused);
    assert.match(status.message ?? '', /the patient \[patient\] has a rash/);
    assert.ok(!JSON.stringify(attributes).includes('Jane Doe'));
  });

  it('costs no more for an index that is far away', async () => {
    const finished = { index: 1e9, delta: { content: 'far' }, finish_reason: 'stop' };
    answer = sendChunks([{ id: 'x'.repeat(100_000), model: 'm'.repeat(100_000), choices: [finished] }]);
    const read = async () => {
      for await (const _ of await ask({ stream: true }));
    };
    const { attributes } = await spanOf({ content: { capture: 'SPAN_ONLY' } }, read);
    assert.deepEqual(attributes['gen_ai.response.finish_reasons'], ['stop']);
    assert.equal(String(attributes['gen_ai.response.id']).length, 256);
    assert.equal(String(attributes['gen_ai.response.model']).length, 256);
    assert.match(String(attributes['gen_ai.output.messages']), /far/);
  });
});
