/** `runTools` of the SDK as the run of an agent. */
import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { describeOperations, type OperationScene, type Span } from '@llmtrace/test-fixtures/operations';

const file = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

const named = (spans: readonly Span[], name: string): Span => {
  const span = spans.find((one) => one.name === name);
  assert.ok(span, name);
  return span;
};

const CHAT = 'chat gpt-4o-mini';
const ONE_TOOL = ['invoke_agent', `  ${CHAT}`, '  execute_tool population', '    look up', `  ${CHAT}`];

const scenes: readonly OperationScene[] = [
  {
    name: 'plain',
    tree: ONE_TOOL,
    check(spans) {
      const { attributes } = named(spans, 'execute_tool population');
      assert.match(String(attributes['gen_ai.tool.call.id']), /^call_/);
      assert.deepEqual(
        { ...attributes, 'gen_ai.tool.call.id': 0 },
        {
          'gen_ai.operation.name': 'execute_tool',
          'gen_ai.tool.name': 'population',
          'gen_ai.tool.type': 'function',
          'gen_ai.tool.call.id': 0,
        },
      );
    },
  },
  { name: 'streamed', tree: ONE_TOOL },
  {
    name: 'two tools at once',
    tree: [
      'invoke_agent',
      `  ${CHAT}`,
      '  execute_tool population',
      '    look up',
      '  execute_tool area',
      '    measure',
      `  ${CHAT}`,
    ],
  },
  {
    name: 'a tool without a parser',
    tree: ['invoke_agent', `  ${CHAT}`, '  execute_tool population', `  ${CHAT}`],
  },
  {
    name: 'a tool that throws',
    tree: ['invoke_agent', `  ${CHAT}`, '  execute_tool population'],
    check(spans) {
      for (const name of ['invoke_agent', 'execute_tool population']) {
        const { attributes, status } = named(spans, name);
        assert.equal(attributes['error.type'], 'RangeError', name);
        assert.equal(attributes['llmtrace.agent.outcome'], 'failed');
        assert.equal(status.code, 2);
      }
      assert.ok(!JSON.stringify(spans).includes('secret'));
    },
  },
  {
    name: 'an agent as a tool',
    tree: [
      'invoke_agent',
      `  ${CHAT}`,
      '  execute_tool ask',
      ...ONE_TOOL.map((line) => `    ${line}`),
      `  ${CHAT}`,
    ],
  },
  { name: 'two runs at once', tree: [...ONE_TOOL, ...ONE_TOOL] },
  {
    name: 'abort',
    tree: ['invoke_agent', `  ${CHAT}`, '  execute_tool population'],
    check(spans) {
      assert.equal(named(spans, 'invoke_agent').attributes['llmtrace.agent.outcome'], 'cancelled');
    },
  },
  {
    name: 'a model that fails',
    tree: ['invoke_agent', '  chat fail-500'],
    check(spans) {
      assert.equal(named(spans, 'invoke_agent').attributes['error.type'], 'InternalServerError');
    },
  },
  { name: 'a rejection that is not handled', tree: ['invoke_agent', '  chat fail-500'] },
];

/** Before version 5, an aborted run asks the model once more, which the SDK then refuses. */
const WITHOUT: Readonly<Record<string, string>> = { 'openai-4': 'abort', 'openai-7': '' };

for (const [set, without] of Object.entries(WITHOUT))
  describeOperations({
    title: `runTools of ${set}`,
    app: file('app.mjs'),
    env: { SDK: file(`../../../../test-fixtures/sdks/${set}/package.json`), WITHOUT: without },
    scenes: scenes.filter(({ name }) => name !== without),
  });
