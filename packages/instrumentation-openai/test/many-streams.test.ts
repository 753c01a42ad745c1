/** Retries and refusals under load: a vendor that refuses all calls, and thousands of refused calls. */
import assert from 'node:assert/strict';
import { patchLoaded } from '@llmtrace/test-fixtures/loaded';
import { type Loopback, serve } from '@llmtrace/test-fixtures/loopback';
import { hookVendorModules, loadSdk, type Sdk } from '@llmtrace/test-fixtures/sdks';
import { createTelemetry } from '@llmtrace/test-fixtures/telemetry';
import { OpenAIInstrumentation } from '../src/index.ts';

const ANSWER = {
  id: 'chatcmpl-1',
  object: 'chat.completion',
  model: 'gpt-4o-mini',
  choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content: 'Hello.' } }],
  usage: { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 },
};

describe('a storm', () => {
  let sdk: Sdk;
  let server: Loopback;
  let requests = 0;
  let refused = 0;
  /** The body of the answers with status 429; undefined if the vendor answers normally. */
  let trouble: object | undefined;

  before(async () => {
    await hookVendorModules();
    sdk = await loadSdk({ set: 'openai-7', package: 'openai', format: 'cjs' });
    server = await serve((request, response) => {
      requests++;
      request.resume().on('end', () => {
        if (trouble) refused++;
        response.writeHead(trouble ? 429 : 200, { 'content-type': 'application/json' });
        response.end(JSON.stringify(trouble ?? ANSWER));
      });
    });
  });
  after(() => server.close());
  beforeEach(() => {
    requests = 0;
    trouble = undefined;
  });

  async function withConfig(
    config: object,
    run: (call: () => Promise<unknown>) => Promise<void>,
  ): Promise<void> {
    const instrumentation = createTelemetry().install(new OpenAIInstrumentation(config));
    patchLoaded(instrumentation, sdk);
    const client = new sdk.exports.OpenAI({ apiKey: 'sk-example', baseURL: `${server.url}/v1` });
    const messages = [{ role: 'user', content: 'Hello.' }];
    try {
      await run(() => client.chat.completions.create({ model: 'gpt-4o-mini', messages }));
    } finally {
      instrumentation.disable();
    }
  }

  it('of 300 calls that are all refused costs a fifth more requests, and not four times as many', async () => {
    const since = performance.now();
    await withConfig({ retry: { initialInterval: 5, maxInterval: 50 } }, async (call) => {
      trouble = { error: { code: 'rate_limit_exceeded', message: 'Slow down.' } };
      const results = await Promise.allSettled(Array.from({ length: 300 }, call));
      for (const { status, ...result } of results) {
        assert.equal(status, 'rejected');
        assert.equal((result as { reason: Error }).reason.constructor.name, 'RateLimitError');
      }
      const trickle = (performance.now() - since) / 1000;
      assert.ok(requests > 300, 'some are repeated');
      assert.ok(requests <= 300 * 1.2 + 10 + trickle, `${requests} requests`);
    });
  });

  it('that passes leaves calls that succeed, in the end with retries again', async () => {
    await withConfig({ retry: { initialInterval: 5 } }, async (call) => {
      trouble = { error: { code: 'rate_limit_exceeded', message: 'Slow down.' } };
      await Promise.allSettled(Array.from({ length: 100 }, call));
      trouble = undefined;
      await Promise.all(Array.from({ length: 50 }, call));
      trouble = { error: { code: 'rate_limit_exceeded', message: 'Slow down.' } };
      const before = requests;
      const refusedBefore = refused;
      // The trouble passes with the first request that it refuses, however late that arrives.
      const passing = setInterval(() => {
        if (refused > refusedBefore) trouble = undefined;
      }, 1);
      await call();
      clearInterval(passing);
      assert.ok(requests - before >= 2, 'the last call was repeated');
    });
  });

  it('causes no retries of calls that a used-up quota refuses', async () => {
    await withConfig({ retry: { initialInterval: 5 } }, async (call) => {
      trouble = { error: { code: 'insufficient_quota', type: 'insufficient_quota', message: 'Pay first.' } };
      await assert.rejects(call, { status: 429, code: 'insufficient_quota' });
      assert.equal(requests, 1);
    });
  });

  it('of refused calls leaves nothing in memory', async function () {
    this.timeout(120_000);
    const rateLimit = { rate: 0.001, burst: 1, mode: 'refuse' };
    await withConfig({ rateLimit, retry: true }, async (call) => {
      await call();
      const round = async (): Promise<number> => {
        for (let calls = 0; calls < 300; calls++) await call().catch(() => {});
        await new Promise((resolve) => setTimeout(resolve, 20));
        global.gc?.();
        return process.memoryUsage().heapUsed;
      };
      const sizes: number[] = [];
      for (let rounds = 0; rounds < 6; rounds++) sizes.push(await round());
      const grown = Math.min(...sizes.slice(3)) - Math.min(...sizes.slice(0, 3));
      // An open call holds some 10 kB.
      assert.ok(grown < 1_000_000, `${grown} bytes more after 900 refused calls`);
      assert.equal(requests, 1);
    });
  });
});
