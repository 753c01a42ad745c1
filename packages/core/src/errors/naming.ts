/**
 * Names errors on spans and metrics by the conventions. Errors are never replaced: the application catches the
 * vendor's object. Classes are recognised by name, since an application may load several copies of an SDK.
 */

import { startOf } from '../platform/bounds.ts';
import { withoutSecrets } from '../platform/secrets.ts';
import { factsOf } from './error-details.ts';
import { isRefusal } from './llmtrace-error.ts';
import { safeMessage } from './messages.ts';
import { awsCode, awsStatus, classNames, get, isStatus, isTooLong, messageOf, text, word } from './read.ts';
import { type CallErrorType, categoryOf as categoryBy } from './rules.ts';

/** Classes whose name states the failure. Their names are `error.type` values of low cardinality. */
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

/** Names of errors without a status that are safe to record. */
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

const MAX_MESSAGE = 500;
/**
 * The number of characters to read of a text. It exceeds the recorded length, because removing secrets shortens the
 * text.
 */
const MAX_TEXT = 2000;
const MAX_STACK = 4000;

/**
 * `error.type`: for a refusal by llmtrace, `llmtrace.` and its code, since no vendor has failed; else the name of the
 * nearest class that states the failure, since vendors derive dozens of finer ones from it; else the HTTP status,
 * else the vendor's code of a failure that no class stands for, else the name of a general error, else `_OTHER`.
 */
export function errorType(error: unknown): string {
  if (isRefusal(error)) return `llmtrace.${word(get(error, 'code')) ?? 'refused'}`;
  const names = classNames(error);
  const specific = names.find((name) => SPECIFIC.has(name)) ?? awsCode(error);
  if (specific) return specific;
  const status = errorStatus(error);
  if (status !== undefined) return String(status);
  const ownName = text(get(error, 'name'));
  if (ownName && GENERAL.has(ownName)) return ownName;
  const [name] = names;
  return errorCode(error) ?? (name && GENERAL.has(name) ? name : '_OTHER');
}

/** The vendor's own code of an error (`rate_limit_exceeded`), or its type where it has no code. */
export function errorCode(error: unknown): string | undefined {
  const body = get(error, 'error');
  const enveloped = get(body, 'error');
  // Anthropic's body is an envelope of type `error`; `errorCode` is finer than the inner type.
  const kind = enveloped === undefined ? get(body, 'type') : get(enveloped, 'type');
  const candidates = [
    get(error, 'code'),
    get(error, 'errorCode'),
    get(body, 'code'),
    get(error, 'type'),
    kind,
    awsCode(error),
  ];
  for (const candidate of candidates) {
    const code = word(candidate);
    if (code !== undefined && !isSecret(code)) return code;
  }
  return undefined;
}

/** The codes that are no secrets, as vendors have few. */
const safeCodes = new Set<string>();
const MAX_CODES = 200;

/** A gateway may put anything in the place of a code, even a key. */
function isSecret(code: string): boolean {
  if (safeCodes.has(code)) return false;
  if (withoutSecrets(code) !== code) return true;
  if (safeCodes.size < MAX_CODES) safeCodes.add(code);
  return false;
}

/** The HTTP status of the response behind an error. */
export function errorStatus(error: unknown): number | undefined {
  const status = get(error, 'status') ?? awsStatus(error);
  return isStatus(status) ? status : undefined;
}

/**
 * The description of an error that is recorded while content is not: a message of the vendor's catalogue, or
 * llmtrace's own words. The text itself is content: {@link errorText}.
 */
export function errorMessage(error: unknown, category: CallErrorType = categoryBy(factsOf(error))): string {
  // A refusal is llmtrace's own text.
  const message = isRefusal(error) ? error.message : safeMessage(factsOf(error).texts, category);
  return message.slice(0, MAX_MESSAGE);
}

/** The text of an error without the secrets in it, cut to 500 characters. It may quote the request and the answer. */
export function errorText(error: unknown): string | undefined {
  const message = messageOf(error);
  return message === undefined ? undefined : withoutSecrets(started(message)).slice(0, MAX_MESSAGE);
}

/** The beginning of a text. A word that is cut may be the half of a secret, which has the form of none. */
function started(message: string): string {
  if (message.length <= MAX_TEXT) return message;
  const start = startOf(message, MAX_TEXT);
  const space = start.lastIndexOf(' ');
  return space < MAX_TEXT / 2 ? start.slice(0, MAX_MESSAGE) : start.slice(0, space);
}

/** An error as an exception is recorded: all of it is as safe as {@link errorMessage}. */
export interface ExceptionRecord {
  type: string;
  message: string;
  /** Where it was made; without the message that a stack begins with. */
  stacktrace: string | undefined;
}

/**
 * The recorded form of an error that a call failed with.
 * @param message the recorded form of its text.
 */
export function exceptionOf(error: unknown, message = errorMessage(error)): ExceptionRecord {
  const [name] = classNames(error);
  const type = name === undefined || name === 'Object' ? errorType(error) : name;
  const frames = framesOf(error);
  const stacktrace =
    frames.length > 0 ? [`${type}: ${message}`, ...frames].join('\n').slice(0, MAX_STACK) : undefined;
  return { type, message, stacktrace };
}

/** As V8 writes them, with a place in a file or in Node.js. */
const FRAME = /^ {4}at .{1,400}(?::\d{1,9}:\d{1,9}|<anonymous>|native)\)?$/;

/** The frames of a stack. Lines of the message before them are no frames, even if they look like one. */
function framesOf(error: unknown): string[] {
  const message = text(get(error, 'message')) ?? '';
  if (isTooLong(message)) return []; // the stack begins with it
  const stack = text(get(error, 'stack')) ?? '';
  const found = message === '' ? -1 : stack.indexOf(message);
  const start = found < 0 ? 0 : found + message.length;
  const lines = stack.slice(start, start + 2 * MAX_STACK).split('\n');
  return lines.filter((line) => FRAME.test(line));
}
