// biome-ignore-all lint/suspicious/noConsole: an application prints
// A worker thread makes a call, and ends in the way that the argument names: node worker-exits.mjs exit
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import OpenAI from 'openai';

if (isMainThread) {
  const worker = new Worker(new URL(import.meta.url), { workerData: process.argv[2] });
  worker.on('error', ({ message }) => console.log('error', message));
  worker.on('exit', (code) => console.log('worker', code));
  if (process.argv[2] === 'terminate') worker.on('message', () => worker.terminate());
  if (process.argv[2] === 'blocked') Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 4000);
} else {
  const client = new OpenAI();
  await client.embeddings.create({ model: 'text-embedding-3-small', input: 'oak' });
  if (workerData === 'exit') process.exit(4);
  if (workerData === 'throw') throw new Error('boom');
  if (workerData === 'terminate') {
    setInterval(() => {}, 1000);
    parentPort.postMessage('ready');
  }
}
