// Further clients of the table: frameworks, older versions of the AI SDK, SDKs of other vendors, mocks and proxies.
import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect } from 'node:net';

/**
 * @param chat the requests of OpenAI's chat, and helpers of app.mjs. Each row is `[client, plain, streamed]`; of a mock, which
 * answers in the place of a vendor, only what the application sees is compared.
 */
export const moreRows = ({ CHAT, sent, prompt, messages, gather, chatText }) => {
  const [llama, gemini] = ['llama-3.3-70b-versatile', 'gemini-2.5-flash'];

  const olderAi = (major) => async () => {
    const ai = await import(`ai-${major}`);
    const { createOpenAI } = await import(`openai-of-ai-${major}`);
    const model = createOpenAI({ apiKey: 'test', compatibility: 'strict' }).chat('gpt-4o-mini');
    const asked = { model, prompt, maxRetries: 0 };
    return [
      'ai, openai (chat)',
      async () => (await ai.generateText(asked)).text,
      () => gather(ai.streamText(asked).textStream, String),
    ];
  };

  const langchain = (name, make) => async () => {
    const exports = await import(name);
    const model = make(exports);
    return [
      name,
      async () => (await model.invoke(prompt)).content,
      async () => gather(await model.stream(prompt), ({ content }) => content),
    ];
  };

  /** Bedrock's body of a model of Anthropic. */
  const claude = {
    modelId: 'anthropic.claude-sonnet-4-5-20250929-v1:0',
    contentType: 'application/json',
    body: JSON.stringify({ anthropic_version: 'bedrock-2023-05-31', max_tokens: 100, messages }),
  };
  const nova = {
    modelId: 'amazon.nova-lite-v1:0',
    messages: [{ role: 'user', content: [{ text: prompt }] }],
  };

  return {
    'ai-4': olderAi(4),
    'ai-5': olderAi(5),
    'ai-6': olderAi(6),
    '@langchain/google-genai': langchain(
      '@langchain/google-genai',
      ({ ChatGoogleGenerativeAI }) =>
        new ChatGoogleGenerativeAI({ apiKey: 'test', model: gemini, maxRetries: 0 }),
    ),
    '@langchain/groq': langchain(
      '@langchain/groq',
      ({ ChatGroq }) => new ChatGroq({ apiKey: 'test', model: llama, maxRetries: 0 }),
    ),
    '@langchain/mistralai': langchain(
      '@langchain/mistralai',
      ({ ChatMistralAI }) =>
        new ChatMistralAI({ apiKey: 'test', model: 'mistral-small-latest', maxRetries: 0 }),
    ),
    '@langchain/ollama': langchain(
      '@langchain/ollama',
      ({ ChatOllama }) => new ChatOllama({ baseUrl: 'https://ollama.com', model: 'llama3.2', maxRetries: 0 }),
    ),
    '@langchain/aws': langchain(
      '@langchain/aws',
      ({ ChatBedrockConverse }) =>
        new ChatBedrockConverse({
          region: 'us-east-1',
          model: nova.modelId,
          credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
          maxRetries: 0,
        }),
    ),
    async '@mastra/core'() {
      const { Agent } = await import('@mastra/core/agent');
      const { createOpenAI } = await import('@ai-sdk/openai');
      const model = createOpenAI({ apiKey: 'test' })('gpt-4o-mini');
      const agent = new Agent({ id: 'weather', name: 'weather', instructions: 'Answer.', model });
      return [
        '@mastra/core',
        async () => (await agent.generate(prompt)).text,
        async () => gather((await agent.stream(prompt)).textStream, String),
      ];
    },
    async genkit() {
      const { genkit } = await import('genkit');
      const { googleAI } = await import('@genkit-ai/google-genai');
      const ai = genkit({ plugins: [googleAI({ apiKey: 'test' })], model: googleAI.model(gemini) });
      return [
        'genkit',
        async () => (await ai.generate(prompt)).text,
        async () => gather(ai.generateStream(prompt).stream, ({ text }) => text),
      ];
    },
    async '@google-cloud/vertexai'() {
      const { VertexAI } = await import('@google-cloud/vertexai');
      const credentials = {
        type: 'authorized_user',
        client_id: 'a',
        client_secret: 'b',
        refresh_token: 'c',
      };
      const options = { project: 'p', location: 'us-central1', googleAuthOptions: { credentials } };
      const model = new VertexAI(options).getGenerativeModel({ model: gemini });
      const textOf = ({ candidates }) => candidates[0].content.parts[0].text;
      return [
        '@google-cloud/vertexai',
        async () => textOf((await model.generateContent(prompt)).response),
        async () => gather((await model.generateContentStream(prompt)).stream, textOf),
      ];
    },
    async '@cerebras/cerebras_cloud_sdk'() {
      const { default: Cerebras } = await import('@cerebras/cerebras_cloud_sdk');
      const { chat } = new Cerebras({ apiKey: 'test', maxRetries: 0, warmTCPConnection: false });
      const model = 'gpt-oss-120b';
      return [
        '@cerebras/cerebras_cloud_sdk',
        async () => (await chat.completions.create({ model, messages })).choices[0].message.content,
        async () => gather(await chat.completions.create({ model, messages, stream: true }), chatText),
      ];
    },
    async '@openrouter/sdk'() {
      const { OpenRouter } = await import('@openrouter/sdk');
      const { chat } = new OpenRouter({ apiKey: 'test', retryConfig: { strategy: 'none' } });
      const model = 'openai/gpt-4o-mini';
      return [
        '@openrouter/sdk',
        async () => (await chat.send({ chatRequest: { model, messages } })).choices[0].message.content,
        async () => gather(await chat.send({ chatRequest: { model, messages, stream: true } }), chatText),
      ];
    },
    async '@huggingface/inference'() {
      const { InferenceClient } = await import('@huggingface/inference');
      const client = new InferenceClient('hf_test', { endpointUrl: 'https://router.huggingface.co/v1' });
      const model = 'meta-llama/Llama-3.3-70B-Instruct';
      return [
        '@huggingface/inference',
        async () => (await client.chatCompletion({ model, messages })).choices[0].message.content,
        () => gather(client.chatCompletionStream({ model, messages }), chatText),
      ];
    },
    async '@azure-rest/ai-inference'() {
      const { default: ModelClient } = await import('@azure-rest/ai-inference');
      const { AzureKeyCredential } = await import('@azure/core-auth');
      const client = ModelClient('https://res.services.ai.azure.com/models', new AzureKeyCredential('test'));
      const path = client.path('/chat/completions');
      const body = { model: 'gpt-4o-mini', messages };
      return [
        '@azure-rest/ai-inference',
        async () => (await path.post({ body })).body.choices[0].message.content,
        async () =>
          gather((await path.post({ body: { ...body, stream: true } }).asNodeStream()).body, String),
      ];
    },
    async '@aws-sdk/client-bedrock-runtime'() {
      const aws = await import('@aws-sdk/client-bedrock-runtime');
      const client = new aws.BedrockRuntimeClient({ region: 'us-east-1' });
      return [
        '@aws-sdk/client-bedrock-runtime',
        async () => (await client.send(new aws.ConverseCommand(nova))).output.message.content[0].text,
        async () =>
          gather(
            (await client.send(new aws.ConverseStreamCommand(nova))).stream,
            ({ contentBlockDelta }) => contentBlockDelta?.delta.text,
          ),
      ];
    },
    async '@aws-sdk/client-bedrock-runtime, InvokeModel'() {
      const aws = await import('@aws-sdk/client-bedrock-runtime');
      const client = new aws.BedrockRuntimeClient({ region: 'us-east-1' });
      const textOf = (bytes) => Buffer.from(bytes).toString();
      return [
        '@aws-sdk/client-bedrock-runtime, InvokeModel',
        async () => textOf((await client.send(new aws.InvokeModelCommand(claude))).body),
        async () =>
          gather(
            (await client.send(new aws.InvokeModelWithResponseStreamCommand(claude))).body,
            ({ chunk }) => textOf(chunk.bytes),
          ),
      ];
    },
    async '@aws-sdk/client-sagemaker-runtime'() {
      const aws = await import('@aws-sdk/client-sagemaker-runtime');
      const client = new aws.SageMakerRuntimeClient({
        region: 'us-east-1',
        credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
      });
      const asked = { EndpointName: 'llama', ContentType: 'application/json' };
      const Body = JSON.stringify({ messages });
      const textOf = (bytes) => Buffer.from(bytes).toString();
      return [
        '@aws-sdk/client-sagemaker-runtime',
        async () => textOf((await client.send(new aws.InvokeEndpointCommand({ ...asked, Body }))).Body),
        async () =>
          gather(
            (await client.send(new aws.InvokeEndpointWithResponseStreamCommand({ ...asked, Body }))).Body,
            ({ PayloadPart }) => textOf(PayloadPart.Bytes),
          ),
      ];
    },
    async 'llama-api-client'() {
      const { LlamaAPIClient } = await import('llama-api-client');
      const { completions } = new LlamaAPIClient({ apiKey: 'test', maxRetries: 0 }).chat;
      const asked = { model: 'Llama-4-Maverick-17B-128E-Instruct-FP8', messages };
      return [
        'llama-api-client',
        async () => (await completions.create(asked)).completion_message.content.text,
        async () =>
          gather(await completions.create({ ...asked, stream: true }), ({ event }) => event.delta.text),
      ];
    },
    async 'ai-gateway-provider'() {
      const ai = await import('ai');
      const { createAiGateway } = await import('ai-gateway-provider');
      const { createOpenAI } = await import('@ai-sdk/openai');
      const { createAnthropic } = await import('@ai-sdk/anthropic');
      const gateway = createAiGateway({
        accountId: '0123456789abcdef0123456789abcdef',
        gateway: 'mine',
        apiKey: 'test',
      });
      const model = gateway([
        createOpenAI({ apiKey: 'test' }).chat('gpt-4o-mini'),
        createAnthropic({ apiKey: 'test' })('claude-sonnet-4-5'),
      ]);
      const asked = { model, prompt, maxRetries: 0 };
      return [
        'ai, ai-gateway-provider',
        async () => (await ai.generateText(asked)).text,
        () => gather(ai.streamText(asked).textStream, String),
      ];
    },
    async 'undici, EnvHttpProxyAgent'() {
      const { EnvHttpProxyAgent, fetch } = await import('undici');
      const proxy = createServer().listen(0, '127.0.0.1');
      proxy.on('connect', (_request, socket) => {
        const vendor = connect(443, process.env.VENDORS, () => {
          socket.write('HTTP/1.1 200 OK\r\n\r\n');
          socket.pipe(vendor).pipe(socket);
        });
        for (const stream of [socket, vendor]) stream.on('error', () => {});
      });
      await once(proxy.unref(), 'listening');
      const dispatcher = new EnvHttpProxyAgent({ httpsProxy: `http://127.0.0.1:${proxy.address().port}` });
      return [
        'undici, EnvHttpProxyAgent',
        async () => (await (await fetch(CHAT, { ...sent(), dispatcher })).json()).choices[0].message.content,
        async () => (await fetch(CHAT, { ...sent(true), dispatcher })).text(),
      ];
    },
    async 'undici, MockAgent'() {
      const { MockAgent, fetch } = await import('undici');
      const dispatcher = new MockAgent();
      const mock = dispatcher.get('https://api.openai.com').intercept({ path: () => true, method: 'POST' });
      mock.reply(200, { choices: [{ message: { content: 'mocked' } }] }).persist();
      const ask = async (stream) => (await fetch(CHAT, { ...sent(stream), dispatcher })).text();
      return ['undici, MockAgent (mock)', () => ask(), () => ask(true)];
    },
    async nock() {
      const { default: nock } = await import('nock');
      nock.restore();
      const ask = async (stream) => {
        nock.activate();
        nock('https://api.openai.com').post('/v1/chat/completions').reply(200, { choices: [] });
        const text = await (await fetch(CHAT, sent(stream))).text();
        nock.restore();
        return text;
      };
      return ['nock (mock)', () => ask(), () => ask(true)];
    },
    async msw() {
      const { http, HttpResponse } = await import('msw');
      const { setupServer } = await import('msw/node');
      const ask = async (stream) => {
        const server = setupServer(http.post(CHAT, () => HttpResponse.json({ choices: [] })));
        server.listen();
        const text = await (await fetch(CHAT, sent(stream))).text();
        server.close();
        return text;
      };
      return ['msw (mock)', () => ask(), () => ask(true)];
    },
  };
};
