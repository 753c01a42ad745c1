// Is scraped once by a client that keeps its connection, and has nothing more to do.
import { Agent, get } from 'node:http';
import { prometheusObserver, serveMetrics } from '@llmtrace/prometheus';

const server = serveMetrics(prometheusObserver(), { host: '127.0.0.1', port: 0 });
await server.ready;
const agent = new Agent({ keepAlive: true });
const response = await new Promise((resolve) =>
  get({ port: server.port(), path: '/metrics', agent }, resolve),
);
response.resume();
await new Promise((resolve) => response.on('end', resolve));
for (const sockets of Object.values(agent.freeSockets)) for (const socket of sockets) socket.unref();
process.stdout.write(`${response.statusCode}\n`);
