/** Fake vendors on loopback: servers that answer as OpenAI, Anthropic and Gemini do, with answers that a test scripts. */
import { type RecordedRequest, type Scripted, startVendorServer } from '@llmtrace/test-fixtures/server';

/** The vendors that have a fake. */
export type FakeVendor = 'openai' | 'anthropic' | 'gemini';

/** The answer of the model, or the failure of the request; a stream if the request asks for one. */
export interface FakeAnswer {
  /** The vendor whose requests get the answer. @default any vendor */
  vendor?: FakeVendor;
  /** The text of the answer. @default the usual text of the vendor's fake */
  text?: string;
  /** The tool that the model calls, in place of a text. */
  toolCall?: { name: string; arguments: object };
  /** The tokens that the vendor reports; `input` includes `cached`, `output` includes `reasoning`. */
  usage?: { input: number; output: number; cached?: number; reasoning?: number };
  /** An HTTP status from 400 on fails the request with the vendor's own error. @default 200 */
  status?: number;
  /** Further headers of a failure: `{ 'retry-after': '1' }`. */
  headers?: Readonly<Record<string, string>>;
  /** The whole body, as the vendor would send it; with it, `text`, `toolCall` and `usage` have no effect. */
  body?: unknown;
  /** The time before the answer, in ms. @default 0 */
  delay?: number;
  /** The time between the chunks of a stream, in ms. @default 0 */
  chunkDelay?: number;
  /** `reset` closes the connection, `hang` never answers. */
  failure?: 'reset' | 'hang';
  /** How a stream ends after `after` chunks: with an error event, with a closed connection, or without an end. */
  streamFailure?: { after: number; how: 'error' | 'drop' | 'hang' };
}

/** A request that a fake vendor received. */
export interface FakeRequest {
  readonly vendor: FakeVendor;
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Parsed JSON, the parts of a form, or text. */
  readonly body: unknown;
}

/** The base URLs of the fakes, for the options of the SDKs. */
export interface FakeVendorsUrls {
  /** For `new OpenAI({ baseURL })`. */
  readonly openai: string;
  /** For `new Anthropic({ baseURL })`. */
  readonly anthropic: string;
  /** For `new GoogleGenAI({ httpOptions: { baseUrl } })`. */
  readonly gemini: string;
}

/** Running fake vendors. */
export interface FakeVendors {
  readonly urls: FakeVendorsUrls;
  /**
   * Environment variables for `process.env` or a child process: the SDKs find the fakes by them, and llmtrace the prices
   * of the vendors.
   */
  readonly env: Readonly<Record<string, string>>;
  /** llmtrace's option `providerMap` for the fakes: with it their calls have the prices of the vendors. */
  readonly providerMap: Readonly<Record<string, string>>;
  /** The requests since the last `reset()`, in the order of their arrival. */
  readonly requests: readonly FakeRequest[];
  /**
   * Adds answers. A request gets the first unused answer for its vendor, or the fake's usual answer if none is left.
   * @throws TypeError for an unknown field or vendor; RangeError for more than 100,000 unused answers
   */
  reply(...answers: FakeAnswer[]): void;
  /** Removes all requests and unused answers. */
  reset(): void;
  /** Closes the servers and all their connections. */
  close(): Promise<void>;
}

const PROVIDERS: Readonly<Record<FakeVendor, string>> = {
  openai: 'openai',
  anthropic: 'anthropic',
  gemini: 'gcp.gemini',
};
const VENDORS = Object.keys(PROVIDERS) as FakeVendor[];

/** A limit far above the number of answers that a test needs. */
const MAX_ANSWERS = 100_000;

/** Starts the fakes, each on a free port of 127.0.0.1. After `close()` they keep no process alive. */
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
        throw new RangeError(`Expected at most ${MAX_ANSWERS} unused answers.`);
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

/** Refuses a misspelt field: without it, the test would get another answer than it wants. */
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
