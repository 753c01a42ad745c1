/** `withLlmOptions`: options for the calls within a function, through the real SDK. */
import assert from 'node:assert/strict';
import type { LlmOptions, LlmTraceConfig } from '@llmtrace/core';
import { withLlmAttributes, withLlmOptions } from '@llmtrace/core';
import { type Format, hookVendorModules, loadSdk } from '@llmtrace/test-fixtures/sdks';
import { startVendorServer, type VendorServer } from '@llmtrace/test-fixtures/server';
import { createTelemetry, recordDiag } from '@llmtrace/test-fixtures/telemetry';
import { OpenAIInstrumentation } from '../src/index.ts';

const body = { model: 'gpt-4o-mini', messages: [{ role: 'user', content: 'hello' }] };
const telemetry = createTelemetry();
const modelMap = { 'gpt-4o-mini': 'openai:gpt-4o-mini' };
const RETRY = { initialInterval: 1, jitter: 0, budget: false as const };
const CONTENT = 'gen_ai.input.messages';

for (const format of ['cjs', 'esm'] as const satisfies Format[]) {
  describe(`options of some calls (${format})`, () => {
    let vendor: VendorServer;
    let instrumentation: OpenAIInstrumentation;
    let client: any;
    const use = (options: LlmTraceConfig = {}) => instrumentation.setConfig({ modelMap, ...options });
    const ask = (params: object = {}) => client.chat.completions.create({ ...body, ...params });
    const codeOf = (options: LlmOptions, params?: object): Promise<unknown> =>
      withLlmOptions(options, () => ask(params)).then(
        () => 'answered',
        ({ code, status }: any) => code ?? status,
      );

    before(async () => {
      await hookVendorModules();
      vendor = await startVendorServer();
      instrumentation = telemetry.install(new OpenAIInstrumentation({ modelMap }));
      const { exports } = await loadSdk({ set: 'openai-5', package: 'openai', format });
      client = new exports.OpenAI({ apiKey: 'sk-test', baseURL: `${vendor.url}/v1`, maxRetries: 0 });
    });
    beforeEach(async () => {
      use();
      vendor.clear();
      await telemetry.reset();
    });
    after(async () => {
      instrumentation.disable();
      await vendor.close();
    });

    it('name the span', async () => {
      await withLlmOptions({ name: 'summarize' }, () => ask());
      await ask();
      assert.deepEqual(
        telemetry.spans().map(({ name }) => name),
        ['summarize', 'chat gpt-4o-mini'],
      );
    });

    it('set the number of retries', async () => {
      const retrying = new client.constructor({ apiKey: 'sk-test', baseURL: `${vendor.url}/v1` });
      const failing = () => retrying.chat.completions.create({ ...body, model: 'fail-500' }).catch(() => {});
      await withLlmOptions({ retry: { ...RETRY, maxRetries: 1 } }, failing);
      assert.equal(vendor.requests.length, 2);
      use({ retry: { ...RETRY, maxRetries: 4 } });
      await withLlmOptions({ retry: { ...RETRY, maxRetries: 1 } }, failing);
      assert.equal(vendor.requests.length, 4);
      await failing();
      assert.equal(vendor.requests.length, 9);
    });

    it('have budgets of their own: equal options share one budget', async () => {
      const within = () => codeOf({ budget: { tokens: 1, key: 'tenant', window: 'total' } });
      const [tenant, other] = [`a-${format}`, `b-${format}`];
      assert.equal(await withLlmAttributes({ tenant }, within), 'answered');
      assert.equal(await withLlmAttributes({ tenant }, within), 'budget_exceeded');
      assert.equal(await withLlmAttributes({ tenant: other }, within), 'answered');
      assert.equal(await withLlmAttributes({ tenant }, () => codeOf({})), 'answered');
    });

    it('add to the configured budgets and limits, or lift them with false', async () => {
      use({ budget: { tokens: 1 }, rateLimit: { rate: 1e-6, mode: 'refuse' } });
      assert.equal(await codeOf({ budget: { tokens: 1e9 } }), 'answered');
      assert.equal(await codeOf({ budget: { tokens: 1e9 } }), 'budget_exceeded');
      assert.equal(await codeOf({ budget: false }), 'rate_limited');
      assert.equal(await codeOf({ budget: false, rateLimit: false }), 'answered');
      assert.equal(await codeOf({}), 'budget_exceeded');
    });

    it('with cost: false give calls no cost, and spend no budget', async () => {
      use({ budget: { usd: 1e-9, window: 'total' } });
      for (let time = 0; time < 3; time++) assert.equal(await codeOf({ cost: false }), 'answered');
      const metrics = (await telemetry.metrics()).map(({ name }) => name);
      assert.ok(
        !metrics.includes('llmtrace.client.cost') && !metrics.includes('llmtrace.client.unpriced_calls'),
      );
      assert.ok(telemetry.spans().every(({ attributes }) => !('gen_ai.usage.cost' in attributes)));
      assert.equal(await codeOf({}), 'answered');
      assert.equal(await codeOf({}), 'budget_exceeded');
    });

    it('switch the recording of content on and off, and keep the configured redaction', async () => {
      const redact = () => '(hidden)';
      use({ content: { redact: [redact] } });
      await withLlmOptions({ content: { capture: 'SPAN_ONLY' } }, () => ask());
      use({ content: { capture: 'SPAN_ONLY' } });
      await withLlmOptions({ content: false }, () => ask());
      await ask();
      const contents = telemetry.spans().map(({ attributes }) => attributes[CONTENT]);
      assert.match(String(contents[0]), /\(hidden\)/);
      assert.equal(contents[1], undefined);
      assert.match(String(contents[2]), /hello/);
    });

    it('apply from the outer function, unless the inner one sets the same option', async () => {
      await withLlmOptions({ name: 'outer', cost: false }, () =>
        withLlmOptions({ name: 'inner' }, () => ask()),
      );
      const [span] = telemetry.spans();
      assert.deepEqual([span?.name, span?.attributes['gen_ai.usage.cost']], ['inner', undefined]);
    });

    it('have no effect if they are wrong, and cause one warning each', async () => {
      const diag = recordDiag();
      const wrong: any = {
        retry: { maxRetry: 3 },
        budget: { usd: -1 },
        cost: 5,
        nam: 'x',
        content: { capture: 'all' },
      };
      for (let time = 0; time < 3; time++) assert.equal(await codeOf(wrong), 'answered');
      assert.equal(
        withLlmOptions(null as any, () => 5),
        5,
      );
      diag.stop();
      assert.equal(
        diag.lines.length,
        format === 'cjs' ? 6 : 0,
        diag.lines.map(({ text }) => text).join('\n'),
      );
    });
  });
}
