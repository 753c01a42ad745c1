/** The fakes and the recorder through the real SDKs, and the matchers as the runners call them. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { loadSdk } from '@llmtrace/test-fixtures';
import {
  assertLlmCall,
  assertNoLlmCall,
  type FakeVendors,
  llmChai,
  llmMatchers,
  type RecordedTelemetry,
  recordTelemetry,
  startFakeVendors,
} from '../src/index.ts';

const ask = [{ role: 'user' as const, content: 'Hi' }];
const USAGE = { input: 1000, output: 100, cached: 400, reasoning: 30 };

/** A plain and a streamed request to each vendor; both return the text of the answer. */
const VENDORS = {
  openai: {
    set: 'openai-7',
    package: 'openai',
    model: 'gpt-4o-mini',
    client: ({ OpenAI }: any, { urls }: FakeVendors) =>
      new OpenAI({ apiKey: 'k', baseURL: urls.openai, maxRetries: 0 }),
    async text(client: any) {
      const answer = await client.chat.completions.create({ model: 'gpt-4o-mini', messages: ask });
      const [{ message }] = answer.choices;
      return message.tool_calls?.[0]?.function.name ?? message.content;
    },
    async stream(client: any) {
      const stream_options = { include_usage: true };
      const params = { model: 'gpt-4o-mini', messages: ask, stream: true, stream_options };
      let text = '';
      for await (const chunk of await client.chat.completions.create(params))
        text += chunk.choices[0]?.delta.content ?? '';
      return text;
    },
  },
  anthropic: {
    set: 'anthropic-1',
    package: '@anthropic-ai/sdk',
    model: 'claude-haiku-4-5',
    client: ({ Anthropic }: any, { urls }: FakeVendors) =>
      new Anthropic({ apiKey: 'k', baseURL: urls.anthropic, maxRetries: 0 }),
    async text(client: any) {
      const params = { model: 'claude-haiku-4-5', max_tokens: 100, messages: ask };
      const { content } = await client.messages.create(params);
      return content[0].name ?? content[0].text;
    },
    async stream(client: any) {
      let text = '';
      const params = { model: 'claude-haiku-4-5', max_tokens: 100, messages: ask, stream: true };
      for await (const { delta } of await client.messages.create(params)) text += delta?.text ?? '';
      return text;
    },
  },
  gemini: {
    set: 'genai-3',
    package: '@google/genai',
    model: 'gemini-2.5-flash',
    client: ({ GoogleGenAI }: any, { urls }: FakeVendors) =>
      new GoogleGenAI({ apiKey: 'k', httpOptions: { baseUrl: urls.gemini } }),
    async text(client: any) {
      const answer = await client.models.generateContent({ model: 'gemini-2.5-flash', contents: 'Hi' });
      return answer.functionCalls?.[0]?.name ?? answer.text;
    },
    async stream(client: any) {
      let text = '';
      const params = { model: 'gemini-2.5-flash', contents: 'Hi' };
      for await (const chunk of await client.models.generateContentStream(params)) text += chunk.text ?? '';
      return text;
    },
  },
} as const;

describe('@llmtrace/testing', () => {
  let vendors: FakeVendors;
  before(async () => {
    vendors = await startFakeVendors();
  });
  after(() => vendors.close());

  for (const [name, vendor] of Object.entries(VENDORS)) {
    for (const format of ['cjs', 'esm'] as const) {
      describe(`with ${vendor.package} as ${format}`, () => {
        let telemetry: RecordedTelemetry;
        let client: any;
        before(async () => {
          const { exports } = await loadSdk({ set: vendor.set, package: vendor.package, format });
          client = vendor.client(exports, vendors);
          telemetry = recordTelemetry({ clients: [client], vendors });
        });
        beforeEach(async () => {
          vendors.reset();
          await telemetry.reset();
        });
        after(() => telemetry.stop());

        const expected = {
          model: vendor.model,
          tokens: { input: 1000, output: 100, cached: 400, reasoning: 30 },
        };
        for (const way of ['text', 'stream'] as const) {
          it(`returns the scripted answer, and records the call (${way})`, async () => {
            vendors.reply({ text: 'Ash, oak and elm.', usage: USAGE });
            assert.equal(await vendor[way](client), 'Ash, oak and elm.');
            await telemetry.ended();
            assertLlmCall(telemetry, {
              ...expected,
              outcome: 'completed',
              cost: (usd) => (usd ?? 0) > 0,
              times: 1,
            });
            assertLlmCall(telemetry, { tokens: 1100, provider: name === 'gemini' ? 'gcp.gemini' : name });
            assertNoLlmCall(telemetry, { tokens: 1101 });
            assert.equal(telemetry.spans().length, 1);
            const points = (await telemetry.metrics()).map((point) => point.name);
            assert.ok(points.includes('gen_ai.client.token.usage'), points.join());
            assert.deepEqual(
              vendors.requests.map((request) => request.vendor),
              [name],
            );
          });
        }

        it('returns a tool call, then an error, then the usual answer', async () => {
          vendors.reply({ toolCall: { name: 'weather', arguments: { city: 'Paris' } } }, { status: 429 });
          assert.equal(await vendor.text(client), 'weather');
          await assert.rejects(async () => vendor.text(client), /429|quota|rate limit/i);
          assert.equal(await vendor.text(client), 'The capital of France is Paris.');
          assertLlmCall(telemetry, { outcome: 'failed', errorType: /./, cost: null, times: 1 });
          assertLlmCall(telemetry, { outcome: 'completed', times: 2 });
        });
      });
    }
  }

  describe('answers', () => {
    const post = async (body: object = {}) => {
      const response = await fetch(`${vendors.urls.openai}/chat/completions`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ model: 'gpt-4o-mini', messages: ask, ...body }),
      });
      return { status: response.status, headers: response.headers, text: await response.text() };
    };
    beforeEach(() => vendors.reset());

    it('are used in order, each for its vendor', async () => {
      vendors.reply(
        { vendor: 'anthropic', text: 'not this' },
        { text: 'one' },
        { vendor: 'openai', text: 'two' },
      );
      assert.match((await post()).text, /"one"/);
      assert.match((await post()).text, /"two"/);
      assert.match((await post()).text, /Paris/);
    });

    it('may be a whole body, a header, a broken stream or a broken connection', async () => {
      vendors.reply(
        { body: { own: true } },
        { status: 503, headers: { 'retry-after': '7' } },
        { streamFailure: { after: 2, how: 'error' } },
        { failure: 'reset' },
        { status: 418, body: { error: 'teapot' } },
      );
      assert.equal((await post()).text, '{"own":true}');
      const { status, headers } = await post();
      assert.deepEqual([status, headers.get('retry-after')], [503, '7']);
      assert.match((await post({ stream: true })).text, /server_error/);
      await assert.rejects(post());
      assert.deepEqual(await post().then((answer) => [answer.status, answer.text]), [
        418,
        '{"error":"teapot"}',
      ]);
    });

    it('are refused if a field or the vendor is misspelt', () => {
      assert.throws(() => vendors.reply({ txt: 'x' } as object), /no field `txt`/);
      assert.throws(() => vendors.reply({ vendor: 'acme' as 'openai' }), /`vendor` to be one of/);
    });
  });

  describe('matchers', () => {
    const calls: any = [
      {
        ...{ provider: 'openai', operation: 'chat', outcome: 'completed', cost: { total: 0.3 } },
        request: { model: 'gpt-4o' },
        response: { model: 'gpt-4o-2024-08-06', usage: { inputTokens: 10, outputTokens: 5 } },
      },
    ];
    const RIGHT = [
      {},
      { model: 'gpt-4o' },
      { model: 'gpt-4o-2024-08-06' },
      { model: /^gpt-4/ },
      { model: (name: string | undefined) => name === 'gpt-4o' },
      { tokens: 15, cost: 0.1 + 0.2, stream: false, retries: 0, times: 1 },
      { tokens: { input: 10 }, operation: 'chat' },
    ];
    const WRONG = [
      { model: 'gpt-4' },
      { model: /^4o/ },
      { tokens: 14 },
      { tokens: { cached: 0 } },
      { cost: 0.300001 },
      { cost: null },
      { outcome: 'failed' as const },
      { times: 2 },
      { times: 0 },
      { stream: true },
    ];
    for (const expected of RIGHT)
      it(`fits ${Object.entries(expected).map(String).join(' ')}`, () => {
        assertLlmCall({ calls }, expected);
        assert.throws(() => assertNoLlmCall({ calls }, expected), { name: 'AssertionError' });
        assert.equal(llmMatchers.toHaveLlmCall.call({}, { calls }, expected).pass, true);
      });
    for (const expected of WRONG)
      it(`does not fit ${Object.entries(expected).map(String).join(' ')}`, () => {
        assert.throws(() => assertLlmCall({ calls }, expected), { name: 'AssertionError' });
        assertNoLlmCall({ calls }, expected);
        assert.equal(llmMatchers.toHaveLlmCall.call({}, { calls }, expected).pass, false);
      });

    it('name the compared fields in their message', () => {
      const { message } = llmMatchers.toHaveLlmCall.call({}, { calls }, { model: 'x', cost: 1 });
      assert.equal(
        message(),
        'expected a call with model "x", cost 1, got 0 of 1:\n  model "gpt-4o" / "gpt-4o-2024-08-06", cost 0.3',
      );
      assert.throws(() => assertLlmCall({ calls: [] }), /got 0 of 0: none was recorded/);
      assert.throws(
        () => assertLlmCall({ calls }, { modle: 'x' } as object),
        /compared by model, .*, got `modle`/,
      );
      assert.throws(() => assertLlmCall({} as never), /the result of recordTelemetry/);
    });

    it('are a method of chai', () => {
      const methods: any = {};
      llmChai({ Assertion: { addMethod: (name, made) => Object.assign(methods, { [name]: made }) } });
      const asserted: unknown[] = [];
      methods.llmCall.call(
        { _obj: { calls }, assert: (...args: unknown[]) => asserted.push(args) },
        { model: 'gpt-4o' },
      );
      assert.match(String(asserted), /^true,expected a call with model "gpt-4o", got 1 of 1:/);
    });
  });

  it('explains how to trace an SDK, if llmtrace traces none', async () => {
    const code = `require('@llmtrace/testing').recordTelemetry()`;
    const { status, stderr } = spawnSync(process.execPath, ['-e', code], { encoding: 'utf8' });
    assert.equal(status, 1);
    assert.match(stderr, /give recordTelemetry\(\) its `clients` or `modules`, or start the process with/);
  });
});
