// An application that has the SDK call its functions.
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { attempt, playScenes, sdkLoader, show, work } from '@llmtrace/test-fixtures/operations-app';
import { trace } from '@opentelemetry/api';

const load = sdkLoader((file) => file.replace(/\.cjs$/, '.mjs'));
const { GoogleGenAI, mcpToTool } = await load('@google/genai');

const ai = new GoogleGenAI({ apiKey: 'test', httpOptions: { baseUrl: process.env.GOOGLE_GEMINI_BASE_URL } });
const model = 'gemini-2.5-flash';
const contents = 'How many people live in Paris?';
const ALL = { toolConfig: { functionCallingConfig: { mode: 'ANY' } } };

const declaration = (name) => ({ name, parametersJsonSchema: { type: 'object' } });
const answer = (name, response) => ({ functionResponse: { name, response } });

/** A callable tool with private fields. */
class Functions {
  #functions;
  #shows;
  /** Runs at once differ in the order of their calls, which is then not shown. */
  constructor(functions, shows = true) {
    this.#functions = functions;
    this.#shows = shows;
  }
  async tool() {
    return { functionDeclarations: Object.keys(this.#functions).map(declaration) };
  }
  async callTool(calls) {
    if (this.#shows)
      show(
        'calls',
        calls.map(({ name }) => name),
      );
    const ownCalls = calls.filter(({ name }) => this.#functions[name]);
    return Promise.all(
      ownCalls.map(async ({ name, args }) => answer(name, await this.#functions[name](args))),
    );
  }
}

const population = (shows) =>
  new Functions({ population: (args) => work('look up', { count: 2_103_000, ...args }) }, shows);
const area = () => new Functions({ area: () => work('measure', { area: 105 }) });
const failing = (error) =>
  new Functions({
    population: () => {
      throw error;
    },
  });

const call = (tools, more = {}) => ({ model, contents, config: { tools, ...more } });
const seen = (response) => [
  response.constructor.name,
  response.text,
  response.automaticFunctionCallingHistory?.length,
];
const ask = (tools, more) => attempt(async () => seen(await ai.models.generateContent(call(tools, more))));

/** Reads a stream, and shows whether the loop's body is in the context of the caller. */
const read = (params, until = Number.POSITIVE_INFINITY) =>
  attempt(async () => {
    const caller = trace.getActiveSpan();
    let chunks = 0;
    for await (const chunk of await ai.models.generateContentStream(params)) {
      show('chunk', Object.keys(chunk.candidates[0].content.parts[0]), trace.getActiveSpan() === caller);
      if (++chunks === until) break;
    }
    return [chunks, Array.isArray(params.contents) && params.contents.length];
  });

async function connected() {
  const require = createRequire(process.env.MCP);
  const { Client } = require('@modelcontextprotocol/sdk/client/index.js');
  const { Server } = require('@modelcontextprotocol/sdk/server/index.js');
  const { InMemoryTransport } = require('@modelcontextprotocol/sdk/inMemory.js');
  const { CallToolRequestSchema, ListToolsRequestSchema } = require('@modelcontextprotocol/sdk/types.js');
  const server = new Server({ name: 'weather', version: '1.0.0' }, { capabilities: { tools: {} } });
  server.setRequestHandler(ListToolsRequestSchema, () => ({
    tools: ['forecast', 'broken'].map((name) => ({ name, inputSchema: { type: 'object' } })),
  }));
  server.setRequestHandler(CallToolRequestSchema, async ({ params: { name } }) => ({
    content: [{ type: 'text', text: await work(`compute ${name}`, 'sunny') }],
    isError: name === 'broken',
  }));
  const client = new Client({ name: 'app', version: '1.0.0' });
  const [near, far] = InMemoryTransport.createLinkedPair();
  await server.connect(far);
  await client.connect(near);
  return mcpToTool(client);
}

const scenes = {
  plain: () => ask([population()]),
  'two functions at once': () =>
    ask([new Functions({ population: () => work('look up', {}), area: () => work('measure', {}) })], ALL),
  'two tools at once': () => ask([population(), area()], ALL),
  chat: async () => {
    const chat = ai.chats.create({ model, config: { tools: [population()] } });
    await attempt(async () => seen(await chat.sendMessage({ message: contents })));
    await attempt(async () => seen(await chat.sendMessage({ message: 'Thanks' })));
  },
  streamed: () => read(call([population()])),
  'two functions at once, streamed': () => read(call([population(), area()], ALL)),
  'streamed chat': () =>
    attempt(async () => {
      const chat = ai.chats.create({ model, config: { tools: [population()] } });
      let chunks = 0;
      for await (const _ of await chat.sendMessageStream({ message: contents })) chunks++;
      return [chunks, chat.getHistory().length];
    }),
  'mcp, two functions at once': async () => ask([await connected()], ALL),
  'mcp, streamed': async () => read(call([await connected()])),
  'a tool that throws': () => ask([failing(new RangeError('the secret of Paris'))]),
  'a tool that throws, streamed': () => read(call([failing(new RangeError('the secret of Paris'))])),
  'a tool that reports an error': () =>
    ask([new Functions({ population: () => ({ error: 'no such city' }) })]),
  'an agent as a tool': () =>
    ask([
      new Functions({
        ask: async () => ({ text: (await ai.models.generateContent(call([population()]))).text }),
      }),
    ]),
  'two runs at once': () => Promise.all([ask([population(false)]), ask([population(false)])]),
  'one remote call': () => ask([population()], { automaticFunctionCalling: { maximumRemoteCalls: 1 } }),
  disabled: () => ask([population()], { automaticFunctionCalling: { disable: true } }),
  'without callable tools': () => ask([{ functionDeclarations: [declaration('population')] }]),
  'a schema that the SDK moves': () =>
    attempt(async () => {
      const params = call([population()], { responseSchema: { $schema: 'x', type: 'object' } });
      const { tools } = params.config;
      await ai.models.generateContent(params);
      return [Object.keys(params.config), params.config.tools === tools];
    }),
  abort: () =>
    attempt(() =>
      ai.models.generateContent({
        ...call([population()], { abortSignal: AbortSignal.timeout(50) }),
        model: 'hang',
      }),
    ),
  break: () => read(call([population()]), 1),
  'break of a stream': async () => {
    const controller = new AbortController(); // the SDK leaves the connection open
    await read({ ...call([population()], { abortSignal: controller.signal }), model: 'hang-mid-stream' }, 1);
    controller.abort();
  },
  'never read': () =>
    attempt(async () => typeof (await ai.models.generateContentStream(call([population()]))).next),
  'a model that fails': () =>
    attempt(() => ai.models.generateContent({ ...call([population()]), model: 'fail-400' })),
  'a model that fails, streamed': () => read({ ...call([population()]), model: 'fail-400' }),
  'a rejection that is not handled': async () => {
    ai.models.generateContent({ ...call([population()]), model: 'fail-400' });
    await once(process, 'unhandledRejection');
  },
};

show(Object.keys(ai.models).sort());
await playScenes(scenes);
