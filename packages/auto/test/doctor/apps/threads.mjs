// Calls a model in a worker thread of its own, or in one that is started without the flags of the process.
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

const options = process.env.BARE ? { execArgv: [], env: { ...process.env, NODE_OPTIONS: '' } } : {};
const worker = new Worker(new URL('chat.mjs', import.meta.url), options);
await once(worker, 'exit');
