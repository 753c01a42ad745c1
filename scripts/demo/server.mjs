// An MCP server over stdio with one tool, without any code of llmtrace.
import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import { CallToolRequestSchema, ListToolsRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { trace } from '@opentelemetry/api';

const server = new Server({ name: 'warehouse', version: '1.0.0' }, { capabilities: { tools: {} } });

server.setRequestHandler(ListToolsRequestSchema, () => ({
  tools: [{ name: 'shelf', inputSchema: { type: 'object', properties: { article: { type: 'string' } } } }],
}));

server.setRequestHandler(CallToolRequestSchema, () =>
  trace.getTracer('warehouse').startActiveSpan('look up the shelf', async (span) => {
    await new Promise((resolve) => setTimeout(resolve, 5));
    span.end();
    return { content: [{ type: 'text', text: 'B 12' }] };
  }),
);

await server.connect(new StdioServerTransport());
