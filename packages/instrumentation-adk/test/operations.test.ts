/** Agents and workflows of Google ADK: their runs, their tools, and the model calls of the SDKs beneath their models. */
import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
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
import { sdkManifest } from '@llmtrace/test-fixtures/sdks';

const CHAT = 'generate_content gemini-2.5-flash';
const FAILED = 'generate_content fail-401';
const WEATHER = ['execute_tool weather', '  look up'];
const AREA = ['execute_tool area', '  measure'];
const agent = (name: string, ...beneath: string[]): string[] => nested(`invoke_agent ${name}`, ...beneath);
const workflow = (name: string, ...beneath: string[]): string[] =>
  nested(`invoke_workflow ${name}`, ...beneath);
const forecaster = agent('Forecaster', CHAT, ...WEATHER, CHAT);
const plain = agent('Plain', CHAT);
const failing = agent('Failing', FAILED);

const oneTool = (name: string, tool: string, ...within: string[]): string[] =>
  agent(name, CHAT, ...nested(tool, ...within), CHAT);

const outcomesOf = (spans: readonly Span[], name: string): unknown[] =>
  spans.filter((span) => span.name === name).map(({ attributes }) => attributes['llmtrace.agent.outcome']);

const scenes: readonly OperationScene[] = [
  {
    name: 'a run',
    tree: forecaster,
    check(spans) {
      const { 'gen_ai.agent.name': agentName, ...others } = spanNamed(
        spans,
        'execute_tool weather',
      ).attributes;
      assert.equal(agentName, 'Forecaster');
      expectToolCall({ ...spanNamed(spans, 'execute_tool weather'), attributes: others }, 'weather', /^adk-/);
      expectEnd(spans, 'invoke_agent Forecaster');
      const { attributes } = spanNamed(spans, 'invoke_agent Forecaster');
      assert.match(String(attributes['gen_ai.conversation.id']), /^s-\d+$/);
    },
  },
  { name: 'a run without tools', tree: plain, check: ended('invoke_agent Plain') },
  { name: 'two runs after one another', tree: [...forecaster, ...agent('Forecaster', CHAT)] },
  { name: 'a run that is streamed', tree: forecaster, check: ended('invoke_agent Forecaster') },
  { name: 'an agent without a runner', tree: agent('Bare', 'think') },
  { name: 'an ephemeral session', tree: forecaster },
  {
    name: 'an agent that is talked to',
    tree: agent('Speaker', ...WEATHER),
    check: ended('invoke_agent Speaker', 'cancelled'),
  },
  { name: 'an agent that is chosen', tree: workflow('Router', ...plain) },
  { name: 'two tools of one answer', tree: agent('Busy', CHAT, ...WEATHER, ...AREA, CHAT) },
  {
    // ADK makes an error of its own of a tool's.
    name: 'a tool that throws',
    tree: oneTool('Breaker', 'execute_tool broken'),
    check(spans) {
      expectEnd(spans, 'execute_tool broken', 'failed', '_OTHER');
      expectEnd(spans, 'invoke_agent Breaker');
    },
  },
  { name: 'a tool that is not there', tree: agent('Lost', CHAT, CHAT, ...WEATHER, CHAT) },
  {
    name: 'a tool that reports an error',
    tree: oneTool('Reporter', 'execute_tool report'),
    check: ended('execute_tool report', 'failed', 'tool_error'),
  },
  { name: 'a tool of another class', tree: oneTool('Reader', 'execute_tool almanac', 'look up') },
  {
    name: 'arguments that are wrong',
    tree: oneTool('Wrong', 'execute_tool short'),
    check: ended('execute_tool short', 'failed', '_OTHER'),
  },
  { name: 'a tool that a callback answers', tree: agent('Answered', CHAT, CHAT) },
  {
    name: 'an agent as a tool',
    tree: oneTool('Chief', 'execute_tool Helper', ...agent('Helper', CHAT, ...WEATHER, CHAT)),
  },
  { name: 'an agent that is called by a tool', tree: oneTool('Boss', 'execute_tool ask', ...forecaster) },
  {
    name: 'an agent that hands over',
    tree: agent('Desk', CHAT, 'execute_tool transfer_to_agent', ...forecaster),
    check: ended('invoke_agent Desk'),
  },
  { name: 'two runs at once', tree: [...forecaster, ...plain] },
  { name: 'an agent that is asked twice at once', tree: [...forecaster, ...forecaster] },
  {
    name: 'a sequence',
    tree: workflow('Steps', ...forecaster, ...plain),
    check: ended('invoke_workflow Steps'),
  },
  { name: 'agents at once', tree: workflow('Pair', ...forecaster, ...plain) },
  { name: 'a loop of agents', tree: workflow('Loop', ...plain, ...plain) },
  { name: 'an agent of a class of its own', tree: agent('Hand', 'think', ...plain) },
  { name: 'a model of another vendor', tree: agent('Other', 'chat gpt-4o-mini') },
  { name: 'a callback that answers for the agent', tree: agent('Forecaster') },
  {
    name: 'callbacks that are called',
    tree: agent(
      'Forecaster',
      'before agent',
      ...['before model', CHAT, 'after model'],
      ...['before tool', ...WEATHER, 'after tool'],
      ...['before model', CHAT, 'after model'],
      'after agent',
    ),
  },
  { name: 'a callback that answers for the model', tree: agent('Cached') },
  {
    name: 'a callback that throws',
    tree: agent('Forecaster'),
    check: ended('invoke_agent Forecaster', 'failed', 'RangeError'),
  },
  { name: 'a model that fails', tree: failing, check: ended('invoke_agent Failing', 'failed', '401') },
  {
    // ADK goes on with the next agent.
    name: 'a model that fails in a sequence',
    tree: workflow('Steps', ...failing, ...plain),
    check(spans) {
      expectEnd(spans, 'invoke_agent Failing', 'failed', '401');
      expectEnd(spans, 'invoke_workflow Steps');
    },
  },
  {
    name: 'a model that fails, with a plugin that answers',
    tree: failing,
    check: ended('invoke_agent Failing'),
  },
  {
    name: 'an answer that is blocked',
    tree: agent('Blocked', 'generate_content filtered-response'),
    check: ended('invoke_agent Blocked', 'failed', 'PROHIBITED_CONTENT'),
  },
  { name: 'a stream that fails', tree: failing, check: ended('invoke_agent Failing', 'failed', '401') },
  {
    name: 'a limit of model calls',
    tree: agent('Forecaster', CHAT, ...WEATHER),
    check: ended('invoke_agent Forecaster', 'failed', 'UNKNOWN_ERROR'),
  },
  {
    name: 'a run that is aborted',
    tree: agent('Stopped', CHAT, 'execute_tool stop'),
    check: ended('invoke_agent Stopped', 'cancelled'),
  },
  {
    name: 'a stream that is aborted',
    tree: agent('Slow', 'generate_content slow-stream'),
    check: ended('invoke_agent Slow', 'cancelled'),
  },
  {
    name: 'a run that is left',
    tree: agent('Forecaster', CHAT),
    check: ended('invoke_agent Forecaster', 'cancelled'),
  },
  {
    name: 'a stream that is left within an answer',
    tree: agent('Slow', 'generate_content slow-stream'),
    check: ended('invoke_agent Slow', 'cancelled'),
  },
  {
    name: 'a sequence that is left',
    tree: workflow('Steps', ...plain),
    check(spans) {
      expectEnd(spans, 'invoke_agent Plain', 'cancelled');
      expectEnd(spans, 'invoke_workflow Steps', 'cancelled');
    },
  },
  {
    name: 'a loop that throws',
    tree: agent('Forecaster', CHAT),
    check: ended('invoke_agent Forecaster', 'cancelled'),
  },
  {
    name: 'a run that is dropped',
    tree: agent('Forecaster', CHAT),
    check: ended('invoke_agent Forecaster', 'abandoned'),
  },
  { name: 'an unread run', tree: [] },
  {
    name: 'a tool that a person confirms',
    tree: [
      ...agent('Careful', CHAT, 'execute_tool careful'),
      ...agent('Careful', ...nested('execute_tool careful', 'look up'), CHAT),
    ],
    check(spans) {
      expectResumed(spans, 'invoke_agent Careful');
      assert.deepEqual(outcomesOf(spans, 'execute_tool careful'), ['interrupted', undefined]);
    },
  },
  {
    // ADK gives the answer to an agent that may hand over.
    name: 'an agent that hands over to one that asks a person',
    tree: [
      ...agent(
        'Desk',
        CHAT,
        'execute_tool transfer_to_agent',
        ...agent('Careful', CHAT, 'execute_tool careful'),
      ),
      ...agent('Desk', CHAT),
    ],
    check(spans) {
      expectEnd(spans, 'invoke_agent Careful', 'interrupted');
      expectResumed(spans, 'invoke_agent Desk');
    },
  },
  {
    name: 'a tool that a person refuses',
    tree: [
      ...agent('Careful', CHAT, 'execute_tool careful'),
      ...agent('Careful', 'execute_tool careful', CHAT),
    ],
    check: (spans) => expectResumed(spans, 'invoke_agent Careful'),
  },
  {
    name: 'a tool that takes long',
    tree: [...agent('Patient', CHAT, 'execute_tool order'), ...agent('Patient', CHAT)],
    check: (spans) => expectResumed(spans, 'invoke_agent Patient'),
  },
  { name: 'a workflow', tree: workflow('report', 'prepare', ...forecaster) },
  { name: 'a workflow with a tool', tree: workflow('facts', ...WEATHER) },
  {
    name: 'a workflow with a node that fails',
    tree: workflow('failing'),
    check: ended('invoke_workflow failing', 'failed', 'RangeError'),
  },
  {
    name: 'a workflow with a model that fails',
    tree: workflow('failing', ...failing),
    check(spans) {
      expectEnd(spans, 'invoke_agent Failing', 'failed', '401');
      expectEnd(spans, 'invoke_workflow failing', 'failed', '401');
    },
  },
  {
    name: 'a workflow that asks a person',
    tree: [...workflow('order'), ...workflow('order', ...forecaster)],
    check: (spans) => expectResumed(spans, 'invoke_workflow order'),
  },
  {
    // ADK runs it to its end.
    name: 'a workflow that is left',
    tree: workflow('report', ...agent('First', CHAT), ...plain),
    check: ended('invoke_workflow report'),
  },
  {
    name: 'a tool of an MCP server',
    tree: agent(
      'Caller',
      ...Array(4)
        .fill(['initialize', 'tools/list'])
        .flat()
        .flatMap((method) => nested(method, method)),
      CHAT,
      'execute_tool forecast',
      ...indented([...nested('initialize', 'initialize'), ...nested('tools/call forecast', 'look up')]),
      CHAT,
    ),
  },
];

describeOperations({
  title: 'Google ADK',
  app: new URL('apps/app.mjs', import.meta.url),
  set: 'adk',
  env: {
    MCP_SERVER: fileURLToPath(new URL('../../instrumentation-mcp/test/apps/server.mjs', import.meta.url)),
    MCP_SDK: sdkManifest('mcp-1'),
  },
  scenes,
});
