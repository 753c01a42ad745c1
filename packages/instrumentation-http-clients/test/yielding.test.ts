/** Each call is one span, also next to an SDK's instrumentation, and a child of the active span. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { facts } from '@llmtrace/core/internal';
import { AnthropicInstrumentation } from '@llmtrace/instrumentation-anthropic';
import { OpenAIInstrumentation } from '@llmtrace/instrumentation-openai';
import { createTelemetry, type DiagRecorder, recordDiag, type Telemetry } from '@llmtrace/test-fixtures';
import { type Loopback, serve } from '@llmtrace/test-fixtures/loopback';
import { context, SpanKind, trace } from '@opentelemetry/api';
import * as openai from 'openai';
import { Agent, interceptors, fetch as undiciFetch } from 'undici';
import { HttpClientsInstrumentation } from '../src/index.ts';

const MODEL = 'gpt-4o-mini';
const messages = [{ role: 'user', content: 'Hi' }] as const;
const ANSWER = {
  id: 'chatcmpl-1',
  object: 'chat.completion',
  model: MODEL,
  choices: [{ index: 0, message: { role: 'assistant', content: 'Hi' }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 11, completion_tokens: 7, total_tokens: 18 },
};

describe('a call by HTTP', () => {
  let server: Loopback;
  let url: string;
  let telemetry: Telemetry;
  let diag: DiagRecorder;
  let wire: HttpClientsInstrumentation;
  let sdk: OpenAIInstrumentation;
  before(async () => {
    server = await serve((request, response) => {
      request.resume().on('end', () => {
        response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(ANSWER));
      });
    });
    url = server.url;
    telemetry = createTelemetry();
    diag = recordDiag();
    wire = telemetry.install(new HttpClientsInstrumentation());
    sdk = telemetry.install(new OpenAIInstrumentation());
  });
  beforeEach(() => telemetry.reset());
  after(async () => {
    wire.disable();
    sdk.disable();
    diag.stop();
    await server.close();
  });

  const bySdk = async (): Promise<void> => {
    const client = new openai.OpenAI({ apiKey: 'sk-test', baseURL: `${url}/v1`, maxRetries: 0 });
    await client.chat.completions.create({ model: MODEL, messages: [...messages] });
  };
  const body = JSON.stringify({ model: MODEL, messages });
  const byFetch = async (): Promise<void> => {
    await (await fetch(`${url}/v1/chat/completions`, { method: 'POST', body })).text();
  };
  const byHttp = async (): Promise<void> => {
    const request = httpRequest(`${url}/v1/chat/completions`, { method: 'POST' }).end(body);
    const [response] = await once(request, 'response');
    for await (const _ of response);
  };
  const scopes = () => telemetry.spans().map(({ instrumentationScope: { name } }) => name);

  it('of an SDK without an instrumentation is traced, and causes no warning of an untraced call', async () => {
    await bySdk();
    assert.deepEqual(scopes(), ['@llmtrace/instrumentation-http-clients']);
    assert.deepEqual([facts().findings, [...facts().untraced]], [[], []]);
  });

  it('has the address of its host where the path begins with two slashes', async () => {
    const path = '//v1/chat/completions';
    await (await fetch(`${url}${path}`, { method: 'POST', body })).text();
    const request = httpRequest(`${url}${path}`, { method: 'POST' }).end(body);
    const [response] = await once(request, 'response');
    for await (const _ of response);
    assert.deepEqual(
      telemetry.spans().map(({ attributes: a }) => `http://${a['server.address']}:${a['server.port']}`),
      [url, url],
    );
  });

  it('has the name of its host where undici’s interceptor sends it to an address', async () => {
    const lookup: NonNullable<Parameters<typeof interceptors.dns>[0]>['lookup'] = (_origin, _options, done) =>
      done(null, [{ address: '127.0.0.1', family: 4, ttl: 1000 }]);
    const dispatcher = new Agent().compose(interceptors.dns({ lookup }));
    const { port } = new URL(url);
    const named = `http://llm.example:${port}`;
    await (await undiciFetch(`${named}/v1/chat/completions`, { method: 'POST', body, dispatcher })).text();
    await dispatcher.close();
    assert.deepEqual(
      telemetry.spans().map(({ attributes: a }) => `http://${a['server.address']}:${a['server.port']}`),
      [named],
    );
  });

  it('is traced where a proxy gets it, by a whole URL', async () => {
    const { hostname, port } = new URL(url);
    const path = 'http://llm.example:8000/v1/chat/completions';
    const headers = { host: 'llm.example:8000' };
    const request = httpRequest({ hostname, port, path, headers, method: 'POST' }).end(body);
    const [response] = await once(request, 'response');
    for await (const _ of response);
    assert.deepEqual(
      telemetry.spans().map(({ attributes: a }) => `${a['server.address']}:${a['server.port']}`),
      ['llm.example:8000'],
    );
    assert.deepEqual(diag.lines, []);
  });

  it('of an SDK is traced at any host, also with a malformed body', async () => {
    const client = new openai.OpenAI({ apiKey: 'sk-test', baseURL: `${url}/v1`, maxRetries: 0 });
    await client.chat.completions.create({ model: MODEL, messages: [] });
    assert.deepEqual(scopes(), ['@llmtrace/instrumentation-http-clients']);
  });

  it('of an SDK whose instrumentation is switched off is not traced', async () => {
    sdk.disable();
    await bySdk();
    sdk.enable();
    assert.deepEqual(scopes(), []);
  });

  it('of an SDK by the same generator as one whose instrumentation is switched off is traced', async () => {
    telemetry.install(new AnthropicInstrumentation()).disable();
    const headers = { 'x-stainless-lang': 'js', 'x-stainless-package-version': '0.9.1' };
    await (await fetch(`${url}/openai/v1/chat/completions`, { method: 'POST', headers, body })).text();
    assert.deepEqual(scopes(), ['@llmtrace/instrumentation-http-clients']);
  });

  it('within a call of an instrumented SDK is that call', async () => {
    sdk.instrumentModule(openai);
    await bySdk();
    assert.deepEqual(scopes(), ['@llmtrace/instrumentation-openai']);
  });

  it('is a child of the active span, with a name and tokens as a call of an SDK', async () => {
    const tracer = telemetry.tracerProvider.getTracer('app');
    const parent = tracer.startSpan('parent');
    await context.with(trace.setSpan(context.active(), parent), async () => {
      await byFetch();
      await byHttp();
    });
    parent.end();
    const calls = telemetry.spans().filter(({ name }) => name === `chat ${MODEL}`);
    assert.equal(calls.length, 2);
    for (const call of calls) {
      assert.equal(call.parentSpanContext?.spanId, parent.spanContext().spanId);
      assert.equal(call.attributes['gen_ai.usage.input_tokens'], 11);
    }
  });

  it('is next to the span of OpenTelemetry’s instrumentation of HTTP, under the same parent', async () => {
    const parent = telemetry.tracerProvider.getTracer('app').startSpan('parent');
    const outer = trace.setSpan(context.active(), parent);
    const tracer = telemetry.tracerProvider.getTracer('@opentelemetry/instrumentation-http');
    const http = tracer.startSpan('POST', { kind: SpanKind.CLIENT }, outer);
    await context.with(trace.setSpan(outer, http), byHttp);
    http.end();
    parent.end();
    const call = telemetry.spans().find(({ name }) => name === `chat ${MODEL}`);
    assert.equal(call?.parentSpanContext?.spanId, parent.spanContext().spanId);
  });

  it('is traced once where there are two instrumentations', async () => {
    const second = telemetry.install(new HttpClientsInstrumentation());
    await byFetch();
    await byHttp();
    second.disable();
    assert.equal(telemetry.spans().length, 2);
  });

  it('is not limited, and causes one warning', async () => {
    wire.setConfig({ retry: {} });
    await byFetch();
    await byFetch();
    wire.setConfig({});
    const warnings = diag.lines.filter(({ text }) => text.includes('do not hold'));
    assert.equal(telemetry.spans().length, 2);
    assert.equal(warnings.length, 1);
  });
});
