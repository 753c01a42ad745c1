/** `toolRunner` of the SDK as the run of an agent: traced by the SDK itself, and by llmtrace where the SDK does not. */
import assert from 'node:assert/strict';
import {
  describeOperations,
  expectToolCall,
  indented,
  type OperationScene,
  type OperationSuite,
  type Span,
  spanNamed,
} from '@llmtrace/test-fixtures/operations';

const CHAT = 'chat claude-haiku-4-5';
const TOOL = ['execute_tool population', '  look up'];
const run = (...beneath: string[]): string[] => ['invoke_agent', ...indented(beneath)];
const ONE = run(CHAT, ...TOOL, CHAT);
const TWO = run(CHAT, ...TOOL, 'execute_tool area', '  measure', CHAT);

const expectEnd = (span: Span, outcome: string | undefined, isError: boolean): void => {
  const { attributes, status } = span;
  assert.equal(attributes['llmtrace.agent.outcome'], outcome, span.name);
  assert.equal(attributes['error.type'] !== undefined, isError, span.name);
  assert.equal(status.code === 2, isError, span.name);
};

const cancelled = (spans: readonly Span[]): void =>
  expectEnd(spanNamed(spans, 'invoke_agent'), 'cancelled', false);

const scenes = (throwing: string): readonly OperationScene[] => [
  {
    name: 'plain',
    tree: ONE,
    check(spans) {
      const { kind, attributes } = spanNamed(spans, 'invoke_agent');
      assert.equal(kind, 1, 'INTERNAL');
      const names = Object.keys(attributes).filter((name) => !name.startsWith('llmtrace.'));
      assert.deepEqual(names, ['gen_ai.operation.name']);
      expectToolCall(spanNamed(spans, 'execute_tool population'), 'population', /^toolu_/);
    },
  },
  { name: 'awaited', tree: ONE },
  { name: 'until done', tree: ONE },
  { name: 'streamed', tree: ONE },
  { name: 'tools that start early', tree: ONE },
  { name: 'a thread', tree: ONE },
  { name: 'two tools at once', tree: TWO },
  { name: 'two tools at once, streamed', tree: TWO },
  { name: 'a tool of a class', tree: ONE },
  {
    name: 'a tool that throws',
    tree: run(CHAT, 'execute_tool population', CHAT),
    check(spans) {
      const tool = spanNamed(spans, 'execute_tool population');
      expectEnd(tool, 'failed', true);
      assert.equal(tool.attributes['error.type'], throwing);
      expectEnd(spanNamed(spans, 'invoke_agent'), undefined, false);
      assert.ok(!JSON.stringify(spans).includes('secret'));
    },
  },
  { name: 'one turn', tree: run(CHAT, ...TOOL) },
  { name: 'an agent as a tool', tree: run(CHAT, 'execute_tool ask', ...indented(ONE), CHAT) },
  { name: 'two runs at once', tree: [...ONE, ...ONE] },
  {
    name: 'abort',
    tree: run('chat hang'),
    check(spans) {
      expectEnd(spanNamed(spans, 'invoke_agent'), 'cancelled', true);
    },
  },
  { name: 'break', tree: run(CHAT), check: cancelled },
  { name: 'break of a stream', tree: run('chat hang-mid-stream'), check: cancelled },
  { name: 'never read', tree: [] },
  { name: 'an iterator that is never read', tree: [] },
  { name: 'messages of the application', tree: run(CHAT, ...TOOL, CHAT, CHAT), check: cancelled },
  {
    name: 'a model that fails',
    tree: run('chat fail-500'),
    check(spans) {
      const agent = spanNamed(spans, 'invoke_agent');
      expectEnd(agent, 'failed', true);
      assert.equal(agent.attributes['error.type'], 'InternalServerError');
    },
  },
  { name: 'a second run after a failure', tree: [...run('chat fail-500'), ...run('chat fail-500')] },
  { name: 'a rejection that is not handled', tree: run('chat fail-500') },
];

const app = new URL('app.mjs', import.meta.url);
const OFF = { ANTHROPIC_OPEN_TELEMETRY: 'false' };

/** The SDK traces itself since 0.134; the application can switch that off. */
const COPIES: readonly Pick<OperationSuite, 'title' | 'set' | 'env' | 'formats' | 'without'>[] = [
  { title: 'anthropic-1', set: 'anthropic-1' },
  {
    title: 'anthropic-1 without its own spans',
    set: 'anthropic-1',
    env: OFF,
    formats: ['esm'],
    without: ['a thread'],
  },
  { title: 'anthropic-0.133', set: 'anthropic-0.133', formats: ['cjs'], without: ['a thread'] },
];

for (const { title, ...copy } of COPIES)
  describeOperations({
    ...copy,
    title: `toolRunner of ${title}`,
    app,
    scenes: scenes(copy.set === 'anthropic-1' && !copy.env ? 'tool_error' : 'RangeError'),
  });
