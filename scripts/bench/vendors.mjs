/** The vendors' SDKs for the benchmark: several copies of each, with answers from memory. */
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const encoder = new TextEncoder();

/**
 * Loads a separate copy of a package, with separate classes, and removes it from the module cache at once: an
 * instrumentation that is enabled later would find it there and patch it, too.
 */
function copyOf(name) {
  const exports = require(name);
  for (const file of Object.keys(require.cache)) {
    if (file.includes(`/node_modules/${name}/`)) delete require.cache[file];
  }
  return exports;
}

/** The number of events in one piece of a stream's body, as a network delivers them. */
const EVENTS = 8;

/**
 * A `Response` from memory, with only the parts that the SDKs use. A real `Response` takes longer than everything
 * that the benchmark measures.
 */
function answers(text, events) {
  const headers = new Headers({
    'content-type': events ? 'text/event-stream' : 'application/json',
    'x-request-id': 'req_1',
  });
  const pieces = [];
  for (let i = 0; i < (events?.length ?? 0); i += EVENTS) {
    pieces.push(encoder.encode(events.slice(i, i + EVENTS).join('')));
  }
  const body = () =>
    new ReadableStream({
      start(controller) {
        for (const piece of pieces) controller.enqueue(piece);
        controller.close();
      },
    });
  const answer = () => ({
    ...{ ok: true, status: 200, statusText: 'OK', headers, url: 'https://example.test/', bodyUsed: false },
    body: events ? body() : null,
    json: async () => JSON.parse(text),
    text: async () => text,
  });
  return async () => answer();
}

const event = (data, name) => `${name ? `event: ${name}\n` : ''}data: ${JSON.stringify(data)}\n\n`;
const times = (count, make) => Array.from({ length: count }, (_, index) => make(index));

const chatUsage = {
  prompt_tokens: 1200,
  completion_tokens: 350,
  total_tokens: 1550,
  prompt_tokens_details: { cached_tokens: 1024 },
  completion_tokens_details: { reasoning_tokens: 128 },
};
const chat = {
  id: 'chatcmpl-1',
  object: 'chat.completion',
  created: 1760000000,
  model: 'gpt-4o-mini-2024-07-18',
  choices: [{ index: 0, message: { role: 'assistant', content: 'An answer.' }, finish_reason: 'stop' }],
  usage: chatUsage,
  service_tier: 'default',
};
const chatChunk = (choices, usage) => ({
  ...{ id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1760000000, model: chat.model },
  service_tier: 'default',
  choices,
  usage,
});
const chatEvents = (count) => [
  ...times(count - 2, () =>
    event(chatChunk([{ index: 0, delta: { content: ' word' }, finish_reason: null }], null)),
  ),
  event(chatChunk([{ index: 0, delta: {}, finish_reason: 'stop' }], null)),
  event(chatChunk([], chatUsage)),
  'data: [DONE]\n\n',
];

const embedding = {
  object: 'list',
  data: [{ object: 'embedding', index: 0, embedding: times(8, (i) => i / 8) }],
  model: 'text-embedding-3-small',
  usage: { prompt_tokens: 1200, total_tokens: 1200 },
};

const messageUsage = { input_tokens: 1200, output_tokens: 350, cache_read_input_tokens: 1024 };
const message = {
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  model: 'claude-sonnet-4-6',
  content: [{ type: 'text', text: 'An answer.' }],
  stop_reason: 'end_turn',
  stop_sequence: null,
  usage: messageUsage,
};
const messageEvents = (count) =>
  [
    {
      type: 'message_start',
      message: { ...message, content: [], stop_reason: null, usage: { ...messageUsage, output_tokens: 1 } },
    },
    { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
    ...times(count - 5, () => ({
      type: 'content_block_delta',
      index: 0,
      delta: { type: 'text_delta', text: ' word' },
    })),
    { type: 'content_block_stop', index: 0 },
    {
      type: 'message_delta',
      delta: { stop_reason: 'end_turn', stop_sequence: null },
      usage: { output_tokens: 350 },
    },
    { type: 'message_stop' },
  ].map((data) => event(data, data.type));

const candidate = (finishReason) => ({
  content: { role: 'model', parts: [{ text: ' word' }] },
  index: 0,
  ...(finishReason && { finishReason }),
});
const generated = (finishReason) => ({
  candidates: [candidate(finishReason)],
  usageMetadata: { promptTokenCount: 1200, candidatesTokenCount: 350, totalTokenCount: 1550 },
  modelVersion: 'gemini-2.5-flash',
  responseId: 'resp_1',
});
const generateEvents = (count) => [...times(count - 1, () => event(generated())), event(generated('STOP'))];

const messages = [{ role: 'user', content: 'A question?' }];
const chatParams = { model: 'gpt-4o-mini', messages, max_tokens: 256, temperature: 0.2 };
const messageParams = { model: 'claude-sonnet-4-6', messages, max_tokens: 256, temperature: 0.2 };
const generateParams = {
  model: 'gemini-2.5-flash',
  contents: 'A question?',
  config: { maxOutputTokens: 256, temperature: 0.2 },
};

const openai = {
  name: 'openai',
  instrumentation: ['@llmtrace/instrumentation-openai', 'OpenAIInstrumentation'],
  copy: () => copyOf('openai'),
  client: ({ OpenAI }, fetch) =>
    new OpenAI({ apiKey: 'key', baseURL: 'https://api.openai.com/v1', maxRetries: 0, fetch }),
};
const anthropic = {
  name: 'anthropic',
  instrumentation: ['@llmtrace/instrumentation-anthropic', 'AnthropicInstrumentation'],
  copy: () => copyOf('@anthropic-ai/sdk'),
  // The SDK's own spans are off: llmtrace's span is measured, and the bare SDK must not trace.
  client: ({ Anthropic }, fetch) =>
    new Anthropic({
      apiKey: 'key',
      baseURL: 'https://api.anthropic.com',
      maxRetries: 0,
      fetch,
      openTelemetry: false,
    }),
};
/** Google's clients have no option `fetch`: the global `fetch` is replaced while such a client is used. */
const fetches = new Map();
const google = {
  name: 'google-genai',
  instrumentation: ['@llmtrace/instrumentation-google-genai', 'GoogleGenAIInstrumentation'],
  copy: () => copyOf('@google/genai'),
  client({ GoogleGenAI }, fetch) {
    const client = new GoogleGenAI({ apiKey: 'key' });
    fetches.set(client, fetch);
    return client;
  },
  use(client) {
    globalThis.fetch = fetches.get(client);
  },
};

/**
 * Replaces a client's transport: only the SDK's method and its promise remain, because an instrumentation touches
 * nothing else. The time of the rest of the SDK would hide the overhead.
 */
async function withoutTransport(client, { call, fetch }) {
  const APIPromise = call(client).constructor;
  const response = await fetch();
  const data = await response.json();
  const arrive = async (props) => {
    for (let turns = 0; turns < 5; turns++) await undefined;
    return props;
  };
  client.post = (_path, options) => new APIPromise(client, arrive({ response, options }), async () => data);
}

/** The plain calls, with the class and the method that the floor's patch wraps. */
export const CALLS = {
  chat: {
    vendor: openai,
    title: 'openai chat',
    patch: (sdk) => [sdk.OpenAI.Chat.Completions.prototype, 'create'],
    call: (client) => client.chat.completions.create(chatParams),
    fetch: answers(JSON.stringify(chat)),
  },
  embeddings: {
    vendor: openai,
    title: 'openai embeddings',
    patch: (sdk) => [sdk.OpenAI.Embeddings.prototype, 'create'],
    call: (client) =>
      client.embeddings.create({
        model: 'text-embedding-3-small',
        input: 'A text.',
        encoding_format: 'float',
      }),
    fetch: answers(JSON.stringify(embedding)),
  },
  messages: {
    vendor: anthropic,
    title: 'anthropic messages',
    patch: (sdk) => [sdk.Anthropic.Messages.prototype, 'create'],
    call: (client) => client.messages.create(messageParams),
    fetch: answers(JSON.stringify(message)),
  },
  generate: {
    vendor: google,
    title: 'google-genai generate',
    patch: (sdk) => [sdk.Models.prototype, 'generateContentInternal'],
    call: (client) => client.models.generateContent(generateParams),
    fetch: answers(JSON.stringify(generated('STOP'))),
  },
};

for (const key of ['chat', 'messages']) {
  const title = `${CALLS[key].title}, no transport`;
  CALLS[`${key}-alone`] = { ...CALLS[key], title, floor: key, prepare: withoutTransport };
}

/** The streams; `fetch(count)` answers with `count` chunks. */
export const STREAMS = {
  chat: {
    ...CALLS.chat,
    title: 'openai chat stream',
    call: (client) =>
      client.chat.completions.create({
        ...chatParams,
        stream: true,
        stream_options: { include_usage: true },
      }),
    fetch: (count) => answers(undefined, chatEvents(count)),
  },
  messages: {
    ...CALLS.messages,
    title: 'anthropic messages stream',
    call: (client) => client.messages.create({ ...messageParams, stream: true }),
    fetch: (count) => answers(undefined, messageEvents(count)),
  },
  generate: {
    ...CALLS.generate,
    title: 'google-genai generate stream',
    patch: (sdk) => [sdk.Models.prototype, 'generateContentStreamInternal'],
    call: (client) => client.models.generateContentStream(generateParams),
    fetch: (count) => answers(undefined, generateEvents(count)),
  },
};

const toolCall = (number) => ({
  ...{ id: `call_${number}`, type: 'function' },
  function: { name: 'look_up', arguments: `{"number":${number}}` },
});
/** Ten model calls, of which the first asks for two tools, and each other but the last for one. */
function agentAnswer(done) {
  if (done >= 10) return chat;
  const calls = done === 0 ? [toolCall(1), toolCall(2)] : [toolCall(done + 1)];
  const message = { role: 'assistant', content: null, tool_calls: calls };
  return { ...chat, choices: [{ index: 0, message, finish_reason: 'tool_calls' }] };
}

/** The run of an agent. */
export const AGENT = {
  vendor: openai,
  // The run, its ten calls and its ten tools.
  spans: 21,
  fetch(_url, { body }) {
    const done = JSON.parse(body).messages.filter(({ role }) => role === 'tool').length;
    return answers(JSON.stringify(agentAnswer(done)))();
  },
  call: (client) =>
    client.chat.completions
      .runTools({
        ...chatParams,
        tools: [
          {
            type: 'function',
            function: {
              ...{ name: 'look_up', description: 'Looks a city up' },
              parameters: { type: 'object', properties: { number: { type: 'number' } } },
              function: async (args) => `City ${JSON.parse(args).number} has 2,103,000 inhabitants`,
            },
          },
        ],
      })
      .finalContent(),
};
