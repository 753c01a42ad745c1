/** Runs of `@openai/agents`: workflows, agents and tools around model calls. */
import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import {
  describeOperations,
  indented,
  type OperationScene,
  spanNamed,
} from '@llmtrace/test-fixtures/operations';
import { sdkManifest } from '@llmtrace/test-fixtures/sdks';

const CHAT = 'chat gpt-4o-mini';
const agent = (name: string, ...beneath: string[]): string[] => [
  `invoke_agent ${name}`,
  ...indented(beneath),
];
const workflow = (...beneath: string[]): string[] => ['invoke_workflow', ...indented(beneath)];
const weatherman = agent('Weatherman', CHAT, 'execute_tool weather', '  look up', CHAT);
const plain = agent('Plain', CHAT);
const failing = workflow(...agent('Failing', 'chat fail-401'));

function isCancelled(spans: Parameters<typeof spanNamed>[0], name: string): void {
  for (const each of ['invoke_workflow', `invoke_agent ${name}`])
    assert.equal(spanNamed(spans, each).attributes['llmtrace.agent.outcome'], 'cancelled', each);
}

const INITIALIZE = ['initialize', '  initialize'];
/** The SDK asks for the tools before each turn. */
const LIST = ['tools/list', '  tools/list'];
/** The request is a part of the tool's execution. The server's span is below it, from the server's process. */
const MCP_TOOL = ['execute_tool forecast', '  tools/call forecast', '    look up'];

const scenes: readonly OperationScene[] = [
  {
    name: 'run',
    tree: workflow(...weatherman),
    check(spans) {
      assert.deepEqual(spanNamed(spans, 'execute_tool weather').attributes, {
        'gen_ai.operation.name': 'execute_tool',
        'gen_ai.tool.name': 'weather',
        'gen_ai.tool.type': 'function',
      });
      const { attributes } = spanNamed(spans, 'invoke_agent Weatherman');
      assert.equal(attributes['gen_ai.agent.name'], 'Weatherman');
    },
  },
  { name: 'streamed', tree: workflow(...weatherman) },
  {
    name: 'an agent as a tool',
    tree: workflow(...agent('Boss', CHAT, 'execute_tool ask', ...indented(plain), CHAT)),
  },
  { name: 'handoff', tree: workflow(...agent('Triage', CHAT), ...plain) },
  { name: 'a guardrail with an agent', tree: workflow(...agent('Guarded', ...plain, CHAT)) },
  {
    name: 'a tool that throws',
    tree: workflow(...agent('Breaker', CHAT, 'execute_tool broken')),
    check(spans) {
      assert.equal(spanNamed(spans, 'execute_tool broken').status.code, 2);
      assert.equal(spanNamed(spans, 'invoke_workflow').status.code, 2);
      assert.ok(!JSON.stringify(spans).includes('secret'));
    },
  },
  { name: 'two runs at once', tree: [...workflow(...weatherman), ...workflow(...plain)] },
  {
    name: 'a model that fails',
    tree: failing,
    check(spans) {
      assert.equal(spanNamed(spans, 'invoke_workflow').attributes['error.type'], 'AuthenticationError');
    },
  },
  {
    name: 'an approval',
    tree: workflow(...agent('Careful', CHAT)),
    check(spans) {
      const { attributes, status } = spanNamed(spans, 'invoke_workflow');
      assert.equal(attributes['llmtrace.agent.outcome'], 'interrupted');
      assert.notEqual(status.code, 2);
    },
  },
  {
    name: 'a workflow of its own',
    tree: ['invoke_workflow Forecast', ...indented(plain)],
    check(spans) {
      assert.equal(
        spanNamed(spans, 'invoke_workflow Forecast').attributes['gen_ai.conversation.id'],
        'thread-1',
      );
    },
  },
  {
    name: 'two runs in one workflow',
    tree: ['invoke_workflow Both', ...indented(plain), ...indented(plain)],
  },
  {
    name: 'a tool of an MCP server',
    tree: [...INITIALIZE, ...workflow(...agent('Caller', ...LIST, CHAT, ...MCP_TOOL, ...LIST, CHAT))],
    check(spans) {
      const { attributes } = spanNamed(spans, 'execute_tool forecast');
      assert.equal(attributes['mcp.method.name'], 'tools/call');
      assert.equal(attributes['network.transport'], 'pipe');
    },
  },
  {
    name: 'a stream that is left',
    tree: workflow(...agent('Weatherman', CHAT)),
    check(spans) {
      assert.equal(spanNamed(spans, CHAT).attributes['llmtrace.stream.outcome'], 'cancelled');
      isCancelled(spans, 'Weatherman');
    },
  },
  {
    name: 'a stream of a model that fails',
    tree: failing,
    check(spans) {
      const { attributes, status } = spanNamed(spans, 'invoke_workflow');
      assert.equal(attributes['error.type'], 'AuthenticationError');
      assert.equal(attributes['llmtrace.agent.outcome'], 'failed');
      assert.equal(status.code, 2);
    },
  },
  {
    name: 'a run that is aborted',
    tree: workflow(...agent('Stopper', CHAT, 'execute_tool stopping')),
    check: (spans) => isCancelled(spans, 'Stopper'),
  },
  { name: 'a rejection that is not handled', tree: failing },
];

const MCP_SERVER = {
  MCP_SERVER: fileURLToPath(new URL('../../instrumentation-mcp/test/apps/server.mjs', import.meta.url)),
  MCP_SDK: sdkManifest('mcp-1'),
};

for (const tracing of ['on', 'off'])
  describeOperations({
    title: `@openai/agents, its own tracing ${tracing}`,
    app: new URL('apps/app.mjs', import.meta.url),
    set: 'openai-agents',
    env: { TRACING: tracing, ...MCP_SERVER },
    formats: tracing === 'on' ? ['cjs', 'esm'] : ['esm'],
    scenes,
  });
