// An application with agents, graphs and swarms of Strands.
import { once } from 'node:events';
import { attempt, playScenes, sdkLoader, work } from '@llmtrace/test-fixtures/operations-app';
import { trace } from '@opentelemetry/api';

const load = sdkLoader((file) => file);

const { Agent, BeforeToolCallEvent, Graph, McpClient, SessionManager, Swarm, tool } =
  await load('@strands-agents/sdk');
const { AnthropicModel } = await load('@strands-agents/sdk/models/anthropic');
const { BedrockModel } = await load('@strands-agents/sdk/models/bedrock');
const { OpenAIModel } = await load('@strands-agents/sdk/models/openai');
const { StdioClientTransport } = await load('@modelcontextprotocol/sdk/client/stdio.js');
const { NodeHttpHandler } = await load('@smithy/node-http-handler');
const { z } = await load('zod');

const modelOf = (modelId) =>
  new OpenAIModel({ api: 'chat', modelId, apiKey: 'sk-test', clientConfig: { maxRetries: 0 } });
/** Its answers ask for all tools at once. */
const eager = () =>
  new AnthropicModel({
    modelId: 'claude-haiku-4-5',
    apiKey: 'sk-ant-test',
    clientConfig: { maxRetries: 0 },
    params: { tool_choice: { type: 'auto', disable_parallel_tool_use: false } },
  });
const bedrock = () =>
  new BedrockModel({
    modelId: 'amazon.nova-lite-v1:0',
    region: 'us-east-1',
    clientConfig: {
      endpoint: process.env.ANTHROPIC_BASE_URL,
      credentials: { accessKeyId: 'example', secretAccessKey: 'example' },
      maxAttempts: 1,
      // For HTTP/1.1, as the vendor of the tests speaks it.
      requestHandler: new NodeHttpHandler(),
    },
  });
const city = z.object({ city: z.string() });

const toolOf = (name, callback, inputSchema = city) =>
  tool({ name, description: 'A fact about a city', inputSchema, callback });
const weather = toolOf('weather', ({ city }) => work('look up', `sunny in ${city}`));
const area = toolOf('area', ({ city }) => work('measure', city));
const broken = toolOf('broken', async () => {
  throw new RangeError('the secret of the tool');
});
const steps = toolOf('steps', async function* () {
  yield 'one';
  yield await work('look up', 'two');
  return 'three';
});
const careful = toolOf('careful', async (_input, context) => {
  const answer = context.interrupt({ name: 'approval', reason: 'May I?' });
  return work('look up', String(answer));
});

const agent = (name, tools = [], more = {}) =>
  new Agent({
    id: name.toLowerCase(),
    name,
    description: 'It helps.',
    systemPrompt: 'Help.',
    model: modelOf('gpt-4o-mini'),
    tools,
    printer: false,
    retryStrategy: null,
    ...more,
  });
const forecaster = () => agent('Forecaster', [weather]);
const failing = () => agent('Failing', [weather], { model: modelOf('fail-401') });

const told = (result) => [
  result.toString(),
  result.stopReason,
  Object.keys(result),
  result.metrics?.accumulatedUsage,
  result.traces?.map(({ children }) => children.map(({ name }) => name)),
];
const says = async (target, options) => told(await target.invoke('W?', options));

/** Whether the code of a loop has the span of its scene active. */
const isActive = () => trace.getActiveSpan()?.name?.startsWith('scene') ?? true;

/** The kinds of events in their order, each once in a row, and the value that the generator returns. */
async function read(stream, stopAt) {
  const kinds = [];
  let active = true;
  let result;
  const iterator = stream[Symbol.asyncIterator]();
  for (;;) {
    const { done, value } = await iterator.next();
    active &&= isActive();
    if (done) {
      result = value;
      break;
    }
    if (kinds.at(-1) !== value.type) kinds.push(value.type);
    if (stopAt?.(value)) {
      await iterator.return();
      break;
    }
  }
  return [kinds, active, iterator === stream, Object.prototype.toString.call(stream), result && told(result)];
}

const graphOf = (id, nodes, edges) => new Graph({ id, nodes, edges, maxSteps: 10 });
const outline = ({ status, results, error }) => [
  status,
  results.map(({ nodeId, status: ended }) => [nodeId, ended]).sort(),
  error?.message,
];

const scenes = {
  'a run': () => says(forecaster()),
  'a run without tools': () => says(agent('Plain')),
  'two runs after one another': async () => {
    const one = forecaster();
    return [await says(one), await says(one)];
  },
  'a model of Bedrock': () => says(agent('Rocky', [weather], { model: bedrock() })),
  'two tools at once': () => says(agent('Busy', [weather, area], { model: eager() })),
  'two tools after one another': () =>
    says(agent('Busy', [weather, area], { model: eager(), toolExecutor: 'sequential' })),
  'a tool that throws': () => says(agent('Breaker', [broken])),
  'a tool with steps': () => read(agent('Walker', [steps]).stream('W?')),
  'arguments that are wrong': () =>
    says(agent('Wrong', [toolOf('weather', async () => 'x', z.object({ city: z.string().max(1) }))])),
  'a tool that a hook refuses': () => {
    const refused = agent('Refused', [weather]);
    refused.addHook(BeforeToolCallEvent, (event) => {
      event.cancel = 'no';
    });
    return says(refused);
  },
  'a tool that the application calls': async () => {
    const { status, content } = await forecaster().tool.weather.invoke({ city: 'Bern' });
    return [status, content];
  },
  'an agent as a tool': () => says(agent('Chief', [agent('Helper', [weather])])),
  'an agent that is called by a tool': () =>
    says(agent('Boss', [toolOf('ask', async () => (await forecaster().invoke('W?')).toString())])),
  'two runs at once': () => Promise.all([says(forecaster()), says(agent('Plain'))]),
  'an agent that is asked twice at once': async () => {
    const busy = agent('Plain');
    return Promise.all([says(busy), busy.invoke('W?').catch(({ name }) => name)]);
  },
  'a session': () =>
    says(
      agent('Remembering', [weather], {
        sessionManager: new SessionManager({ sessionId: 'thread-1', storage: { snapshot: memoryStorage() } }),
      }),
    ),
  'a memory': () => {
    const facts = { name: 'facts', search: async () => [{ content: 'the secret of the store' }] };
    return says(agent('Learned', [], { memoryManager: { stores: [facts], injection: true } }));
  },
  'a structured answer': async () => {
    const result = await agent('Formal').invoke('W?', { structuredOutputSchema: city });
    return [result.structuredOutput, result.stopReason];
  },
  'a limit of turns': () => says(forecaster(), { limits: { turns: 1 } }),
  'a model that fails': () => says(failing()),
  'a rejection that is not handled': async () => {
    failing().invoke('W?');
    await once(process, 'unhandledRejection');
  },
  'a run that is cancelled': () => {
    const stop = toolOf('stop', async (_input, context) => {
      context.agent.cancel();
      return 'too late';
    });
    return says(agent('Stopped', [stop]));
  },
  'a run that is aborted': () => {
    const controller = new AbortController();
    const stop = toolOf('stop', async () => {
      controller.abort();
      return 'too late';
    });
    return says(agent('Stopped', [stop]), { cancelSignal: controller.signal });
  },
  'a stream': () => read(forecaster().stream('W?')),
  'a loop': async () => {
    const kinds = {};
    for await (const { type } of forecaster().stream('W?')) kinds[type] = (kinds[type] ?? 0) + 1;
    return kinds;
  },
  'a stream that fails': () => read(failing().stream('W?')),
  'a stream that is cancelled': async () => {
    const slow = agent('Slow', [], { model: modelOf('slow-stream') });
    return read(slow.stream('W?'), ({ type }) => {
      if (type === 'modelStreamUpdateEvent') slow.cancel();
    });
  },
  'a stream that is left': async () => {
    const left = forecaster();
    const kinds = await read(left.stream('W?'), ({ type }) => type === 'toolResultEvent');
    return [kinds, left.messages.map(({ role }) => role), left.isInvoking];
  },
  'a stream that is left within an answer': async () => {
    const left = agent('Slow', [], { model: modelOf('slow-stream') });
    return [await read(left.stream('W?'), ({ type }) => type === 'modelStreamUpdateEvent'), left.isInvoking];
  },
  'a stream that is left within a tool': async () => {
    const left = agent('Walker', [steps]);
    return [await read(left.stream('W?'), ({ type }) => type === 'toolStreamUpdateEvent'), left.isInvoking];
  },
  'an unread stream': () => Object.prototype.toString.call(forecaster().stream('W?')),
  'a stream that is dropped': async () => (await forecaster().stream('W?').next()).value.type,
  'a tool that asks a person': async () => {
    const asking = agent('Careful', [careful]);
    const first = await asking.invoke('W?');
    const responses = first.interrupts.map(({ id }) => ({
      interruptResponse: { interruptId: id, response: 'yes' },
    }));
    return [first.stopReason, first.interrupts.length, told(await asking.invoke(responses))];
  },
  'a graph': async () =>
    outline(await graphOf('report', [forecaster(), agent('Plain')], [['forecaster', 'plain']]).invoke('W?')),
  'a graph that is streamed': async () => {
    const kinds = {};
    const graph = graphOf('report', [forecaster(), agent('Plain')], [['forecaster', 'plain']]);
    for await (const { type } of graph.stream('W?')) kinds[type] = (kinds[type] ?? 0) + 1;
    return kinds;
  },
  'a graph with two nodes at once': async () =>
    outline(await graphOf('pair', [forecaster(), agent('Plain')], []).invoke('W?')),
  'a graph within a graph': async () =>
    outline(await graphOf('outer', [graphOf('inner', [agent('Plain')], [])], []).invoke('W?')),
  'a graph with a node that fails': async () =>
    outline(await graphOf('failing', [failing()], []).invoke('W?')),
  'a graph that asks a person': async () => {
    const graph = graphOf('order', [agent('Careful', [careful])], []);
    const first = await graph.invoke('W?');
    const responses = first.interrupts.map(({ id }) => ({
      interruptResponse: { interruptId: id, response: 'yes' },
    }));
    return [outline(first), outline(await graph.invoke(responses))];
  },
  'a swarm': async () => {
    const kinds = {};
    // The model of the tests hands everything to `Paris`, which cannot hand it on.
    const nodes = [agent('First'), agent('Second', [], { id: 'Paris' })];
    const swarm = new Swarm({ id: 'team', nodes, maxSteps: 2 });
    for await (const { type } of swarm.stream('W?')) kinds[type] = (kinds[type] ?? 0) + 1;
    return kinds;
  },
  'a tool of an MCP server': async () => {
    const client = new McpClient({
      transport: new StdioClientTransport({
        command: process.execPath,
        args: [...process.execArgv, process.env.MCP_SERVER],
        env: { ...process.env, SDK: process.env.MCP_SDK, FORMAT: 'esm' },
      }),
    });
    try {
      return await says(agent('Caller', [client]));
    } finally {
      await client.disconnect();
    }
  },
};

function memoryStorage() {
  const kept = new Map();
  const keyOf = ({ location, snapshotId }) => JSON.stringify([location, snapshotId]);
  return {
    saveSnapshot: async (params) => void kept.set(keyOf(params), params.snapshot),
    loadSnapshot: async (params) => kept.get(keyOf(params)) ?? null,
    listSnapshotIds: async () => [],
    deleteSession: async () => {},
    saveManifest: async () => {},
    loadManifest: async () => null,
  };
}

await playScenes(
  Object.fromEntries(Object.entries(scenes).map(([name, play]) => [name, () => attempt(play)])),
);
await globalThis.flush?.();
process.exit(0);
