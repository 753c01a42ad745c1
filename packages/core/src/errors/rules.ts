/** The rules that classify failures of all vendors, in the order of their evaluation. */
import {
  AUTH,
  CONNECTION_CODES,
  CONTEXT,
  FILTER,
  INVALID,
  LIMIT,
  NOT_FOUND,
  OVERLOADED,
  PERMISSION,
  QUOTA,
  SERVER,
  TIMEOUT_CODES,
} from './codes.ts';
import type { Facts } from './error-details.ts';
import { entries, get, text } from './read.ts';

/**
 * The kinds of failure that all vendors share.
 * - `cancelled`: the application stopped the call itself.
 * - `timeout`: no answer in time, by the client's clock or by the vendor's (408, 504).
 * - `quota`: the paid quota is used up; no wait of a sensible length helps.
 * - `content_filter`: refused because of the content of the request or the answer.
 * - `context_length`: the request is longer than the model takes.
 * - `overloaded`: the vendor has no capacity at the moment (529, and a 503 whose text states it).
 * - `rate_limit`: too many requests or tokens a time; a wait helps.
 * - `auth`: the key is missing or wrong. `permission`: the key may not do this. `not_found`: no such model or object.
 * - `server`: the vendor failed (5xx). `invalid_request`: the request is wrong (other 4xx).
 * - `connection`: no connection, or one that broke.
 * - `unknown`: nothing of the kind can be read of it.
 */
export type ErrorCategory =
  | 'cancelled'
  | 'timeout'
  | 'quota'
  | 'content_filter'
  | 'context_length'
  | 'overloaded'
  | 'rate_limit'
  | 'auth'
  | 'permission'
  | 'not_found'
  | 'server'
  | 'invalid_request'
  | 'connection'
  | 'unknown';

/** What the error of a call is: also `refused`, where llmtrace itself did not send it, so that no vendor has failed. */
export type CallErrorType = ErrorCategory | 'refused';

const set = (words: string): ReadonlySet<string> => new Set(words.trim().split(/\s+/));

const CANCELLED = set(
  'APIUserAbortError AbortError RequestAbortedError CanceledError GoogleGenerativeAIAbortError',
);
const TIMEOUT = set('APIConnectionTimeoutError RequestTimeoutError TimeoutError');
const CONNECTION = set('APIConnectionError ConnectionError FetchError');

/** Messages of the SDKs, for bundles whose minifier has removed the names of their classes. */
const ABORTED = /^Request was aborted\.?$|^\[GoogleGenerativeAI Error\]: Request aborted when /;
const TIMED_OUT = /^Request timed out\b/;
const BROKEN =
  /^Connection error\.$|\bfetch failed$|^terminated$|Premature close|^Incomplete JSON segment|Error reading from the stream$/;
/** The last two: xAI, and OpenRouter, which answer 403. */
const BLOCKED =
  /rejected by the content filter|blocked by content filtering|^\[GoogleGenerativeAI Error\]: .*\bblocked due to\b|content violates usage guidelines|your input was flagged/i;
/** Of SDKs' vendors, then of Moonshot, xAI, Cohere, Bedrock, llama.cpp, SGLang, vLLM, TGI and Together, Alibaba, watsonx, Ollama. */
const TOO_LONG = new RegExp(
  [
    'prompt is too long|exceeds? the maximum number of tokens|maximum context length|exceed context limit|context window',
    'exceeded model token limit|maximum prompt length is|too many tokens: |input is too long for requested model',
    "exceeds the available context size|longer than the (?:model's context length|maximum model length)",
    'tokens \\+ `max_new_tokens` must be|range of input length should be|cannot exceed the total tokens limit',
    'exceeded max context length',
  ].join('|'),
  'i',
);
/** Statuses of requests that are too long; others may speak of a length, too: that a key may not use a long context. */
const TOO_LONG_STATUS: ReadonlySet<number> = new Set([400, 413, 422]);
/** Together also answers 403. https://docs.together.ai/docs/error-codes */
const TOO_LONG_AT_TOGETHER =
  /`max_new_tokens` must be|max_tokens parameter must be less than the context length/i;
/** Of Anthropic (credits, then a spend limit), xAI, Cohere's trial keys, Cloudflare, Ollama and Kimi, Bedrock, and OpenRouter. */
const USED_UP = new RegExp(
  [
    'credit balance is too low|reached your specified API usage limits|used all available credits',
    'which is limited to \\d+ API calls / month|daily free allocation|reached your (?:\\w+ )?usage limit',
    'too many tokens per day|free-models-per-day',
  ].join('|'),
  'i',
);

const any = (said: readonly string[], known: ReadonlySet<string>): boolean => {
  for (const name of said) if (known.has(name)) return true;
  return false;
};

const says = (facts: Facts, kind: number): boolean => (facts.kinds & kind) !== 0;

/** True for a failure of the request itself, judged by the status. */
const isRefused = ({ status }: Facts): boolean => status === undefined || (status >= 400 && status < 500);

/** In the order of evaluation: a vendor's code or message takes precedence over the status. */
const RULES: readonly (readonly [type: ErrorCategory, holds: (facts: Facts) => boolean])[] = [
  ['cancelled', (f) => f.status === undefined && (any(f.names, CANCELLED) || ABORTED.test(f.message))],
  ['timeout', isTimeout],
  ['quota', isQuota],
  [
    'content_filter',
    (f) => says(f, FILTER) || f.names.includes('ContentFilterFinishReasonError') || blocked(f),
  ],
  ['context_length', isTooLong],
  ['overloaded', isOverloaded],
  ['rate_limit', (f) => f.status === 429 || says(f, LIMIT)],
  ['auth', (f) => f.status === 401 || says(f, AUTH)],
  ['permission', (f) => f.status === 403 || says(f, PERMISSION)],
  ['not_found', (f) => f.status === 404 || says(f, NOT_FOUND)],
  ['server', isServer],
  ['invalid_request', (f) => (f.status === undefined ? isInvalid(f) : f.status >= 400)],
  ['connection', (f) => any(f.names, CONNECTION) || says(f, CONNECTION_CODES) || BROKEN.test(f.message)],
];

/** The class of an error, by the first matching rule. */
export function categoryOf(facts: Facts): ErrorCategory {
  for (const [type, holds] of RULES) if (holds(facts)) return type;
  return 'unknown';
}

function isTimeout(f: Facts): boolean {
  if (f.status !== undefined) return f.status === 408 || f.status === 504;
  if (says(f, TIMEOUT_CODES)) return true;
  return (any(f.names, TIMEOUT) && !isBrokenInAws(f)) || TIMED_OUT.test(f.message);
}

/** Whether a `TimeoutError` is a broken connection: the AWS SDK gives that name also to ECONNRESET and EPIPE. */
const isBrokenInAws = ({ names, codes }: Facts): boolean =>
  names.includes('TimeoutError') && (codes.has('ECONNRESET') || codes.has('EPIPE'));

/** Bedrock answers 424 if the model failed. */
function isServer(f: Facts): boolean {
  return f.status === undefined || f.status === 424 ? says(f, SERVER) : f.status >= 500;
}

function isQuota(f: Facts): boolean {
  if (f.status === 402 || says(f, QUOTA)) return true;
  for (const code of f.codes) if (code.endsWith('_spend_limit_reached')) return true;
  return (isRefused(f) && USED_UP.test(f.messages)) || isGoogleQuota(f);
}

/** Google answers 429 in both cases; a daily quota, or one without a wait, is used up. */
function isGoogleQuota({ status, details }: Facts): boolean {
  const quota = detail(details, 'QuotaFailure');
  if (status !== 429 || quota === undefined) return false;
  const violations = entries(get(quota, 'violations'));
  const isDaily = violations.some((violation) => /PerDay/i.test(text(get(violation, 'quotaId')) ?? ''));
  return isDaily || detail(details, 'RetryInfo') === undefined;
}

/** The detail of that type, e.g. `type.googleapis.com/google.rpc.RetryInfo`. */
export const detail = (details: readonly unknown[], type: string): unknown =>
  details.find((entry) => text(get(entry, '@type'))?.endsWith(`.${type}`));

const blocked = (f: Facts): boolean =>
  f.status === undefined ? BLOCKED.test(f.message) : isRefused(f) && BLOCKED.test(f.messages);

function isTooLong(f: Facts): boolean {
  if (!isRefused(f)) return false;
  return says(f, CONTEXT) || (f.status === 413 && f.provider === 'anthropic') || tooLong(f);
}

/** Rate limits speak of tokens, too. */
function tooLong({ status, messages }: Facts): boolean {
  if (status === 403) return TOO_LONG_AT_TOGETHER.test(messages);
  return (status === undefined || TOO_LONG_STATUS.has(status)) && TOO_LONG.test(messages);
}

function isOverloaded(f: Facts): boolean {
  if (f.status === 529 || says(f, OVERLOADED)) return true;
  if (f.status === 429)
    return /\boverloaded\b|capacity temporarily exceeded|resource unavailable/i.test(f.messages);
  return f.status === 503 && (f.codes.has('UNAVAILABLE') || /overloaded/i.test(f.messages));
}

const isInvalid = (f: Facts): boolean =>
  says(f, INVALID) ||
  f.names.includes('GoogleGenerativeAIRequestInputError') ||
  f.names.includes('InvalidRequestError');
