// An application that has the SDK run its tools. The format of the SDK is in FORMAT, the scenes that it
// cannot play in WITHOUT.
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { trace } from '@opentelemetry/api';

const require = createRequire(process.env.SDK);
const main = require.resolve('openai');
const { OpenAI } =
  process.env.FORMAT === 'cjs'
    ? require('openai')
    : await import(pathToFileURL(join(main, '..', 'index.mjs')));

let unhandled = 0;
process.on('unhandledRejection', () => unhandled++);

const client = new OpenAI({ maxRetries: 0 });
const { completions } = client.chat.completions.runTools ? client.chat : client.beta.chat;
const model = 'gpt-4o-mini';
const messages = [{ role: 'user', content: 'How many people live in Paris?' }];
const tracer = trace.getTracer('application');
const show = (...values) =>
  process.stdout.write(`${values.map((value) => JSON.stringify(value)).join(' ')}\n`);

/** Work of the application's own, within a tool. */
const work = (name, value) =>
  tracer.startActiveSpan(name, async (span) => {
    await new Promise((resolve) => setImmediate(resolve));
    span.end();
    return value;
  });

const tool = (name, fn, more = { parse: JSON.parse }) => ({
  type: 'function',
  function: {
    name,
    description: 'A number about a city',
    parameters: { type: 'object', properties: { city: { type: 'string' } } },
    ...more,
    function: fn,
  },
});

const population = tool('population', (given) => work('look up', { given, count: 2_103_000 }));

/** What the application sees of a runner. */
async function see(runner) {
  const events = [];
  for (const name of ['message', 'error', 'abort', 'end', 'functionToolCall', 'functionToolCallResult'])
    runner.on(name, (told) => events.push(told?.role ?? told?.constructor?.name ?? name));
  try {
    show('final', await runner.finalContent());
  } catch (error) {
    show('failed', error.constructor.name, error.message);
  }
  await runner.done().catch(() => {});
  show(events, runner.messages.length);
}

const run = (tools, more = {}, options) => completions.runTools({ model, messages, tools, ...more }, options);

const scenes = {
  plain: () => see(run([population])),
  streamed: () => see(run([population], { stream: true })),
  'two tools at once': () =>
    see(
      run(
        [
          population,
          tool('area', function (given) {
            return work('measure', [given, typeof this.parse]);
          }),
        ],
        { parallel_tool_calls: true },
      ),
    ),
  'a tool without a parser': () => see(run([tool('population', (given) => `of ${given}`, {})])),
  'a tool that throws': () =>
    see(
      run([
        tool('population', () => {
          throw new RangeError('the secret of Paris');
        }),
      ]),
    ),
  'an agent as a tool': () => see(run([tool('ask', () => run([population]).finalContent())])),
  'two runs at once': async () => {
    const seen = await Promise.all([run([population]).finalContent(), run([population]).finalContent()]);
    show(seen);
  },
  abort: async () => {
    const controller = new AbortController();
    const stopping = tool('population', () => controller.abort());
    await see(run([stopping], {}, { signal: controller.signal }));
  },
  'a model that fails': () => see(run([population], { model: 'fail-500' })),
  'a rejection that is not handled': async () => {
    run([population], { model: 'fail-500' });
    await once(process, 'unhandledRejection');
  },
};

const without = (process.env.WITHOUT ?? '').split(',');
for (const [name, play] of Object.entries(scenes)) {
  if (without.includes(name)) continue;
  show(name);
  await tracer.startActiveSpan(`scene ${name}`, async (span) => {
    await play();
    span.end();
  });
  show('active', trace.getActiveSpan() === undefined, 'unhandled', unhandled);
}
