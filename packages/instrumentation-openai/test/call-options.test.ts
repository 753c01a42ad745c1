/** Options of the calls within a function, through the real SDK. */
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
    const ask = (given: object = {}) => client.chat.completions.create({ ...body, ...given });
    const codeOf = (options: LlmOptions, given?: object): Promise<unknown> =>
      withLlmOptions(options, () => ask(given)).then(
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

    it('retry them, or do not', async () => {
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

    it('have budgets of their own, which are one budget however often they are written', async () => {
      const within = () => codeOf({ budget: { tokens: 1, key: 'tenant', window: 'total' } });
      const [tenant, other] = [`a-${format}`, `b-${format}`];
      assert.equal(await withLlmAttributes({ tenant }, within), 'answered');
      assert.equal(await withLlmAttributes({ tenant }, within), 'budget_exceeded');
      assert.equal(await withLlmAttributes({ tenant: other }, within), 'answered');
      assert.equal(await withLlmAttributes({ tenant }, () => codeOf({})), 'answered');
    });

    it('keep the configured budgets and limits, unless they lift them', async () => {
      use({ budget: { tokens: 1 }, rateLimit: { rate: 1e-6, mode: 'refuse' } });
      assert.equal(await codeOf({ budget: { tokens: 1e9 } }), 'answered');
      assert.equal(await codeOf({ budget: { tokens: 1e9 } }), 'budget_exceeded');
      assert.equal(await codeOf({ budget: false }), 'rate_limited');
      assert.equal(await codeOf({ budget: false, rateLimit: false }), 'answered');
      assert.equal(await codeOf({}), 'budget_exceeded');
    });

    it('have no cost where that is said, and spend none', async () => {
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

    it('record content, or do not, redacted as it is configured', async () => {
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

    it('are those of the function around, as far as the inner one sets no others', async () => {
      await withLlmOptions({ name: 'outer', cost: false }, () =>
        withLlmOptions({ name: 'inner' }, () => ask()),
      );
      const [span] = telemetry.spans();
      assert.deepEqual([span?.name, span?.attributes['gen_ai.usage.cost']], ['inner', undefined]);
    });

    it('that are wrong have no effect, and are one warning each', async () => {
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
