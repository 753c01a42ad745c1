/** `fetch` with interceptors: of the process (`interceptFetch`), and of one client (`instrumentFetch`). */
import assert from 'node:assert/strict';
import type { Call, LlmTraceConfig } from '@llmtrace/core';
import { type Loopback, serve } from '@llmtrace/test-fixtures/loopback';
import { startVendorServer, type VendorServer } from '@llmtrace/test-fixtures/server';
import { createTelemetry } from '@llmtrace/test-fixtures/telemetry';
import sinon from 'sinon';
import { Attempt } from '../src/fetch/attempt.ts';
import { EventFilter } from '../src/fetch/without-usage.ts';
import { HttpClientsInstrumentation } from '../src/index.ts';

const telemetry = createTelemetry();
const bare = globalThis.fetch;
const HEADERS = { 'content-type': 'application/json' };
const messages = [{ role: 'user', content: 'hello' }];
const MODEL = 'gpt-4o-mini';

describe('an intercepted fetch', () => {
  let vendor: VendorServer;
  let instrumentation: HttpClientsInstrumentation | undefined;
  before(async () => {
    vendor = await startVendorServer();
  });
  beforeEach(() => telemetry.reset());
  afterEach(() => {
    instrumentation?.disable();
    sinon.restore();
  });
  after(() => vendor.close());

  const install = (config: LlmTraceConfig): HttpClientsInstrumentation => {
    instrumentation?.disable();
    instrumentation = telemetry.install(new HttpClientsInstrumentation(config));
    return instrumentation;
  };
  const post = (body: object, fetch = globalThis.fetch, path = 'chat/completions'): Promise<Response> =>
    fetch(`${vendor.url}/v1/${path}`, { method: 'POST', headers: HEADERS, body: JSON.stringify(body) });
  /** The calls that interceptors have seen. */
  const calls: Call[] = [];
  const seen = (): LlmTraceConfig => {
    calls.length = 0;
    return {
      interceptors: [
        (call, next) => {
          calls.push(call as Call);
          return next();
        },
      ],
    };
  };

  it('exists only while the option is on', () => {
    install({ retry: {} });
    assert.equal(globalThis.fetch, bare);
    instrumentation?.disable();
    install({ interceptFetch: true });
    assert.notEqual(globalThis.fetch, bare);
    instrumentation?.disable();
    assert.equal(globalThis.fetch, bare);
  });

  it('has the name, the length, the text and the properties of the original', () => {
    const marked = Object.assign((input: string, init?: RequestInit) => bare(input, init), { mark: 1 });
    const fetch = install({}).instrumentFetch(marked as typeof bare);
    const facts = (one: typeof bare): unknown => [one.name, one.length, `${one}`, Reflect.get(one, 'mark')];
    assert.deepEqual(facts(fetch), facts(marked as typeof bare));
    const global = install({ interceptFetch: true }) && globalThis.fetch;
    assert.deepEqual([facts(global), Object.keys(global)], [facts(bare), Object.keys(bare)]);
  });

  it('hands `this`, the arguments and the very answer on', async () => {
    const answer = Response.json({ choices: [] });
    const error = new TypeError('no');
    const original = sinon.stub().onFirstCall().resolves(answer).onSecondCall().rejects(error);
    const fetch = install(seen()).instrumentFetch(original as unknown as typeof bare);
    const self = { fetch };
    const init = { method: 'POST', body: JSON.stringify({ model: MODEL, messages }) };
    const url = `${vendor.url}/v1/chat/completions`;
    assert.equal(await self.fetch(url, init), answer);
    await assert.rejects(self.fetch(url, init), (thrown) => thrown === error);
    assert.deepEqual(
      original
        .getCalls()
        .map(({ thisValue, args }) => [thisValue === self, args[0] === url, args[1] === init]),
      [
        [true, true, true],
        [true, true, true],
      ],
    );
    await answer.json();
    await telemetry.ended();
    assert.equal(telemetry.spans().length, 2);
  });

  it('gives the application the error of the original, also where telemetry fails', async () => {
    sinon.stub(Attempt.prototype, 'accept').throws(new Error('of telemetry'));
    const error = new TypeError('fetch failed');
    const fetch = install(seen()).instrumentFetch((async () => {
      throw error;
    }) as typeof bare);
    await assert.rejects(post({ model: MODEL, messages }, fetch), (thrown) => thrown === error);
    assert.equal(telemetry.spans().length, 1);
  });

  it('is replaced once, and interceptors run once a call', async () => {
    const config = seen();
    const one = install({ ...config, interceptFetch: true });
    assert.equal(one.instrumentFetch(globalThis.fetch), globalThis.fetch);
    const other = telemetry.install(new HttpClientsInstrumentation({ ...config, interceptFetch: true }));
    await (await post({ model: MODEL, messages })).json();
    other.disable();
    assert.deepEqual([calls.length, telemetry.spans().length], [1, 1]);
  });

  it('sends the body of a Request that is repeated', async () => {
    install({ interceptFetch: true, retry: { initialInterval: 1, jitter: 0 } });
    const request = new Request(`${vendor.url}/v1/chat/completions#stream`, {
      method: 'POST',
      headers: HEADERS,
      body: JSON.stringify({ model: 'fail-500-once', messages }),
    });
    const response = await fetch(request);
    await response.json();
    await telemetry.ended();
    const [span] = telemetry.spans();
    assert.deepEqual(
      [response.status, request.bodyUsed, span?.attributes['http.request.resend_count']],
      [200, true, 1],
    );
  });

  it('refuses a call beyond a budget of which other calls have used all', async () => {
    install({
      interceptFetch: true,
      modelMap: { [MODEL]: `openai:${MODEL}` },
      budget: { usd: 1e-9, window: 'hour' } as never,
    });
    await (await post({ model: MODEL, messages })).json();
    await assert.rejects(post({ model: MODEL, messages }), {
      name: 'LlmTraceError',
      code: 'budget_exceeded',
    });
  });

  it('leaves all other requests to the original', async () => {
    const config = seen();
    install({ ...config, interceptFetch: true });
    await (await post({ model: MODEL, messages }, fetch, 'files')).text();
    await (await fetch(`${vendor.url}/v1/chat/completions`)).text();
    assert.equal(calls.length, 0);
  });

  it('of one client leaves the calls of others, and says so with their name', async () => {
    const warn = sinon.stub(process, 'emitWarning');
    const config = seen();
    const fetch = install(config).instrumentFetch(bare);
    await (await post({ model: MODEL, messages }, fetch)).json();
    assert.deepEqual([calls.length, warn.callCount], [1, 0]);
    const url = `${vendor.url}/v1/chat/completions`;
    const headers = { ...HEADERS, 'user-agent': 'ai/7.0.1 ai-sdk/groq/4.0.52 runtime/node.js/24' };
    const body = JSON.stringify({ model: MODEL, messages });
    for (let time = 0; time < 2; time++)
      await (await globalThis.fetch(url, { method: 'POST', headers, body })).json();
    await telemetry.ended();
    assert.deepEqual([calls.length, telemetry.spans().length, warn.callCount], [1, 3, 1]);
    assert.match(String(warn.args[0]?.[0]), /do not hold for calls of ai\/7\.0\.1 to 127\.0\.0\.1/);
  });

  it('reads a Blob, and leaves a stream to the client: the call is traced, and a warning says what does not hold', async () => {
    const warn = sinon.stub(process, 'emitWarning');
    install({ ...seen(), interceptFetch: true });
    const send = async (body: Blob | ReadableStream): Promise<unknown> => {
      const init = { method: 'POST', headers: HEADERS, body, duplex: 'half' } as RequestInit;
      return (await fetch(`${vendor.url}/v1/chat/completions`, init)).json();
    };
    const body = (): Blob => new Blob([JSON.stringify({ model: MODEL, messages })]);
    await send(body());
    assert.deepEqual([calls.map(({ request }) => request.model), warn.callCount], [[MODEL], 0]);
    await send(body().stream());
    await telemetry.ended();
    assert.deepEqual([calls.length, warn.callCount], [1, 1]);
    assert.match(String(warn.args[0]?.[0]), /the body of its request is a stream/);
    const spans = telemetry.spans().map(({ name, attributes }) => [name, attributes['gen_ai.request.model']]);
    assert.deepEqual(spans, [
      [`chat ${MODEL}`, MODEL],
      [`chat ${MODEL}`, MODEL],
    ]);
  });

  it('reports a mocked answer by what the application reads of it', async () => {
    const answer = {
      id: 'chatcmpl-1',
      model: MODEL,
      choices: [{ index: 0, finish_reason: 'stop', message: {} }],
      usage: { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 },
    };
    const fetch = install(seen()).instrumentFetch(async () => Response.json(answer));
    assert.deepEqual(await (await post({ model: MODEL, messages }, fetch)).json(), answer);
    const refusing = instrumentation?.instrumentFetch(async () => Response.json({}, { status: 429 }));
    assert.equal((await post({ model: MODEL, messages }, refusing)).status, 429);
    await telemetry.ended();
    const facts = telemetry
      .spans()
      .map(({ attributes: a }) => [a['gen_ai.usage.input_tokens'], a['error.type']]);
    assert.deepEqual(facts, [
      [3, undefined],
      [undefined, '429'],
    ]);
  });
});

const USAGE = { prompt_tokens: 11, completion_tokens: 7, total_tokens: 18 };

describe('the usage that an intercepted fetch asks for', () => {
  let server: Loopback;
  let url: string;
  const bodies: string[] = [];
  let instrumentation: HttpClientsInstrumentation | undefined;

  /** As OpenAI's API: if the request asks for the usage, each chunk has the field. */
  const chunks = (isAsked: boolean): string[] => {
    const more = isAsked ? ',"usage":null' : '';
    const event = (choices: string, usage: string): string =>
      `data: {"id":"c1","object":"chat.completion.chunk","model":"m-2026","choices":${choices}${usage}}\n\n`;
    return [
      event('[{"index":0,"delta":{"content":"Größe ,\\"usage\\":null "}}]', more),
      event('[{"index":0,"delta":{},"finish_reason":"stop"}]', more),
      ...(isAsked ? [event('[]', `,"usage":${JSON.stringify(USAGE)}`)] : []),
      'data: [DONE]\n\n',
    ];
  };

  before(async () => {
    server = await serve(async (request, response) => {
      const parts: Buffer[] = [];
      for await (const part of request) parts.push(part as Buffer);
      const body = Buffer.concat(parts).toString();
      bodies.push(body);
      response.writeHead(200, { 'content-type': 'text/event-stream', 'x-request-id': 'req_1' });
      for (const byte of chunks(JSON.parse(body).stream_options?.include_usage)
        .join('')
        .match(/.{1,7}/gs) ?? [])
        response.write(byte);
      response.end();
    });
    url = `${server.url}/v1/chat/completions`;
  });
  beforeEach(async () => {
    bodies.length = 0;
    await telemetry.reset();
    instrumentation = telemetry.install(
      new HttpClientsInstrumentation({ interceptFetch: true, requestStreamUsage: true }),
    );
  });
  afterEach(() => instrumentation?.disable());
  after(() => server.close());

  const body = JSON.stringify({ model: MODEL, messages, stream: true });
  const post = (fetch = globalThis.fetch, init = {}): Promise<Response> =>
    fetch(url, { method: 'POST', headers: HEADERS, body, ...init });

  const READINGS: Readonly<Record<string, (response: Response) => Promise<unknown>>> = {
    text: (response) => response.text(),
    bytes: async (response) => Buffer.from(await response.arrayBuffer()).toString(),
    iteration: async (response) => {
      let text = '';
      for await (const part of response.body!) text += Buffer.from(part).toString('latin1');
      return text;
    },
    'a buffer of its own': async (response) => {
      const reader = response.body!.getReader({ mode: 'byob' });
      let text = '';
      for (let part = await reader.read(new Uint8Array(16)); !part.done; ) {
        text += Buffer.from(part.value).toString('latin1');
        part = await reader.read(new Uint8Array(16));
      }
      return text;
    },
    clone: async (response) => [await response.clone().text(), response.bodyUsed, await response.text()],
    tee: async (response) => Promise.all(response.body!.tee().map((part) => new Response(part).text())),
  };
  for (const [name, read] of Object.entries(READINGS)) {
    it(`is reported, and not seen by an application that reads by ${name}`, async () => {
      await (await post()).text(); // of a host that is not known, the first stream shows whether usage comes unasked
      const native = await read(await post(bare));
      await telemetry.ended();
      await telemetry.reset();
      const response = await post();
      assert.deepEqual(await read(response), native);
      assert.match(bodies.at(-1) ?? '', /"stream_options":\{"include_usage":true\}/);
      const facts = ({ url, type, redirected, status, ok, bodyUsed, headers }: Response): unknown => [
        ...[url, type, redirected, status, ok, bodyUsed, headers.get('x-request-id')],
      ];
      const plain = await post(bare);
      await plain.text();
      assert.deepEqual(facts(response), facts(plain));
      await telemetry.ended();
      const attributes = telemetry.spans()[0]?.attributes ?? {};
      assert.deepEqual(
        [attributes['gen_ai.usage.input_tokens'], attributes['gen_ai.usage.output_tokens']],
        [11, 7],
      );
    });
  }

  it('is not requested if the body has a length, a signature or another form of JSON', async () => {
    await (await post()).text();
    const spaced = JSON.stringify(JSON.parse(body), undefined, 1);
    const signed = { ...HEADERS, 'x-amz-content-sha256': 'abc' };
    for (const init of [{ body: spaced }, { headers: signed }]) await (await post(fetch, init)).text();
    assert.deepEqual(bodies.slice(1), [spaced, body]);
  });

  it('is cut out of events however their bytes come', () => {
    const drop = (chunk: { usage?: unknown; choices?: unknown[] }): boolean => {
      if (chunk.usage && chunk.choices?.length === 0) return true;
      if (chunk.usage === null) delete chunk.usage;
      return false;
    };
    const sent = Buffer.from(chunks(true).join(''));
    for (let size = 1; size < 200; size += 13) {
      const filter = new EventFilter(drop);
      const passed: Uint8Array[] = [];
      for (let at = 0; at < sent.length; at += size) passed.push(filter.push(sent.subarray(at, at + size)));
      passed.push(filter.rest());
      assert.equal(Buffer.concat(passed).toString(), chunks(false).join(''));
    }
  });
});
