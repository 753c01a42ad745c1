/** Requests of MCP at the client and at the server: one trace, also where they are two processes. */
import assert from 'node:assert/strict';
import {
  describeOperations,
  indented,
  type OperationScene,
  type Span,
} from '@llmtrace/test-fixtures/operations';

/** The spans of a request: the client's, and the server's below it. */
const request = (name: string, ...beneath: string[]): string[] => [
  name,
  ...indented([name, ...indented(beneath)]),
];

const CLIENT = 3;
const SERVER = 2;

const spanOfKind = (spans: readonly Span[], kind: number): Span => {
  const span = spans.find((candidate) => candidate.kind === kind);
  assert.ok(span);
  return span;
};

const errors = (expected: string, code?: string) => (spans: readonly Span[]) => {
  for (const kind of [CLIENT, SERVER]) {
    const { attributes, status } = spanOfKind(spans, kind);
    assert.deepEqual(
      [attributes['error.type'], attributes['rpc.response.status_code'], status.code],
      [expected, code, 2],
    );
  }
  assert.ok(!JSON.stringify(spans.map(({ status, name }) => [status, name])).includes('secret'));
};

const tool = request('tools/call forecast', 'look up');

const start = (way: string): OperationScene => ({ name: `${way}: start`, tree: request('initialize') });

const abort = (way: string): OperationScene => ({
  name: `${way}: abort`,
  tree: request('tools/call slow'),
  check(spans) {
    const { attributes, status } = spanOfKind(spans, CLIENT);
    assert.deepEqual([attributes['error.type'], status.message], ['cancelled', 'the request was stopped']);
  },
});

const scenes: readonly OperationScene[] = [
  start('memory'),
  {
    name: 'memory: a tool',
    tree: tool,
    check(spans) {
      for (const kind of [CLIENT, SERVER]) {
        const { attributes } = spanOfKind(spans, kind);
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
    check: (spans) => assert.equal(spanOfKind(spans, CLIENT).attributes['mcp.resource.uri'], 'file:///a.txt'),
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
      assert.equal(spanOfKind(spans, CLIENT).attributes['error.type'], '-32001');
      assert.equal(spanOfKind(spans, SERVER).attributes['error.type'], undefined);
    },
  },
  abort('memory'),
  ...['stdio', 'http'].flatMap((way): OperationScene[] => [
    start(way),
    {
      name: `${way}: a tool`,
      tree: tool,
      check(spans) {
        const { attributes } = spanOfKind(spans, CLIENT);
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
  app: new URL('apps/app.mjs', import.meta.url),
  set: 'mcp-1',
  scenes,
});

describeOperations({
  title: 'MCP, the packages of version 2',
  app: new URL('apps/app-2.mjs', import.meta.url),
  set: 'mcp-2',
  scenes: ['memory', 'stdio'].flatMap((way): OperationScene[] => [
    start(way),
    { name: `${way}: a tool`, tree: tool },
    { name: `${way}: a tool that fails`, tree: request('tools/call broken'), check: errors('tool_error') },
    abort(way),
  ]),
});
