/** `runTools` of the SDK as the run of an agent. */
import assert from 'node:assert/strict';
import {
  describeOperations,
  expectToolCall,
  indented,
  type OperationScene,
  type Span,
  spanNamed,
} from '@llmtrace/test-fixtures/operations';

const CHAT = 'chat gpt-4o-mini';
const ONE_TOOL = ['invoke_agent', `  ${CHAT}`, '  execute_tool population', '    look up', `  ${CHAT}`];

const outcomeOf = (spans: readonly Span[], name = 'invoke_agent'): unknown =>
  spanNamed(spans, name).attributes['llmtrace.agent.outcome'];

const expectOutcome =
  (outcome: string | undefined) =>
  (spans: readonly Span[]): void =>
    assert.equal(outcomeOf(spans), outcome);
const DECISION = 'generate_content gpt-4o-mini';

/** The runners that version 7 has: of the Responses API and of decisions. */
const runners: readonly OperationScene[] = [
  {
    name: 'responses',
    tree: ONE_TOOL,
    check(spans) {
      assert.equal(outcomeOf(spans), undefined);
      expectToolCall(spanNamed(spans, 'execute_tool population'), 'population');
    },
  },
  {
    name: 'responses, streamed',
    tree: ONE_TOOL,
    check: expectOutcome(undefined),
  },
  {
    name: 'responses, a tool that throws',
    tree: ['invoke_agent', `  ${CHAT}`, '  execute_tool population'],
    check(spans) {
      assert.equal(outcomeOf(spans), 'failed');
      assert.equal(outcomeOf(spans, 'execute_tool population'), 'failed');
      assert.ok(!JSON.stringify(spans).includes('secret'));
    },
  },
  {
    name: 'responses, break',
    tree: ['invoke_agent', `  ${CHAT}`],
    check: expectOutcome('cancelled'),
  },
  {
    name: 'responses, a model that fails',
    tree: ['invoke_agent', '  chat fail-500'],
    check: expectOutcome('failed'),
  },
  {
    name: 'responses, abort',
    tree: ['invoke_agent', `  ${CHAT}`, '  execute_tool population'],
    check: expectOutcome('cancelled'),
  },
  {
    name: 'decisions',
    tree: ['invoke_agent', `  ${DECISION}`, '  look up', `  ${DECISION}`],
    check: expectOutcome(undefined),
  },
  {
    name: 'decisions, an action that throws',
    tree: ['invoke_agent', `  ${DECISION}`],
    check(spans) {
      const { attributes } = spanNamed(spans, 'invoke_agent');
      assert.equal(attributes['error.type'], 'DecisionsToolRunnerError');
      assert.equal(outcomeOf(spans), 'failed');
    },
  },
  {
    name: 'decisions, abort',
    tree: ['invoke_agent', `  ${DECISION}`],
    check: expectOutcome('cancelled'),
  },
];

const scenes: readonly OperationScene[] = [
  ...runners,
  {
    name: 'plain',
    tree: ONE_TOOL,
    check(spans) {
      expectToolCall(spanNamed(spans, 'execute_tool population'), 'population');
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
        const { attributes, status } = spanNamed(spans, name);
        assert.equal(attributes['error.type'], 'RangeError', name);
        assert.equal(attributes['llmtrace.agent.outcome'], 'failed');
        assert.equal(status.code, 2);
      }
      assert.ok(!JSON.stringify(spans).includes('secret'));
    },
  },
  {
    name: 'an agent as a tool',
    tree: ['invoke_agent', `  ${CHAT}`, '  execute_tool ask', ...indented(indented(ONE_TOOL)), `  ${CHAT}`],
  },
  { name: 'two runs at once', tree: [...ONE_TOOL, ...ONE_TOOL] },
  {
    name: 'abort',
    tree: ['invoke_agent', `  ${CHAT}`, '  execute_tool population'],
    check(spans) {
      assert.equal(spanNamed(spans, 'invoke_agent').attributes['llmtrace.agent.outcome'], 'cancelled');
    },
  },
  {
    name: 'a model that fails',
    tree: ['invoke_agent', '  chat fail-500'],
    check(spans) {
      assert.equal(spanNamed(spans, 'invoke_agent').attributes['error.type'], 'InternalServerError');
    },
  },
  { name: 'a rejection that is not handled', tree: ['invoke_agent', '  chat fail-500'] },
];

/** Before version 5, an aborted run sends the model one more request, which the SDK then refuses. */
const WITHOUT: Readonly<Record<string, readonly string[]>> = {
  'openai-4': ['abort', ...runners.map(({ name }) => name)],
  'openai-7': [],
};

for (const [set, without] of Object.entries(WITHOUT))
  describeOperations({
    title: `runTools of ${set}`,
    app: new URL('app.mjs', import.meta.url),
    set,
    scenes,
    without,
  });
