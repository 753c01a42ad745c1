/** The attributes of calls, on spans, events, log lines and metrics, and as keys of limits, through the real SDK. */
import assert from 'node:assert/strict';
import { setTimeout as wait } from 'node:timers/promises';
import type { Call, LlmAttributes } from '@llmtrace/core';
import { withLlmAttributes } from '@llmtrace/core';
import { type Format, hookVendorModules, loadSdk } from '@llmtrace/test-fixtures/sdks';
import { startVendorServer, type VendorServer } from '@llmtrace/test-fixtures/server';
import { createTelemetry } from '@llmtrace/test-fixtures/telemetry';
import { context, propagation } from '@opentelemetry/api';
import fc from 'fast-check';
import { OpenAIInstrumentation } from '../src/index.ts';

const body = { model: 'gpt-4o-mini', messages: [{ role: 'user', content: 'hello' }] };
const telemetry = createTelemetry();
/** The test server's host has no prices. */
const modelMap = { 'gpt-4o-mini': 'openai:gpt-4o-mini' };
const MARKER = 'marker-ann@example.com';

const withBaggage = <T>(entries: Record<string, string>, run: () => T): T => {
  const values = Object.fromEntries(Object.entries(entries).map(([key, value]) => [key, { value }]));
  return context.with(propagation.setBaggage(context.active(), propagation.createBaggage(values)), run);
};

/** The names of the span attributes that attribution sets. */
const ATTRIBUTION =
  /^(?:user|session|llmtrace\.(?:tenant|feature|tags|request)|gen_ai\.(?:conversation|prompt)|app)\b/;
const attribution = (attributes: object): object =>
  Object.fromEntries(Object.entries(attributes).filter(([name]) => ATTRIBUTION.test(name)));

for (const format of ['cjs', 'esm'] as const satisfies Format[]) {
  describe(`the attributes of calls (${format})`, () => {
    let vendor: VendorServer;
    let instrumentation: OpenAIInstrumentation;
    let client: any;
    const lines: Record<string, unknown>[] = [];
    const calls: Call[] = [];
    const log = {
      info: (line: Record<string, unknown>) => lines.push(line),
      error: (line: Record<string, unknown>) => lines.push(line),
    };
    const observers = [{ end: (call: Call) => calls.push(call) }];
    const options = { modelMap, observers, log: { logger: log } };
    const ask = (params: object = {}) => client.chat.completions.create({ ...body, ...params });
    const spans = () => telemetry.spans().map(({ attributes }) => attribution(attributes));

    before(async () => {
      await hookVendorModules();
      vendor = await startVendorServer();
      instrumentation = telemetry.install(new OpenAIInstrumentation(options));
      const { exports } = await loadSdk({ set: 'openai-5', package: 'openai', format });
      client = new exports.OpenAI({ apiKey: 'sk-test', baseURL: `${vendor.url}/v1`, maxRetries: 0 });
    });
    beforeEach(async () => {
      instrumentation.setConfig(options);
      await telemetry.reset();
      lines.length = 0;
      calls.length = 0;
    });
    after(async () => {
      instrumentation.disable();
      await vendor.close();
    });

    it('come from the enclosing function, on the span, the log lines and the call', async () => {
      const set = {
        user: 'ann',
        session: 's1',
        conversation: 'c1',
        tenant: 'acme',
        feature: 'search',
        promptName: 'greeting',
        promptVersion: '2',
        tags: ['a', 'b'],
        extra: { 'app.plan': 'pro', 'gen_ai.operation.name': 'mine', provider: 'mine' },
      };
      await withLlmAttributes(set, () => ask());
      await wait(1);
      assert.deepEqual(spans(), [
        {
          'user.id': 'ann',
          'session.id': 's1',
          'gen_ai.conversation.id': 'c1',
          'llmtrace.tenant.id': 'acme',
          'llmtrace.feature': 'search',
          'gen_ai.prompt.name': 'greeting',
          'gen_ai.prompt.version': '2',
          'llmtrace.tags': ['a', 'b'],
          'app.plan': 'pro',
        },
      ]);
      assert.equal(telemetry.spans()[0]?.attributes['gen_ai.operation.name'], 'chat');
      for (const line of lines) {
        assert.deepEqual([line['user_id'], line['tenant_id'], line['feature']], ['ann', 'acme', 'search']);
        assert.deepEqual([line['tags'], line['app_plan'], line['provider']], ['a,b', 'pro', 'openai']);
      }
      assert.equal(lines.length, 2);
      assert.equal(calls[0]?.attributes.tenant, 'acme');
    });

    const REQUESTS: [what: string, request: object, expected: object][] = [
      ['its user', { user: 'ann' }, { 'user.id': 'ann' }],
      ['its safety identifier', { safety_identifier: 'h1' }, { 'user.id': 'h1' }],
      [
        'its metadata, but no unknown entry',
        { metadata: { user_id: 'ann', tenant: 'acme', note: 'private' }, user: 'bob' },
        { 'user.id': 'ann', 'llmtrace.tenant.id': 'acme' },
      ],
      ['its cache key', { prompt_cache_key: 'k' }, { 'llmtrace.request.prompt_cache_key': 'k' }],
      ['nothing of fields that are no texts', { user: 5, metadata: 'x', prompt_cache_key: {} }, {}],
    ];
    for (const [what, request, expected] of REQUESTS) {
      it(`come from the request: ${what}`, async () => {
        await ask(request);
        assert.deepEqual(spans(), [expected]);
      });
    }

    it('come from the stored prompt and the conversation of a response', async () => {
      const request = {
        prompt: { id: 'pmpt_1', version: '3' },
        conversation: 'conv_1',
        input: 'hi',
        model: 'gpt-4o-mini',
      };
      await client.responses.create(request);
      await withLlmAttributes({ conversation: 'mine' }, () => client.responses.create(request));
      const prompt = { 'gen_ai.prompt.name': 'pmpt_1', 'gen_ai.prompt.version': '3' };
      assert.deepEqual(spans(), [
        { ...prompt, 'gen_ai.conversation.id': 'conv_1' },
        { ...prompt, 'gen_ai.conversation.id': 'mine' },
      ]);
    });

    it('come from the baggage; the request takes precedence over it, and the enclosing function over both', async () => {
      const carried = { 'user.id': 'carried', 'session.id': 's1', 'tenant.id': 'acme', password: 'no' };
      await withBaggage(carried, async () => {
        await ask();
        await ask({ user: 'asked' });
        await withLlmAttributes({ user: 'set' }, () => ask({ user: 'asked' }));
      });
      const rest = { 'session.id': 's1', 'llmtrace.tenant.id': 'acme' };
      assert.deepEqual(
        spans(),
        ['carried', 'asked', 'set'].map((user) => ({ 'user.id': user, ...rest })),
      );
    });

    it('come from neither baggage nor request where the options switch both off', async () => {
      instrumentation.setConfig({ ...options, attribution: { baggageKeys: [], requestFields: false } });
      await withBaggage({ 'user.id': 'carried' }, () => ask({ user: 'asked' }));
      assert.deepEqual(spans(), [{}]);
    });

    it('of a stream are those of its call, also if another function reads it later', async () => {
      const [one, two] = await Promise.all(
        ['one', 'two'].map((tenant) => withLlmAttributes({ tenant }, () => ask({ stream: true }))),
      );
      await withLlmAttributes({ tenant: 'reader' }, async () => {
        for await (const _ of two);
        for await (const _ of one);
      });
      assert.deepEqual(
        calls.map(({ attributes }) => attributes.tenant),
        ['two', 'one'],
      );
    });

    it('of 500 concurrent calls stay separate', async () => {
      const id = fc.option(fc.integer({ min: 0, max: 9 }).map(String), { nil: undefined });
      const asked = fc.record({
        user: id,
        tenant: id,
        session: id,
        inRequest: fc.boolean(),
        stream: fc.boolean(),
      });
      const [asks = []] = fc.sample(fc.array(asked, { minLength: 500, maxLength: 500 }), {
        numRuns: 1,
        seed: 1,
      });
      await Promise.all(
        asks.map(async ({ inRequest, stream, user, ...attributes }, at) => {
          const request = { stream, max_tokens: at + 1, ...(inRequest && user && { user }) };
          const set = { ...attributes, ...(inRequest ? {} : { user }) };
          await withLlmAttributes(set, async () => {
            await wait(at % 7);
            const answer = await ask(request);
            if (stream) for await (const _ of answer);
          });
        }),
      );
      const found = calls.map(({ request, attributes }) => [request.maxTokens, only(attributes)]);
      const expected = asks.map(({ user, tenant, session }, at) => [at + 1, only({ user, tenant, session })]);
      const byNumber = ([a]: unknown[], [b]: unknown[]): number => Number(a) - Number(b);
      assert.deepEqual(found.toSorted(byNumber), expected);
      const onSpans = telemetry.spans().map(({ attributes }) => [
        attributes['gen_ai.request.max_tokens'],
        only({
          user: attributes['user.id'] as string,
          tenant: attributes['llmtrace.tenant.id'] as string,
          session: attributes['session.id'] as string,
        }),
      ]);
      assert.deepEqual(onSpans.toSorted(byNumber), expected);
    });

    it('keep the budgets of tenants separate', async () => {
      instrumentation.setConfig({ ...options, budget: { tokens: 1, key: 'tenant' } });
      const call = (tenant: string) =>
        withLlmAttributes({ tenant }, () => ask()).then(
          () => 'answered',
          (error: { code?: string; key?: string }) => [error.code, error.key],
        );
      const refused = ['budget_exceeded', 'tenant=acme'];
      assert.deepEqual(
        [await call('acme'), await call('acme'), await call('initech')],
        ['answered', refused, 'answered'],
      );
    });

    it('are on metrics only if the options name them, with a limited number of values', async () => {
      await withLlmAttributes({ tenant: 'acme' }, () => ask());
      assert.ok((await telemetry.metrics()).every(({ attributes }) => !('llmtrace.tenant.id' in attributes)));
      const attributed = { metricAttributes: ['tenant.id', 'feature'], maxMetricValues: 3 };
      instrumentation.setConfig({ ...options, attribution: attributed });
      await telemetry.reset();
      for (let at = 0; at < 50; at++)
        await withLlmAttributes({ tenant: `${format}${at}`, feature: 'chat', user: 'ann' }, () => ask());
      await ask();
      const costs = (await telemetry.metrics()).filter(({ name }) => name === 'llmtrace.client.cost');
      const tenants = costs.map(({ attributes }) => attributes['llmtrace.tenant.id']).toSorted();
      assert.equal(tenants.length, 5 - (format === 'cjs' ? 0 : 3), String(tenants));
      assert.ok(tenants.includes('other') && tenants.includes(undefined));
      assert.ok(costs.every(({ attributes }) => !('user.id' in attributes)));
    });

    it('are hashed where the options name them, and the plain value is in no telemetry', async () => {
      const hashed = { hash: ['user'], salt: 'secret', metricAttributes: ['user'] };
      const shown: unknown[] = [];
      const budgets = [
        { tokens: 1, key: 'user' as const },
        { tokens: 1, key: 'baggage:user.id' as const },
      ];
      instrumentation.setConfig({ ...options, attribution: hashed, budget: budgets });
      const attempt = async (run: () => Promise<unknown>) => {
        try {
          await run();
        } catch (error) {
          shown.push(String(error), { ...(error as object) });
        }
      };
      for (let time = 0; time < 2; time++) {
        await attempt(() => withBaggage({ 'user.id': MARKER }, () => ask()));
        await attempt(() => ask({ user: MARKER, prompt_cache_key: MARKER }));
        await attempt(() => ask({ metadata: { user_id: MARKER }, model: 'fail-400' }));
        await attempt(() => withLlmAttributes({ user: MARKER, tags: [MARKER] }, () => ask()));
      }
      await wait(1);
      const metrics = await telemetry.metrics();
      const emitted = telemetry
        .spans()
        .map(({ name, attributes, events, status }) => [name, attributes, events, status]);
      const attributes: LlmAttributes[] = calls.map((call) => call.attributes);
      const all = JSON.stringify([emitted, lines, metrics, shown, attributes]);
      assert.ok(
        !all.includes(MARKER) && !all.includes('marker-ann'),
        all.match(/.{200}marker-ann.{100}/)?.[0],
      );
      assert.ok(all.includes('f2536b87684d8b23bb00c5e72a4dc401'));
      assert.ok(shown.length >= 4);
    });
  });
}

const only = (attributes: LlmAttributes): object =>
  Object.fromEntries(Object.entries(attributes).filter(([, value]) => value !== undefined));
