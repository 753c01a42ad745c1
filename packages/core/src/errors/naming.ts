/**
 * What an error is called on spans and metrics by the conventions. Errors are read, never replaced: the application
 * catches the vendor's own object. Classes are known by name, since an application may hold several copies of an SDK.
 */
import { classNames, get, text, word } from './read.ts';

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
  'PaymentRequiredError',
  'RequestTimeoutError',
  'PreconditionFailedError',
  'ContentTooLargeError',
  'RequestHeaderFieldsTooLargeError',
  'ClientClosedRequestError',
  'NotImplementedError',
  'ServiceUnavailableError',
  'GatewayTimeoutError',
  'OverloadedError',
]);

/** Names of errors that come without a status, and may be said. */
const GENERAL = new Set([
  'AbortError',
  'TimeoutError',
  'TypeError',
  'SyntaxError',
  'RangeError',
  'FetchError',
  'GoogleGenerativeAIError',
  'GoogleGenerativeAIAbortError',
  'GoogleGenerativeAIRequestInputError',
  'GoogleGenerativeAIResponseError',
  'ContinuationInterruptedError',
  'ContinuationTimeoutError',
]);

/** Errors whose message quotes the text that they are about. */
const QUOTING = new Set(['SyntaxError', 'ZodError', '$ZodError']);

const MAX_MESSAGE = 500;
const MAX_STACK = 4000;
/** What no message may tell, and what it tells instead: content that it quotes, and keys wherever they stand. */
const SECRETS: readonly (readonly [RegExp, string])[] = [
  // Google's SDKs, of a chunk that they could not read.
  [/(Error parsing JSON response|exception parsing stream chunk)\b[\s\S]*/, '$1'],
  // `fetch`, of a key with a line break in it.
  [/"[\s\S]*" is an invalid header value/g, 'a key is an invalid header value'],
  [/\/\/[^\s/@]+@/g, '//[key]@'],
  [/([?&](?:key|api[-_]?key|access_token|token|sig|signature)=)[^&\s"']+/gi, '$1[key]'],
  // What a vendor takes for a key may have any form.
  [/(\bAPI key provided: )\S*[^\s.]/gi, '$1[key]'],
  // As vendors write them, in full or masked by the vendor: `sk-…`, `gsk_…`, `AIza…`, `AQ.…`.
  [
    /\b(?:sk|pk|rk|gsk|xai|pplx)[-_][\w*.-]{5,}[\w*]|\bAIza[\w*-]{10,}|\bAQ\.[\w*-]{10,}|\bBearer\s+\S+/g,
    '[key]',
  ],
];

/**
 * `error.type`: the name of the nearest class that says what went wrong, since vendors derive finer ones from it by
 * the dozen; else the HTTP status, else the vendor's code of a failure that no class stands for, else the name of a
 * general error, else `_OTHER`.
 */
export function errorType(error: unknown): string {
  const names = classNames(error);
  const specific = names.find((name) => SPECIFIC.has(name));
  if (specific) return specific;
  const status = errorStatus(error);
  if (status !== undefined) return String(status);
  const own = text(get(error, 'name'));
  if (own && GENERAL.has(own)) return own;
  const [name] = names;
  return errorCode(error) ?? (name && GENERAL.has(name) ? name : '_OTHER');
}

/** The vendor's own code of an error (`rate_limit_exceeded`), or its type where it has no code. */
export function errorCode(error: unknown): string | undefined {
  const body = get(error, 'error');
  const enveloped = get(body, 'error');
  // Anthropic's body is an envelope, whose own type is but `error`; a finer code than its type is `errorCode`.
  const kind = enveloped === undefined ? get(body, 'type') : get(enveloped, 'type');
  const candidates = [
    get(error, 'code'),
    get(error, 'errorCode'),
    get(body, 'code'),
    get(error, 'type'),
    kind,
  ];
  for (const candidate of candidates) {
    const code = word(candidate);
    if (code !== undefined) return code;
  }
  return undefined;
}

/** The HTTP status of the response behind an error. */
export function errorStatus(error: unknown): number | undefined {
  const status = get(error, 'status');
  return typeof status === 'number' ? status : undefined;
}

/**
 * The message of an error, with keys taken out and cut to 500 characters. Parsers' errors give none:
 * they quote what they could not parse, which is content.
 */
export function errorMessage(error: unknown): string | undefined {
  const message = text(get(error, 'message'));
  const names = [classNames(error)[0], text(get(error, 'name'))];
  if (message === undefined || names.some((name) => name && QUOTING.has(name))) return undefined;
  const safe = SECRETS.reduce((said, [secret, instead]) => said.replace(secret, instead), message);
  return safe.slice(0, MAX_MESSAGE);
}

/** An error as an exception is recorded: all that it says is as safe as {@link errorMessage}. */
export interface ExceptionRecord {
  type: string;
  message: string | undefined;
  /** Where it was made; without the message that a stack begins with. */
  stacktrace: string | undefined;
}

/** What is recorded of an error that a call failed with. */
export function exceptionOf(error: unknown): ExceptionRecord {
  const [name] = classNames(error);
  const type = name === undefined || name === 'Object' ? errorType(error) : name;
  const frames = text(get(error, 'stack'))
    ?.split('\n')
    .filter((line) => /^\s+at /.test(line));
  const message = errorMessage(error);
  const head = message === undefined ? type : `${type}: ${message}`;
  const stacktrace = frames?.length ? [head, ...frames].join('\n').slice(0, MAX_STACK) : undefined;
  return { type, message, stacktrace };
}
