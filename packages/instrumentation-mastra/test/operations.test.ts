/** Agents and workflows of Mastra: their runs, their tools, and their model calls, which HTTP clients send. */
import assert from 'node:assert/strict';
import {
  describeOperations,
  ended,
  expectEnd,
  expectResumed,
  expectToolCall,
  indented,
  nested,
  type OperationScene,
  type Span,
  spanNamed,
} from '@llmtrace/test-fixtures/operations';

const CHAT = 'chat gpt-4o-mini';
const LOOK_UP = '  look up';
const WEATHER = ['execute_tool weather', LOOK_UP];
const agent = (name: string, ...beneath: string[]): string[] => nested(`invoke_agent ${name}`, ...beneath);
const forecaster = agent('Forecaster', CHAT, ...WEATHER, CHAT);
const plain = agent('Plain', CHAT);
const failing = agent('Failing', 'chat fail-401');

const fails = ended('invoke_agent Failing', 'failed', 'APICallError');

const careful = [
  ...agent('Careful', CHAT, 'execute_tool careful'),
  ...agent('Careful', 'execute_tool careful', LOOK_UP, CHAT),
];
const expectCareful = (spans: readonly Span[]): void => {
  expectEnd(spans, 'execute_tool careful', 'interrupted');
  expectResumed(spans, 'invoke_agent Careful');
};

const scenes: readonly OperationScene[] = [
  {
    name: 'a run',
    tree: forecaster,
    check(spans) {
      const { attributes } = spanNamed(spans, 'execute_tool weather');
      assert.equal(attributes['gen_ai.agent.name'], 'Forecaster');
      const { 'gen_ai.agent.name': _agent, ...others } = attributes;
      expectToolCall({ ...spanNamed(spans, 'execute_tool weather'), attributes: others }, 'weather');
      expectEnd(spans, 'invoke_agent Forecaster');
    },
  },
  { name: 'a run without tools', tree: plain },
  {
    name: 'two tools at once',
    tree: agent('Busy', CHAT, ...WEATHER, 'execute_tool area', '  measure', CHAT),
  },
  {
    name: 'a tool that throws',
    tree: agent('Breaker', CHAT, 'execute_tool broken', CHAT),
    check(spans) {
      expectEnd(spans, 'execute_tool broken', 'failed', 'RangeError');
      expectEnd(spans, 'invoke_agent Breaker');
    },
  },
  {
    name: 'arguments that are wrong',
    tree: agent('Wrong', CHAT, 'execute_tool weather', CHAT),
    check: ended('execute_tool weather', 'failed', 'tool_error'),
  },
  {
    name: 'an agent as a tool',
    tree: agent(
      'Chief',
      CHAT,
      'execute_tool agent-helper',
      ...indented(agent('Helper', CHAT, ...WEATHER, CHAT)),
      CHAT,
    ),
    check(spans) {
      assert.equal(spanNamed(spans, 'invoke_agent Helper').attributes['gen_ai.conversation.id'], undefined);
    },
  },
  {
    name: 'an agent that is called by a tool',
    tree: agent('Boss', CHAT, 'execute_tool ask', ...indented(forecaster), CHAT),
    check(spans) {
      const { attributes } = spanNamed(spans, 'invoke_agent Forecaster');
      assert.equal(attributes['gen_ai.conversation.id'], 'thread-3');
    },
  },
  { name: 'two runs at once', tree: [...forecaster, ...plain] },
  {
    name: 'a thread',
    tree: agent('Remembering', CHAT, ...WEATHER, CHAT),
    check(spans) {
      const { attributes } = spanNamed(spans, 'invoke_agent Remembering');
      assert.equal(attributes['gen_ai.conversation.id'], 'thread-1');
    },
  },
  { name: 'a model that fails', tree: failing, check: fails },
  { name: 'a rejection that is not handled', tree: failing, check: fails },
  {
    name: 'a run that is aborted',
    tree: agent('Stopped', CHAT, 'execute_tool stop'),
    check: ended('invoke_agent Stopped', 'cancelled'),
  },
  ...[
    'a stream',
    'the text of a stream',
    'promises of a stream',
    'a stream that is read later',
    'a stream that is left',
    'a stream that is aborted at its end',
  ].map((name) => ({ name, tree: forecaster, check: ended('invoke_agent Forecaster') })),
  { name: 'a stream that fails', tree: failing, check: fails },
  {
    name: 'a stream that is aborted',
    tree: agent('Slow', 'chat slow-stream'),
    check: ended('invoke_agent Slow', 'cancelled'),
  },
  {
    name: 'an unread stream',
    tree: forecaster,
    check: ended('invoke_agent Forecaster', 'abandoned'),
  },
  {
    name: 'a durable agent',
    tree: agent('Durable', CHAT, ...WEATHER, CHAT),
    check: ended('invoke_agent Durable'),
  },
  { name: 'a tool that waits', tree: careful, check: expectCareful },
  { name: 'a stream that waits', tree: careful, check: expectCareful },
  { name: 'a workflow', tree: nested('invoke_workflow report', ...forecaster) },
  { name: 'a workflow that is streamed', tree: nested('invoke_workflow report', ...forecaster) },
  {
    name: 'a workflow within a workflow',
    tree: nested('invoke_workflow outer', ...nested('invoke_workflow inner', ...forecaster)),
  },
  {
    name: 'a workflow that waits',
    tree: ['invoke_workflow order', 'invoke_workflow order'],
    check: (spans) => expectResumed(spans, 'invoke_workflow order'),
  },
  {
    name: 'a workflow that fails',
    tree: ['invoke_workflow failing'],
    check: ended('invoke_workflow failing', 'failed', 'RangeError'),
  },
  {
    name: 'a workflow that is cancelled',
    tree: ['invoke_workflow endless'],
    check: ended('invoke_workflow endless', 'cancelled'),
  },
  {
    name: 'a workflow as a tool',
    tree: agent('Planner', CHAT, 'execute_tool workflow-report', '  invoke_workflow report', CHAT),
  },
  {
    name: 'a network',
    tree: agent('Lead', ...agent('Routing Agent', CHAT), ...agent('Routing Agent', CHAT)),
    check(spans) {
      const { attributes } = spanNamed(spans, 'invoke_agent Lead');
      assert.equal(attributes['gen_ai.conversation.id'], 'thread-2');
      assert.equal(attributes['llmtrace.agent.outcome'], 'failed');
    },
  },
];

describeOperations({
  title: 'Mastra',
  app: new URL('apps/app.mjs', import.meta.url),
  set: 'mastra',
  scenes,
});
