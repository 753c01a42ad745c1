/**
 * Errors that an answer hides: a gateway, a proxy or the model server behind it answers with status 200, and says in
 * the body, in a choice or in a chunk of the stream that it failed.
 */
import { isObject, name, objects } from '../platform/bounds.ts';

// biome-ignore-start lint/suspicious/noExplicitAny: payloads of vendors have no type here

/** A failure within an answer, in the shape of a vendor's error. */
export interface AnswerFailure {
  readonly code: string;
  readonly type?: string | undefined;
  readonly message?: unknown;
  /** The code, if it is an HTTP status: that of the server behind the gateway. */
  readonly status?: number | undefined;
}

/**
 * The failure that an answer or a chunk of OpenAI's family contains; undefined if it has none. Known: `{ error }` in
 * the place of an answer (OpenRouter, vLLM, Cerebras), `choices[].error` and the finish reason `error` (OpenRouter,
 * Mistral), `x_groq.error`, Cloudflare's envelope and Replicate's, MiniMax' `base_resp`, and an error that is itself the
 * body (older vLLM, SGLang, Mistral, Databricks, Snowflake, OCI, watsonx, Reka).
 */
export function answerFailure(body: any): AnswerFailure | undefined {
  const error = body.error ?? body.x_groq?.error ?? envelopeError(body) ?? baseError(body.base_resp);
  if (error !== undefined && error !== null && error !== '')
    return failureOf(error, body.status_code, body.error_type);
  if (body.choices === undefined) return bareFailure(body);
  for (const choice of objects(body.choices)) {
    if (choice.error) return failureOf(choice.error);
    if (choice.finish_reason === 'error') return failureOf({ code: 'error' });
  }
  return undefined;
}

/** Fields of which an answer has one, whatever its codes and messages are. */
const ANSWERS = [
  'id',
  'data',
  'output',
  'result',
  'results',
  'response',
  'responses',
  'usage',
  'text',
  'type',
];

const MAX_FIELDS = 10;

/** Of an error that is not within a field of the body. */
function bareFailure(body: any): AnswerFailure | undefined {
  const { object, error_code, code, message, detail } = body;
  if (object === 'error') return failureOf(body);
  if (error_code) return failureOf({ code: error_code, message });
  if (typeof (message ?? detail) !== 'string' || Object.keys(body).length > MAX_FIELDS) return undefined;
  const isAnswer = ANSWERS.some((field) => body[field] !== undefined);
  const hasReason = code ? code !== 200 && code !== '200' : detail !== undefined;
  return hasReason && !isAnswer ? failureOf({ code, message: message ?? detail }) : undefined;
}

/** Of Cloudflare's envelope: `{ success: false, errors: [{ code, message }] }`; watsonx has the errors alone. */
function envelopeError({ success, errors }: any): unknown {
  if (success !== false && (success !== undefined || errors === undefined)) return undefined;
  return objects(errors)[0] ?? (success === false ? { code: 'error' } : undefined);
}

/** Kinds of MiniMax' numbers, in the words of others. https://platform.minimax.io/docs/api-reference/errorcode.md */
const BASE_KINDS: Readonly<Record<number, string>> = {
  1002: 'rate_limit_error',
  1004: 'authentication_error',
  1008: 'insufficient_quota',
  1026: 'content_filter',
  1027: 'content_filter',
  1039: 'rate_limit_error',
  1041: 'rate_limit_error',
  2013: 'invalid_request_error',
  2045: 'rate_limit_error',
  2049: 'authentication_error',
  2056: 'insufficient_quota',
};

/** Of MiniMax, which answers 200 to each request: `{ base_resp: { status_code, status_msg } }`, with the code 0 of success. */
function baseError(base: any): unknown {
  const code: unknown = base?.status_code;
  if (typeof code !== 'number' || code === 0) return undefined;
  return { code, type: BASE_KINDS[code] ?? 'server_error', message: base.status_msg };
}

/** The code may be a number: mostly an HTTP status; or there is a text alone. */
function failureOf(error: any, statusBeside?: unknown, typeBeside?: unknown): AnswerFailure {
  if (!isObject(error)) return { code: name(typeBeside) ?? 'error', message: String(error) };
  const { code, type, message, status } = error as Record<string, unknown>;
  const known = statusOf(code) ?? statusOf(status) ?? statusOf(statusBeside);
  return {
    code: wordOf(code) ?? wordOf(type) ?? 'error',
    type: name(type),
    message,
    ...(known !== undefined && { status: known }),
  };
}

const wordOf = (code: unknown): string | undefined =>
  typeof code === 'number' && Number.isFinite(code) ? String(code) : name(code);

const statusOf = (code: unknown): number | undefined => {
  const status = typeof code === 'string' && /^[45]\d\d$/.test(code) ? Number(code) : code;
  return typeof status === 'number' && status >= 400 && status < 600 ? status : undefined;
};
// biome-ignore-end lint/suspicious/noExplicitAny: payloads of vendors have no type here
