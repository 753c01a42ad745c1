// An application with agents and workflows of Mastra.
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { attempt, playScenes, sdkLoader, work } from '@llmtrace/test-fixtures/operations-app';
import { trace } from '@opentelemetry/api';

const load = sdkLoader((file) => file.replace(/\.cjs$/, '.js'));

const { Mastra } = await load('@mastra/core');
const { Agent } = await load('@mastra/core/agent');
const { MockMemory } = await load('@mastra/core/memory');
const { InMemoryStore } = await load('@mastra/core/storage');
const { createTool } = await load('@mastra/core/tools');
const { createStep, createWorkflow } = await load('@mastra/core/workflows');
const { z } = createRequire(process.env.SDK)('zod');

const storage = new InMemoryStore();
const models = (id) => ({ id: `openai/${id}`, url: process.env.OPENAI_BASE_URL, apiKey: 'sk-test' });
const model = models('gpt-4o-mini');
const city = z.object({ city: z.string() });
const text = z.object({ text: z.string() });

const toolOf = (id, execute, more = {}) =>
  createTool({ id, description: 'A fact about a city', inputSchema: city, execute, ...more });
const weather = toolOf('weather', ({ city }) => work('look up', `sunny in ${city}`));
const area = toolOf('area', ({ city }) => work('measure', city));
const broken = toolOf('broken', async () => {
  throw new RangeError('the secret of the tool');
});
const careful = toolOf(
  'careful',
  async (_input, { agent }) =>
    agent.resumeData ? work('look up', 'sunny') : agent.suspend({ text: 'May I?' }),
  { suspendSchema: text, resumeSchema: text },
);

const agent = (name, tools, more = {}) =>
  new Agent({
    id: name.toLowerCase(),
    name,
    instructions: 'Help.',
    description: 'It helps.',
    model,
    tools,
    maxRetries: 0,
    ...more,
  });
const forecaster = () => agent('Forecaster', { weather });
/** With storage, its runs can wait. */
const stored = (one) => new Mastra({ logger: false, storage, agents: { one } }).getAgent('one');

const says = async (target, options) => {
  const output = await target.generate('W?', options);
  return [
    output.text,
    output.finishReason,
    output.steps.length,
    output.usage.inputTokens,
    Object.keys(output),
  ];
};

/** Whether the code of a loop has the span of its scene active. */
const isActive = () => trace.getActiveSpan()?.name?.startsWith('scene') ?? true;

async function kindsOf(stream) {
  const kinds = {};
  let active = true;
  for await (const { type } of stream) {
    kinds[type] = (kinds[type] ?? 0) + 1;
    active &&= isActive();
  }
  return [kinds, active];
}

const step = (id, execute) =>
  createStep({ id, inputSchema: text, outputSchema: text, suspendSchema: text, resumeSchema: text, execute });
const flow = (id, ...steps) =>
  new Mastra({
    logger: false,
    storage,
    workflows: {
      [id]: steps
        .reduce((all, next) => all.then(next), createWorkflow({ id, inputSchema: text, outputSchema: text }))
        .commit(),
    },
  }).getWorkflow(id);
const asks = step('asks', async () => ({ text: (await forecaster().generate('W?')).text }));
const input = { inputData: { text: 'W?' } };
const start = async (workflow) => {
  const run = await workflow.createRun();
  return { run, result: await run.start(input) };
};

const scenes = {
  'a run': () => says(forecaster()),
  'a run without tools': () => says(agent('Plain')),
  'two tools at once': () =>
    says(agent('Busy', { weather, area }), { providerOptions: { openai: { parallel_tool_calls: true } } }),
  'a tool that throws': () => says(agent('Breaker', { broken })),
  'arguments that are wrong': () =>
    says(
      agent('Wrong', {
        weather: toolOf('weather', async () => 'x', { inputSchema: z.object({ city: z.string().max(1) }) }),
      }),
    ),
  'an agent as a tool': () =>
    says(agent('Chief', undefined, { agents: { helper: agent('Helper', { weather }) } })),
  'an agent that is called by a tool': () =>
    says(
      agent('Boss', {
        ask: toolOf('ask', async () => {
          const inner = agent('Forecaster', { weather }, { memory: new MockMemory() });
          return (await inner.generate('W?', { memory: { thread: 'thread-3', resource: 'someone' } })).text;
        }),
      }),
    ),
  'two runs at once': () => Promise.all([says(forecaster()), says(agent('Plain'))]),
  'a thread': () =>
    says(agent('Remembering', { weather }, { memory: new MockMemory() }), {
      memory: { thread: 'thread-1', resource: 'someone' },
    }),
  'a model that fails': () => says(agent('Failing', { weather }, { model: models('fail-401') })),
  'a rejection that is not handled': async () => {
    agent('Failing', {}, { model: models('fail-401') }).generate('W?');
    await once(process, 'unhandledRejection');
  },
  'a run that is aborted': () => {
    const controller = new AbortController();
    const stop = toolOf('stop', async () => {
      controller.abort();
      return 'too late';
    });
    return says(agent('Stopped', { stop }), { abortSignal: controller.signal });
  },
  'a stream': async () => kindsOf((await forecaster().stream('W?')).fullStream),
  'the text of a stream': async () => {
    const output = await forecaster().stream('W?');
    let all = '';
    for await (const part of output.textStream) all += part;
    return [all, await output.finishReason, (await output.usage).inputTokens, output.constructor.name];
  },
  'promises of a stream': async () => {
    const output = await forecaster().stream('W?');
    return [
      await output.text,
      (await output.toolResults).length,
      (await output.getFullOutput()).finishReason,
    ];
  },
  'a stream that is read later': async () => {
    const output = await forecaster().stream('W?');
    await new Promise((resolve) => setTimeout(resolve, 20));
    return kindsOf(output.fullStream);
  },
  'a stream that fails': async () => {
    const output = await agent('Failing', { weather }, { model: models('fail-401') }).stream('W?');
    return [await kindsOf(output.fullStream), output.status, output.error?.name];
  },
  'a stream that is aborted': async () => {
    const controller = new AbortController();
    const output = await agent('Slow', {}, { model: models('slow-stream') }).stream('W?', {
      abortSignal: controller.signal,
    });
    const kinds = [];
    for await (const { type } of output.fullStream) {
      if (kinds.at(-1) !== type) kinds.push(type);
      if (type === 'text-delta') controller.abort();
    }
    return [kinds, output.status];
  },
  'a stream that is aborted at its end': async () => {
    const controller = new AbortController();
    const output = await forecaster().stream('W?', { abortSignal: controller.signal });
    for await (const { type } of output.fullStream) if (type === 'finish') controller.abort();
    return [output.status, await output.text];
  },
  'a stream that is left': async () => {
    const output = await forecaster().stream('W?');
    for await (const { type } of output.fullStream) if (type === 'tool-result') break;
    return [await output.text, output.status]; // The run goes on.
  },
  'an unread stream': async () => {
    await forecaster().stream('W?');
  },
  'a durable agent': async () => {
    const durableAgent = agent('Durable', { weather }, { durable: true });
    const { output, cleanup } = await durableAgent.stream('W?');
    const kinds = await kindsOf(output.fullStream);
    cleanup();
    return kinds;
  },
  'a tool that waits': async () => {
    const carefulAgent = stored(agent('Careful', { careful }));
    const first = await carefulAgent.generate('W?');
    const second = await carefulAgent.resumeGenerate({ text: 'yes' }, { runId: first.runId });
    return [first.finishReason, first.suspendPayload?.toolName, second.text, second.finishReason];
  },
  'a stream that waits': async () => {
    const carefulAgent = stored(agent('Careful', { careful }));
    const first = await carefulAgent.stream('W?');
    const kinds = await kindsOf(first.fullStream);
    const second = await carefulAgent.resumeStream({ text: 'yes' }, { runId: first.runId });
    return [first.status, kinds, await kindsOf(second.fullStream)];
  },
  'a workflow': async () => (await start(flow('report', asks))).result.status,
  'a workflow that is streamed': async () => {
    const run = await flow('report', asks).createRun();
    const stream = run.stream(input);
    return [await kindsOf(stream.fullStream), (await stream.result).status];
  },
  'a workflow within a workflow': async () =>
    (
      await start(
        flow(
          'outer',
          createWorkflow({ id: 'inner', inputSchema: text, outputSchema: text }).then(asks).commit(),
        ),
      )
    ).result.status,
  'a workflow that waits': async () => {
    const approval = step('approval', async ({ resumeData, suspend }) =>
      resumeData ? { text: 'approved' } : suspend({ text: 'May I?' }),
    );
    const { run, result } = await start(flow('order', approval));
    const resumed = await run.resume({ step: 'approval', resumeData: { text: 'yes' } });
    return [result.status, resumed.status];
  },
  'a workflow that fails': async () => {
    const { result } = await start(
      flow(
        'failing',
        step('fails', async () => {
          throw new RangeError('the secret of the step');
        }),
      ),
    );
    return [result.status, result.error.message];
  },
  'a workflow that is cancelled': async () => {
    const run = await flow(
      'endless',
      step('waits', async ({ abortSignal }) => {
        run.cancel();
        await new Promise((resolve) => setImmediate(resolve));
        return { text: String(abortSignal.aborted) };
      }),
      asks,
    ).createRun();
    return (await run.start(input)).status;
  },
  'a workflow as a tool': () =>
    says(
      agent('Planner', undefined, {
        workflows: {
          report: createWorkflow({
            id: 'report',
            description: 'It reports.',
            inputSchema: city,
            outputSchema: text,
          })
            .then(
              createStep({
                id: 'tells',
                inputSchema: city,
                outputSchema: text,
                execute: async ({ inputData }) => ({ text: inputData.city }),
              }),
            )
            .commit(),
        },
      }),
    ),
  // The model of the tests makes no decision that Mastra can read: the network fails.
  'a network': async () => {
    const lead = agent('Lead', undefined, { agents: { helper: agent('Helper') }, memory: new MockMemory() });
    return kindsOf(await lead.network('W?', { memory: { thread: 'thread-2', resource: 'someone' } }));
  },
};

await playScenes(
  Object.fromEntries(Object.entries(scenes).map(([name, play]) => [name, () => attempt(play)])),
);
process.exit(0);
