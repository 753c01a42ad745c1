import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { mark } from './calls.mjs';

const worker = new Worker(new URL('./thread.mjs', import.meta.url), { execArgv: [] });
const [answer] = await once(worker, 'message');
mark(answer);
