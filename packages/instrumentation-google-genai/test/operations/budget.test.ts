/** The budget of a run refuses the next model call of automatic function calling. */
import assert from 'node:assert/strict';
import { describeRunBudget } from '@llmtrace/test-fixtures/run-budget';
import { GoogleGenAIInstrumentation } from '../../src/index.ts';

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

describeRunBudget({
  package: '@google/genai',
  sets: ['genai-3', 'genai-1'],
  create: (options) => new GoogleGenAIInstrumentation({ ...options, modelMap }),
  loops,
  attributes: { 'error.type': 'llmtrace.budget_exceeded' },
});
