// Starts a worker thread without the flags of the process, which makes a call.
import { once } from 'node:events';
import { isMainThread, Worker } from 'node:worker_threads';
import OpenAI from 'openai';

if (isMainThread) await once(new Worker(new URL(import.meta.url), { execArgv: [] }), 'exit');
else await new OpenAI().chat.completions.create({ model: 'gpt-4o-mini', messages: [] });
