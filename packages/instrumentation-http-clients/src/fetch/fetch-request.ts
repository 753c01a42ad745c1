/** A request as `fetch` gets it, read without changing it. */
import { isRepeatable } from '@llmtrace/core/internal';
import { RequestBody } from '../bodies/request-body.ts';
import type { Header } from '../clients/reading.ts';
import { mayBeCall } from '../paths.ts';

export type Fetch = typeof globalThis.fetch;
type Init = Readonly<RequestInit>;

export interface FetchRequest {
  readonly url: URL;
  readonly header: Header;
  readonly signal: AbortSignal | undefined;
  /** False for a body that can be sent but once. */
  readonly isRepeatable: boolean;
  /** The body as text; undefined for a form, and for a body that cannot be read. */
  readonly text: string | undefined;
  /** The parsed body; undefined where it is not known, null where it is no JSON. */
  readonly value: unknown;
  /** Sends it with this `fetch`. @param text another body. */
  send(fetch: Fetch, self: unknown, text?: string): Promise<Response>;
}

/** The path decides, as of each request; most have another one. */
export function mayBeCallOf([input, init]: readonly unknown[]): boolean {
  const href = hrefOf(input);
  if (href === undefined || !mayBeCall(href.split('#', 1)[0] as string)) return false;
  const method = (init as Init | null | undefined)?.method ?? (input instanceof Request ? input.method : '');
  return typeof method === 'string' && method.toUpperCase() === 'POST';
}

function hrefOf(input: unknown): string | undefined {
  if (typeof input === 'string') return input;
  if (input instanceof URL) return input.href;
  return input instanceof Request ? input.url : undefined;
}

/**
 * @param args of which {@link mayBeCallOf} is true.
 * @returns undefined where the request cannot be read; a promise where the body is that of a `Request`, or a `Blob`.
 */
export function fetchRequestOf(
  args: readonly unknown[],
): FetchRequest | Promise<FetchRequest | undefined> | undefined {
  const [input, options] = args as [unknown, Init | null | undefined];
  const request = input instanceof Request ? input : undefined;
  const init = options ?? {};
  const header = headerOf(init.headers ?? request?.headers);
  if (!header) return undefined;
  const signal = (init.signal === undefined ? request?.signal : init.signal) ?? undefined;
  const facts = { url: new URL(hrefOf(input) ?? ''), header, signal };
  if (init.body instanceof Blob) return ofBlob(facts, args, init, init.body);
  if (init.body !== undefined && init.body !== null) return ofInit(facts, args, init);
  return request?.body ? ofRequest(facts, request, init) : undefined;
}

type Facts = Pick<FetchRequest, 'url' | 'header' | 'signal'>;

async function ofBlob(
  facts: Facts,
  args: readonly unknown[],
  init: Init,
  blob: Blob,
): Promise<FetchRequest | undefined> {
  if (!isJson(facts.header('content-type') ?? blob.type)) return undefined;
  try {
    return ofInit(facts, args, init, await blob.text());
  } catch {
    return undefined; // a file that cannot be read: `fetch` fails, too
  }
}

function ofInit(
  facts: Facts,
  args: readonly unknown[],
  init: Init,
  text: string | undefined = textOf(init.body),
): FetchRequest {
  const { body } = init;
  return {
    ...facts,
    text,
    isRepeatable: isRepeatable(body),
    value: body instanceof FormData ? fieldsOf(body) : parsed(text),
    send: (fetch, self, other) =>
      Reflect.apply(fetch, self, other === undefined ? args : [args[0], { ...init, body: other }]),
  };
}

/** Its body is read from a copy. The first attempt sends the original, and each further one a copy with the same body. */
async function ofRequest(facts: Facts, request: Request, init: Init): Promise<FetchRequest | undefined> {
  if (!isJson(facts.header('content-type'))) return undefined;
  let text: string;
  try {
    text = await request.clone().text();
  } catch {
    return undefined;
  }
  let isSent = false;
  return {
    ...facts,
    text,
    isRepeatable: true,
    value: parsed(text),
    send(fetch, self, other) {
      const isOriginal = !isSent && other === undefined;
      isSent = true;
      const sent = isOriginal ? request : new Request(request, { body: other ?? text });
      return Reflect.apply(fetch, self, [sent, init]);
    },
  };
}

const isJson = (type = ''): boolean => /json/i.test(type);

function textOf(body: unknown): string | undefined {
  if (typeof body === 'string') return body;
  const isBytes = ArrayBuffer.isView(body) || body instanceof ArrayBuffer;
  return isBytes ? new TextDecoder().decode(body as Uint8Array) : undefined;
}

function parsed(text: string | undefined): unknown {
  if (text === undefined) return undefined;
  const body = new RequestBody('');
  body.add(text);
  return body.value() ?? null;
}

/** As `FormFields` reads them of a body that is sent. */
const MAX_FIELDS = 100;
const MAX_VALUE = 1024;

function fieldsOf(form: FormData): Record<string, string> {
  const entries = [...form].slice(0, MAX_FIELDS);
  return Object.fromEntries(
    entries.filter(
      (entry): entry is [string, string] => typeof entry[1] === 'string' && entry[1].length <= MAX_VALUE,
    ),
  );
}

/** Undefined for headers that only one reader can read: those of an iterator. */
function headerOf(headers: unknown): Header | undefined {
  if (headers === undefined || headers === null) return () => undefined;
  const isPlain = typeof headers === 'object' && !(Symbol.iterator in headers);
  if (!isPlain && !(headers instanceof Headers) && !Array.isArray(headers)) return undefined;
  const all = new Headers(headers as RequestInit['headers']);
  return (name) => all.get(name) ?? undefined;
}
