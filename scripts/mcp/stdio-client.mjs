// A client of an example that is a server over stdio. It prints what the server writes to its stdout, and what the SDK makes of it.
// `node stdio-client.mjs SERVER TOOL INPUT`; FLAGS are those of the server's process.
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { CreateMessageRequestSchema } from '@modelcontextprotocol/sdk/types.js';

const [server, name, input] = process.argv.slice(2);
const transport = new StdioClientTransport({
  command: process.execPath,
  args: [...JSON.parse(process.env.FLAGS), server],
  env: process.env,
});
const client = new Client({ name: 'stdio', version: '1.0.0' }, { capabilities: { sampling: {} } });
const content = { type: 'text', text: 'Short.' };
client.setRequestHandler(CreateMessageRequestSchema, () => ({ model: 'none', role: 'assistant', content }));

const connected = client.connect(transport);
let written = '';
transport._process.stdout.on('data', (part) => {
  written += part;
});
await connected;
console.log(JSON.stringify(await client.listTools()));
const onprogress = (progress) => console.log(JSON.stringify(progress));
console.log(
  JSON.stringify(await client.callTool({ name, arguments: JSON.parse(input) }, undefined, { onprogress })),
);
await client.close();
// The place in the trace is what llmtrace adds to requests.
console.log(written.replaceAll(/,?"_meta":\{"traceparent":"[^"]+"\}/g, ''));
