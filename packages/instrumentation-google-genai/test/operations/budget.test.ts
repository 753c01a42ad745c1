/** The budget of a run refuses the next model call of automatic function calling. */
import assert from 'node:assert/strict';
import { LlmTraceError } from '@llmtrace/core';
import { hookVendorModules, loadSdk } from '@llmtrace/test-fixtures/sdks';
import { startVendorServer, type VendorServer } from '@llmtrace/test-fixtures/server';
import { createTelemetry, useAsyncContext } from '@llmtrace/test-fixtures/telemetry';
import { GoogleGenAIInstrumentation } from '../../src/index.ts';

const telemetry = createTelemetry();

const modelMap = { 'gemini-2.5-flash': 'gcp.gemini:gemini-2.5-flash' };

const tool = {
  tool: async () => ({ functionDeclarations: [{ name: 'population' }] }),
  callTool: async () => [{ functionResponse: { name: 'population', response: { count: 2_103_000 } } }],
};

/** The ways to run a loop, each with one tool. */
function loops({ GoogleGenAI }: any, baseUrl: string): Record<string, () => Promise<unknown>> {
  const { models } = new GoogleGenAI({ apiKey: 'test', httpOptions: { baseUrl } });
  const params = { model: 'gemini-2.5-flash', contents: 'How many?', config: { tools: [tool] } };
  return {
    whole: () => models.generateContent(params),
    async streamed() {
      for await (const _ of await models.generateContentStream({ ...params })) assert.ok(true);
    },
  };
}

describe('the budget of a run of the SDK’s own loop', () => {
  let server: VendorServer;
  before(async () => {
    useAsyncContext();
    await hookVendorModules();
    server = await startVendorServer();
  });
  after(() => server.close());

  for (const set of ['genai-3', 'genai-1']) {
    for (const format of ['cjs', 'esm'] as const) {
      it(`refuses its next model call, with ${set} as ${format}`, async () => {
        const options = { runBudget: 0.0001, modelMap };
        const instrumentation = telemetry.install(new GoogleGenAIInstrumentation(options));
        const { exports } = await loadSdk({ set, package: '@google/genai', format });
        for (const run of Object.values(loops(exports, server.url))) {
          await telemetry.reset();
          server.clear();
          await assert.rejects(
            run,
            (error) => error instanceof LlmTraceError && error.code === 'budget_exceeded',
          );
          assert.equal(server.requests.length, 1);
          const agent = telemetry.spans().find(({ name }) => name === 'invoke_agent');
          assert.equal(agent?.attributes['error.type'], 'llmtrace.budget_exceeded');
          assert.equal(agent?.attributes['llmtrace.agent.model_calls'], 1);
        }
        instrumentation.disable();
      });
    }
  }
});
