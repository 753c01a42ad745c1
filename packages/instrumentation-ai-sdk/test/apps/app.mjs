// An application of the AI SDK, whose version is that of the folder SDK. Its format is in FORMAT.
import { tracingChannel } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { attempt, playScene, sdkLoader, show, work } from '@llmtrace/test-fixtures/operations-app';
import { trace } from '@opentelemetry/api';

const version = Number(process.env.AI_VERSION);
// Before version 7, ES modules have `.mjs`.
const load = sdkLoader((file) => (version < 7 ? file.replace(/\.js$/, '.mjs') : file));

const ai = await load('ai');
const { createOpenAI } = await load('@ai-sdk/openai');
const { z } = createRequire(process.env.SDK)('zod');
const { generateText, streamText, tool } = ai;
const INTEGRATIONS = {
  on: (integration) => integration,
  // As Langfuse's: it hands all on.
  wrapped: (delegate) => {
    const names = Object.getOwnPropertyNames(Object.getPrototypeOf(delegate));
    const handed = names.filter((name) => /^(on|execute)[A-Z]/.test(name));
    return {
      delegate,
      ...Object.fromEntries(handed.map((name) => [name, (...args) => delegate[name](...args)])),
    };
  },
  // As Sentry's: it makes no span of OpenTelemetry, and publishes tools by itself.
  other: () => ({
    executeTool({ execute, ...event }) {
      const { start, end } = tracingChannel('ai:telemetry');
      const message = { type: 'executeTool', event };
      try {
        return start.runStores(message, execute);
      } finally {
        end.publish(message);
      }
    },
  }),
};
// Version 7 makes its spans where an integration is registered, the others where an option asks for it.
if (process.env.TELEMETRY in INTEGRATIONS && version === 7) {
  const { OpenTelemetry } = await load('@ai-sdk/otel');
  ai.registerTelemetry(INTEGRATIONS[process.env.TELEMETRY](new OpenTelemetry()));
}
const Agent = ai.ToolLoopAgent ?? ai.Experimental_Agent;

let unhandled = 0;
process.on('unhandledRejection', () => unhandled++);

const openai = createOpenAI({
  apiKey: 'sk-test',
  baseURL: process.env.OPENAI_BASE_URL,
  ...(version === 4 && { compatibility: 'strict' }),
});
const model = openai.chat('gpt-4o-mini');
const several = version === 4 ? { maxSteps: 3 } : { stopWhen: (ai.isStepCount ?? ai.stepCountIs)(3) };
const toolOf = (execute) =>
  tool({
    description: 'A tool',
    [version === 4 ? 'parameters' : 'inputSchema']: z.object({ city: z.string() }),
    execute,
  });
const weather = toolOf(({ city }) => work('look up', `sunny in ${city}`));
const news = toolOf(async () => 'no news');
const broken = toolOf(async () => {
  throw new RangeError('the secret of the tool');
});
const inner = toolOf(async () => {
  const { text } = await generateText({ ...several, model, tools: { weather }, prompt: 'W?' });
  return text;
});
const plain = toolOf(async () => (await generateText({ model, prompt: 'W?' })).text);

const ask = (tools, more = {}) => ({
  ...several,
  maxRetries: 0,
  model,
  tools,
  prompt: 'W?',
  ...(process.env.TELEMETRY === 'on' && version < 7 && TELEMETRY),
  ...more,
});
const TELEMETRY = { experimental_telemetry: { isEnabled: true, functionId: 'forecast' } };

const says = async (options) => {
  const result = await generateText(options);
  const { text, steps, usage } = result;
  return [text, steps.length, result.constructor.name, usage];
};

/** Whether the code of a loop has the span of its scene active, and none of the SDK's. */
const isActive = () => trace.getActiveSpan()?.name?.startsWith('scene') ?? true;

const reads = async (result) => {
  const active = [];
  let text = '';
  for await (const chunk of result.textStream) {
    text += chunk;
    active.push(isActive());
  }
  return [text, (await result.steps).length, result.constructor.name, active.every(Boolean)];
};

const weatherman = () =>
  new Agent({ ...several, id: 'Weatherman', name: 'Weatherman', model, tools: { weather } });

const slow = { model: openai.chat('slow-stream'), onError() {} };

const scenes = {
  'a run': () => says(ask({ weather })),
  'a run without tools': () => says({ model, prompt: 'W?' }),
  'a stream': () => reads(streamText(ask({ weather }))),
  'a stream of an agent with an agent': () => reads(streamText(ask({ inner }))),
  'a run that is repeated': () =>
    says(ask({ weather }, { model: openai.chat('fail-503-once'), maxRetries: 1 })),
  embeddings: async () => {
    const embedder = openai.embedding('text-embedding-3-small');
    const { usage } = await ai.embed({ model: embedder, value: 'W?' });
    const { usage: usageOfTwo } = await ai.embedMany({ model: embedder, values: ['W?', 'X?'] });
    return [usage, usageOfTwo];
  },
  'a run whose telemetry is turned off within the call': () =>
    says(
      Object.defineProperty(ask({ weather }), 'prompt', {
        // As Sentry does it.
        get() {
          const { experimental_telemetry: telemetry } = this;
          if (telemetry?.isEnabled) this.experimental_telemetry = { ...telemetry, isEnabled: false };
          return 'W?';
        },
      }),
    ),
  'a stream that is read later': async () => {
    const result = streamText(ask({ weather }));
    await new Promise((resolve) => setTimeout(resolve, 20));
    return reads(result);
  },
  'two tools at once': () =>
    says(
      ask(
        { weather, news },
        version === 4
          ? { model: openai.chat('gpt-4o-mini', { parallelToolCalls: true }) }
          : { providerOptions: { openai: { parallelToolCalls: true } } },
      ),
    ),
  'a tool that throws': () => says(ask({ broken })),
  'an agent as a tool': () => says(ask({ inner })),
  'a tool that asks a model': () => says(ask({ plain })),
  'two runs at once': () => Promise.all([says(ask({ weather })), says(ask({ news }))]),
  'a name for telemetry': () =>
    says(
      ask(
        { weather },
        {
          experimental_telemetry: {
            ...TELEMETRY.experimental_telemetry,
            isEnabled: undefined,
            functionId: 'forecast',
          },
        },
      ),
    ),
  'a model that fails': () => says(ask({ weather }, { model: openai.chat('fail-401') })),
  'a stream that fails': async () => {
    const errors = [];
    const onError = ({ error }) => errors.push(error.constructor.name);
    const { textStream } = streamText(ask({ weather }, { model: openai.chat('fail-401'), onError }));
    for await (const chunk of textStream) errors.push(chunk);
    return errors;
  },
  'a run that is stopped': () => {
    const controller = new AbortController();
    const stopping = toolOf(async () => {
      controller.abort();
      return 'stopped';
    });
    return says(ask({ stopping }, { abortSignal: controller.signal }));
  },
  'a stream that is stopped': async () => {
    const controller = new AbortController();
    const { textStream } = streamText(ask({ weather }, { ...slow, abortSignal: controller.signal }));
    let count = 0;
    for await (const _ of textStream) if (++count === 1) controller.abort();
    return count;
  },
  'a stream that is stopped at its end': async () => {
    const controller = new AbortController();
    const { fullStream } = streamText(ask({ weather }, { abortSignal: controller.signal }));
    const types = new Set();
    for await (const { type } of fullStream) {
      types.add(type);
      if (type === 'finish') controller.abort();
    }
    return [...types];
  },
  'a stream that ends with a tool, and is stopped at its end': async () => {
    const controller = new AbortController();
    const once = version === 4 ? { maxSteps: 1 } : { stopWhen: (ai.isStepCount ?? ai.stepCountIs)(1) };
    const { fullStream } = streamText(ask({ weather }, { ...once, abortSignal: controller.signal }));
    const types = new Set();
    for await (const { type } of fullStream) {
      types.add(type);
      if (type === 'finish') controller.abort();
    }
    return [...types];
  },
  'a stream that is saved, and stopped at its end': async () => {
    const controller = new AbortController();
    const onFinish = () => new Promise((resolve) => setTimeout(resolve, 50));
    const { fullStream } = streamText(ask({ weather }, { abortSignal: controller.signal, onFinish }));
    let count = 0;
    for await (const { type } of fullStream) {
      count++;
      if (type === 'finish') controller.abort();
    }
    return count;
  },
  'a stream that is left': async () => {
    for await (const chunk of streamText(ask({ weather }, slow)).textStream) return chunk;
  },
  // What its versions do after the break differs: it is played where a test names it.
  ...(process.env.ONLY && {
    async 'a stream that breaks off'() {
      const broken = { model: openai.chat('drop-mid-stream'), onError() {} };
      for await (const _ of streamText(ask({ weather }, broken)).textStream);
    },
  }),
  'an unread stream': async () => {
    streamText(ask({ weather }, slow));
    await new Promise((resolve) => setTimeout(resolve, 50));
  },
  'a rejection that is not handled': async () => {
    generateText(ask({ weather }, { model: openai.chat('fail-401') }));
    await once(process, 'unhandledRejection');
  },
  ...(Agent && {
    'an agent': async () => (await weatherman().generate({ prompt: 'W?' })).text,
    'an agent that streams': async () => reads(await weatherman().stream({ prompt: 'W?' })),
  }),
};

for (const [name, play] of Object.entries(scenes)) {
  if (process.env.ONLY && !process.env.ONLY.split(',').includes(name)) continue;
  await playScene(name, () => attempt(play));
  show('unhandled', unhandled);
}
await globalThis.flush?.();
// Streams that are left keep the process alive.
if (!process.env.ONLY) process.exit(0);
