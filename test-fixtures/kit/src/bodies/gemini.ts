/** Shared parts of Google's APIs: models, usage, errors and the framing of streams. */
import type { Answer } from '../server/routes.ts';

/** The model of the answer if a request names a behaviour. */
export const GEMINI_MODEL = 'gemini-2.5-flash';
/** The model that answers in two parts; the SDK requests the second part. */
export const CONTINUED_MODEL = 'gemini-3.8-flash';
/** The token with which the second part is requested. */
export const CONTINUATION = 'continuation-1';

/** The tokens of every answer of the fake Gemini. */
export const GEMINI_TOKENS = { input: 96, cached: 64, candidates: 30, thoughts: 50, total: 176 } as const;
/** The tokens of every text that the fake Gemini embeds. */
export const GEMINI_EMBEDDING_TOKENS = 5;

/** The text of the answers. */
export const GEMINI_TEXT = 'The capital of France is Paris.';

/** The headers of every answer. */
export const geminiHeaders: Readonly<Record<string, string>> = {
  'server-timing': 'gfet4t7; dur=212',
  vary: 'Origin, X-Origin, Referer',
};

/** An event of a stream, as the API frames it. */
export const geminiEvent = (data: unknown): string => `data: ${JSON.stringify(data)}\r\n\r\n`;

interface ErrorWords {
  status: string;
  message: string;
  details?: readonly object[];
}

const INTERNAL: ErrorWords = { status: 'INTERNAL', message: 'An internal error has occurred.' };

const ERRORS: Readonly<Record<number, ErrorWords>> = {
  400: {
    status: 'INVALID_ARGUMENT',
    message: 'API key not valid. Please pass a valid API key.',
    details: [{ '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: 'API_KEY_INVALID' }],
  },
  401: { status: 'UNAUTHENTICATED', message: 'Request had invalid authentication credentials.' },
  404: { status: 'NOT_FOUND', message: 'The model is not found.' },
  429: {
    status: 'RESOURCE_EXHAUSTED',
    message: 'You exceeded your current quota.',
    details: [{ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '1s' }],
  },
  503: { status: 'UNAVAILABLE', message: 'The model is overloaded. Please try again later.' },
};

/** The body that reports a failure, in an answer or within a stream. */
export const geminiError = (code: number): object => ({ error: { code, ...(ERRORS[code] ?? INTERNAL) } });

/** The answer that reports a failure. */
export const geminiFailure = (status: number): Answer => ({
  status,
  headers: geminiHeaders,
  json: geminiError(status),
});
