/**
 * Runs of the Claude Agent SDK, whose CLI is a script that speaks its protocol. The spans of agents have the usage that it states,
 * and nothing else has it.
 */
import assert from 'node:assert/strict';
import {
  describeOperations,
  indented,
  type OperationScene,
  type Span,
  spanNamed,
} from '@llmtrace/test-fixtures/operations';
import { olderNode } from '@llmtrace/test-fixtures/run-app';

const AGENT = 'invoke_agent';
const READ = 'execute_tool Read';
const TOOLS = [READ, 'execute_tool Write'];
const BASH = 'execute_tool Bash';
const agent = (...beneath: string[]): string[] => [AGENT, ...indented(beneath)];

/** What the script counts for each call of the main model. */
const CALL = { input: 130, output: 50, cost: 0.01 };

const calls = (count: number): Record<string, unknown> => ({
  'gen_ai.usage.input_tokens': count * CALL.input,
  'gen_ai.usage.output_tokens': count * CALL.output,
  'gen_ai.usage.cost': count * CALL.cost,
  'gen_ai.response.model': 'claude-sonnet-4-5-20250929',
});

/** Of a run that has no result: the output is unknown, and the cost is that of the rest. */
const PARTIAL = {
  ...calls(1),
  'gen_ai.usage.output_tokens': undefined,
  'gen_ai.usage.cost': 0.000135,
  'llmtrace.cost.source': 'local',
  'llmtrace.cost.partial': true,
};

function expectAttributes({ attributes }: Span, expected: Readonly<Record<string, unknown>>): void {
  const seen = Object.fromEntries(Object.keys(expected).map((name) => [name, attributes[name]]));
  assert.deepEqual(seen, expected);
}

const agentsOf = (spans: readonly Span[]): Span[] =>
  spans
    .filter(({ name }) => name.startsWith(AGENT))
    .sort((a, b) => a.startTimeUnixNano.localeCompare(b.startTimeUnixNano));

/** The end and the usage of each agent of a scene. */
const ends =
  (...expected: readonly Readonly<Record<string, unknown>>[]) =>
  (spans: readonly Span[]): void => {
    const agents = agentsOf(spans);
    assert.equal(agents.length, expected.length);
    for (const [at, attributes] of expected.entries())
      expectAttributes(agents[at] as Span, {
        'error.type': undefined,
        'llmtrace.agent.outcome': undefined,
        ...attributes,
      });
  };

const CANCELLED = { 'llmtrace.agent.outcome': 'cancelled' };
const FAILED = { 'llmtrace.agent.outcome': 'failed' };

const SCENES: readonly OperationScene[] = [
  {
    name: 'a run',
    tree: [AGENT],
    check(spans) {
      const { attributes, kind, status } = spanNamed(spans, AGENT);
      const { 'gen_ai.conversation.id': conversation, ...others } = attributes;
      assert.match(String(conversation), /^session-\d+$/);
      assert.deepEqual(others, {
        'gen_ai.operation.name': 'invoke_agent',
        'gen_ai.provider.name': 'anthropic',
        'gen_ai.request.model': 'sonnet',
        ...calls(1),
        'gen_ai.usage.cache_read.input_tokens': 100,
        'gen_ai.usage.cache_creation.input_tokens': 20,
        'llmtrace.cost.currency': 'USD',
        'llmtrace.cost.source': 'provider',
        'llmtrace.agent.model_calls': 1,
        'llmtrace.agent.tool_calls': 0,
        'llmtrace.agent.input_tokens': 130,
        'llmtrace.agent.output_tokens': 50,
        'llmtrace.agent.cost': 0.01,
      });
      assert.equal(kind, 1);
      assert.equal(status.code ?? 0, 0);
    },
  },
  {
    name: 'a run with tools',
    tree: [`${AGENT} reviewer`, ...indented(TOOLS)],
    check(spans) {
      ends({ ...calls(2), 'gen_ai.agent.name': 'reviewer', 'llmtrace.agent.tool_calls': 2 })(spans);
      const { 'gen_ai.tool.call.id': id, ...others } = spanNamed(spans, READ).attributes;
      assert.match(String(id), /^toolu_/);
      assert.deepEqual(others, {
        'gen_ai.operation.name': 'execute_tool',
        'gen_ai.tool.name': 'Read',
        'gen_ai.tool.type': 'extension',
      });
      expectAttributes(spanNamed(spans, 'execute_tool Write'), { 'error.type': 'tool_error' });
      assert.ok(!JSON.stringify(spans).includes('the result'), 'no content');
    },
  },
  {
    name: 'a tool of the application',
    tree: agent('execute_tool mcp__here__weather', '  look up'),
    check(spans) {
      expectAttributes(spanNamed(spans, 'execute_tool mcp__here__weather'), {
        'gen_ai.tool.type': 'function',
      });
      ends(calls(2))(spans);
    },
  },
  {
    name: 'an agent as a tool',
    tree: agent('execute_tool mcp__here__inner', '  invoke_agent inner'),
    check(spans) {
      // The usage of the inner agent is on its span alone; the sums of the outer one include it.
      expectAttributes(spanNamed(spans, 'invoke_agent inner'), calls(1));
      expectAttributes(spanNamed(spans, AGENT), {
        ...calls(2),
        'llmtrace.agent.model_calls': 3,
        'llmtrace.agent.input_tokens': 390,
        'llmtrace.agent.cost': 0.03,
      });
    },
  },
  {
    name: 'a subagent',
    tree: agent('execute_tool Task', '  execute_tool Grep'),
    check(spans) {
      ends({ ...calls(4), 'llmtrace.agent.model_calls': 4 })(spans);
      expectAttributes(spanNamed(spans, 'execute_tool Grep'), { 'gen_ai.agent.name': 'Explore' });
    },
  },
  {
    name: 'two models',
    tree: [AGENT],
    check: ends({
      'gen_ai.usage.input_tokens': 137,
      'gen_ai.usage.output_tokens': 53,
      'gen_ai.usage.cost': 0.0101,
      'gen_ai.response.model': undefined,
      'llmtrace.agent.model_calls': 2,
    }),
  },
  { name: 'partial messages', tree: [AGENT], check: ends(calls(1)) },
  {
    name: 'several turns',
    tree: [AGENT, AGENT, ...indented(TOOLS), AGENT, AGENT],
    // Each turn has what it added to the totals, which `clear` sets to 0.
    check: ends(calls(1), calls(2), calls(1), calls(1)),
  },
  { name: 'two queries at once', tree: [AGENT, AGENT, ...indented(TOOLS)] },
  { name: 'a run that is left', tree: [AGENT], check: ends({ ...PARTIAL, ...CANCELLED }) },
  { name: 'a run that is left after its result', tree: [AGENT], check: ends(calls(1)) },
  { name: 'steps by hand', tree: [AGENT], check: ends({ ...CANCELLED, 'llmtrace.agent.partial': true }) },
  { name: 'a run that is stopped', tree: agent(BASH), check: ends({ ...PARTIAL, ...CANCELLED }) },
  { name: 'a run that is interrupted', tree: agent(BASH), check: ends({ ...calls(1), ...CANCELLED }) },
  { name: 'a run that is closed', tree: agent(BASH), check: ends({ ...PARTIAL, ...CANCELLED }) },
  {
    name: 'a run over the limit',
    tree: agent(BASH),
    check(spans) {
      ends({ ...calls(1), ...FAILED, 'error.type': 'error_max_turns' })(spans);
      assert.equal(spanNamed(spans, AGENT).status.code, 2);
      assert.ok(!JSON.stringify(spans).includes('a secret'));
    },
  },
  {
    name: 'an error of the API',
    tree: [AGENT],
    check: ends({ ...FAILED, 'error.type': '429', 'llmtrace.agent.cost': 0 }),
  },
  {
    name: 'a CLI that is killed',
    tree: [AGENT],
    check: ends({ ...PARTIAL, ...FAILED, 'error.type': '_OTHER' }),
  },
  {
    name: 'a CLI that does not exist',
    tree: [AGENT],
    check: ends({ ...FAILED, 'error.type': 'ENOENT', 'llmtrace.agent.cost': 0 }),
  },
  {
    name: 'a rejection that is not handled',
    tree: [AGENT],
    check: ends({ ...FAILED, 'error.type': '_OTHER' }),
  },
  {
    name: 'a resumed session',
    tree: [AGENT, AGENT, ...indented(TOOLS)],
    check(spans) {
      ends(calls(1), calls(2))(spans);
      const [first, second] = agentsOf(spans).map(({ attributes }) => attributes['gen_ai.conversation.id']);
      assert.equal(first, second);
    },
  },
  {
    name: 'an unread run',
    tree: [AGENT],
    check: ends({ 'llmtrace.agent.outcome': 'abandoned', 'llmtrace.agent.partial': true }),
  },
  { name: 'a CLI that was started before', tree: [AGENT], check: ends(calls(1)) },
  {
    name: 'a CLI that makes spans',
    tree: [AGENT],
    check: ends({
      'gen_ai.usage.input_tokens': undefined,
      'gen_ai.usage.cost': 0.01,
      'llmtrace.agent.input_tokens': 130,
    }),
  },
  { name: 'the object of a run', tree: [AGENT], check: ends(calls(1)) },
];

const app = new URL('apps/app.mjs', import.meta.url);

describeOperations({
  title: '@anthropic-ai/claude-agent-sdk',
  app,
  set: 'claude-agent-sdk',
  scenes: SCENES,
  hasUsage: true,
  formats: ['esm'],
});

// The package has ES modules alone, which CommonJS requires.
const REQUIRED = ['a run', 'a tool of the application'];

for (const node of new Set([undefined, olderNode()]))
  describeOperations({
    title: `@anthropic-ai/claude-agent-sdk, required${node ? ' on an older Node.js' : ''}`,
    app,
    set: 'claude-agent-sdk',
    env: { ONLY: REQUIRED.join() },
    scenes: SCENES.filter(({ name }) => REQUIRED.includes(name)),
    hasUsage: true,
    formats: ['cjs'],
    ...(node && { node }),
  });
