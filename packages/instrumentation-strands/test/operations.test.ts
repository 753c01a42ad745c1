/** Agents, graphs and swarms of Strands: their runs, their tools, and the model calls of the SDKs beneath their models. */
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
  spanNamed,
} from '@llmtrace/test-fixtures/operations';
import { sdkManifest } from '@llmtrace/test-fixtures/sdks';

const CHAT = 'chat gpt-4o-mini';
const CLAUDE = 'chat claude-haiku-4-5';
const LOOK_UP = '  look up';
const STRUCTURED = 'execute_tool strands_structured_output';
const WEATHER = ['execute_tool weather', LOOK_UP];
const AREA = ['execute_tool area', '  measure'];
const agent = (name: string, ...beneath: string[]): string[] => nested(`invoke_agent ${name}`, ...beneath);
const graph = (name: string, ...beneath: string[]): string[] => nested(`invoke_workflow ${name}`, ...beneath);
const forecaster = agent('Forecaster', CHAT, ...WEATHER, CHAT);
const plain = agent('Plain', CHAT);
const failing = agent('Failing', 'chat fail-401');

const fails = ended('invoke_agent Failing', 'failed', 'ModelError');

const CAREFUL = [
  agent('Careful', CHAT, 'execute_tool careful'),
  agent('Careful', 'execute_tool careful', LOOK_UP, CHAT),
] as const;

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
      const ofRun = spanNamed(spans, 'invoke_agent Forecaster').attributes;
      assert.equal(ofRun['gen_ai.conversation.id'], undefined);
    },
  },
  { name: 'a run without tools', tree: plain },
  { name: 'two runs after one another', tree: [...forecaster, ...agent('Forecaster', CHAT)] },
  { name: 'a model of Bedrock', tree: agent('Rocky', 'chat amazon.nova-lite-v1:0') },
  { name: 'two tools at once', tree: agent('Busy', CLAUDE, ...WEATHER, ...AREA, CLAUDE) },
  { name: 'two tools after one another', tree: agent('Busy', CLAUDE, ...WEATHER, ...AREA, CLAUDE) },
  {
    name: 'a tool that throws',
    tree: agent('Breaker', CHAT, 'execute_tool broken', CHAT),
    check(spans) {
      expectEnd(spans, 'execute_tool broken', 'failed', 'RangeError');
      expectEnd(spans, 'invoke_agent Breaker');
    },
  },
  { name: 'a tool with steps', tree: agent('Walker', CHAT, 'execute_tool steps', LOOK_UP, CHAT) },
  {
    name: 'arguments that are wrong',
    tree: agent('Wrong', CHAT, 'execute_tool weather', CHAT),
    check: ended('execute_tool weather', 'failed', 'ZodError'),
  },
  { name: 'a tool that a hook refuses', tree: agent('Refused', CHAT, CHAT) },
  { name: 'a tool that the application calls', tree: WEATHER },
  {
    name: 'an agent as a tool',
    tree: agent(
      'Chief',
      CHAT,
      'execute_tool Helper',
      ...indented(agent('Helper', CHAT, ...WEATHER, CHAT)),
      CHAT,
    ),
  },
  {
    name: 'an agent that is called by a tool',
    tree: agent('Boss', CHAT, 'execute_tool ask', ...indented(forecaster), CHAT),
  },
  { name: 'two runs at once', tree: [...forecaster, ...plain] },
  {
    name: 'an agent that is asked twice at once',
    tree: [...plain, 'invoke_agent Plain'],
    check(spans) {
      const types = spans.map(({ attributes }) => attributes['error.type']).filter(Boolean);
      assert.deepEqual(types, ['ConcurrentInvocationError']);
    },
  },
  {
    name: 'a session',
    tree: agent('Remembering', CHAT, ...WEATHER, CHAT),
    check(spans) {
      const { attributes } = spanNamed(spans, 'invoke_agent Remembering');
      assert.equal(attributes['gen_ai.conversation.id'], 'thread-1');
    },
  },
  {
    // Strands' spans of memories have no counterpart: they are exported, without the content.
    name: 'a memory',
    tree: agent(
      'Learned',
      ...nested('memory.inject', 'memory.search'),
      CHAT,
      'execute_tool search_memory',
      '  memory.search',
      CHAT,
    ),
    check: ended('invoke_agent Learned'),
  },
  { name: 'a structured answer', tree: agent('Formal', CHAT, STRUCTURED) },
  {
    name: 'a limit of turns',
    tree: agent('Forecaster', CHAT, ...WEATHER),
    check: ended('invoke_agent Forecaster'),
  },
  { name: 'a model that fails', tree: failing, check: fails },
  { name: 'a rejection that is not handled', tree: failing, check: fails },
  ...['a run that is cancelled', 'a run that is aborted'].map((name) => ({
    name,
    tree: agent('Stopped', CHAT, 'execute_tool stop'),
    check: ended('invoke_agent Stopped', 'cancelled'),
  })),
  ...['a stream', 'a loop'].map((name) => ({
    name,
    tree: forecaster,
    check: ended('invoke_agent Forecaster'),
  })),
  { name: 'a stream that fails', tree: failing, check: fails },
  {
    name: 'a stream that is cancelled',
    tree: agent('Slow', 'chat slow-stream'),
    check: ended('invoke_agent Slow', 'cancelled'),
  },
  {
    // Strands goes on where the application leaves a run of tools.
    name: 'a stream that is left',
    tree: agent('Forecaster', CHAT, ...WEATHER, CHAT, ...WEATHER, CHAT),
    check: ended('invoke_agent Forecaster', 'cancelled'),
  },
  {
    name: 'a stream that is left within a tool',
    tree: agent('Walker', CHAT, 'execute_tool steps', CHAT, 'execute_tool steps', LOOK_UP, CHAT),
    check(spans) {
      expectEnd(spans, 'invoke_agent Walker', 'cancelled');
      expectEnd(spans, 'execute_tool steps', 'cancelled');
    },
  },
  { name: 'an unread stream', tree: [] },
  {
    name: 'a stream that is dropped',
    tree: ['invoke_agent Forecaster'],
    check: ended('invoke_agent Forecaster', 'abandoned'),
  },
  {
    name: 'a tool that asks a person',
    tree: CAREFUL.flat(),
    check(spans) {
      expectEnd(spans, 'execute_tool careful', 'interrupted');
      expectResumed(spans, 'invoke_agent Careful');
    },
  },
  { name: 'a graph', tree: graph('report', ...forecaster, ...plain) },
  { name: 'a graph that is streamed', tree: graph('report', ...forecaster, ...plain) },
  { name: 'a graph with two nodes at once', tree: graph('pair', ...forecaster, ...plain) },
  { name: 'a graph within a graph', tree: graph('outer', ...graph('inner', ...plain)) },
  {
    name: 'a graph with a node that fails',
    tree: graph('failing', ...failing),
    check: ended('invoke_workflow failing', 'failed', 'ModelError'),
  },
  {
    name: 'a graph that asks a person',
    tree: CAREFUL.flatMap((turn) => graph('order', ...turn)),
    check(spans) {
      expectResumed(spans, 'invoke_workflow order');
      expectResumed(spans, 'invoke_agent Careful');
    },
  },
  {
    name: 'a swarm',
    tree: graph(
      'team',
      ...agent('First', CHAT, STRUCTURED),
      ...agent('Second', CHAT, STRUCTURED, CHAT, CHAT),
    ),
    check: ended('invoke_workflow team', 'failed', 'StructuredOutputError'),
  },
  {
    name: 'a tool of an MCP server',
    tree: agent(
      'Caller',
      ...['initialize', 'tools/list'].flatMap((method) => nested(method, method)),
      CHAT,
      'execute_tool forecast',
      ...indented(nested('tools/call forecast', 'look up')),
      CHAT,
    ),
    check(spans) {
      const { attributes } = spanNamed(spans, 'execute_tool forecast');
      assert.equal(attributes['mcp.method.name'], 'tools/call');
    },
  },
];

describeOperations({
  title: 'Strands Agents',
  app: new URL('apps/app.mjs', import.meta.url),
  set: 'strands',
  env: {
    MCP_SERVER: fileURLToPath(new URL('../../instrumentation-mcp/test/apps/server.mjs', import.meta.url)),
    MCP_SDK: sdkManifest('mcp-1'),
  },
  // Strands leaves the answer of the model open: the call ends later than the run, and is not in its sums.
  without: ['a stream that is left within an answer'],
  // The hooks of Node.js 20 do not see ES modules that are required. Strands needs Node.js 22.
  formats: process.env['TEST_NODE'] === undefined ? ['cjs', 'esm'] : ['esm'],
  scenes,
});
