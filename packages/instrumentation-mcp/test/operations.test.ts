/** Requests of MCP, as the client and the server see them: one trace, also over processes. */
import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { describeOperations, type OperationScene, type Span } from '@llmtrace/test-fixtures/operations';

const file = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** A request, as its client and its server see it. */
const request = (name: string, ...beneath: string[]): string[] => [
  name,
  `  ${name}`,
  ...beneath.map((line) => `    ${line}`),
];

const CLIENT = 3;
const SERVER = 2;

const of = (spans: readonly Span[], kind: number): Span => {
  const span = spans.find((one) => one.kind === kind);
  assert.ok(span);
  return span;
};

const errors = (expected: string, code?: string) => (spans: readonly Span[]) => {
  for (const kind of [CLIENT, SERVER]) {
    const { attributes, status } = of(spans, kind);
    assert.deepEqual(
      [attributes['error.type'], attributes['rpc.response.status_code'], status.code],
      [expected, code, 2],
    );
  }
  assert.ok(!JSON.stringify(spans.map(({ status, name }) => [status, name])).includes('secret'));
};

const tool = request('tools/call forecast', 'look up');

const start = (way: string): OperationScene => ({ name: `${way}: start`, tree: request('initialize') });

const scenes: readonly OperationScene[] = [
  start('memory'),
  {
    name: 'memory: a tool',
    tree: tool,
    check(spans) {
      for (const kind of [CLIENT, SERVER]) {
        const { attributes } = of(spans, kind);
        assert.match(String(attributes['jsonrpc.request.id']), /^\d+$/);
        assert.deepEqual(
          { ...attributes, 'jsonrpc.request.id': 0 },
          {
            'gen_ai.operation.name': 'execute_tool',
            'gen_ai.tool.name': 'forecast',
            'mcp.method.name': 'tools/call',
            'jsonrpc.request.id': 0,
          },
        );
      }
    },
  },
  { name: 'memory: a tool that fails', tree: request('tools/call broken'), check: errors('tool_error') },
  {
    name: 'memory: a server that asks back',
    tree: request('tools/call ask', ...request('sampling/createMessage')),
  },
  {
    name: 'memory: a resource',
    tree: request('resources/read'),
    check: (spans) => assert.equal(of(spans, CLIENT).attributes['mcp.resource.uri'], 'file:///a.txt'),
  },
  {
    name: 'memory: a resource that is not there',
    tree: request('resources/read'),
    check: errors('-32602', '-32602'),
  },
  { name: 'memory: a prompt', tree: request('prompts/get greet') },
  { name: 'memory: two at once', tree: [...tool, ...tool] },
  {
    name: 'memory: the time is up',
    tree: request('tools/call slow'),
    check(spans) {
      assert.equal(of(spans, CLIENT).attributes['error.type'], '-32001');
      assert.equal(of(spans, SERVER).attributes['error.type'], undefined);
    },
  },
  { name: 'memory: abort', tree: request('tools/call slow') },
  ...['stdio', 'http'].flatMap((way): OperationScene[] => [
    start(way),
    {
      name: `${way}: a tool`,
      tree: tool,
      check(spans) {
        const { attributes } = of(spans, CLIENT);
        assert.equal(attributes['network.transport'], way === 'stdio' ? 'pipe' : 'tcp');
        assert.equal(attributes['server.address'], way === 'stdio' ? undefined : '127.0.0.1');
        assert.equal(new Set(spans.map(({ traceId }) => traceId)).size, 1);
      },
    },
    { name: `${way}: a tool that fails`, tree: request('tools/call broken'), check: errors('tool_error') },
    { name: `${way}: two at once`, tree: [...tool, ...tool] },
  ]),
];

describeOperations({
  title: 'MCP, SDK 1',
  app: file('apps/app.mjs'),
  env: { SDK: file('../../../test-fixtures/sdks/mcp-1/package.json') },
  scenes,
});
