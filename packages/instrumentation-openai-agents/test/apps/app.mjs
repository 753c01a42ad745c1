// An application with agents of the SDK. TRACING=off switches the SDK's own tracing off.
import { once } from 'node:events';
import { attempt, playScenes, sdkLoader, work } from '@llmtrace/test-fixtures/operations-app';
import { trace } from '@opentelemetry/api';

const load = sdkLoader((file) => file.replace(/\.js$/, '.mjs'));

const {
  Agent,
  MCPServerStdio,
  Runner,
  run,
  setOpenAIAPI,
  setTraceProcessors,
  setTracingDisabled,
  tool,
  withTrace,
} = await load('@openai/agents');
const { z } = await load('zod');

if (process.env.TRACING === 'off') setTracingDisabled(true);
setTraceProcessors([]); // The SDK's own would send traces to OpenAI.
setOpenAIAPI('chat_completions');

const model = 'gpt-4o-mini';
const parameters = z.object({ city: z.string() });

const weather = tool({
  name: 'weather',
  description: 'The weather in a city',
  parameters,
  execute: ({ city }) => work('look up', `sunny in ${city}`),
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

const answerOf = async (...args) => {
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
  run: () => answerOf(weatherman, 'W?'),
  streamed: async () => {
    const result = await run(weatherman, 'W?', { stream: true });
    const active = [];
    for await (const _ of result) active.push(trace.getActiveSpan()?.name?.startsWith('scene') ?? true);
    await result.completed;
    return [result.finalOutput, active.every(Boolean)];
  },
  'an agent as a tool': () =>
    answerOf(agent('Boss', { tools: [plain.asTool({ toolName: 'ask', toolDescription: 'Ask' })] }), 'W?'),
  handoff: () => answerOf(agent('Triage', { handoffs: [plain] }), 'W?'),
  'a guardrail with an agent': () => answerOf(agent('Guarded', { inputGuardrails: [guard] }), 'W?'),
  'a tool that throws': () => answerOf(agent('Breaker', { tools: [broken] }), 'W?'),
  'two runs at once': () => Promise.all([answerOf(weatherman, 'W?'), answerOf(plain, 'W?')]),
  'a model that fails': () => answerOf(agent('Failing', { model: 'fail-401' }), 'W?'),
  'an approval': () => answerOf(agent('Careful', { tools: [checked] }), 'W?'),
  'a workflow of its own': () =>
    new Runner({ workflowName: 'Forecast', groupId: 'thread-1' }).run(plain, 'W?').then((r) => r.finalOutput),
  'two runs in one workflow': () =>
    withTrace('Both', async () => [await answerOf(plain, 'a'), await answerOf(plain, 'b')]),
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
      return await answerOf(agent('Caller', { mcpServers: [weather] }), 'W?');
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
  'a stream of a model that fails': async () => {
    const result = await run(agent('Failing', { model: 'fail-401' }), 'W?', { stream: true });
    for await (const _ of result);
  },
  'a run that is aborted': () => {
    const controller = new AbortController();
    const stopping = tool({
      name: 'stopping',
      description: 'It stops the run',
      parameters,
      execute: async () => controller.abort(),
    });
    return run(agent('Stopper', { tools: [stopping] }), 'W?', { signal: controller.signal });
  },
  'a rejection that is not handled': async () => {
    run(agent('Failing', { model: 'fail-401' }), 'W?');
    await once(process, 'unhandledRejection');
  },
};

await playScenes(
  Object.fromEntries(Object.entries(scenes).map(([name, play]) => [name, () => attempt(play)])),
);
process.exit(0);
