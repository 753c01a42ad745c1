// An application with agents of LangChain and LangGraph.
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

const load = sdkLoader((file) => file.replace(/\.cjs$/, '.js'));

const { ChatOpenAI } = await load('@langchain/openai');
const { DynamicTool, tool } = await load('@langchain/core/tools');
const { Command, END, MemorySaver, MessagesAnnotation, START, StateGraph, interrupt } =
  await load('@langchain/langgraph');
const { createReactAgent } = await load('@langchain/langgraph/prebuilt');
const { createAgent } = withoutScenes().includes('createAgent') ? {} : await load('langchain');

const model = (name = 'gpt-4o-mini', more = {}) =>
  new ChatOpenAI({
    model: name,
    maxRetries: 0,
    configuration: { baseURL: process.env.OPENAI_BASE_URL },
    ...more,
  });

const schema = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] };
const toolOf = (name, fn) => tool(fn, { name, description: 'A number about a city', schema });
const population = toolOf('population', ({ city }) => work('look up', `2103000 in ${city}`));

const agent = (more = {}) =>
  createReactAgent({ llm: model(), tools: [population], name: 'geographer', ...more });
const question = { messages: [{ role: 'user', content: 'How many people live in Paris?' }] };
const textsOf = ({ messages }) =>
  messages.map((message) => [message.getType(), message.content, message.status]);
const ask = async (runnable, options) => show(textsOf(await runnable.invoke(question, options)));

/** Reads a stream. Between its parts, the application sees the scene's span as the active one. */
async function read(stream, partOf) {
  const around = trace.getActiveSpan();
  const parts = [];
  for await (const part of stream) parts.push([partOf(part), trace.getActiveSpan() === around]);
  show(stream.constructor.name, parts);
}

const counts = (texts) =>
  [...new Set(texts)].map((text) => [text, texts.filter((other) => other === text).length]);

async function events(runnable, options) {
  const kinds = [];
  for await (const { event } of runnable.streamEvents(question, { version: 'v2', ...options }))
    kinds.push(event);
  show(counts(kinds));
}

const fails = () => agent({ llm: model('fail-500') });

const scenes = {
  plain: () => ask(agent()),
  'no name': () => ask(agent({ name: undefined })),
  streamed: async () => read(await agent().stream(question, { streamMode: 'updates' }), Object.keys),
  'streamed, messages': async () =>
    read(await agent().stream(question, { streamMode: 'messages' }), ([message]) => message.getType()),
  events: () => events(agent()),
  'several at once': async () => show((await agent().batch([question, question])).map(textsOf)),
  'two tools at once': () =>
    ask(
      agent({
        llm: model('gpt-4o-mini', { modelKwargs: { parallel_tool_calls: true } }),
        tools: [population, toolOf('area', ({ city }) => work('measure', city))],
      }),
    ),
  'a tool that throws': () =>
    ask(
      agent({
        tools: [
          toolOf('population', () => {
            throw new RangeError('the secret of Paris');
          }),
        ],
      }),
    ),
  'a tool alone': async () => {
    const call = { type: 'tool_call', id: 'call_1', name: 'population', args: { city: 'Rome' } };
    show((await population.invoke(call)).content, await population.invoke({ city: 'Oslo' }));
    await attempt(() => population.invoke({ town: 'Rome' }));
    const old = new DynamicTool({ name: 'echo', description: 'Echoes', func: async (text) => text });
    show(await old.invoke('hello'));
  },
  'an agent as a tool': () =>
    ask(
      agent({
        tools: [toolOf('ask', async () => (await agent().invoke(question)).messages.at(-1).content)],
        name: 'chief',
      }),
    ),
  'a graph': async () => {
    const graph = new StateGraph(MessagesAnnotation)
      .addNode('research', agent())
      .addNode('review', async ({ messages }) => ({ messages: [await model().invoke(messages.slice(-1))] }))
      .addEdge(START, 'research')
      .addEdge('research', 'review')
      .addEdge('review', END)
      .compile({ name: 'report' });
    await ask(graph, { configurable: { thread_id: 'thread-1' } });
  },
  'two runs at once': async () => {
    const runs = [agent({ name: 'one' }), agent({ name: 'two' })].map((runnable) =>
      runnable.invoke(question),
    );
    show((await Promise.all(runs)).map(textsOf));
  },
  'an interrupt': async () => {
    const careful = agent({
      tools: [toolOf('population', async () => work('look up', interrupt({ ask: 'May I?' })))],
      checkpointer: new MemorySaver(),
    });
    const options = { configurable: { thread_id: 'thread-2' } };
    const first = await careful.invoke(question, options);
    show(first.__interrupt__.map(({ value }) => value));
    show(textsOf(await careful.invoke(new Command({ resume: 'yes' }), options)));
  },
  'an interrupt within a graph': async () => {
    const inner = new StateGraph(MessagesAnnotation)
      .addNode('approve', () => ({ messages: [interrupt('May I?')] }))
      .addEdge(START, 'approve')
      .compile({ name: 'approval' });
    const outer = new StateGraph(MessagesAnnotation)
      .addNode('approval', inner)
      .addEdge(START, 'approval')
      .compile({ name: 'order', checkpointer: new MemorySaver() });
    const { __interrupt__: waiting } = await outer.invoke(question, {
      configurable: { thread_id: 'thread-3' },
    });
    show(waiting.map(({ value }) => value));
  },
  'a handoff': async () => {
    const first = new StateGraph(MessagesAnnotation)
      .addNode('decide', () => new Command({ graph: Command.PARENT, goto: 'second' }))
      .addEdge(START, 'decide')
      .compile({ name: 'first' });
    const team = new StateGraph(MessagesAnnotation)
      .addNode('first', first, { ends: ['second'] })
      .addNode('second', async ({ messages }) => ({ messages: [await model().invoke(messages)] }))
      .addEdge(START, 'first')
      .addEdge('second', END)
      .compile({ name: 'team' });
    await ask(team);
  },
  abort: async () => {
    const controller = new AbortController();
    const stopping = toolOf('population', async () => {
      controller.abort();
      return 'too late';
    });
    await attempt(() => agent({ tools: [stopping] }).invoke(question, { signal: controller.signal }));
  },
  'left early': async () => {
    let release;
    const gate = new Promise((resolve) => {
      release = resolve;
    });
    const waiting = agent({ tools: [toolOf('population', () => gate)] });
    for await (const part of await waiting.stream(question, { streamMode: 'updates' })) {
      show(Object.keys(part));
      break;
    }
    release('too late');
  },
  'never read': async () => {
    let end;
    const ended = new Promise((resolve) => {
      end = resolve;
    });
    const handler = { handleChainEnd: (_output, _run, parent) => parent ?? end() };
    await agent().stream(question, { callbacks: [handler] });
    await ended;
    await new Promise((resolve) => setTimeout(resolve, 50));
  },
  'a model that fails': () => attempt(() => fails().invoke(question)),
  'a stream that fails': () => attempt(async () => read(await fails().stream(question), Object.keys)),
  'a rejection that is not handled': async () => {
    fails().invoke(question);
    await once(process, 'unhandledRejection');
  },
  createAgent: async () => {
    const geographer = createAgent({ model: model(), tools: [population], name: 'geographer' });
    await ask(geographer);
    await read(await geographer.stream(question, { streamMode: 'updates' }), Object.keys);
    await events(geographer);
  },
  'createAgent, within a graph': async () => {
    const { graph } = createAgent({ model: model(), tools: [population], name: 'geographer' });
    const around = new StateGraph(MessagesAnnotation)
      .addNode('research', graph)
      .addEdge(START, 'research')
      .addEdge('research', END)
      .compile({ name: 'report' });
    await ask(around);
  },
  anthropic: async () => {
    const { ChatAnthropic } = await load('@langchain/anthropic');
    const llm = new ChatAnthropic({
      model: 'claude-sonnet-4-6',
      maxTokens: 200,
      anthropicApiUrl: process.env.ANTHROPIC_BASE_URL,
    });
    await ask(createAgent({ model: llm, tools: [population], name: 'geographer' }));
  },
};

await playScenes(scenes);
