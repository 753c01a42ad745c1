/** Fake vendors on loopback: servers that answer as OpenAI, Anthropic and Gemini do, by a script of the test. */
import { type RecordedRequest, type Scripted, startVendorServer } from '@llmtrace/test-fixtures/server';

/** A vendor that is faked. */
export type FakeVendor = 'openai' | 'anthropic' | 'gemini';

/** What the model says, or how the request fails; streamed where the request asks for a stream. */
export interface FakeAnswer {
  /** Only for a request to this vendor. @default any */
  vendor?: FakeVendor;
  /** The text of the answer. @default that of the vendor's fake */
  text?: string;
  /** The model asks for this tool, in place of a text. */
  toolCall?: { name: string; arguments: object };
  /** The tokens that the vendor reports; `cached` ones are part of the input, `reasoning` ones of the output. */
  usage?: { input: number; output: number; cached?: number; reasoning?: number };
  /** An HTTP status from 400 on fails the request with the vendor's own error. @default 200 */
  status?: number;
  /** More headers of a failure: `{ 'retry-after': '1' }`. */
  headers?: Readonly<Record<string, string>>;
  /** The whole body, as the vendor would send it; `text`, `toolCall` and `usage` are ignored then. */
  body?: unknown;
  /** Wait before the answer, in ms. @default 0 */
  delay?: number;
  /** Wait between the chunks of a stream, in ms. @default 0 */
  chunkDelay?: number;
  /** `reset` closes the connection, `hang` never answers. */
  failure?: 'reset' | 'hang';
  /** A stream ends so after some chunks: an error event, a closed connection, or silence. */
  streamFailure?: { after: number; how: 'error' | 'drop' | 'hang' };
}

/** A request that a fake vendor got. */
export interface FakeRequest {
  readonly vendor: FakeVendor;
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Parsed JSON, the parts of a form, or text. */
  readonly body: unknown;
}

/** Where a vendor's SDK finds its fake. */
export interface FakeVendorsUrls {
  /** For `new OpenAI({ baseURL })`. */
  readonly openai: string;
  /** For `new Anthropic({ baseURL })`. */
  readonly anthropic: string;
  /** For `new GoogleGenAI({ httpOptions: { baseUrl } })`. */
  readonly gemini: string;
}

/** Fake vendors that run. */
export interface FakeVendors {
  readonly urls: FakeVendorsUrls;
  /**
   * Variables by which the SDKs find the fakes, and llmtrace the prices of their vendors, for `process.env` or a child
   * process.
   */
  readonly env: Readonly<Record<string, string>>;
  /** llmtrace's option `providerMap` for the fakes, so that their calls have their vendors' prices. */
  readonly providerMap: Readonly<Record<string, string>>;
  /** In the order of their arrival, since the last `reset()`. */
  readonly requests: readonly FakeRequest[];
  /**
   * Adds answers: each is for the next request that it fits, in order. A request without one gets the fake's usual
   * answer.
   */
  reply(...answers: FakeAnswer[]): void;
  /** Forgets requests and answers. */
  reset(): void;
  /** Ends all connections at once. */
  close(): Promise<void>;
}

const PROVIDERS: Readonly<Record<FakeVendor, string>> = {
  openai: 'openai',
  anthropic: 'anthropic',
  gemini: 'gcp.gemini',
};
const VENDORS = Object.keys(PROVIDERS) as FakeVendor[];

/** More answers than any test needs. */
const MAX_ANSWERS = 100_000;

/** Starts the fakes, each on a free port of 127.0.0.1. They keep no process alive once they are closed. */
export async function startFakeVendors(): Promise<FakeVendors> {
  const requests: FakeRequest[] = [];
  const answers: FakeAnswer[] = [];
  const servers = await Promise.all(VENDORS.map((vendor) => start(vendor, { requests, answers })));
  const [openai, anthropic, gemini] = servers.map(({ url }) => url) as [string, string, string];
  const hosts = servers.map(({ url }, index) => [new URL(url).host, PROVIDERS[VENDORS[index] as FakeVendor]]);
  return {
    urls: { openai: `${openai}/v1`, anthropic, gemini },
    env: {
      OPENAI_BASE_URL: `${openai}/v1`,
      OPENAI_API_KEY: 'sk-fake',
      ANTHROPIC_BASE_URL: anthropic,
      ANTHROPIC_API_KEY: 'sk-ant-fake',
      GOOGLE_GEMINI_BASE_URL: gemini,
      GEMINI_API_KEY: 'fake',
      LLMTRACE_PROVIDER_MAP: hosts.map((pair) => pair.join('=')).join(','),
    },
    providerMap: Object.fromEntries(hosts),
    requests,
    reply(...more) {
      if (answers.length + more.length > MAX_ANSWERS)
        throw new RangeError(`Expected at most ${MAX_ANSWERS} answers that wait.`);
      for (const answer of more) answers.push(checkedAnswer(answer));
    },
    reset() {
      requests.length = 0;
      answers.length = 0;
      for (const server of servers) server.clear();
    },
    close: async () => void (await Promise.all(servers.map((server) => server.close()))),
  };
}

const start = (
  vendor: FakeVendor,
  { requests, answers }: { requests: FakeRequest[]; answers: FakeAnswer[] },
) =>
  startVendorServer({
    scripted(recorded: RecordedRequest) {
      const { method, path, headers, body } = recorded;
      requests.push({ vendor, method, path, headers, body });
      const next = answers.findIndex((answer) => (answer.vendor ?? vendor) === vendor);
      return next === -1 ? undefined : scriptOf(answers.splice(next, 1)[0] as FakeAnswer);
    },
  });

function scriptOf({ text, toolCall, usage, body, ...how }: FakeAnswer): Scripted {
  const { status, headers, delay, chunkDelay, failure, streamFailure } = how;
  return {
    script: { ...defined({ text, toolCall, usage }) },
    json: body,
    behaviour: defined({
      status: status !== undefined && (status >= 400 || body !== undefined) ? status : undefined,
      headers,
      latency: delay,
      gap: chunkDelay,
      reset: failure === 'reset' || undefined,
      hang: failure === 'hang' || undefined,
      cut: streamFailure,
    }),
  };
}

const defined = <T extends object>(object: T): { [K in keyof T]?: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as never;

const FIELDS: ReadonlySet<string> = new Set([
  ...['vendor', 'text', 'toolCall', 'usage', 'status', 'headers', 'body', 'delay', 'chunkDelay', 'failure'],
  'streamFailure',
]);

/** A misspelt field would be a test of something else. */
function checkedAnswer(answer: FakeAnswer): FakeAnswer {
  const unknown = Object.keys(answer).find((field) => !FIELDS.has(field));
  if (unknown !== undefined)
    throw new TypeError(`Expected an answer to have no field \`${unknown.slice(0, 50)}\`.`);
  const { vendor } = answer;
  if (vendor !== undefined && !VENDORS.includes(vendor))
    throw new TypeError(
      `Expected \`vendor\` to be one of ${VENDORS.join(', ')}, got ${String(vendor).slice(0, 50)}.`,
    );
  return answer;
}
