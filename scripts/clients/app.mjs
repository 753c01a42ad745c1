// Asks a model with each client, plainly and streamed; prints the client's results. `takeSpans` is set if the process
// is traced.
import { readFile } from 'node:fs/promises';
import { moreRows } from './more.mjs';

const prompt = 'What is the weather in Paris?';
const messages = [{ role: 'user', content: prompt }];
const options = { maxRetries: 0 };

async function gather(stream, textOf) {
  let text = '';
  for await (const part of stream) text += textOf(part) ?? '';
  return text;
}

/** Raw requests of OpenAI's chat. */
const CHAT = 'https://api.openai.com/v1/chat/completions';
const HEADERS = { 'content-type': 'application/json', authorization: 'Bearer sk-test' };
const body = (stream) => ({ model: 'gpt-4o-mini', messages, ...(stream && { stream }) });
const sent = (stream) => ({ method: 'POST', headers: HEADERS, body: JSON.stringify(body(stream)) });

async function aiModels() {
  const ai = await import('ai');
  globalThis.AI_SDK_LOG_WARNINGS = false;
  const [{ createOpenAI }, { createAnthropic }, { createGoogleGenerativeAI }, { createOpenAICompatible }] =
    await Promise.all(
      ['openai', 'anthropic', 'google', 'openai-compatible'].map((name) => import(`@ai-sdk/${name}`)),
    );
  const [{ createGroq }, { createMistral }, { createCohere }, { createAmazonBedrock }] = await Promise.all(
    ['groq', 'mistral', 'cohere', 'amazon-bedrock'].map((name) => import(`@ai-sdk/${name}`)),
  );
  const apiKey = 'test';
  const compatible = createOpenAICompatible({
    name: 'deepseek',
    baseURL: 'https://api.deepseek.com/v1',
    apiKey,
  });
  const bedrock = createAmazonBedrock({ region: 'us-east-1', apiKey });
  const models = {
    'openai (responses)': createOpenAI({ apiKey })('gpt-4o-mini'),
    'openai (chat)': createOpenAI({ apiKey }).chat('gpt-4o-mini'),
    anthropic: createAnthropic({ apiKey })('claude-sonnet-4-5'),
    google: createGoogleGenerativeAI({ apiKey })('gemini-2.5-flash'),
    'openai-compatible': compatible('deepseek-chat'),
    groq: createGroq({ apiKey })('llama-3.3-70b-versatile'),
    mistral: createMistral({ apiKey })('mistral-small-latest'),
    cohere: createCohere({ apiKey })('command-r-08-2024'),
    'amazon-bedrock': bedrock('amazon.nova-lite-v1:0'),
    gateway: ai.createGateway({ apiKey })('openai/gpt-4o-mini'),
  };
  return Object.entries(models).map(([name, model]) => [
    `ai, ${name}`,
    async () => (await ai.generateText({ ...options, model, prompt })).text,
    () => gather(ai.streamText({ ...options, model, prompt }).textStream, (part) => part),
  ]);
}

const chatText = ({ choices }) => choices[0]?.delta?.content;

const ROWS = {
  fetch: () => [
    'fetch',
    async () => (await (await fetch(CHAT, sent())).json()).choices[0].message.content,
    async () => (await fetch(CHAT, sent(true))).text(),
  ],
  async undici() {
    const { request } = await import('undici');
    return [
      'undici',
      async () => (await (await request(CHAT, sent())).body.json()).choices[0].message.content,
      async () => (await request(CHAT, sent(true))).body.text(),
    ];
  },
  async axios() {
    const { default: axios } = await import('axios');
    const headers = HEADERS;
    return [
      'axios',
      async () => (await axios.post(CHAT, body(), { headers })).data.choices[0].message.content,
      async () =>
        gather((await axios.post(CHAT, body(true), { headers, responseType: 'stream' })).data, String),
    ];
  },
  async got() {
    const { default: got } = await import('got');
    const ask = (stream) => ({ json: body(stream), headers: HEADERS, retry: { limit: 0 } });
    return [
      'got',
      async () => (await got.post(CHAT, ask()).json()).choices[0].message.content,
      () => gather(got.stream.post(CHAT, ask(true)), String),
    ];
  },
  async 'node-fetch'() {
    const { default: nodeFetch } = await import('node-fetch');
    return [
      'node-fetch',
      async () => (await (await nodeFetch(CHAT, sent())).json()).choices[0].message.content,
      async () => (await nodeFetch(CHAT, sent(true))).text(),
    ];
  },
  async ky() {
    const { default: ky } = await import('ky');
    return [
      'ky',
      async () => (await ky.post(CHAT, { json: body(), headers: HEADERS }).json()).choices[0].message.content,
      () => ky.post(CHAT, { json: body(true), headers: HEADERS }).text(),
    ];
  },
  async superagent() {
    const { default: superagent } = await import('superagent');
    return [
      'superagent',
      async () => (await superagent.post(CHAT).set(HEADERS).send(body())).body.choices[0].message.content,
      async () => (await superagent.post(CHAT).set(HEADERS).buffer(true).send(body(true))).text,
    ];
  },
  async 'groq-sdk'() {
    const { default: Groq } = await import('groq-sdk');
    const groq = new Groq({ apiKey: 'test', ...options });
    const model = 'llama-3.3-70b-versatile';
    return [
      'groq-sdk',
      async () => (await groq.chat.completions.create({ model, messages })).choices[0].message.content,
      async () => gather(await groq.chat.completions.create({ model, messages, stream: true }), chatText),
    ];
  },
  async '@mistralai/mistralai'() {
    const { Mistral } = await import('@mistralai/mistralai');
    const mistral = new Mistral({ apiKey: 'test' });
    const model = 'mistral-small-latest';
    return [
      '@mistralai/mistralai',
      async () => (await mistral.chat.complete({ model, messages })).choices[0].message.content,
      async () => gather(await mistral.chat.stream({ model, messages }), ({ data }) => chatText(data)),
    ];
  },
  async 'cohere-ai'() {
    const { CohereClientV2 } = await import('cohere-ai');
    const cohere = new CohereClientV2({ token: 'test' });
    const model = 'command-r-08-2024';
    return [
      'cohere-ai',
      async () => (await cohere.chat({ model, messages })).message.content[0].text,
      async () =>
        gather(await cohere.chatStream({ model, messages }), ({ delta }) => delta?.message?.content?.text),
    ];
  },
  async 'together-ai'() {
    const { default: Together } = await import('together-ai');
    const together = new Together({ apiKey: 'test', ...options });
    const model = 'meta-llama/Llama-3.3-70B-Instruct-Turbo';
    return [
      'together-ai',
      async () => (await together.chat.completions.create({ model, messages })).choices[0].message.content,
      async () => gather(await together.chat.completions.create({ model, messages, stream: true }), chatText),
    ];
  },
  async ollama() {
    const { Ollama } = await import('ollama');
    const ollama = new Ollama({ host: 'https://ollama.com' });
    const model = 'llama3.2';
    return [
      'ollama',
      async () => (await ollama.chat({ model, messages })).message.content,
      async () =>
        gather(await ollama.chat({ model, messages, stream: true }), ({ message }) => message.content),
    ];
  },
};

/** A client that cannot be made fails in its own row. */
async function rowOf(name, make) {
  try {
    return await make();
  } catch (error) {
    const fail = () => Promise.reject(error);
    return [name, fail, fail];
  }
}

async function versionOf(name) {
  const path = new URL(`node_modules/${name}/package.json`, `file://${process.cwd()}/`);
  return JSON.parse(await readFile(path, 'utf8').catch(() => '{"version":""}')).version;
}

async function ask(client, version, way, run) {
  let seen;
  try {
    seen = await run();
  } catch (error) {
    seen = `threw ${error.name}: ${error.message}`;
  }
  await new Promise((resolve) => setTimeout(resolve, 20)); // the last event of a stream may come after its text
  const spans = globalThis.takeSpans?.();
  process.stdout.write(`${JSON.stringify({ client, version, way, seen, spans })}\n`);
}

const MORE = moreRows({ CHAT, sent, prompt, messages, gather, chatText });
const only = process.env.ONLY?.split(',');
for (const [name, make] of Object.entries({ ...ROWS, ...MORE })) {
  if (only && !only.includes(name)) continue;
  const [client, plain, streamed] = await rowOf(name, make);
  const version = await versionOf(name.split(', ')[0]);
  await ask(client, version, 'plain', plain);
  await ask(client, version, 'stream', streamed);
}
for (const [client, plain, streamed] of only && !only.includes('ai') ? [] : await aiModels()) {
  const version = await versionOf('ai');
  await ask(client, version, 'plain', plain);
  await ask(client, version, 'stream', streamed);
}
process.exit();
