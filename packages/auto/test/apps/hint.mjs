// Calls where HINT says: here, in two worker threads, in two workers of a cluster, in a forked process, or late.
import { fork } from 'node:child_process';
import cluster from 'node:cluster';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { isMainThread, Worker } from 'node:worker_threads';

const call = async () => {
  const { default: OpenAI } = await import('openai');
  await new OpenAI().chat.completions.create({ model: 'gpt-4.1-mini', messages: [] });
};
const file = fileURLToPath(import.meta.url);

const WAYS = {
  none: async () => {},
  here: call,
  twice: () => call().then(call),
  threads: async () => {
    for (const _ of [1, 2]) await once(new Worker(file), 'exit');
  },
  cluster: async () => {
    for (const _ of [1, 2]) await once(cluster.fork(), 'exit');
  },
  fork: async () => {
    await call();
    await once(fork(file, ['child']), 'exit');
  },
  provider: async () => {
    const { trace } = await import('@opentelemetry/api');
    const { BasicTracerProvider } = await import('@opentelemetry/sdk-trace-base');
    trace.setGlobalTracerProvider(new BasicTracerProvider());
    await call();
  },
  console: async () => {
    process.env.LLMTRACE_QUIET = 'true';
    await call();
  },
};

const isChild = !isMainThread || cluster.isWorker || process.argv[2] === 'child';
await (isChild ? call() : WAYS[process.env.HINT]());
if (cluster.isWorker) process.disconnect();
