// An application of Genkit. Its format is in FORMAT.
import { once } from 'node:events';
import { attempt, playScene, sdkLoader, show, work } from '@llmtrace/test-fixtures/operations-app';
import { trace } from '@opentelemetry/api';

const load = sdkLoader((file) => file.replace(/\.js$/, '.mjs'));
const { z } = await load('genkit');
const { genkit } = await load('genkit/beta');
const { openAI } = await load('@genkit-ai/compat-oai/openai');
const { googleAI } = await load('@genkit-ai/google-genai');
const { logger } = await load('genkit/logging');
logger.setLogLevel('error');

let unhandled = 0;
process.on('unhandledRejection', () => unhandled++);

const baseURL = process.env.OPENAI_BASE_URL;
const ai = genkit({
  plugins: [
    openAI({ apiKey: 'sk-test', baseURL, maxRetries: 0 }),
    googleAI({ apiKey: 'test', baseUrl: process.env.GOOGLE_GEMINI_BASE_URL }),
  ],
});
const model = openAI.model('gpt-4o-mini');
const toolOf = (name, run) =>
  ai.defineTool({ name, description: 'A tool', inputSchema: z.object({ city: z.string() }) }, run);
const weather = toolOf('weather', ({ city }) => work('look up', `sunny in ${city}`));
const news = toolOf('news', async () => 'no news');
const broken = toolOf('broken', async () => {
  throw new RangeError('the secret of the tool');
});
const inner = toolOf('inner', async () => (await ai.generate(ask([weather]))).text);
const plain = toolOf('plain', async () => (await ai.generate(ask(undefined))).text);
const asking = ai.defineInterrupt({
  name: 'asking',
  description: 'Asks a person',
  inputSchema: z.object({ city: z.string() }),
  outputSchema: z.string(),
});

const ask = (tools, more = {}) => ({ model, prompt: 'W?', ...(tools && { tools }), ...more });

// A model of the application, which sends its requests by fetch. It has two tools called at once.
const appModel = ai.defineModel(
  { name: 'own', supports: { tools: true } },
  async ({ messages, tools = [] }) => {
    const answered = messages.some(({ role }) => role === 'tool');
    const response = await fetch(`${baseURL}/chat/completions`, {
      method: 'POST',
      headers: { authorization: 'Bearer sk-test', 'content-type': 'application/json' },
      body: JSON.stringify({
        model: 'gpt-4o-mini',
        messages: answered
          ? [
              { role: 'user', content: 'W?' },
              { role: 'tool', tool_call_id: 'call_1', content: 'sunny' },
            ]
          : [{ role: 'user', content: 'W?' }],
        tools: tools.map(({ name, inputSchema }) => ({
          type: 'function',
          function: { name, parameters: inputSchema },
        })),
        parallel_tool_calls: true,
      }),
    });
    const [{ message }] = (await response.json()).choices;
    const requests = (message.tool_calls ?? []).map(({ id, function: { name } }) => ({
      toolRequest: { name, ref: id, input: { city: 'Oslo' } },
    }));
    return {
      message: { role: 'model', content: requests.length > 0 ? requests : [{ text: message.content }] },
      finishReason: 'stop',
    };
  },
);

const says = async (options) => {
  const response = await ai.generate(options);
  const { text, finishReason, usage, messages } = response;
  return [text, finishReason, usage?.inputTokens, messages.length, response.constructor.name];
};

/** Whether the code of a loop has the span of its scene active, and none of Genkit's. */
const isActive = () => trace.getActiveSpan()?.name?.startsWith('scene') ?? true;

const reads = async ({ stream, response }) => {
  const active = [];
  let text = '';
  for await (const chunk of stream) {
    text += chunk.text;
    active.push(isActive());
  }
  const { messages } = await response;
  return [text, messages.length, active.every(Boolean)];
};

const forecast = ai.defineFlow({ name: 'forecast', inputSchema: z.string() }, async (city) => {
  const { text } = await ai.generate(ask([weather], { prompt: `The weather of ${city}?` }));
  return ai.run('a step', async () => text);
});
const outer = ai.defineFlow('outer', async () => forecast('Oslo'));
const failing = ai.defineFlow('failing', async () => {
  throw new TypeError('the secret of the flow');
});
const streaming = ai.defineFlow({ name: 'streaming', streamSchema: z.string() }, async (_, { sendChunk }) => {
  const { stream, response } = ai.generateStream(ask([weather]));
  for await (const { text } of stream) sendChunk(text);
  return (await response).text;
});
const stopping = ai.defineFlow('stopping', async () => {
  const controller = new AbortController();
  const { stream, response } = ai.generateStream(ask([weather], { ...slow, abortSignal: controller.signal }));
  response.catch(() => {});
  let count = 0;
  for await (const _ of stream) if (++count === 1) controller.abort();
  return (await response).text;
});
const slow = { model: openAI.model('slow-stream') };
const reporter = ai.definePrompt({ name: 'reporter', model, tools: [weather], prompt: 'W?' });
const agent = ai.defineAgent({ name: 'weatherman', model, system: 'You are brief.', tools: [weather] });
const isId = (id, length) => new RegExp(`^[0-9a-f]{${length}}$`).test(id);

const scenes = {
  'a run': () => says(ask([weather])),
  'a run without tools': () => says(ask(undefined)),
  'a run of Gemini': () => says(ask(undefined, { model: googleAI.model('gemini-2.5-flash') })),
  'two tools at once': () => says(ask([weather, news], { model: appModel })),
  'a flow': () => forecast('Oslo'),
  'the ids of a flow': async () => {
    const { result, telemetry } = await forecast.run('Oslo');
    return [result, isId(telemetry.traceId, 32), isId(telemetry.spanId, 16)];
  },
  'a flow in a flow': () => outer(),
  'a flow that fails': () => failing(),
  'a flow that streams': async () => {
    const { stream, output } = streaming.stream();
    let text = '';
    for await (const chunk of stream) text += chunk;
    return [text, await output];
  },
  'a prompt with tools': async () => (await reporter()).text,
  'an agent': async () => (await agent.chat().send('W?')).text,
  'a stream': () => reads(ai.generateStream(ask([weather]))),
  'a stream that is read later': async () => {
    const result = ai.generateStream(ask([weather]));
    await result.response;
    return reads(result);
  },
  'a tool that throws': () => says(ask([broken])),
  'a tool without a model': async () => weather({ city: 'Oslo' }),
  'an agent as a tool': () => says(ask([inner])),
  'a tool that asks a model': () => says(ask([plain])),
  'tools that the application executes': () => says(ask([weather], { returnToolRequests: true })),
  'a run that waits for a person': async () => {
    const first = await ai.generate(ask([asking]));
    const [interrupt] = first.interrupts;
    const { text } = await ai.generate(
      ask([asking], {
        prompt: undefined,
        messages: first.messages,
        resume: { respond: [asking.respond(interrupt, 'Yes')] },
      }),
    );
    return [first.finishReason, text];
  },
  'two runs at once': () => Promise.all([says(ask([weather])), says(ask([news]))]),
  'a model that fails': () => says(ask([weather], { model: openAI.model('fail-401') })),
  'a stream that fails': () => reads(ai.generateStream(ask([weather], { model: openAI.model('fail-401') }))),
  'a run that is stopped': () => stopping(),
  'a rejection that is not handled': async () => {
    ai.generate(ask([weather], { model: openAI.model('fail-401') }));
    await once(process, 'unhandledRejection');
  },
  'a stream that is left': async () => {
    for await (const { text } of ai.generateStream(ask([weather], slow)).stream) return text;
  },
  'an unread stream': async () => {
    const { response } = ai.generateStream(ask([weather]));
    return (await response).text;
  },
};

for (const [name, play] of Object.entries(scenes)) {
  if (process.env.ONLY && !process.env.ONLY.split(',').includes(name)) continue;
  await playScene(name, () => attempt(play));
  show('unhandled', unhandled);
}
await globalThis.flush?.();
// Streams that are left keep the process alive.
process.exit(0);
