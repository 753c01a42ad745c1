/**
 * What an error is called on spans and metrics. Errors are read, never replaced: the application catches
 * the vendor's own object. Classes are known by name, since an application may hold several copies of an SDK.
 */

/** Classes that say what went wrong. Their names are `error.type` values of low cardinality. */
const SPECIFIC = new Set([
  'BadRequestError',
  'AuthenticationError',
  'PermissionDeniedError',
  'NotFoundError',
  'ConflictError',
  'UnprocessableEntityError',
  'RateLimitError',
  'InternalServerError',
  'APIConnectionError',
  'APIConnectionTimeoutError',
  'APIUserAbortError',
  'LengthFinishReasonError',
  'ContentFilterFinishReasonError',
  'OAuthError',
]);

/** Names of errors that are not a vendor's, and may be said. */
const GENERAL = new Set([
  'AbortError',
  'TimeoutError',
  'TypeError',
  'SyntaxError',
  'RangeError',
  'FetchError',
]);

/** Errors by which the application itself stopped a call. */
const CANCELLED = new Set(['APIUserAbortError', 'AbortError']);

/** Errors whose message quotes the text that they are about. */
const QUOTING = new Set(['SyntaxError', 'ZodError', '$ZodError']);

const MAX_MESSAGE = 500;
/** Keys as vendors write them, in full or masked by the vendor: `sk-…`, `AIza…`, `Bearer …`. */
const KEY = /\b(?:sk|pk|rk|gsk|xai)-[\w*.-]{5,}[\w*]|\bAIza[\w*-]{10,}|\bBearer\s+\S+/g;

interface ErrorLike {
  name?: unknown;
  message?: unknown;
  status?: unknown;
  code?: unknown;
  type?: unknown;
  error?: unknown;
  constructor?: { name?: unknown };
}

const read = (error: unknown): ErrorLike =>
  (typeof error === 'object' && error !== null ? error : {}) as ErrorLike;

const word = (value: unknown): string | undefined =>
  typeof value === 'string' && /^[\w.:$-]{1,100}$/.test(value) ? value : undefined;

/** What an error is called: by its class, and by itself. */
function namesOf(error: unknown): string[] {
  const fields = read(error);
  return [fields.constructor?.name, fields.name].map(String);
}

/**
 * `error.type`: the name of a class that says what went wrong, else the HTTP status, else the vendor's code
 * of a failure that no class stands for, else the name of a general error, else `_OTHER`.
 */
export function errorType(error: unknown): string {
  const fields = read(error);
  const name = word(fields.constructor?.name);
  if (name && SPECIFIC.has(name)) return name;
  if (typeof fields.status === 'number') return String(fields.status);
  const own = word(fields.name);
  if (own && GENERAL.has(own)) return own;
  return errorCode(error) ?? (name && GENERAL.has(name) ? name : '_OTHER');
}

/** The vendor's own code of an error (`rate_limit_exceeded`), or its type where it has no code. */
export function errorCode(error: unknown): string | undefined {
  const { code, type, error: body } = read(error);
  return word(code) ?? word(read(body).code) ?? word(type) ?? word(read(body).type);
}

/** The HTTP status of the response behind an error. */
export function errorStatus(error: unknown): number | undefined {
  const { status } = read(error);
  return typeof status === 'number' ? status : undefined;
}

/** True where the application itself stopped the call. */
export function isCancelled(error: unknown): boolean {
  return namesOf(error).some((name) => CANCELLED.has(name));
}

/**
 * The message of an error, with keys taken out and cut to 500 characters. Parsers' errors give none:
 * they quote what they could not parse, which is content.
 */
export function errorMessage(error: unknown): string | undefined {
  const { message } = read(error);
  if (typeof message !== 'string' || namesOf(error).some((name) => QUOTING.has(name))) return undefined;
  return message.replace(KEY, '[key]').slice(0, MAX_MESSAGE);
}
