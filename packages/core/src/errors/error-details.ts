/** Collects the details of an error, of the vendor's answer behind it, and of its causes, by their shape. */
import { startOf } from '../platform/bounds.ts';
import { kindsOf } from './codes.ts';
import {
  awsCode,
  awsStatus,
  classNames,
  entries,
  get,
  header,
  isStatus,
  jsonIn,
  jsonStart,
  messageOf,
  safely,
  text,
  word,
} from './read.ts';

/** Everything that rules may ask of an error. */
export interface Facts {
  /** Names of its classes and of itself. */
  readonly names: readonly string[];
  /** Codes, types and reasons of the error, of the vendor's answer, and of the causes. */
  readonly codes: ReadonlySet<string>;
  /** The kinds of failure that the codes say, as bits of `codes.ts`. */
  readonly kinds: number;
  /** Its own message. */
  readonly message: string;
  /** All messages: of the error, of the vendor's answer, and of the causes. */
  readonly texts: readonly string[];
  /** The same as one text. */
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
/** The number of characters to inspect of each message. */
const MAX_MESSAGE = 2000;

export const factsOf = (error: unknown): Facts => new ErrorFacts(error);

/**
 * Each fact is looked for when a rule first asks for it: a status decides most errors, and details that no rule reads
 * cost nothing (9.7 µs an error when all were collected at once).
 */
class ErrorFacts implements Facts {
  readonly message: string;
  readonly #error: unknown;
  readonly #chain: readonly unknown[];
  readonly #bodies: readonly unknown[];
  #status: number | undefined | null = null;
  #names: readonly string[] | undefined;
  #codes: ReadonlySet<string> | undefined;
  #kinds: number | undefined;
  #texts: readonly string[] | undefined;
  #messages: string | undefined;
  #details: readonly unknown[] | undefined;
  #headers: readonly object[] | undefined;

  constructor(error: unknown) {
    this.#error = error;
    this.message = startOf(messageOf(error) ?? '', MAX_MESSAGE);
    if (isPlain(error)) {
      this.#chain = this.#bodies = [error];
      this.#codes = NO_CODES;
      this.#kinds = 0;
      this.#details = NO_DETAILS;
      return;
    }
    this.#chain = chainOf(error);
    this.#bodies = bodiesOf(this.#chain);
  }

  get status(): number | undefined {
    if (this.#status === null) this.#status = first(this.#bodies, statusOf) ?? statusIn(this.message);
    return this.#status;
  }

  get names(): readonly string[] {
    this.#names ??= namesOf(this.#error);
    return this.#names;
  }

  get codes(): ReadonlySet<string> {
    this.#codes ??= codesIn(this.#bodies, this.details);
    return this.#codes;
  }

  get kinds(): number {
    this.#kinds ??= kindsOf(this.codes);
    return this.#kinds;
  }

  get texts(): readonly string[] {
    this.#texts ??= textsIn(this.message, this.#bodies);
    return this.#texts;
  }

  get messages(): string {
    this.#messages ??= this.texts.join('\n');
    return this.#messages;
  }

  get details(): readonly unknown[] {
    this.#details ??= detailsIn(this.#bodies);
    return this.#details;
  }

  header(name: string): string | undefined {
    this.#headers ??= headersIn(this.#chain);
    return first(this.#headers, (headers) => header(headers, name));
  }

  get requestId(): string | undefined {
    return first(this.#bodies, requestIdOf) ?? idOf(this);
  }

  get provider(): string | undefined {
    return providerOf(this.#error, bodiesOf([this.#error]), this.message);
  }
}

function namesOf(error: unknown): readonly string[] {
  const name = word(get(error, 'name'));
  const names = classNames(error);
  return name === undefined || names.includes(name) ? names : [...names, name];
}

const NO_CODES: ReadonlySet<string> = new Set();
const NO_DETAILS: readonly unknown[] = [];

/**
 * Whether an error has a status, a message and headers at the most, like the answer of a failed attempt: no cause, no body of
 * the vendor, and no field that {@link codesIn} and {@link detailsIn} read.
 */
function isPlain(error: unknown): boolean {
  try {
    return (
      isBody(error) &&
      jsonStart((error as Fields)['message']) < 0 &&
      !hasParts(error as Fields) &&
      !hasCode(error as Fields)
    );
  } catch {
    return false; // a getter throws: the fields are read one by one
  }
}

type Fields = Readonly<Record<string, unknown>>;

const hasParts = ({ cause, errors, error, body, response, details, errorDetails }: Fields): boolean =>
  (cause ?? errors ?? error ?? body ?? response ?? details ?? errorDetails) !== undefined;

const hasCode = ({
  code,
  errorCode,
  type,
  error_type,
  status,
  reason,
  innererror,
  $fault,
}: Fields): boolean =>
  typeof status === 'string' ||
  (code ?? errorCode ?? type ?? error_type ?? reason ?? innererror ?? $fault) !== undefined;

function textsIn(message: string, bodies: readonly unknown[]): string[] {
  const texts = [message];
  for (const body of bodies) {
    const found = messageOf(body);
    if (found !== undefined) texts.push(startOf(found, MAX_MESSAGE));
  }
  return texts;
}

function detailsIn(bodies: readonly unknown[]): readonly unknown[] {
  const details: unknown[] = [];
  for (const body of bodies) {
    for (const detail of entries(get(body, 'details'))) details.push(detail);
    for (const detail of entries(get(body, 'errorDetails'))) details.push(detail);
  }
  return details;
}

/** An error, its causes, and the errors that it aggregates; each once. */
function chainOf(error: unknown): unknown[] {
  const chain = [error];
  for (const member of chain) {
    link(chain, get(member, 'cause'));
    for (const next of entries(get(member, 'errors'))) link(chain, next);
  }
  return chain;
}

function link(chain: unknown[], next: unknown): void {
  if (isBody(next) && chain.length < MAX_CHAIN && !chain.includes(next)) chain.push(next);
}

/** Each error and the vendor's answer within it: as an object, or as the text that Google's SDKs make of it. */
function bodiesOf(chain: readonly unknown[]): unknown[] {
  const bodies: unknown[] = [];
  for (const error of chain) {
    if (isBody(error)) bodies.push(error);
    addBody(bodies, get(error, 'error'));
    addBody(bodies, jsonIn(get(error, 'message')));
    addBody(bodies, jsonIn(get(error, 'body')));
  }
  return bodies;
}

function addBody(bodies: unknown[], body: unknown): void {
  if (!isBody(body)) return;
  bodies.push(body);
  const inner = get(body, 'error');
  if (isBody(inner)) bodies.push(inner);
}

const isBody = (value: unknown): value is object => typeof value === 'object' && value !== null;

function codesIn(bodies: readonly unknown[], details: readonly unknown[]): Set<string> {
  const codes = new Set<string>();
  for (const body of bodies) addCodes(codes, body);
  for (const detail of details) addCodes(codes, detail);
  return codes;
}

/** A field that is read here belongs into {@link hasCode} or {@link hasParts}, too. */
function addCodes(codes: Set<string>, body: unknown): void {
  addWord(codes, get(body, 'code'));
  addWord(codes, get(body, 'errorCode'));
  addWord(codes, get(body, 'type'));
  addWord(codes, get(body, 'error_type'));
  addWord(codes, get(body, 'status'));
  addWord(codes, get(body, 'reason'));
  addWord(codes, get(get(body, 'innererror'), 'code'));
  addWord(codes, awsCode(body));
  addWord(codes, get(get(body, 'details'), 'error_code'));
  if (isBlocked(get(body, 'response'))) codes.add('content_filter');
}

function addWord(codes: Set<string>, value: unknown): void {
  const code = word(value);
  if (code !== undefined) codes.add(code);
}

/** True for an answer whose text Google's SDK refuses to return. */
const isBlocked = (response: unknown): boolean =>
  text(get(get(response, 'promptFeedback'), 'blockReason')) !== undefined;

function statusOf(body: unknown): number | undefined {
  const status = get(body, 'status');
  if (isStatus(status)) return status;
  const statusCode = get(body, 'statusCode');
  if (isStatus(statusCode)) return statusCode;
  const code = get(body, 'code');
  return isStatus(code) ? code : awsStatus(body);
}

let statusByText: Map<string | undefined, number> | undefined;

/** Made at the first use: importing `node:http` takes longer than importing llmtrace. */
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

function headersIn(chain: readonly unknown[]): object[] {
  const sets: object[] = [];
  for (const error of chain) {
    const headers = get(error, 'headers');
    const answered = get(get(error, 'response'), 'headers');
    const answeredByAws = get(get(error, '$response'), 'headers');
    if (isBody(headers)) sets.push(headers);
    if (isBody(answered)) sets.push(answered);
    if (isBody(answeredByAws)) sets.push(answeredByAws);
  }
  return sets;
}

const requestIdOf = (body: unknown): string | undefined =>
  word(get(body, 'requestID')) ??
  word(get(body, 'request_id')) ??
  word(get(get(body, '$metadata'), 'requestId'));

const idOf = (facts: Facts): string | undefined =>
  facts.header('x-request-id') ?? facts.header('request-id') ?? facts.header('apim-request-id');

function first<T, R>(from: readonly T[], read: (item: T) => R | undefined): R | undefined {
  for (const item of from) {
    const found = read(item);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The SDK's vendor, known by the shape of its errors: only Google's put JSON or a prefix into messages. */
function providerOf(error: unknown, bodies: readonly unknown[], message: string): string | undefined {
  if (message.startsWith('[GoogleGenerativeAI Error]')) return 'gcp.gemini';
  if (classNames(error).includes('BedrockRuntimeServiceException')) return 'aws.bedrock';
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
