// Ends when its last connection has closed.
import './telemetry.mjs';
import { Readable } from 'node:stream';
import { chat, parts } from './calls.mjs';

const { default: fastify } = await import('fastify');
const app = fastify({ forceCloseConnections: true });
app.get('/chat', chat);
app.get('/stream', (_, reply) => reply.type('text/plain').send(Readable.from(parts())));
process.once('SIGTERM', () => app.close());
await app.listen({ port: Number(process.env.PORT), host: '127.0.0.1' });
