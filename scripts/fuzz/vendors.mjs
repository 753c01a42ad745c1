// The ways in which an application uses each SDK: what it asks, how it reads the answer. A use is given a client, the
// request, and `at`: what notes all that the application sees.

import { handlerOf } from '@llmtrace/test-fixtures/cases/aws-bedrock';

/** Reads a stream, to its end or as far as the play says. */
async function read(stream, at) {
  let count = 0;
  for await (const chunk of stream) {
    at.see('chunk', chunk);
    count += 1;
    if (count === at.take) break;
  }
  at.see('read', count);
}

const plain = (ask) => async (client, request, at) =>
  at.see('answer', await ask(client, request, at.options));
const streamed = (ask) => async (client, request, at) =>
  read(await ask(client, streaming(request), at.options), at);
/** What the application passed may be no object at all. */
const streaming = (request) =>
  typeof request === 'object' && request !== null && !Array.isArray(request)
    ? { ...request, stream: true }
    : request;

const withResponse = (ask) => async (client, request, at) => {
  const { data, response, request_id } = await ask(client, request, at.options).withResponse();
  at.see('answer', data);
  at.see('response', response);
  at.see('request id', request_id);
};
const asResponse = (ask) => async (client, request, at) => {
  const response = await ask(client, request, at.options).asResponse();
  at.see('response', response);
  at.see('text', await response.text());
};
/** Several look at one promise, as libraries do, and one of them looks at nothing. */
const twice = (ask) => async (client, request, at) => {
  const promise = ask(client, request, at.options);
  at.seeShape('promise', promise);
  const seen = await Promise.allSettled([promise, promise.then((answer) => answer)]);
  at.see('settled', seen);
  at.see('one answer', seen[0].value === seen[1].value);
};
const helper = (ask, names, last) => async (client, request, at) => {
  const stream = ask(client, request, at.options);
  for (const name of names) stream.on(name, (...args) => at.see(name, args[0]));
  at.see('final', await stream[last]());
};

const openaiChat = (client, request, options) => client.chat.completions.create(request, options);
const openaiResponses = (client, request, options) => client.responses.create(request, options);
const openaiCompletion = (client, request, options) => client.completions.create(request, options);
const openaiEmbedding = (client, request, options) => client.embeddings.create(request, options);
const message = (client, request, options) => client.messages.create(request, options);
const betaMessage = (client, request, options) => client.beta.messages.create(request, options);
const textCompletion = (client, request, options) => client.completions.create(request, options);

const use = (request, answer, isStream, run) => ({ request, answer, isStream, run });

const openai = {
  'chat.create': use('chat', 'chat', false, plain(openaiChat)),
  'chat.create, withResponse': use('chat', 'chat', false, withResponse(openaiChat)),
  'chat.create, asResponse': use('chat', 'chat', false, asResponse(openaiChat)),
  'chat.create, twice': use('chat', 'chat', false, twice(openaiChat)),
  'chat.create, streamed': use('chat', 'chat', true, streamed(openaiChat)),
  'chat.parse': use(
    'chat',
    'chat',
    false,
    plain((client, request, options) => client.chat.completions.parse(request, options)),
  ),
  'chat.stream': use(
    'chat',
    'chat',
    true,
    helper(
      (client, request, options) => client.chat.completions.stream(request, options),
      ['chunk', 'content', 'tool_calls.function.arguments.delta', 'error', 'abort', 'end'],
      'finalChatCompletion',
    ),
  ),
  'responses.create': use('responses', 'responses', false, plain(openaiResponses)),
  'responses.create, streamed': use('responses', 'responses', true, streamed(openaiResponses)),
  'responses.stream': use(
    'responses',
    'responses',
    true,
    helper(
      (client, request, options) => client.responses.stream(request, options),
      ['event', 'error', 'end'],
      'finalResponse',
    ),
  ),
  'completions.create': use('completion', 'completion', false, plain(openaiCompletion)),
  'completions.create, streamed': use('completion', 'completion', true, streamed(openaiCompletion)),
  'embeddings.create': use('embedding', 'embedding', false, plain(openaiEmbedding)),
};

const anthropic = {
  'messages.create': use('message', 'message', false, plain(message)),
  'messages.create, withResponse': use('message', 'message', false, withResponse(message)),
  'messages.create, asResponse': use('message', 'message', false, asResponse(message)),
  'messages.create, twice': use('message', 'message', false, twice(message)),
  'messages.create, streamed': use('message', 'message', true, streamed(message)),
  'messages.stream': use(
    'message',
    'message',
    true,
    helper(
      (client, request, options) => client.messages.stream(request, options),
      ['streamEvent', 'text', 'inputJson', 'contentBlock', 'message', 'error', 'abort', 'end'],
      'finalMessage',
    ),
  ),
  'beta.messages.create': use('message', 'message', false, plain(betaMessage)),
  'beta.messages.create, streamed': use('message', 'message', true, streamed(betaMessage)),
  'completions.create': use('textCompletion', 'textCompletion', false, plain(textCompletion)),
  'completions.create, streamed': use('textCompletion', 'textCompletion', true, streamed(textCompletion)),
};

const genaiChat = ({ chats }, request) =>
  chats.create({ model: request?.model, config: request?.config, history: [] });
const genai = {
  generateContent: use(
    'genai',
    'generated',
    false,
    plain((client, request) => client.models.generateContent(request)),
  ),
  'generateContent, twice': use(
    'genai',
    'generated',
    false,
    twice((client, request) => client.models.generateContent(request)),
  ),
  generateContentStream: use('genai', 'generated', true, async (client, request, at) =>
    read(await client.models.generateContentStream(request), at),
  ),
  'chat.sendMessage': use('genai', 'generated', false, async (client, request, at) => {
    const chat = genaiChat(client, request);
    at.see('answer', await chat.sendMessage({ message: request?.contents?.[0]?.parts }));
    at.see('history', chat.getHistory());
  }),
  'chat.sendMessageStream': use('genai', 'generated', true, async (client, request, at) => {
    const chat = genaiChat(client, request);
    await read(await chat.sendMessageStream({ message: request?.contents?.[0]?.parts }), at);
    at.see('history', chat.getHistory());
  }),
  embedContent: use(
    'genaiEmbedding',
    'geminiEmbedding',
    false,
    plain((client, request) => client.models.embedContent(request)),
  ),
};

const answerOf = async ({ response }, at) => {
  at.see('answer', response);
  at.see('text', response.text());
};
const generative = {
  generateContent: use('generative', 'generated', false, async (model, request, at) =>
    answerOf(await model.generateContent(request), at),
  ),
  'generateContent, twice': use(
    'generative',
    'generated',
    false,
    twice((model, request) => model.generateContent(request)),
  ),
  'generateContentStream, both': use('generative', 'generated', true, async (model, request, at) => {
    const { stream, response } = await model.generateContentStream(request);
    response.catch(() => {});
    await read(stream, at);
    at.see('response', await response);
  }),
  'generateContentStream, response alone': use(
    'generative',
    'generated',
    true,
    async (model, request, at) => {
      const { response } = await model.generateContentStream(request);
      at.see('response', await response);
    },
  ),
  'chat.sendMessage': use('generative', 'generated', false, async (model, request, at) => {
    const chat = model.startChat({ generationConfig: request?.generationConfig });
    await answerOf(await chat.sendMessage(request?.contents?.[0]?.parts), at);
    at.see('history', await chat.getHistory());
  }),
  embedContent: use(
    'generativeEmbedding',
    'geminiEmbedding',
    false,
    plain((model, request) => model.embedContent(request)),
  ),
};

/** Sends a command, whose class is from the client's copy of the SDK. */
const send =
  (command) =>
  ({ client, sdk }, request, options) =>
    client.send(new sdk[command](request), options && { abortSignal: options.signal });
/** Sends a command of InvokeModel, whose body is JSON as text. */
const sendBody = (command) => async (made, request, options) => {
  const { body } = Object(request);
  const isPlain = typeof body === 'object' && body !== null && !ArrayBuffer.isView(body);
  return send(command)(made, isPlain ? { ...request, body: JSON.stringify(body) } : request, options);
};
const readBody = async ({ body, ...answer }, at) => {
  at.see('answer', answer);
  at.see('body', body?.transformToString());
};
const readEvents = async (events, answer, at) => {
  at.see('answer', answer);
  if (events) await read(events, at);
};
const bedrock = {
  Converse: use('converse', 'converse', false, plain(send('ConverseCommand'))),
  'Converse, twice': use('converse', 'converse', false, twice(send('ConverseCommand'))),
  ConverseStream: use('converse', 'converse', true, async (made, request, at) => {
    const { stream, ...answer } = await send('ConverseStreamCommand')(made, request, at.options);
    await readEvents(stream, answer, at);
  }),
  InvokeModel: use('invoke', 'invoked', false, async (made, request, at) =>
    readBody(await sendBody('InvokeModelCommand')(made, request, at.options), at),
  ),
  InvokeModelWithResponseStream: use('invoke', 'invoked', true, async (made, request, at) => {
    const invoke = sendBody('InvokeModelWithResponseStreamCommand');
    const { body, ...answer } = await invoke(made, request, at.options);
    await readEvents(body, answer, at);
  }),
};

/** Longer than any answer takes, in ms. */
const TIMEOUT = 1200;

/** By the name that `--only` takes. */
export const VENDORS = {
  openai: {
    package: 'openai',
    set: 'openai-7',
    uses: openai,
    client: ({ OpenAI }, url) =>
      new OpenAI({ apiKey: 'sk-example', baseURL: `${url}/v1`, maxRetries: 0, timeout: TIMEOUT }),
  },
  anthropic: {
    package: '@anthropic-ai/sdk',
    set: 'anthropic-1',
    uses: anthropic,
    client: ({ Anthropic }, url) =>
      new Anthropic({ apiKey: 'sk-ant-example', baseURL: url, maxRetries: 0, timeout: TIMEOUT }),
  },
  'google-genai': {
    package: '@google/genai',
    set: 'genai-3',
    uses: genai,
    client: ({ GoogleGenAI }, url) =>
      new GoogleGenAI({
        apiKey: 'example',
        httpOptions: { baseUrl: url, timeout: TIMEOUT, retryOptions: { attempts: 1 } },
      }),
  },
  'google-generative-ai': {
    package: '@google/generative-ai',
    set: 'generative-ai',
    uses: generative,
    client: ({ GoogleGenerativeAI }, url) =>
      new GoogleGenerativeAI('example').getGenerativeModel(
        { model: 'gemini-2.5-flash' },
        { baseUrl: url, timeout: TIMEOUT },
      ),
  },
  'aws-bedrock': {
    package: '@aws-sdk/client-bedrock-runtime',
    set: 'bedrock-3',
    uses: bedrock,
    client: (sdk, url) => ({
      sdk,
      client: new sdk.BedrockRuntimeClient({
        region: 'us-east-1',
        endpoint: url,
        token: { token: 'example' },
        authSchemePreference: ['httpBearerAuth'],
        // The fuzz server supports HTTP/1.1 only.
        requestHandler: new (handlerOf({ set: 'bedrock-3' }))({
          requestTimeout: TIMEOUT,
          throwOnRequestTimeout: true,
        }),
        maxAttempts: 1,
      }),
    }),
  },
};
