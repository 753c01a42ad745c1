// biome-ignore-all lint/suspicious/noConsole: an application prints
// Starts a thread or a process that makes a call, in the way that the argument names: node starts.mjs bare-thread
import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { isMainThread, Worker } from 'node:worker_threads';

const url = new URL(import.meta.url);
const path = fileURLToPath(url);

const WAYS = {
  thread: () => new Worker(url),
  'bare-thread': () => new Worker(url, { execArgv: [] }),
  // In CommonJS.
  'thread-of-a-string': () => new Worker(`import(${JSON.stringify(url.href)})`, { eval: true }),
  'own-env-thread': () => new Worker(url, { env: vendorOnly() }),
  'own-env-flags-thread': () => new Worker(url, { env: vendorOnly(), execArgv: process.execArgv }),
  'bare-fork': () => fork(path, ['child'], { execArgv: [] }),
  fork: () => fork(path, ['child']),
  spawn: () => spawn(process.execPath, [path, 'child'], { stdio: 'inherit' }),
  'with-flags': () => spawn(process.execPath, [...process.execArgv, path, 'child'], { stdio: 'inherit' }),
  'with-options': () =>
    spawn(process.execPath, [path, 'child'], {
      stdio: 'inherit',
      env: { ...process.env, NODE_OPTIONS: process.execArgv.join(' ') },
    }),
};

const vendorOnly = () => ({
  OPENAI_API_KEY: process.env.OPENAI_API_KEY,
  OPENAI_BASE_URL: process.env.OPENAI_BASE_URL,
});

if (isMainThread && WAYS[process.argv[2]]) {
  await once(WAYS[process.argv[2]](), 'exit');
} else {
  const { default: OpenAI } = await import('openai');
  await new OpenAI().embeddings.create({ model: 'text-embedding-3-small', input: 'oak' });
  console.log('answered');
}
