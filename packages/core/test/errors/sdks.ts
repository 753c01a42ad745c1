/** The vendors' SDKs, as far as it takes to make each of them fail. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Format, loadSdk } from '@llmtrace/test-fixtures';
import { handlerOf } from '@llmtrace/test-fixtures/cases/aws-bedrock';

export interface CallOptions {
  stream?: boolean;
  /** In ms. */
  timeout?: number;
  signal?: AbortSignal;
}

/** One release of one SDK. */
export interface FailingSdk {
  readonly set: string;
  readonly vendor: 'openai' | 'anthropic' | 'gemini' | 'bedrock';
  /** What its errors are said to be of. */
  readonly provider: string;
  /** The error that a call to the server at `url` fails with. */
  failure(url: string, options?: CallOptions): Promise<unknown>;
}

type Call = (exports: any, url: string, options: CallOptions) => Promise<unknown>;

const messages = [{ role: 'user' as const, content: 'hi' }];

const openai: Call = async (exports, url, { stream = false, timeout = 5000, signal }) => {
  const OpenAI = exports.OpenAI ?? exports.default;
  const client = new OpenAI({ apiKey: 'k', baseURL: `${url}/v1`, maxRetries: 0, timeout });
  return client.chat.completions.create({ model: 'm', messages, stream }, { signal });
};

const anthropic: Call = async (exports, url, { stream = false, timeout = 5000, signal }) => {
  const Anthropic = exports.Anthropic ?? exports.default;
  const client = new Anthropic({ apiKey: 'k', baseURL: url, maxRetries: 0, timeout });
  return client.messages.create({ model: 'm', messages, stream, max_tokens: 5 }, { signal });
};

const genai: Call = async (exports, url, { stream = false, timeout = 5000, signal }) => {
  const client = new exports.GoogleGenAI({ apiKey: 'k', httpOptions: { baseUrl: url, timeout } });
  const request = { model: 'm', contents: 'hi', config: signal ? { abortSignal: signal } : {} };
  return stream ? client.models.generateContentStream(request) : client.models.generateContent(request);
};

const generativeAi: Call = async (exports, url, { stream = false, timeout = 5000, signal }) => {
  const model = new exports.GoogleGenerativeAI('k').getGenerativeModel(
    { model: 'm' },
    { baseUrl: url, timeout },
  );
  const options = signal ? { signal } : {};
  if (!stream) return model.generateContent('hi', options);
  const result = await model.generateContentStream('hi', options);
  result.response.catch(() => {});
  return result.stream;
};

const BEDROCK = 'bedrock-3';

const bedrock: Call = async (exports, url, { stream = false, timeout = 5000, signal }) => {
  const client = new exports.BedrockRuntimeClient({
    region: 'us-east-1',
    endpoint: url,
    token: { token: 'k' },
    authSchemePreference: ['httpBearerAuth'],
    requestHandler: new (handlerOf({ set: BEDROCK }))({
      requestTimeout: timeout,
      throwOnRequestTimeout: true,
    }),
    maxAttempts: 1,
  });
  // The stream of InvokeModel reports all failures that the stream of Converse does, and a timeout of the model.
  const command = stream
    ? new exports.InvokeModelWithResponseStreamCommand({ modelId: 'm', body: '{}' })
    : new exports.ConverseCommand({ modelId: 'm', messages: [{ role: 'user', content: [{ text: 'hi' }] }] });
  const answer = await client.send(command, { abortSignal: signal });
  return stream ? answer.body : answer;
};

const PROVIDERS: Readonly<Record<string, string>> = {
  '@google/genai': 'gcp.gen_ai',
  '@google/generative-ai': 'gcp.gemini',
  '@aws-sdk/client-bedrock-runtime': 'aws.bedrock',
};

const sdk = (
  set: string,
  vendor: FailingSdk['vendor'],
  name: string,
  format: Format,
  call: Call,
): FailingSdk => ({
  set: `${set} (${format})`,
  vendor,
  provider: PROVIDERS[name] ?? vendor,
  async failure(url, options = {}) {
    const { exports } = await loadSdk({ set, package: name, format });
    try {
      const answer = await call(exports, url, options);
      if (options.stream) for await (const chunk of answer as AsyncIterable<unknown>) throwIfError(chunk);
    } catch (error) {
      return error;
    }
    throw new Error(`Expected ${set} to fail.`);
  },
});

/** `@google/generative-ai` yields the error that a stream reports. */
function throwIfError(chunk: any): void {
  if (chunk?.error && !chunk.choices) throw chunk;
}

const OPENAI = ['openai-4-oldest', 'openai-4', 'openai-5', 'openai-6', 'openai-7'];
const ANTHROPIC = ['anthropic-0.30', 'anthropic-0.60', 'anthropic-0.133', 'anthropic-0', 'anthropic-1'];
const GENAI = ['genai-1', 'genai-2', 'genai-3'];

export const SDKS: readonly FailingSdk[] = [
  ...OPENAI.map((set, n) => sdk(set, 'openai', 'openai', n % 2 ? 'esm' : 'cjs', openai)),
  ...ANTHROPIC.map((set, n) => sdk(set, 'anthropic', '@anthropic-ai/sdk', n % 2 ? 'esm' : 'cjs', anthropic)),
  ...GENAI.map((set, n) => sdk(set, 'gemini', '@google/genai', n % 2 ? 'esm' : 'cjs', genai)),
  sdk('generative-ai', 'gemini', '@google/generative-ai', 'cjs', generativeAi),
  sdk(BEDROCK, 'bedrock', '@aws-sdk/client-bedrock-runtime', 'cjs', bedrock),
];

/** How a server treats a request. */
export interface Play {
  status?: number;
  headers?: Record<string, string>;
  body?: string | Uint8Array;
  /** Never answer. */
  hang?: boolean;
  /** Break the connection: before the answer, or after its body. */
  reset?: boolean;
}

export interface FailingServer {
  readonly url: string;
  play: Play;
  close(): Promise<void>;
}

/** A server that treats every request as its `play` says. */
export async function startFailingServer(): Promise<FailingServer> {
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    request.resume();
    const { status = 200, headers = {}, body = '', hang, reset } = running.play;
    if (hang) return;
    if (reset && body.length === 0) return void request.socket.destroy();
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    if (!reset) return void response.end(body);
    response.write(body);
    setTimeout(() => request.socket.destroy(), 30);
  };
  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const running: FailingServer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    play: {},
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return running;
}
