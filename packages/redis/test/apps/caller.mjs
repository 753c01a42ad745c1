// Calls a vendor `CALLS` times: all at once or one after the other (`ONE_BY_ONE`), on a signal or at its start (`COLD`),
// whole with a limit to the answer's tokens (`MAX_TOKENS`), or streamed without usage with such a limit (`STREAM`).
import { once } from 'node:events';
import OpenAI from 'openai';

const { CALLS, COLD, MAX_TOKENS, NAME, ONE_BY_ONE, STREAM } = process.env;
const client = new OpenAI({ maxRetries: 0 });
process.on('unhandledRejection', (error) => {
  process.stderr.write(`unhandled: ${error}\n`);
  process.exitCode = 1;
});

const STREAMED = { stream: true, max_tokens: Number(STREAM) };
const WHOLE = MAX_TOKENS ? { max_tokens: Number(MAX_TOKENS) } : {};

async function call(number, model = 'gpt-4o-mini') {
  try {
    const messages = [{ role: 'user', content: 'Say hello.' }];
    const body = { model, messages, user: `${NAME} ${number}` };
    if (!STREAM) await client.chat.completions.create({ ...body, ...WHOLE });
    else for await (const _ of await client.chat.completions.create({ ...body, ...STREAMED }));
    return 'answered';
  } catch (error) {
    return error.code ?? error.constructor.name;
  }
}

// A limit of its own: what counts is not how long a process takes to start.
if (!COLD) await call(0, 'warm-up');
process.stdout.write('ready\n');
if (!COLD) await once(process.stdin, 'data');
process.stdin.destroy();
const numbers = Array.from({ length: Number(CALLS) }, (_, number) => number);
const ends = [];
if (ONE_BY_ONE) for (const number of numbers) ends.push(await call(number));
else ends.push(...(await Promise.all(numbers.map(call))));
process.stdout.write(`${JSON.stringify(ends)}\n`);
