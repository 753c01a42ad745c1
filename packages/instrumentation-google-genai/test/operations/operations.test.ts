/** Automatic function calling of the SDK as the run of an agent. */
import assert from 'node:assert/strict';
import {
  describeOperations,
  indented,
  type OperationScene,
  type OperationSuite,
  type Span,
  spanNamed,
} from '@llmtrace/test-fixtures/operations';
import { sdkManifest } from '@llmtrace/test-fixtures/sdks';

const CALL = 'generate_content gemini-2.5-flash';
const TOOL = ['execute_tool population', '  look up'];
const AREA = ['execute_tool area', '  measure'];
const run = (...beneath: string[]): string[] => ['invoke_agent', ...indented(beneath)];
const ONE = run(CALL, ...TOOL, CALL);
const served = (name: string): string[] => [
  `execute_tool ${name}`,
  `  tools/call ${name}`,
  `    compute ${name}`,
];

const expectEnd = (span: Span, outcome: string | undefined, error?: string): void => {
  const { attributes, status } = span;
  assert.deepEqual(
    [attributes['llmtrace.agent.outcome'], attributes['error.type'], status.code ?? 0],
    [outcome, error, error === undefined ? 0 : 2],
    span.name,
  );
};

const agentEnds = (outcome: string | undefined, error?: string) => (spans: readonly Span[]) => {
  expectEnd(spanNamed(spans, 'invoke_agent'), outcome, error);
  assert.ok(!JSON.stringify(spans).includes('secret'));
};

/** The client connects, and the SDK lists the tools of the server once. */
const withServer = (...tools: string[][]): string[] => [
  'initialize',
  '  initialize',
  ...run('tools/list', '  tools/list', CALL, ...tools.flat(), CALL),
];

const scenes: readonly OperationScene[] = [
  {
    name: 'plain',
    tree: ONE,
    check(spans) {
      const { kind, attributes } = spanNamed(spans, 'invoke_agent');
      assert.equal(kind, 1, 'INTERNAL');
      const names = Object.keys(attributes).filter((name) => !name.startsWith('llmtrace.'));
      assert.deepEqual(names, ['gen_ai.operation.name']);
      assert.deepEqual(spanNamed(spans, 'execute_tool population').attributes, {
        'gen_ai.operation.name': 'execute_tool',
        'gen_ai.tool.name': 'population',
        'gen_ai.tool.type': 'function',
      });
    },
  },
  {
    name: 'two functions at once',
    // The SDK calls both by one call, so no one knows whose the inner spans are.
    tree: run(CALL, 'execute_tool population', 'execute_tool area', 'look up', 'measure', CALL),
  },
  { name: 'two tools at once', tree: run(CALL, ...TOOL, ...AREA, CALL) },
  { name: 'chat', tree: [...ONE, ...run(CALL)] },
  { name: 'streamed', tree: ONE },
  { name: 'two functions at once, streamed', tree: run(CALL, ...TOOL, ...AREA, CALL) },
  { name: 'streamed chat', tree: ONE },
  {
    name: 'mcp, two functions at once',
    tree: withServer(served('forecast'), served('broken')),
    check(spans) {
      expectEnd(spanNamed(spans, 'execute_tool broken'), 'failed', 'tool_error');
      expectEnd(spanNamed(spans, 'execute_tool forecast'), undefined);
    },
  },
  { name: 'mcp, streamed', tree: withServer(served('forecast')) },
  {
    name: 'a tool that throws',
    tree: run(CALL, 'execute_tool population'),
    check(spans) {
      expectEnd(spanNamed(spans, 'execute_tool population'), 'failed', 'RangeError');
      agentEnds('failed', 'RangeError')(spans);
    },
  },
  {
    name: 'a tool that throws, streamed',
    tree: run(CALL, 'execute_tool population'),
    check: agentEnds('failed', 'RangeError'),
  },
  {
    name: 'a tool that reports an error',
    tree: run(CALL, 'execute_tool population', CALL),
    check(spans) {
      expectEnd(spanNamed(spans, 'execute_tool population'), 'failed', 'tool_error');
      agentEnds(undefined)(spans);
    },
  },
  { name: 'an agent as a tool', tree: run(CALL, 'execute_tool ask', ...indented(ONE), CALL) },
  { name: 'two runs at once', tree: [...ONE, ...ONE] },
  { name: 'one remote call', tree: run(CALL, ...TOOL) },
  { name: 'disabled', tree: [CALL] },
  { name: 'without callable tools', tree: [CALL] },
  { name: 'a schema that the SDK moves', tree: ONE },
  { name: 'abort', tree: run('generate_content hang'), check: agentEnds('cancelled', 'AbortError') },
  { name: 'break', tree: run(CALL), check: agentEnds('cancelled') },
  { name: 'break of a stream', tree: run('generate_content hang-mid-stream'), check: agentEnds('cancelled') },
  { name: 'never read', tree: run(), check: agentEnds('abandoned') },
  { name: 'a model that fails', tree: run('generate_content fail-400'), check: agentEnds('failed', '400') },
  { name: 'a model that fails, streamed', tree: run('generate_content fail-400') },
  { name: 'a rejection that is not handled', tree: run('generate_content fail-400') },
];

const COPIES: readonly Pick<OperationSuite, 'set' | 'formats'>[] = [
  { set: 'genai-3' },
  { set: 'genai-2', formats: ['esm'] },
  { set: 'genai-1', formats: ['cjs'] },
];

for (const copy of COPIES)
  describeOperations({
    ...copy,
    title: `automatic function calling of ${copy.set}`,
    app: new URL('app.mjs', import.meta.url),
    env: { MCP: sdkManifest('mcp-1') },
    scenes,
  });
