/** The budget of a run refuses the next model call of the tool runner. */
import assert from 'node:assert/strict';
import { describeRunBudget } from '@llmtrace/test-fixtures/run-budget';
import { AnthropicInstrumentation } from '../../src/index.ts';

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

describeRunBudget({
  package: '@anthropic-ai/sdk',
  sets: ['anthropic-1', 'anthropic-0.133'],
  create: (options) => new AnthropicInstrumentation({ ...options, modelMap }),
  loops,
  // The SDK's helper of streams makes an error of its own.
  refusalIn: (error) => error.cause ?? error,
  attributes: { 'llmtrace.agent.outcome': 'failed' },
});
