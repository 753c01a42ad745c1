import { createServer } from 'node:http';
import { chat } from './calls.mjs';

const server = createServer(async (_, response) => response.end(await chat()));
server.listen(Number(process.env.PORT), '127.0.0.1', () => console.log('@@listening@@'));
