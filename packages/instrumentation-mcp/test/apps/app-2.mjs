// A client of version 2, of a server in memory and over stdio.
import { fileURLToPath } from 'node:url';
import { attempt, playScene } from '@llmtrace/test-fixtures/operations-app';
import { load } from './load.mjs';
import { makeServer } from './server-2.mjs';

const { Client, InMemoryTransport } = await load('@modelcontextprotocol/client');
const { StdioClientTransport } = await load('@modelcontextprotocol/client/stdio');

async function overMemory(client) {
  const [near, far] = InMemoryTransport.createLinkedPair();
  await makeServer().connect(far);
  await client.connect(near);
}

const overStdio = (client) =>
  client.connect(
    new StdioClientTransport({
      command: process.execPath,
      args: [...process.execArgv, fileURLToPath(new URL('server-2.mjs', import.meta.url))],
      env: process.env,
      stderr: 'inherit',
    }),
  );

for (const [way, connect] of Object.entries({ memory: overMemory, stdio: overStdio })) {
  const client = new Client({ name: 'app', version: '1.0.0' });
  await playScene(`${way}: start`, () => connect(client));
  await playScene(`${way}: a tool`, () =>
    attempt(() => client.callTool({ name: 'forecast', arguments: { city: 'Paris' } })),
  );
  await playScene(`${way}: a tool that fails`, () =>
    attempt(() => client.callTool({ name: 'broken', arguments: {} })),
  );
  await playScene(`${way}: abort`, async () => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 20);
    await attempt(() => client.callTool({ name: 'slow', arguments: {} }, { signal: controller.signal }));
    await new Promise((resolve) => setTimeout(resolve, 50)); // the server goes on after its client has left
  });
  await client.close();
}
