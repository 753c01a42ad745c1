// An application whose calls another library's instrumentation traces, too: OTHER is its package, or empty.
import { createRequire } from 'node:module';
import SelfTracing from '@anthropic-ai/sdk';
import { attempt, playScene, show } from '@llmtrace/test-fixtures/operations-app';
import { context, trace } from '@opentelemetry/api';
import { registerInstrumentations } from '@opentelemetry/instrumentation';

const require = createRequire(process.env.SDK);

/** The instrumentations. Each has its class by another name. Those of LangChain are handed its module. */
const other = process.env.OTHER;
if (other) {
  const exported = require(other);
  const Instrumentation =
    exported.OpenAIInstrumentation ?? exported.AnthropicInstrumentation ?? exported.LangChainInstrumentation;
  const tracerProvider = process.env.PROVIDER === 'other' ? await otherProvider() : undefined;
  const instrumentation = new Instrumentation();
  registerInstrumentations({ instrumentations: [instrumentation], tracerProvider });
  if (exported.LangChainInstrumentation) {
    const callbackManagerModule = require('@langchain/core/callbacks/manager');
    const isTraceloop = other.startsWith('@traceloop/');
    instrumentation.manuallyInstrument(isTraceloop ? { callbackManagerModule } : callbackManagerModule);
  }
}

let unhandled = 0;
process.on('unhandledRejection', () => unhandled++);

const OpenAI = require('openai');
const Anthropic = require('@anthropic-ai/sdk');
const openai = new OpenAI({ apiKey: 'sk-test', maxRetries: 0 });
const anthropic = new Anthropic({ apiKey: 'sk-ant-test', maxRetries: 0 });

const messages = [{ role: 'user', content: 'W?' }];
const chat = (more) => openai.chat.completions.create({ model: 'gpt-4o-mini', messages, ...more });
const message = (more) =>
  anthropic.messages.create({ model: 'claude-haiku-4-5', max_tokens: 100, messages, ...more });

const countOf = async (stream) => {
  let count = 0;
  for await (const _ of stream) count++;
  return count > 1;
};

const weather = {
  type: 'function',
  function: {
    name: 'weather',
    parse: JSON.parse,
    function: () => 'sunny',
    parameters: { type: 'object', properties: { city: { type: 'string' } } },
  },
};

const SCENES = {
  openai: {
    'a call': async () => (await chat()).choices[0].message.content,
    'a stream': async () => countOf(await chat({ stream: true, stream_options: { include_usage: true } })),
    'a call that fails': () => chat({ model: 'fail-401' }),
    'a run': () =>
      openai.chat.completions.runTools({ model: 'gpt-4o-mini', messages, tools: [weather] }).finalContent(),
    'a span of the application': () => labelled(() => chat()),
  },
  anthropic: {
    'a call': async () => (await message()).content[0].text,
    'a stream': async () => countOf(await message({ stream: true })),
    'a call that fails': () => message({ model: 'fail-401' }),
  },
  '@langchain/openai': process.env.VENDOR === '@langchain/openai' ? scenesOfLangChain() : {},
  '@langchain/anthropic': process.env.VENDOR === '@langchain/anthropic' ? scenesOfChatAnthropic() : {},
};

/** With a version of the SDK that traces itself. */
function scenesOfChatAnthropic() {
  const { ChatAnthropic } = require('@langchain/anthropic');
  const createClient = (options) => new SelfTracing({ ...options, baseURL: process.env.ANTHROPIC_BASE_URL });
  const model = () =>
    new ChatAnthropic({ model: 'claude-haiku-4-5', maxTokens: 100, maxRetries: 0, createClient });
  return {
    'a call': async () => (await model().invoke('W?')).content,
    'a stream': async () => countOf(await model().stream('W?')),
  };
}

function scenesOfLangChain() {
  const { ChatOpenAI } = require('@langchain/openai');
  const { tool } = require('@langchain/core/tools');
  const { createReactAgent } = require('@langchain/langgraph/prebuilt');
  const model = (more) => new ChatOpenAI({ model: 'gpt-4o-mini', maxRetries: 0, ...more });
  /** LangChain starts the run of a model that has a cache within that of the first one. */
  class Careful extends ChatOpenAI {
    constructor() {
      super({ model: 'gpt-4o-mini', maxRetries: 0 });
    }
    async _generate(...args) {
      await model({ cache: true }).invoke('Is this a question?');
      return super._generate(...args);
    }
  }
  const forecast = tool(() => 'sunny', {
    name: 'weather',
    description: 'The weather of a city',
    schema: weather.function.parameters,
  });
  return {
    'a call': async () => (await model().invoke('W?')).content,
    'a stream': async () => countOf(await model().stream('W?')),
    'a call that fails': () => model({ model: 'fail-401' }).invoke('W?'),
    'a run': async () => {
      const { messages: all } = await createReactAgent({ llm: model(), tools: [forecast] }).invoke({
        messages,
      });
      return all.map(({ content }) => content);
    },
    'two calls at once': async () => (await model().generate([messages, messages])).generations.length,
    'a call that is tried again': async () =>
      (await model({ maxRetries: 1, model: 'fail-500-once' }).invoke('W?')).content,
    'a model that asks another one first': async () => (await new Careful().invoke('W?')).content,
  };
}

/** A span that the application makes for the call by itself. */
function labelled(run) {
  const span = trace.getTracer('own-telemetry').startSpan('ask', {
    attributes: { 'gen_ai.operation.name': 'chat', 'gen_ai.request.model': 'gpt-4o-mini' },
  });
  return context.with(trace.setSpan(context.active(), span), run).then(({ model }) => {
    span.end();
    return model;
  });
}

/** A provider that is not registered, and exports nothing. */
async function otherProvider() {
  const { BasicTracerProvider } = await import('@opentelemetry/sdk-trace-base');
  return new BasicTracerProvider();
}

for (const [name, play] of Object.entries(SCENES[process.env.VENDOR])) {
  if (process.env.ONLY && !process.env.ONLY.split(',').includes(name)) continue;
  await playScene(name, () => attempt(play));
  show('unhandled', unhandled);
}
