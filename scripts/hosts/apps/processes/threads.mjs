// A pool as libraries have it: a worker answers, and is terminated at once; another ends by itself.
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { chat, mark } from './calls.mjs';

mark(await chat());
for (const isTerminated of [true, false]) {
  const worker = new Worker(new URL('./thread.mjs', import.meta.url));
  const [answer] = await once(worker, 'message');
  mark(answer);
  if (isTerminated) await worker.terminate();
  else await once(worker, 'exit');
}
