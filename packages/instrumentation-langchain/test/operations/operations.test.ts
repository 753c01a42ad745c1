/** Agents of LangChain and graphs of LangGraph: their runs, their tools, and their model calls. */
import assert from 'node:assert/strict';
import {
  describeOperations,
  expectToolCall,
  indented,
  nested,
  type OperationScene,
  type Span,
  spanNamed,
} from '@llmtrace/test-fixtures/operations';

const CHAT = 'chat gpt-4o-mini';
const TOOL = ['execute_tool population', '  look up'];
const agent = (name = ' geographer'): string[] => nested(`invoke_agent${name}`, CHAT, ...TOOL, CHAT);
const ONE = agent();

const expectOutcome = (span: Span, outcome: string | undefined, error?: string): void => {
  const { attributes, status } = span;
  assert.deepEqual(
    [attributes['llmtrace.agent.outcome'], attributes['error.type'], status.code ?? 0],
    [outcome, error, error === undefined ? 0 : 2],
    span.name,
  );
};

const scenes: readonly OperationScene[] = [
  {
    name: 'plain',
    tree: ONE,
    check(spans) {
      expectToolCall(spanNamed(spans, 'execute_tool population'), 'population');
      const { attributes } = spanNamed(spans, 'invoke_agent geographer');
      assert.equal(attributes['gen_ai.operation.name'], 'invoke_agent');
      assert.equal(attributes['gen_ai.agent.name'], 'geographer');
      assert.equal(attributes['gen_ai.conversation.id'], undefined);
    },
  },
  { name: 'no name', tree: agent('') },
  { name: 'streamed', tree: ONE },
  { name: 'streamed, messages', tree: ONE },
  { name: 'events', tree: ONE },
  { name: 'several at once', tree: [...ONE, ...ONE] },
  {
    name: 'two tools at once',
    tree: nested('invoke_agent geographer', CHAT, ...TOOL, 'execute_tool area', '  measure', CHAT),
  },
  {
    name: 'a tool that throws',
    tree: nested('invoke_agent geographer', CHAT, 'execute_tool population', CHAT),
    check(spans) {
      expectOutcome(spanNamed(spans, 'execute_tool population'), 'failed', 'RangeError');
      expectOutcome(spanNamed(spans, 'invoke_agent geographer'), undefined);
      assert.ok(!JSON.stringify(spans).includes('secret'));
    },
  },
  {
    name: 'a tool alone',
    tree: [...TOOL, ...TOOL, 'execute_tool population', 'execute_tool echo'],
    check(spans) {
      const failed = spans.find(({ attributes }) => attributes['error.type'] !== undefined);
      assert.equal(failed?.attributes['error.type'], 'ToolInputParsingException');
      assert.ok(spans.some(({ attributes }) => attributes['gen_ai.tool.call.id'] === 'call_1'));
    },
  },
  {
    name: 'an agent as a tool',
    tree: nested('invoke_agent chief', CHAT, 'execute_tool ask', ...indented(ONE), CHAT),
  },
  {
    name: 'a graph',
    tree: nested('invoke_workflow report', ...ONE, CHAT),
    check(spans) {
      for (const name of ['invoke_workflow report', 'invoke_agent geographer'])
        assert.equal(spanNamed(spans, name).attributes['gen_ai.conversation.id'], 'thread-1');
    },
  },
  { name: 'two runs at once', tree: [...agent(' one'), ...agent(' two')] },
  {
    name: 'an interrupt',
    tree: [
      ...nested('invoke_agent geographer', CHAT, 'execute_tool population'),
      ...nested('invoke_agent geographer', ...TOOL, CHAT),
    ],
    check(spans) {
      const waiting = spans.filter((span) => span.attributes['llmtrace.agent.outcome'] !== undefined);
      assert.deepEqual(waiting.map(({ name }) => name).sort(), [
        'execute_tool population',
        'invoke_agent geographer',
      ]);
      for (const span of waiting) expectOutcome(span, 'interrupted');
    },
  },
  {
    name: 'an interrupt within a graph',
    tree: nested('invoke_workflow order', 'invoke_workflow approval'),
    check(spans) {
      for (const span of spans) expectOutcome(span, 'interrupted');
    },
  },
  {
    name: 'a handoff',
    tree: nested('invoke_workflow team', 'invoke_workflow first', CHAT),
    check: (spans) => expectOutcome(spanNamed(spans, 'invoke_workflow first'), undefined),
  },
  {
    name: 'abort',
    tree: nested('invoke_agent geographer', CHAT, 'execute_tool population'),
    check(spans) {
      assert.equal(
        spanNamed(spans, 'invoke_agent geographer').attributes['llmtrace.agent.outcome'],
        'cancelled',
      );
    },
  },
  {
    name: 'left early',
    tree: nested('invoke_agent geographer', CHAT, 'execute_tool population'),
    check(spans) {
      assert.equal(
        spanNamed(spans, 'invoke_agent geographer').attributes['llmtrace.agent.outcome'],
        'cancelled',
      );
    },
  },
  {
    name: 'never read',
    tree: ONE,
    check: (spans) => expectOutcome(spanNamed(spans, 'invoke_agent geographer'), undefined),
  },
  ...['a model that fails', 'a stream that fails', 'a rejection that is not handled'].map(
    (name): OperationScene => ({
      name,
      tree: nested('invoke_agent geographer', 'chat fail-500'),
      check: (spans) =>
        expectOutcome(spanNamed(spans, 'invoke_agent geographer'), 'failed', 'InternalServerError'),
    }),
  ),
  {
    name: 'createAgent',
    tree: [...ONE, ...ONE, ...ONE],
    check(spans) {
      assert.equal(spanNamed(spans, 'execute_tool population').attributes['gen_ai.agent.name'], 'geographer');
    },
  },
  { name: 'createAgent, within a graph', tree: nested('invoke_workflow report', ...ONE) },
  { name: 'anthropic', tree: ONE.map((line) => line.replace('gpt-4o-mini', 'claude-sonnet-4-6')) },
];

/**
 * LangChain 0 lacks `createAgent`. Its graph does not stop when the application leaves the stream: the run's last call
 * ends after the scene.
 */
const NOT_IN_0 = ['createAgent', 'createAgent, within a graph', 'anthropic', 'left early'];

const WITHOUT: Readonly<Record<string, readonly string[]>> = { 'langchain-0': NOT_IN_0, 'langchain-1': [] };

for (const [set, without] of Object.entries(WITHOUT))
  describeOperations({
    title: `LangChain of ${set}`,
    app: new URL('app.mjs', import.meta.url),
    set,
    scenes,
    without,
  });
