// An application with agents and workflows of Google ADK.
import { Readable } from 'node:stream';
import { attempt, playScenes, sdkLoader, work } from '@llmtrace/test-fixtures/operations-app';
import { trace } from '@opentelemetry/api';

const load = sdkLoader((file) =>
  file.replace('/dist/cjs/', '/dist/esm/').replace(/openai\/index\.js$/, 'openai/index.mjs'),
);

const adk = await load('@google/adk');
const { AgentTool, BaseAgent, BaseLlm, BasePlugin, BaseTool, FunctionTool, Gemini, InMemoryRunner } = adk;
const {
  LlmAgent,
  LogLevel,
  LongRunningFunctionTool,
  LiveRequestQueue,
  LoopAgent,
  MCPToolset,
  ParallelAgent,
} = adk;
const { RequestInput, RoutedAgent, SequentialAgent, StreamingMode, Workflow, createEvent, setLogLevel } = adk;
const { OpenAI } = await load('openai');
const { z } = await load('zod');

setLogLevel(LogLevel.ERROR);

const MODEL = 'gemini-2.5-flash';
const city = z.object({ city: z.string() });

const toolOf = (name, execute, more = {}) =>
  new FunctionTool({ name, description: 'A fact about a city', parameters: city, execute, ...more });
const weather = toolOf('weather', ({ city }) => work('look up', `sunny in ${city}`));
const area = toolOf('area', ({ city }) => work('measure', { km2: 105, city }));
const broken = toolOf('broken', async () => {
  throw new RangeError('the secret of the tool');
});

/** A tool of a class of the application's, whose name is a getter of a private field. */
class Almanac extends BaseTool {
  #name = 'almanac';
  constructor() {
    super({ name: 'almanac', description: 'A fact about a city' });
    Object.defineProperty(this, 'name', { get: () => this.#name });
  }
  _getDeclaration() {
    return { name: this.name, description: this.description, parameters: { type: 'OBJECT', properties: {} } };
  }
  async runAsync({ args }) {
    return work('look up', `${this.#name} of ${args.city}`);
  }
}

/** A model whose answers call tools of the application's choice. */
class Deciding extends Gemini {
  #calls;
  constructor(...calls) {
    super({ model: MODEL });
    this.#calls = calls;
  }
  async *generateContentAsync(request, ...rest) {
    const call = this.#calls.shift();
    for await (const answer of super.generateContentAsync(request, ...rest)) {
      if (!call) yield answer;
      else yield { ...answer, content: { role: 'model', parts: [{ functionCall: call }] } };
    }
  }
}
const transfer = (agentName) => ({ name: 'transfer_to_agent', args: { agentName } });

/** A model of another vendor, as LiteLLM is for ADK in Python. */
class Gpt extends BaseLlm {
  #client = new OpenAI({ maxRetries: 0 });
  async *generateContentAsync({ contents }) {
    const messages = contents.map(({ parts }) => ({ role: 'user', content: parts[0].text ?? '' }));
    const answer = await this.#client.chat.completions.create({ model: this.model, messages });
    yield { content: { role: 'model', parts: [{ text: answer.choices[0].message.content }] } };
  }
}

/** A name that ADK does not know as one of Gemini. */
const geminiOf = (model) => new Gemini({ model });

/** A model with which the agent talks in both directions. */
class Speaking extends Gpt {
  async connect() {
    const sent = async () => {};
    const answers = [
      {
        content: {
          role: 'model',
          parts: [{ functionCall: { id: 'call_1', name: 'weather', args: { city: 'Rome' } } }],
        },
      },
      { content: { role: 'model', parts: [{ text: 'Sunny.' }] }, turnComplete: true },
    ];
    return { sendHistory: sent, sendContent: sent, close: sent, receive: () => Readable.from(answers) };
  }
}

const agent = (name, tools = [], more = {}) =>
  new LlmAgent({ name, description: 'It helps.', instruction: 'Help.', model: MODEL, tools, ...more });
const forecaster = (more = {}) => agent('Forecaster', [weather], more);
const plain = (name = 'Plain') => agent(name);
const failing = () => agent('Failing', [weather], { model: geminiOf('fail-401') });

let sessions = 0;

/** A conversation with an agent: each call of it is a message of the user. */
function conversation(root, more = {}) {
  const sessionId = `s-${++sessions}`;
  const runner = new InMemoryRunner({ agent: root, appName: 'app', plugins: more.plugins });
  const created = runner.sessionService.createSession({ appName: 'app', userId: 'u', sessionId });
  return async function* (parts = [{ text: 'W?' }]) {
    await created;
    const message = { userId: 'u', sessionId, newMessage: { role: 'user', parts } };
    yield* runner.runAsync({ ...message, runConfig: more.runConfig, abortSignal: more.abortSignal });
  };
}

const outline = ({ author, content, partial, errorCode, longRunningToolIds }) => [
  author,
  content?.parts?.map((part) => part.text ?? part.functionCall?.name ?? part.functionResponse?.response),
  partial,
  errorCode,
  longRunningToolIds?.length,
];

/** Whether the code of a loop has the span of its scene active. */
const isActive = () => trace.getActiveSpan()?.name?.startsWith('scene') ?? true;

async function read(events, stopAt) {
  const outlines = [];
  let active = true;
  for await (const event of events) {
    active &&= isActive();
    outlines.push(outline(event));
    if (stopAt?.(event)) break;
  }
  return [outlines, active];
}

const says = (root, more) => read(conversation(root, more)());
const SSE = { runConfig: { streamingMode: StreamingMode.SSE } };
const hasText = ({ content }) => content?.parts?.some(({ text }) => text);
const callIn = (events, name) =>
  events.flatMap(({ content }) => content?.parts ?? []).find((part) => part.functionCall?.name === name)
    .functionCall;

/** The answers of a person to what a run has asked. */
async function asked(root, name, response) {
  const talk = conversation(root);
  const events = [];
  for await (const event of talk()) events.push(event);
  const { id } = callIn(events, name);
  return [events.map(outline), await read(talk([{ functionResponse: { id, name, response } }]))];
}

const eager = { generateContentConfig: { toolConfig: { functionCallingConfig: { mode: 'ANY' } } } };
const careful = () => toolOf('careful', () => work('look up', 'done'), { requireConfirmation: true });

const scenes = {
  'a run': () => says(forecaster()),
  'a run without tools': () => says(plain()),
  'two runs after one another': async () => {
    const talk = conversation(forecaster());
    return [await read(talk()), await read(talk())];
  },
  'a run that is streamed': () => says(forecaster(), SSE),
  'an agent without a runner': async () => {
    const invocation = { session: { id: 'bare', events: [], state: {} }, agent: new Hand({ name: 'Bare' }) };
    return read(invocation.agent.runAsync(invocation));
  },
  'an ephemeral session': () =>
    read(
      new InMemoryRunner({ agent: forecaster(), appName: 'app' }).runEphemeral({
        userId: 'u',
        newMessage: { role: 'user', parts: [{ text: 'W?' }] },
      }),
    ),
  'an agent that is talked to': async () => {
    const speaker = agent('Speaker', [weather], { model: new Speaking({ model: 'gpt-4o-mini' }) });
    const runner = new InMemoryRunner({ agent: speaker, appName: 'app' });
    const liveRequestQueue = new LiveRequestQueue();
    const events = runner.runLive({ userId: 'u', sessionId: 'live', liveRequestQueue });
    return read(events, ({ turnComplete }) => turnComplete);
  },
  'an agent that is chosen': () =>
    says(new RoutedAgent({ name: 'Router', agents: [plain('First'), plain()], router: () => 'Plain' })),
  'two tools of one answer': () => says(agent('Busy', [weather, area], eager)),
  'a tool that throws': () => says(agent('Breaker', [broken])),
  'a tool that is not there': () =>
    says(agent('Lost', [weather], { model: new Deciding({ name: 'nowhere' }) })),
  'a tool that reports an error': () =>
    says(agent('Reporter', [toolOf('report', async () => ({ error: 'the secret of the tool' }))])),
  'a tool of another class': () => says(agent('Reader', [new Almanac()])),
  'arguments that are wrong': () =>
    says(
      agent('Wrong', [
        toolOf('short', async () => 'x', { parameters: z.object({ city: z.string().max(1) }) }),
      ]),
    ),
  'a tool that a callback answers': () =>
    says(agent('Answered', [weather], { beforeToolCallback: () => ({ result: 'rain' }) })),
  'an agent as a tool': () => says(agent('Chief', [new AgentTool({ agent: agent('Helper', [weather]) })])),
  'an agent that is called by a tool': () =>
    says(agent('Boss', [toolOf('ask', async () => (await says(forecaster()))[0])])),
  'an agent that hands over': () =>
    says(
      agent('Desk', [], {
        model: new Deciding(transfer('Forecaster')),
        subAgents: [forecaster({ disallowTransferToParent: true, disallowTransferToPeers: true })],
      }),
    ),
  'two runs at once': () => Promise.all([says(forecaster()), says(plain())]),
  'an agent that is asked twice at once': () => {
    const shared = forecaster();
    return Promise.all([says(shared), says(shared)]);
  },
  'a sequence': () => says(new SequentialAgent({ name: 'Steps', subAgents: [forecaster(), plain()] })),
  'agents at once': async () => {
    const [outlines, active] = await says(
      new ParallelAgent({ name: 'Pair', subAgents: [forecaster(), plain()] }),
    );
    return [outlines.sort(), active];
  },
  'a loop of agents': () => says(new LoopAgent({ name: 'Loop', subAgents: [plain()], maxIterations: 2 })),
  'an agent of a class of its own': () => says(new Hand({ name: 'Hand', subAgents: [plain()] })),
  'a model of another vendor': () => says(agent('Other', [], { model: new Gpt({ model: 'gpt-4o-mini' }) })),
  'a callback that answers for the agent': () =>
    says(forecaster({ beforeAgentCallback: () => ({ role: 'model', parts: [{ text: 'no' }] }) })),
  'callbacks that are called': () => {
    const called = [];
    const note = (name) => async () => void called.push(await work(name, name));
    return says(
      forecaster({
        beforeAgentCallback: note('before agent'),
        afterAgentCallback: note('after agent'),
        beforeModelCallback: note('before model'),
        afterModelCallback: note('after model'),
        beforeToolCallback: note('before tool'),
        afterToolCallback: note('after tool'),
      }),
    ).then((said) => [said, called]);
  },
  'a callback that answers for the model': () =>
    says(
      agent('Cached', [], {
        beforeModelCallback: () => ({ content: { role: 'model', parts: [{ text: 'cached' }] } }),
      }),
    ),
  'a callback that throws': () =>
    says(
      forecaster({
        beforeAgentCallback() {
          throw new RangeError('the secret of the callback');
        },
      }),
    ),
  'a model that fails': () => says(failing()),
  'a model that fails in a sequence': () =>
    says(new SequentialAgent({ name: 'Steps', subAgents: [failing(), plain()] })),
  'a model that fails, with a plugin that answers': () =>
    says(failing(), { plugins: [new Rescue('rescue')] }),
  'an answer that is blocked': () => says(agent('Blocked', [], { model: geminiOf('filtered-response') })),
  'a stream that fails': () => says(failing(), SSE),
  'a limit of model calls': () => says(forecaster(), { runConfig: { maxLlmCalls: 1 } }),
  'a run that is aborted': () => {
    const controller = new AbortController();
    const stop = toolOf('stop', async () => {
      controller.abort();
      return 'too late';
    });
    return says(agent('Stopped', [stop]), { abortSignal: controller.signal });
  },
  'a stream that is aborted': async () => {
    const controller = new AbortController();
    const talk = conversation(agent('Slow', [], { model: geminiOf('slow-stream') }), {
      ...SSE,
      abortSignal: controller.signal,
    });
    return read(talk(), (event) => void (hasText(event) && controller.abort()));
  },
  'a run that is left': () => read(conversation(forecaster())(), () => true),
  'a stream that is left within an answer': () =>
    read(conversation(agent('Slow', [], { model: geminiOf('slow-stream') }), SSE)(), hasText),
  'a sequence that is left': () =>
    read(
      conversation(new SequentialAgent({ name: 'Steps', subAgents: [plain(), forecaster()] }))(),
      () => true,
    ),
  'a loop that throws': () =>
    read(conversation(forecaster())(), () => {
      throw new RangeError('the secret of the loop');
    }),
  'a run that is dropped': async () => (await conversation(forecaster())().next()).value.author,
  'an unread run': () => Object.prototype.toString.call(conversation(forecaster())()),
  'a tool that a person confirms': () =>
    asked(agent('Careful', [careful()]), 'adk_request_confirmation', { confirmed: true }),
  'an agent that hands over to one that asks a person': () => {
    const stays = { disallowTransferToParent: true, disallowTransferToPeers: true };
    const subAgents = [agent('Careful', [careful()], stays)];
    return asked(
      agent('Desk', [], { model: new Deciding(transfer('Careful')), subAgents }),
      'adk_request_confirmation',
      { confirmed: true },
    );
  },
  'a tool that a person refuses': () =>
    asked(agent('Careful', [careful()]), 'adk_request_confirmation', { confirmed: false }),
  'a tool that takes long': () => {
    const slow = new LongRunningFunctionTool({
      name: 'order',
      description: 'It takes long',
      parameters: city,
      execute: async () => null,
    });
    return asked(agent('Patient', [slow]), 'order', { status: 'delivered' });
  },
  'a workflow': () => says(workflow('report', ['START', prepare, forecaster()])),
  'a workflow with a tool': () => says(workflow('facts', ['START', choose, weather, finish])),
  'a workflow with a node that fails': () =>
    says(
      workflow('failing', [
        'START',
        function fails() {
          throw new RangeError('the secret of the node');
        },
      ]),
    ),
  'a workflow with a model that fails': () => says(workflow('failing', ['START', failing()])),
  'a workflow that asks a person': () =>
    asked(workflow('order', ['START', approve, forecaster()]), 'adk_request_input', { result: 'yes' }),
  'a workflow that is left': () =>
    read(conversation(workflow('report', ['START', plain('First'), plain()]))(), () => true),
  'a tool of an MCP server': async () => {
    const tools = new MCPToolset(
      {
        type: 'StdioConnectionParams',
        serverParams: {
          command: process.execPath,
          args: [...process.execArgv, process.env.MCP_SERVER],
          env: { ...process.env, SDK: process.env.MCP_SDK, FORMAT: 'esm' },
        },
      },
      ['forecast'],
    );
    return says(agent('Caller', [tools]));
  },
};

const prepare = (_ctx, text) => work('prepare', text);
const choose = () => ({ city: 'Bern' });
const finish = () => 'done';
/** It asks once, and goes on with the answer. */
async function* approve(ctx, text) {
  const answer = ctx.resumeInputs['approval'];
  yield answer === undefined
    ? new RequestInput({ interruptId: 'approval', message: text })
    : work('go on', 'so');
}

const workflow = (name, ...edges) => new Workflow({ name, edges });

class Hand extends BaseAgent {
  async *runAsyncImpl(invocation) {
    yield createEvent({
      author: this.name,
      content: { role: 'model', parts: [{ text: await work('think', 'so') }] },
    });
    for (const one of this.subAgents) yield* one.runAsync(invocation);
  }
}

class Rescue extends BasePlugin {
  async onModelErrorCallback() {
    return createEvent({ content: { role: 'model', parts: [{ text: 'sorry' }] } });
  }
}

await playScenes(
  Object.fromEntries(Object.entries(scenes).map(([name, play]) => [name, () => attempt(play)])),
);
await globalThis.flush?.();
process.exit(0);
