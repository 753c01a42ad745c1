/**
 * A fake vendor on loopback, for tests and for the demo. It answers as the vendors' APIs do, records the requests,
 * and fails on demand (`server/behaviours.ts`). It prints nothing, and keeps no process alive after `close()`.
 */
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { anthropic } from './server/anthropic.ts';
import { bedrock } from './server/bedrock.ts';
import { BEHAVIOUR_HEADER, type Behaviour, behaviourOf } from './server/behaviours.ts';
import { parseBody } from './server/body.ts';
import { gemini } from './server/gemini.ts';
import { openai } from './server/openai.ts';
import { breakOff, sendStream, sendWhole, sleep, wasAborted } from './server/reply.ts';
import type { Answer, Script, VendorRequest, VendorRoutes } from './server/routes.ts';

/**
 * The value of `LLMTRACE_MODEL_MAP` for applications that call the test server. Its host has no prices, so the map
 * names the vendor of each model of the tests.
 */
export const MODEL_MAP = [
  'gpt-4o-mini=openai:gpt-4o-mini',
  'gpt-4.1-mini=openai:gpt-4.1-mini',
  'gpt-5-mini=openai:gpt-5-mini',
  'text-embedding-3-small=openai:text-embedding-3-small',
  'claude-haiku-4-5=anthropic:claude-haiku-4-5',
  'claude-sonnet-4-6=anthropic:claude-sonnet-4-6',
  'gemini-2.5-flash=gcp.gemini:gemini-2.5-flash',
  'amazon.nova-lite-v1:0=aws.bedrock:amazon.nova-lite-v1:0',
  'us.anthropic.claude-haiku-4-5-20251001-v1:0=aws.bedrock:us.anthropic.claude-haiku-4-5-20251001-v1:0',
].join(',');

export { BEHAVIOUR_HEADER } from './server/behaviours.ts';

/** One request that the server got. */
export interface RecordedRequest {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Parsed: JSON, the parts of a form, or text. */
  readonly body: any;
  /** True once the server or the client has ended the exchange. */
  closed: boolean;
  /** True where the client went away before it had the whole answer. */
  aborted: boolean;
}

/** The answer to one request, in place of the one that its model's name or its header selects. */
export interface Scripted {
  readonly script?: Script;
  readonly behaviour?: Omit<Behaviour, 'name'>;
  /** The whole answer, as the vendor would send it. */
  readonly json?: unknown;
}

export interface VendorServerOptions {
  /** The server calls it once for each request. */
  scripted?: (request: RecordedRequest) => Scripted | undefined;
  /** Wait before each answer, in ms. @default 0 */
  latency?: number;
  /** Wait between the chunks of a stream, in ms. @default 0 */
  gap?: number;
}

export interface VendorServer {
  /** `http://127.0.0.1:port`, without a trailing slash. */
  readonly url: string;
  /** In the order of their arrival, since the last `clear()`. */
  readonly requests: RecordedRequest[];
  /** Resolves when `count` requests have arrived since the last `clear()`. */
  received(count: number): Promise<void>;
  /** Resolves when no exchange is open. */
  idle(): Promise<void>;
  /** Clears the requests and starts again with the first id, so that two runs get the same answers. */
  clear(): void;
  /** Ends all connections at once. */
  close(): Promise<void>;
}

/** The first that owns a request answers it: OpenAI owns decisions of either vendor, Gemini its own alone. */
const VENDORS: readonly VendorRoutes[] = [gemini, openai, anthropic, bedrock];
/** The time in the first answer, in seconds since 1970. */
const FIRST_ANSWER = 1_764_000_000;

interface State {
  readonly options: VendorServerOptions;
  readonly requests: RecordedRequest[];
  readonly waiting: Set<() => void>;
  /** For each key and behaviour with `times`: how often the behaviour has applied. */
  readonly met: Map<string, number>;
  ids: number;
}

/** Starts a server on a free port. */
export async function startVendorServer(options: VendorServerOptions = {}): Promise<VendorServer> {
  const state: State = { options, requests: [], waiting: new Set(), met: new Map(), ids: 0 };
  // No header may differ between two runs, and no idle connection may close between two requests.
  const server = createServer(
    { keepAliveTimeout: 0 },
    (request, response) => void exchange(state, request, response),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    requests: state.requests,
    received: (count) => until(state, () => state.requests.length >= count),
    idle: () => until(state, () => state.requests.every(({ closed }) => closed)),
    clear() {
      state.requests.length = 0;
      state.met.clear();
      state.ids = 0;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function until(state: State, condition: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    const check = () => {
      if (!condition()) return;
      state.waiting.delete(check);
      resolve();
    };
    state.waiting.add(check);
    check();
  });
}

const changed = (state: State): void => {
  for (const check of [...state.waiting]) check();
};

async function exchange(state: State, incoming: IncomingMessage, response: ServerResponse): Promise<void> {
  response.sendDate = false;
  const recorded = await record(incoming).catch(() => undefined);
  if (!recorded) return;
  state.requests.push(recorded);
  response.on('error', () => {});
  response.on('close', () => {
    recorded.closed = true;
    recorded.aborted = wasAborted(response);
    changed(state);
  });
  changed(state);
  await answer(state, recorded, response).catch((error) => {
    // A fault of the fake vendor: without an answer, a test would wait until its time is up.
    if (!response.headersSent) response.writeHead(500);
    response.end(String(error));
  });
}

async function record(incoming: IncomingMessage): Promise<RecordedRequest> {
  const parts: Buffer[] = [];
  for await (const part of incoming) parts.push(part);
  const { pathname, searchParams } = new URL(incoming.url ?? '/', 'http://localhost');
  const { method = 'GET', headers } = incoming;
  const body = parseBody(Buffer.concat(parts), headers['content-type']);
  const query = Object.fromEntries(searchParams);
  return { method, path: pathname, query, headers, body, closed: false, aborted: false };
}

async function answer(state: State, recorded: RecordedRequest, response: ServerResponse): Promise<void> {
  const vendor = VENDORS.find(({ owns }) => owns(recorded)) ?? openai;
  const named = vendor.model(recorded);
  const scripted = state.options.scripted?.(recorded);
  const behaviour = scripted ? { name: '', ...scripted.behaviour } : requestedBehaviour(recorded, named);
  const model = named === undefined || named === behaviour?.name ? vendor.usualModel(recorded.path) : named;
  const request = { ...requestOf(state, recorded, model, behaviour), script: scripted?.script };
  if (behaviour?.hang) return;
  await sleep(behaviour?.latency ?? state.options.latency ?? 0);
  if (behaviour?.reset) return breakOff(response);
  const whole = scripted?.json === undefined ? undefined : { json: scripted.json };
  const refused = refusalOf(state, vendor, { request, behaviour, whole });
  if (refused) return sendWhole(response, refused);
  const reply = vendor.answer(request) ?? vendor.failure(404, request);
  if (!reply.events) return sendWhole(response, reply, behaviour?.cut);
  await sendStream(response, reply, {
    gap: behaviour?.gap ?? state.options.gap ?? 0,
    cut: behaviour?.cut,
    isPacked: behaviour?.isPacked,
    failure: () => vendor.streamFailure(request),
  });
}

/** The behaviour that a request names in its header or in place of a model. */
const requestedBehaviour = (recorded: RecordedRequest, model: string | undefined): Behaviour | undefined =>
  behaviourOf(recorded.headers[BEHAVIOUR_HEADER] as string | undefined) ?? behaviourOf(model);

/** The answer that replaces the model's: a scripted body, or a failure. */
function refusalOf(
  state: State,
  vendor: VendorRoutes,
  {
    request,
    behaviour,
    whole,
  }: { request: VendorRequest; behaviour: Behaviour | undefined; whole: Answer | undefined },
): Answer | undefined {
  const { status, headers } = behaviour ?? {};
  if (whole) return { ...whole, status: status ?? 200, headers: headers ?? {} };
  if (!behaviour || status === undefined || passes(state, behaviour, vendor.key(request))) return undefined;
  const failure = vendor.failure(status, request);
  return { ...failure, headers: { ...failure.headers, ...headers } };
}

function requestOf(
  state: State,
  { method, path, query, headers, body }: RecordedRequest,
  model: string,
  behaviour: Behaviour | undefined,
): VendorRequest {
  const id = (prefix: string) =>
    prefix +
    createHash('sha1')
      .update(`${prefix}${state.ids++}`)
      .digest('hex')
      .slice(0, 29);
  const created = FIRST_ANSWER + state.ids;
  return { method, path, query, headers, body, ending: behaviour?.ending, model, created, id };
}

/** Whether a behaviour with `times` has applied often enough for this key, so that the server answers. */
function passes(state: State, { name, times = Number.POSITIVE_INFINITY }: Behaviour, key: string): boolean {
  const id = `${name} ${key}`;
  const met = (state.met.get(id) ?? 0) + 1;
  state.met.set(id, met > times ? 0 : met);
  return met > times;
}
