// An application that has the SDK run its tools.
import { once } from 'node:events';
import { attempt, playScenes, sdkLoader, show, work } from '@llmtrace/test-fixtures/operations-app';
import { trace } from '@opentelemetry/api';

const load = sdkLoader((file) => file.replace(/\.js$/, '.mjs'));
const { Anthropic } = await load('@anthropic-ai/sdk');

const client = new Anthropic({ maxRetries: 0 });
const messages = [{ role: 'user', content: 'How many people live in Paris?' }];
const ask = { model: 'claude-haiku-4-5', max_tokens: 256, messages };
const PARALLEL = { tool_choice: { type: 'auto', disable_parallel_tool_use: false } };

const tool = (name, run, more = {}) => ({
  name,
  input_schema: { type: 'object', properties: { city: { type: 'string' } } },
  run,
  ...more,
});

/** A tool with private fields, all of whose properties are those of its class. */
class Population {
  #count = 2_103_000;
  get name() {
    return 'population';
  }
  get input_schema() {
    return { type: 'object', properties: { city: { type: 'string' } } };
  }
  parse(input) {
    return [input, this.#count];
  }
  async run(input) {
    return work('look up', JSON.stringify([input, this.#count]));
  }
  toJSON() {
    return { name: this.name, input_schema: this.input_schema };
  }
}

const population = tool('population', (input) => work('look up', JSON.stringify(input)), {
  parse: (input) => input,
});
const area = tool('area', function (input) {
  return work('measure', `${this.name} of ${input.city}`);
});

const runner = (tools, more = {}, options) =>
  client.beta.messages.toolRunner({ ...ask, tools, ...more }, options);

const text = (message) => [message.stop_reason, message.content.map(({ type }) => type)];

/** Reads a runner, and shows whether the loop's body is in the context of the caller. */
async function read(running, see = text) {
  const caller = trace.getActiveSpan();
  try {
    for await (const message of running) {
      show('body', trace.getActiveSpan() === caller);
      show(await see(message));
    }
    show('done', text(await running.done()), running.params.messages.length);
  } catch (error) {
    show('failed', error.constructor.name, error.name, error.message);
  }
}

const ofStream = async (stream) => text(await stream.finalMessage());

const scenes = {
  plain: () => read(runner([population])),
  awaited: () => attempt(async () => text(await runner([population]))),
  'until done': async () => {
    const running = runner([population]);
    const done = running.done();
    show(text(await running.runUntilDone()) + text(await done));
    await attempt(() => running.runUntilDone().then(text));
    await read(running);
  },
  streamed: () => read(runner([population], { stream: true }), ofStream),
  'tools that start early': () =>
    read(runner([population], { stream: true, runToolsEagerly: true }), ofStream),
  'a thread': () => read(client.beta.messages.thread({ ...ask, tools: [population] }).toolRunner()),
  'two tools at once': () => read(runner([population, area], PARALLEL)),
  'two tools at once, streamed': () =>
    read(runner([population, area], { ...PARALLEL, stream: true }), ofStream),
  'a tool of a class': () => read(runner([new Population()])),
  'a tool that throws': () =>
    read(
      runner([
        tool('population', () => {
          throw new RangeError('the secret of Paris');
        }),
      ]),
    ),
  'one turn': () => read(runner([population], { max_iterations: 1 })),
  'an agent as a tool': () =>
    read(runner([tool('ask', async () => text(await runner([population])).join())])),
  'two runs at once': async () => {
    const answers = await Promise.all([runner([population]), runner([population]).runUntilDone()]);
    show(answers.map(text));
  },
  abort: () => read(runner([population], { model: 'hang' }, { signal: AbortSignal.timeout(50) })),
  break: async () => {
    for await (const message of runner([population])) {
      show(text(message));
      break;
    }
  },
  'break of a stream': async () => {
    for await (const stream of runner([population], { stream: true, model: 'hang-mid-stream' })) {
      for await (const event of stream) {
        show(event.type);
        break;
      }
      break;
    }
  },
  'never read': () => show(typeof runner([population]).then, Object.keys(runner([population]))),
  'an iterator that is never read': () => show(typeof runner([population])[Symbol.asyncIterator]().next),
  'messages of the application': async () => {
    const running = runner([population]);
    let count = 0;
    for await (const message of running) {
      show(text(message));
      if (count++ === 1) running.pushMessages({ role: 'user', content: 'And Berlin?' });
      if (count > 2) break;
    }
    show(running.params.tools.length, running.params.tools[0].name);
  },
  'a model that fails': () => read(runner([population], { model: 'fail-500' })),
  'a second run after a failure': async () => {
    const running = runner([population], { model: 'fail-500' });
    await read(running);
    await read(running);
  },
  'a rejection that is not handled': async () => {
    runner([population], { model: 'fail-500' }).runUntilDone();
    await once(process, 'unhandledRejection');
  },
};

await playScenes(scenes);
