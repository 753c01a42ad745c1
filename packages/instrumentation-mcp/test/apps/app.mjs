// A client of a server: in memory, over stdio, over HTTP.
import { once } from 'node:events';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import { attempt, playScene } from '@llmtrace/test-fixtures/operations-app';
import { load } from './load.mjs';
import { makeServer } from './server.mjs';

const { Client } = await load('@modelcontextprotocol/sdk/client/index.js');
const { InMemoryTransport } = await load('@modelcontextprotocol/sdk/inMemory.js');
const { StdioClientTransport } = await load('@modelcontextprotocol/sdk/client/stdio.js');
const { StreamableHTTPClientTransport } = await load('@modelcontextprotocol/sdk/client/streamableHttp.js');
const { StreamableHTTPServerTransport } = await load('@modelcontextprotocol/sdk/server/streamableHttp.js');
const { CreateMessageRequestSchema } = await load('@modelcontextprotocol/sdk/types.js');

const makeClient = () => {
  const client = new Client({ name: 'app', version: '1.0.0' }, { capabilities: { sampling: {} } });
  client.setRequestHandler(CreateMessageRequestSchema, async () => ({
    model: 'm',
    role: 'assistant',
    content: { type: 'text', text: 'sampled' },
  }));
  return client;
};

async function overMemory() {
  const [near, far] = InMemoryTransport.createLinkedPair();
  const client = makeClient();
  await makeServer().connect(far);
  await client.connect(near);
  return client;
}

async function overStdio() {
  const client = makeClient();
  const server = fileURLToPath(new URL('server.mjs', import.meta.url));
  const args = [...process.execArgv, server];
  await client.connect(
    new StdioClientTransport({ command: process.execPath, args, env: process.env, stderr: 'inherit' }),
  );
  return client;
}

async function overHttp() {
  const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: () => 'session-1' });
  await makeServer().connect(transport);
  const server = createServer((request, response) => void transport.handleRequest(request, response));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const client = makeClient();
  await client.connect(
    new StreamableHTTPClientTransport(new URL(`http://127.0.0.1:${server.address().port}/mcp`)),
  );
  const { close } = client;
  client.close = async () => {
    await close.call(client);
    server.closeAllConnections();
    server.close();
  };
  return client;
}

const forecast = { name: 'forecast', arguments: { city: 'Paris' } };

const scenes = {
  'a tool': (client) => attempt(() => client.callTool(forecast)),
  'a tool that fails': (client) => attempt(() => client.callTool({ name: 'broken', arguments: {} })),
  'a server that asks back': (client) => attempt(() => client.callTool({ name: 'ask', arguments: {} })),
  'a resource': (client) => attempt(() => client.readResource({ uri: 'file:///a.txt' })),
  'a resource that is not there': (client) =>
    attempt(() => client.readResource({ uri: 'file:///secret.txt' })),
  'a prompt': (client) => attempt(() => client.getPrompt({ name: 'greet' })),
  'two at once': (client) =>
    attempt(() => Promise.all([client.callTool(forecast), client.callTool(forecast)])),
  'the time is up': (client) =>
    attempt(() => client.callTool({ name: 'slow', arguments: {} }, undefined, { timeout: 20 })),
  abort: (client) =>
    attempt(() => {
      const controller = new AbortController();
      setTimeout(() => controller.abort(), 20);
      return client.callTool({ name: 'slow', arguments: {} }, undefined, { signal: controller.signal });
    }),
};

/** A server goes on after its client has left, so the scene ends later. */
const within = (name, run) =>
  playScene(name, async () => {
    await run();
    await new Promise((resolve) => setTimeout(resolve, 50));
  });

const ways = { memory: overMemory, stdio: overStdio, http: overHttp };
for (const [way, open] of Object.entries(ways)) {
  let client;
  await within(`${way}: start`, async () => {
    client = await open();
  });
  const names = way === 'memory' ? Object.keys(scenes) : ['a tool', 'a tool that fails', 'two at once'];
  for (const name of names) await within(`${way}: ${name}`, () => scenes[name](client));
  await client.close();
}
