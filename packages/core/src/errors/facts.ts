/** What an error says of itself, of the vendor's answer behind it, and of what caused it; collected by shape. */
import { classNames, entries, get, header, jsonIn, safely, text, word } from './read.ts';

/** Everything that rules may ask of an error. */
export interface Facts {
  /** Names of its classes and of itself. */
  readonly names: ReadonlySet<string>;
  /** Codes, types and reasons, of itself, of the vendor's answer, and of what caused it. */
  readonly codes: ReadonlySet<string>;
  /** Its own message. */
  readonly message: string;
  /** All messages: its own, those of the vendor's answer, and of what caused it. */
  readonly messages: string;
  readonly status: number | undefined;
  /** Google's details of an error, each with its `@type`. */
  readonly details: readonly unknown[];
  header(name: string): string | undefined;
  /** The vendor's own id of the request. */
  readonly requestId: string | undefined;
  readonly provider: string | undefined;
}

/** How far the causes of an error are followed. */
const MAX_CHAIN = 8;
const MAX_MESSAGE = 2000;

export function factsOf(error: unknown): Facts {
  const chain = chainOf(error);
  const bodies = chain.map(bodiesOf);
  const all = bodies.flat();
  const details = all.flatMap((body) => [
    ...entries(get(body, 'details')),
    ...entries(get(body, 'errorDetails')),
  ]);
  const messages = all.flatMap((body) => text(get(body, 'message'))?.slice(0, MAX_MESSAGE) ?? []);
  const header = headerOf(chain);
  const message = (typeof error === 'string' ? error : text(get(error, 'message'))) ?? '';
  return {
    names: new Set([...classNames(error), ...(word(get(error, 'name')) ? [String(get(error, 'name'))] : [])]),
    codes: new Set([...all, ...details].flatMap(codesOf)),
    message,
    messages: [message, ...messages].join('\n'),
    status: first(all, statusOf) ?? statusIn(message),
    details,
    header,
    requestId:
      first(all, (body) => word(get(body, 'requestID')) ?? word(get(body, 'request_id'))) ?? idOf(header),
    provider: providerOf(error, bodies[0] ?? [], message),
  };
}

/** An error, what caused it, and the errors that it sums up; each once. */
function chainOf(error: unknown): unknown[] {
  const chain = new Set<unknown>([error]);
  for (const one of chain) {
    for (const next of [get(one, 'cause'), ...entries(get(one, 'errors'))]) {
      if (typeof next === 'object' && next !== null && chain.size < MAX_CHAIN) chain.add(next);
    }
  }
  return [...chain];
}

/** An error and the vendor's answer within it: as an object, or as the text that Google's SDKs make of it. */
function bodiesOf(error: unknown): unknown[] {
  const body = get(error, 'error');
  const said = jsonIn(get(error, 'message'));
  const sent = jsonIn(get(error, 'body'));
  const candidates = [error, body, get(body, 'error'), said, get(said, 'error'), sent, get(sent, 'error')];
  return candidates.filter((one) => typeof one === 'object' && one !== null);
}

function codesOf(body: unknown): string[] {
  const said = [
    get(body, 'code'),
    get(body, 'errorCode'),
    get(body, 'type'),
    get(body, 'status'),
    get(body, 'reason'),
    get(get(body, 'innererror'), 'code'),
    get(get(body, 'details'), 'error_code'),
    isBlocked(get(body, 'response')) ? 'content_filter' : undefined,
  ];
  return said.flatMap((one) => word(one) ?? []);
}

/** True for an answer whose text Google's SDK refuses to give. */
const isBlocked = (response: unknown): boolean =>
  text(get(get(response, 'promptFeedback'), 'blockReason')) !== undefined;

const isStatus = (value: unknown): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value >= 100 && value < 600;

const statusOf = (body: unknown): number | undefined =>
  [get(body, 'status'), get(body, 'statusCode'), get(body, 'code')].find(isStatus);

let statusByText: Map<string | undefined, number> | undefined;

/** Made when first asked for: importing `node:http` takes longer than all of llmtrace. */
function statusNamed(name: string): number | undefined {
  const codes = () => Object.entries(process.getBuiltinModule('node:http').STATUS_CODES);
  statusByText ??= new Map(codes().map(([status, text]) => [text, Number(status)]));
  return statusByText.get(name);
}

/** `@google/genai` 1 with its own retries keeps but the text of a status. */
function statusIn(message: string): number | undefined {
  const [, retried, refused] =
    /^(?:Retryable HTTP Error: (.+)|Non-retryable exception (.+) sending request)$/.exec(message) ?? [];
  return retried || refused ? statusNamed(retried ?? refused ?? '') : undefined;
}

function headerOf(chain: readonly unknown[]): Facts['header'] {
  const sets = chain
    .flatMap((one) => [get(one, 'headers'), get(get(one, 'response'), 'headers')])
    .filter((headers) => typeof headers === 'object' && headers !== null);
  return (name) => first(sets, (headers) => header(headers, name));
}

const idOf = (header: Facts['header']): string | undefined =>
  header('x-request-id') ?? header('request-id') ?? header('apim-request-id');

function first<T, R>(from: readonly T[], read: (one: T) => R | undefined): R | undefined {
  for (const one of from) {
    const found = read(one);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The SDK's vendor, known by the shape of its errors: only Google's put JSON or a prefix into messages. */
function providerOf(error: unknown, bodies: readonly unknown[], message: string): string | undefined {
  if (message.startsWith('[GoogleGenerativeAI Error]')) return 'gcp.gemini';
  const has = (name: string): boolean => ownProperty(error, name);
  if (bodies.some((body) => get(body, 'type') === 'error' && get(body, 'error') !== undefined))
    return 'anthropic';
  if (has('param') && has('code')) return 'openai';
  if (has('apiMessage') || ((has('requestID') || has('request_id')) && has('headers'))) return 'anthropic';
  const isGoogle = get(error, 'name') === 'ApiError' || has('rawResponse') || bodies.some(isGoogleBody);
  return isGoogle ? 'gcp.gen_ai' : undefined;
}

const isGoogleBody = (body: unknown): boolean =>
  typeof get(body, 'code') === 'number' && /^[A-Z][A-Z_]+$/.test(text(get(body, 'status')) ?? '');

const ownProperty = (error: unknown, name: string): boolean =>
  typeof error === 'object' && error !== null && safely(() => Object.hasOwn(error, name)) === true;
