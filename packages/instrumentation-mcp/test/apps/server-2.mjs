// A server of version 2; it serves over stdio where this file is the main one.
import { pathToFileURL } from 'node:url';
import { work } from '@llmtrace/test-fixtures/operations-app';
import { load } from './load.mjs';

const { McpServer } = await load('@modelcontextprotocol/server');
const { z } = await load('zod');

export function makeServer() {
  const server = new McpServer({ name: 'weather', version: '1.0.0' });
  const inputSchema = z.object({ city: z.string() });
  server.registerTool('forecast', { description: 'The weather', inputSchema }, ({ city }) =>
    work('look up', { content: [{ type: 'text', text: `sunny in ${city}` }] }),
  );
  server.registerTool('broken', { description: 'It fails', inputSchema: z.object({}) }, () => {
    throw new RangeError('the secret of the server');
  });
  server.registerTool(
    'slow',
    { description: 'It waits', inputSchema: z.object({}) },
    async (_args, { mcpReq }) => {
      await new Promise((resolve) => mcpReq.signal.addEventListener('abort', resolve));
      return { content: [] };
    },
  );
  return server;
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const { StdioServerTransport } = await load('@modelcontextprotocol/server/stdio');
  await makeServer().connect(new StdioServerTransport());
}
