// An application with agents of the SDK. Its format is in FORMAT; TRACING=off switches the SDK's own tracing off.
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { trace } from '@opentelemetry/api';

const require = createRequire(process.env.SDK);
const load = (name) =>
  process.env.FORMAT === 'cjs'
    ? require(name)
    : import(pathToFileURL(require.resolve(name).replace(/\.js$/, '.mjs')));

const { Agent, MCPServerStdio, Runner, run, setOpenAIAPI, setTracingDisabled, tool, withTrace } =
  await load('@openai/agents');
const { z } = require('zod');

// Its exporter would send traces to OpenAI.
if (process.env.TRACING === 'off') setTracingDisabled(true);
const { setTraceProcessors } = await load('@openai/agents');
setTraceProcessors([]);
setOpenAIAPI('chat_completions');

let unhandled = 0;
process.on('unhandledRejection', () => unhandled++);

const tracer = trace.getTracer('application');
const show = (...values) =>
  process.stdout.write(`${values.map((value) => JSON.stringify(value)).join(' ')}\n`);
const model = 'gpt-4o-mini';
const parameters = z.object({ city: z.string() });

const weather = tool({
  name: 'weather',
  description: 'The weather in a city',
  parameters,
  execute: ({ city }) =>
    tracer.startActiveSpan('look up', async (span) => {
      await new Promise((resolve) => setImmediate(resolve));
      span.end();
      return `sunny in ${city}`;
    }),
});
const broken = tool({
  name: 'broken',
  description: 'It fails',
  parameters,
  errorFunction: null,
  execute: async () => {
    throw new RangeError('the secret of the tool');
  },
});
const checked = tool({
  name: 'checked',
  description: 'A person approves it',
  parameters,
  needsApproval: true,
  execute: async () => 'done',
});

const agent = (name, more = {}) => new Agent({ name, instructions: 'Help.', model, ...more });
const weatherman = agent('Weatherman', { tools: [weather] });
const plain = agent('Plain');

const attempt = async (play) => {
  try {
    show(await play());
  } catch (error) {
    show('failed', error.constructor.name, error.message.split('\n')[0]);
  }
};

const says = async (...args) => {
  const { finalOutput, lastAgent, interruptions } = await run(...args);
  return [finalOutput, lastAgent?.name, interruptions.length];
};

const guard = {
  name: 'fine',
  execute: async () => {
    await run(plain, 'Is it fine?');
    return { tripwireTriggered: false, outputInfo: {} };
  },
};

const scenes = {
  run: () => says(weatherman, 'W?'),
  streamed: async () => {
    const result = await run(weatherman, 'W?', { stream: true });
    const active = [];
    for await (const _ of result) active.push(trace.getActiveSpan()?.name?.startsWith('scene') ?? true);
    await result.completed;
    return [result.finalOutput, active.every(Boolean)];
  },
  'an agent as a tool': () =>
    says(agent('Boss', { tools: [plain.asTool({ toolName: 'ask', toolDescription: 'Ask' })] }), 'W?'),
  handoff: () => says(agent('Triage', { handoffs: [plain] }), 'W?'),
  'a guardrail with an agent': () => says(agent('Guarded', { inputGuardrails: [guard] }), 'W?'),
  'a tool that throws': () => says(agent('Breaker', { tools: [broken] }), 'W?'),
  'two runs at once': () => Promise.all([says(weatherman, 'W?'), says(plain, 'W?')]),
  'a model that fails': () => says(agent('Failing', { model: 'fail-401' }), 'W?'),
  'an approval': () => says(agent('Careful', { tools: [checked] }), 'W?'),
  'a workflow of its own': () =>
    new Runner({ workflowName: 'Forecast', groupId: 'thread-1' }).run(plain, 'W?').then((r) => r.finalOutput),
  'two runs in one workflow': () =>
    withTrace('Both', async () => [await says(plain, 'a'), await says(plain, 'b')]),
  'a tool of an MCP server': async () => {
    const weather = new MCPServerStdio({
      command: process.execPath,
      args: [...process.execArgv, process.env.MCP_SERVER],
      env: { ...process.env, SDK: process.env.MCP_SDK, FORMAT: 'esm' },
      clientSessionTimeoutSeconds: 60, // a busy machine starts a server slowly
      timeout: 60_000,
    });
    await weather.connect();
    try {
      return await says(agent('Caller', { mcpServers: [weather] }), 'W?');
    } finally {
      await weather.close();
    }
  },
  'a stream that is left': async () => {
    const result = await run(weatherman, 'W?', { stream: true });
    let first;
    for await (const event of result) {
      first = event.type;
      break;
    }
    await result.completed.catch(() => {});
    return first;
  },
  'a rejection that is not handled': async () => {
    run(agent('Failing', { model: 'fail-401' }), 'W?');
    await once(process, 'unhandledRejection');
  },
};

for (const [name, play] of Object.entries(scenes)) {
  show(name);
  await tracer.startActiveSpan(`scene ${name}`, async (span) => {
    await attempt(play);
    span.end();
  });
  show('active', trace.getActiveSpan() === undefined, 'unhandled', unhandled);
}
process.exit(0);
