// An application with agent workflows of LlamaIndex.
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { attempt, playScenes, sdkLoader, work } from '@llmtrace/test-fixtures/operations-app';
import { trace } from '@opentelemetry/api';

const load = sdkLoader((file) => file.replace(/\.cjs$/, '.js'));

const { agent, multiAgent, startAgentEvent, stopAgentEvent } = await load('@llamaindex/workflow');
const { tool } = await load('@llamaindex/core/tools');
const { OpenAI } = await load('@llamaindex/openai');
const { z } = createRequire(process.env.SDK)('zod');

const llmOf = (model, more) =>
  new OpenAI({
    model,
    apiKey: 'sk-test',
    baseURL: process.env.OPENAI_BASE_URL,
    maxRetries: 0,
    supportToolCall: true,
    additionalChatOptions: { stream_options: { include_usage: true }, ...more },
  });
const llm = llmOf('gpt-4o-mini');

const toolOf = (name, execute, parameters = z.object({ city: z.string() })) =>
  tool({ name, description: 'A fact about a city', parameters, execute });
const weather = toolOf('weather', ({ city }) => work('look up', `sunny in ${city}`));
const area = toolOf('area', ({ city }) => work('measure', city));
const broken = toolOf('broken', async () => {
  throw new RangeError('the secret of the tool');
});

const forecaster = (more = {}) => agent({ name: 'Forecaster', llm, tools: [weather], ...more });
const says = async (workflow, options) => {
  const event = await workflow.run('W?', options);
  return [event.data.result, stopAgentEvent.include(event), Object.keys(event.data)];
};

const labelOf = (event) => String(event).replace(/\d+\.\d+/, '');

async function read(stream) {
  const labels = {};
  let active = true;
  for await (const event of stream) {
    labels[labelOf(event)] = (labels[labelOf(event)] ?? 0) + 1;
    active &&= trace.getActiveSpan()?.name?.startsWith('scene') ?? true;
  }
  return [labels, active, stream.constructor.name];
}

/** The last event of the next run. */
const ended = () =>
  new Promise((resolve) => {
    const forget = stopAgentEvent.onInit((event) => {
      forget();
      resolve(event.data.result);
    });
  });

const fails = () => agent({ name: 'Failing', llm: llmOf('fail-401'), tools: [weather] });

async function rejected(start) {
  start();
  const [error] = await once(process, 'unhandledRejection');
  return [error.name, error.message];
}

const scenes = {
  'a run': () => says(forecaster()),
  'a run without tools': () => says(agent({ name: 'Plain', llm, tools: [] })),
  'two tools at once': () =>
    says(forecaster({ llm: llmOf('gpt-4o-mini', { parallel_tool_calls: true }), tools: [weather, area] })),
  'a tool that throws': () => says(forecaster({ tools: [broken] })),
  'an agent as a tool': () =>
    says(
      agent({
        name: 'Chief',
        llm,
        tools: [toolOf('ask', async () => (await forecaster().run('W?')).data.result)],
      }),
    ),
  'a handoff': () => {
    const second = agent({ name: 'Paris', description: 'It knows.', llm, tools: [weather] });
    const first = agent({ name: 'Triage', llm, tools: [], canHandoffTo: [second] });
    return says(multiAgent({ agents: [first, second], rootAgent: first }));
  },
  'several agents': () => {
    const second = agent({ name: 'Other', llm, tools: [] });
    return says(multiAgent({ agents: [forecaster(), second], rootAgent: forecaster() }));
  },
  'an answer with a schema': () => says(forecaster(), { responseFormat: z.object({ city: z.string() }) }),
  'two runs at once': () => Promise.all([says(forecaster()), says(agent({ name: 'Plain', llm, tools: [] }))]),
  'two runs of one agent': () => {
    const workflow = forecaster();
    return Promise.all([says(workflow), says(workflow)]);
  },
  'a stream': () => read(forecaster().runStream('W?')),
  'a stream that is left': async () => {
    const end = ended();
    for await (const _ of forecaster().runStream('W?')) break;
    return end; // The run goes on.
  },
  'an unread stream': async () => {
    const end = ended();
    forecaster().runStream('W?');
    return end;
  },
  // LlamaIndex lets the promise of such a run never settle.
  'a model that fails': () => rejected(() => fails().run('W?')),
  'a model that fails in a workflow of several': () =>
    rejected(() => {
      const failing = fails();
      multiAgent({ agents: [failing, agent({ name: 'Plain', llm, tools: [] })], rootAgent: failing }).run(
        'W?',
      );
    }),
  'a question that is missing': () => rejected(() => forecaster().run()),
  'a context of its own': async () => {
    const { sendEvent, stream } = forecaster().createContext();
    sendEvent(startAgentEvent.with({ userInput: 'W?' }));
    return read(stream.until(stopAgentEvent));
  },
};

await playScenes(
  Object.fromEntries(Object.entries(scenes).map(([name, play]) => [name, () => attempt(play)])),
);
process.exit(0);
