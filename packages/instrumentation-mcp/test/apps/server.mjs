// A server with tools; it serves over stdio where this file is the main one.
import { pathToFileURL } from 'node:url';
import { work } from '@llmtrace/test-fixtures/operations-app';
import { load } from './load.mjs';

const { McpServer } = await load('@modelcontextprotocol/sdk/server/mcp.js');
const { z } = await load('zod');

const text = (value) => ({ content: [{ type: 'text', text: value }] });

export function makeServer() {
  const server = new McpServer({ name: 'weather', version: '1.0.0' });
  const tool = (name, inputSchema, run) => server.registerTool(name, { description: name, inputSchema }, run);
  tool('forecast', { city: z.string() }, ({ city }) => work('look up', text(`sunny in ${city}`)));
  tool('broken', {}, () => {
    throw new RangeError('the secret of the server');
  });
  tool('ask', {}, async () => {
    const { content } = await server.server.createMessage({
      messages: [{ role: 'user', content: { type: 'text', text: 'hi' } }],
      maxTokens: 5,
    });
    return text(content.text);
  });
  tool('slow', {}, async (_args, { signal }) => {
    await new Promise((resolve) => signal.addEventListener('abort', resolve));
    return text('late');
  });
  server.registerResource('a', 'file:///a.txt', {}, async () => ({
    contents: [{ uri: 'file:///a.txt', text: 'A' }],
  }));
  server.registerPrompt('greet', {}, () => ({ messages: [] }));
  return server;
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const { StdioServerTransport } = await load('@modelcontextprotocol/sdk/server/stdio.js');
  await makeServer().connect(new StdioServerTransport());
}
