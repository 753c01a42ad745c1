/** The budget of a run refuses the next model call of the tool runner. */
import assert from 'node:assert/strict';
import { LlmTraceError } from '@llmtrace/core';
import { hookVendorModules, loadSdk } from '@llmtrace/test-fixtures/sdks';
import { startVendorServer, type VendorServer } from '@llmtrace/test-fixtures/server';
import { createTelemetry, useAsyncContext } from '@llmtrace/test-fixtures/telemetry';
import { AnthropicInstrumentation } from '../../src/index.ts';

const telemetry = createTelemetry();

const modelMap = { 'claude-haiku-4-5-20251001': 'anthropic:claude-haiku-4-5' };

/** The ways to run a loop, each with one tool. */
function loops({ Anthropic }: any, baseURL: string): Record<string, () => Promise<unknown>> {
  const client = new Anthropic({ apiKey: 'sk-ant-test', baseURL, maxRetries: 0 });
  const tool = { name: 'population', input_schema: { type: 'object' }, run: () => '2103000' };
  const messages = [{ role: 'user', content: 'How many people live in Paris?' }];
  const runner = (more: object = {}) =>
    client.beta.messages.toolRunner({
      model: 'claude-haiku-4-5',
      max_tokens: 64,
      messages,
      tools: [tool],
      ...more,
    });
  return {
    whole: () => runner().runUntilDone(),
    async streamed() {
      for await (const _ of runner({ stream: true })) assert.ok(true);
    },
  };
}

const isRefusal = (error: unknown): boolean =>
  error instanceof LlmTraceError && error.code === 'budget_exceeded';

describe('the budget of a run of the SDK’s own loop', () => {
  let server: VendorServer;
  before(async () => {
    useAsyncContext();
    await hookVendorModules();
    server = await startVendorServer();
  });
  after(() => server.close());

  for (const set of ['anthropic-1', 'anthropic-0.133']) {
    for (const format of ['cjs', 'esm'] as const) {
      it(`refuses its next model call, with ${set} as ${format}`, async () => {
        const options = { runBudget: 0.0001, modelMap };
        const instrumentation = telemetry.install(new AnthropicInstrumentation(options));
        const { exports } = await loadSdk({ set, package: '@anthropic-ai/sdk', format });
        for (const run of Object.values(loops(exports, server.url))) {
          await telemetry.reset();
          server.clear();
          await assert.rejects(
            run,
            // The SDK's helper of streams makes an error of its own.
            (error: Error) => isRefusal(error) || isRefusal(error.cause),
          );
          assert.equal(server.requests.length, 1);
          const agent = telemetry.spans().find(({ name }) => name === 'invoke_agent');
          assert.equal(agent?.attributes['llmtrace.agent.outcome'], 'failed');
          assert.equal(agent?.attributes['llmtrace.agent.model_calls'], 1);
        }
        instrumentation.disable();
      });
    }
  }
});
