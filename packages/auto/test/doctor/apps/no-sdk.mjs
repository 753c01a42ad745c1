// biome-ignore-all lint/suspicious/noConsole: an application prints
// The vendor's host without an SDK; the connection leads elsewhere.
import { request } from 'node:http';
import { connect } from 'node:net';

const { port } = new URL(process.env.VENDOR);
const sent = request({
  host: 'api.openai.com',
  path: '/v1/chat/completions',
  method: 'POST',
  createConnection: () => connect(Number(port), '127.0.0.1'),
});
sent.on('response', (response) => response.resume().on('end', () => console.log('answered')));
sent.end('{}');
