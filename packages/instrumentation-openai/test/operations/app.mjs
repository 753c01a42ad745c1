// An application that has the SDK run its tools.
import { once } from 'node:events';
import {
  attempt,
  playScenes,
  sdkLoader,
  show,
  withoutScenes,
  work,
} from '@llmtrace/test-fixtures/operations-app';
import { trace } from '@opentelemetry/api';

const load = sdkLoader((file) => file.replace(/\.js$/, '.mjs'));
const { OpenAI } = await load('openai');

// Version 4.19 does not read the variable.
const client = new OpenAI({ maxRetries: 0, baseURL: process.env.OPENAI_BASE_URL });
const { completions } = client.chat.completions.runTools ? client.chat : client.beta.chat;
const model = 'gpt-4o-mini';
const messages = [{ role: 'user', content: 'How many people live in Paris?' }];

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

const population = tool('population', (city) => work('look up', { city, count: 2_103_000 }));

/** Prints the answer, the events and the messages of a runner. */
async function showRun(runner) {
  const events = [];
  for (const name of ['message', 'error', 'abort', 'end', 'functionToolCall', 'functionToolCallResult'])
    runner.on(name, (value) => events.push(value?.role ?? value?.constructor?.name ?? name));
  try {
    show('final', await runner.finalContent());
  } catch (error) {
    show('failed', error.constructor.name, error.message);
  }
  await runner.done().catch(() => {});
  show(events, runner.messages.length);
}

const run = (tools, more = {}, options) => completions.runTools({ model, messages, tools, ...more }, options);

const hasRunners = !withoutScenes().includes('responses');
const { ResponsesToolRunner } = hasRunners ? await load('openai/helpers/responses-tool-runner') : {};
const { DecisionsToolRunner } = hasRunners ? await load('openai/helpers/decisions-tool-runner') : {};

/** The runner of the Responses API, with one tool. */
const responses = (execute) => {
  const parameters = { type: 'object', properties: { city: { type: 'string' } } };
  const definition = { type: 'function', name: 'population', strict: false, parameters };
  return new ResponsesToolRunner({ functions: [{ tool: definition, execute }] });
};
const lookUp = ({ city }) => work('look up', `of ${city}`);
const question = { model, input: 'How many people live in Paris?' };

/** Runs a loop of decisions: one action, whose effect is observed, then the end. */
const decide = (act, options) => {
  let state = 'begun';
  const execute = async () => {
    await act();
    state = 'done';
  };
  const runner = new DecisionsToolRunner({
    observe: () => state,
    candidates: () => [
      { id: 'look up', description: 'Looks it up', execute },
      { id: 'end', description: 'It is known', done: true },
    ],
    verify: (observation) => observation === 'done',
  });
  return attempt(() => runner.run(client, question, options));
};

async function readTurns(turns, until = Number.POSITIVE_INFINITY) {
  const caller = trace.getActiveSpan();
  await attempt(async () => {
    for await (const { final, step } of turns) {
      show(final, step, trace.getActiveSpan() === caller);
      if (step === until) break;
    }
    return 'read';
  });
}

const scenes = {
  responses: () => attempt(async () => (await responses(lookUp).run(client, question)).output_text),
  'responses, streamed': () => readTurns(responses(lookUp).iterate(client, question, { stream: true })),
  'responses, a tool that throws': () =>
    attempt(() =>
      responses(() => {
        throw new RangeError('the secret of Paris');
      }).run(client, question),
    ),
  'responses, break': () => readTurns(responses(lookUp).iterate(client, question), 1),
  'responses, a model that fails': () =>
    attempt(() => responses(lookUp).run(client, { ...question, model: 'fail-500' })),
  'responses, abort': () => {
    const controller = new AbortController();
    return attempt(() => responses(() => controller.abort()).run(client, question, controller));
  },
  decisions: () => decide(() => work('look up', 'it')),
  'decisions, an action that throws': () =>
    decide(() => {
      throw new RangeError('the secret of Paris');
    }),
  'decisions, abort': () => {
    const controller = new AbortController();
    return decide(() => controller.abort(), { requestOptions: { signal: controller.signal } });
  },
  plain: () => showRun(run([population])),
  streamed: () => showRun(run([population], { stream: true })),
  'two tools at once': () =>
    showRun(
      run(
        [
          population,
          tool('area', function (city) {
            return work('measure', [city, typeof this.parse]);
          }),
        ],
        { parallel_tool_calls: true },
      ),
    ),
  'a tool without a parser': () => showRun(run([tool('population', (city) => `of ${city}`, {})])),
  'a tool that throws': () =>
    showRun(
      run([
        tool('population', () => {
          throw new RangeError('the secret of Paris');
        }),
      ]),
    ),
  'an agent as a tool': () => showRun(run([tool('ask', () => run([population]).finalContent())])),
  'two runs at once': async () => {
    const answers = await Promise.all([run([population]).finalContent(), run([population]).finalContent()]);
    show(answers);
  },
  abort: async () => {
    const controller = new AbortController();
    const stopping = tool('population', () => controller.abort());
    await showRun(run([stopping], {}, { signal: controller.signal }));
  },
  'a model that fails': () => showRun(run([population], { model: 'fail-500' })),
  'a rejection that is not handled': async () => {
    run([population], { model: 'fail-500' });
    await once(process, 'unhandledRejection');
  },
};

await playScenes(scenes);
