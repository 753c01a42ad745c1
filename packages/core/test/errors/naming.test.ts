import assert from 'node:assert/strict';
import {
  errorCode,
  errorMessage,
  errorStatus,
  errorText,
  errorType,
  exceptionOf,
  isCancelled,
} from '../../src/errors/index.ts';
import { LlmTraceError, type Refusal } from '../../src/errors/llmtrace-error.ts';

const refusedFor = (code: Refusal): LlmTraceError =>
  new LlmTraceError('no', { code, key: 'k', retryAfter: undefined });

class RateLimitError extends Error {
  status = 429;
  code = 'rate_limit_exceeded';
}
class APIError extends Error {
  status: number | undefined;
  type: string | undefined;
  constructor(status?: number, type?: string) {
    super('no');
    this.status = status;
    this.type = type;
  }
}
class APIUserAbortError extends Error {}
class _Mangled extends Error {
  status = 503;
}

describe('an error with a text of 64 MB', () => {
  const SIZE = 2 ** 26;
  const error = Object.assign(new Error(`503 ${'x'.repeat(SIZE)}`), { status: 503 });

  it('costs no copy of the text', () => {
    global.gc?.();
    const before = process.memoryUsage().heapUsed;
    assert.equal(errorText(error), undefined);
    assert.equal(errorMessage(error), 'the vendor failed to answer the request');
    assert.equal(exceptionOf(error).stacktrace, undefined);
    const grown = process.memoryUsage().heapUsed - before;
    assert.ok(grown < SIZE / 16, `${grown} bytes more`);
  });

  it('does not keep it: the recorded text is a copy of its beginning', () => {
    const texts: unknown[] = [];
    global.gc?.();
    const before = process.memoryUsage().heapUsed;
    for (let i = 0; i < 100; i++) texts.push(errorText(new Error(`${i} ${'word '.repeat(150_000)}`)));
    global.gc?.();
    const kept = process.memoryUsage().heapUsed - before;
    assert.equal(texts.length, 100);
    assert.ok(kept < 5_000_000, `${kept} bytes are kept`);
  });
});

describe('the type of an error', () => {
  const cases: [what: string, error: unknown, type: string][] = [
    ['a class that says what went wrong', new RateLimitError(), 'RateLimitError'],
    ['a generic class with a status', new APIError(402), '402'],
    ['a class whose name a bundler has taken', new _Mangled(), '503'],
    ['a generic class with the vendor’s code only', new APIError(undefined, 'server_error'), 'server_error'],
    ['the body of an error that no class stands for', { code: 'server_error', message: 'x' }, 'server_error'],
    ['a general error', new TypeError('terminated'), 'TypeError'],
    ['an abort', new DOMException('stop', 'AbortError'), 'AbortError'],
    ['an error of the application', new (class Mine extends Error {})('x'), '_OTHER'],
    ['a code that is a sentence', { code: 'no such thing exists' }, '_OTHER'],
    ['a refusal by a budget', refusedFor('budget_exceeded'), 'llmtrace.budget_exceeded'],
    ['a refusal by a rate limit', refusedFor('rate_limited'), 'llmtrace.rate_limited'],
    ['a string', 'boom', '_OTHER'],
    ['nothing', undefined, '_OTHER'],
    ['null', null, '_OTHER'],
    ['a number', 42, '_OTHER'],
    ['an object without a prototype', Object.create(null), '_OTHER'],
  ];
  for (const [what, error, type] of cases) {
    it(`is ${type} for ${what}`, () => assert.equal(errorType(error), type));
  }
});

describe('the details of an error', () => {
  it('is the vendor’s code, wherever it stands', () => {
    assert.equal(errorCode(new RateLimitError()), 'rate_limit_exceeded');
    assert.equal(errorCode({ error: { type: 'overloaded_error' } }), 'overloaded_error');
    assert.equal(errorCode(new Error('x')), undefined);
    assert.equal(errorCode({ code: 'sk-proj-a1b2c3d4e5f6', type: 'auth_error' }), 'auth_error');
  });

  it('is the status of the response', () => {
    assert.equal(errorStatus(new RateLimitError()), 429);
    for (const status of ['no', Number.POSITIVE_INFINITY, 0, 99, 600, 429.5, Number.NaN])
      assert.equal(errorStatus({ status }), undefined);
  });

  it('is whether the application stopped the call itself', () => {
    assert.equal(isCancelled(new APIUserAbortError()), true);
    assert.equal(isCancelled(new DOMException('stop', 'AbortError')), true);
    assert.equal(isCancelled(new RateLimitError()), false);
  });
});

/** A text that no error may bring into a span, a log line or an event. */
const PROMPT = 'my prompt: the patient Jane Doe has a rash';

/** An error as OpenAI's SDK makes it of an answer. */
const refused = (status: number, error: object | undefined, text = ''): Error =>
  Object.assign(new Error(`${status} ${(error as { message?: string })?.message ?? text}`), {
    status,
    error,
  });

describe('the message of an error', () => {
  const known: readonly (readonly [error: unknown, message: string])[] = [
    [
      refused(429, {
        message:
          'Rate limit reached for gpt-4.1 in organization org-x on tokens per min (TPM): Limit 30000, Used 18928, Requested 11159. Please try again in 174ms.',
      }),
      'Rate limit reached for gpt-4.1 in organization org-x on tokens per min (TPM): Limit 30000, Used 18928, Requested 11159',
    ],
    [
      refused(401, { message: 'Incorrect API key provided: sk-proj-abc***xyz. You can find it.' }),
      'Incorrect API key provided',
    ],
    [
      refused(404, { message: 'The model `gpt-9` does not exist or you do not have access to it.' }),
      'The model `gpt-9` does not exist or you do not have access to it',
    ],
    [
      Object.assign(
        new Error('529 {"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}'),
        {
          status: 529,
          error: { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } },
        },
      ),
      'Overloaded',
    ],
    [
      Object.assign(
        new Error('{"error":{"code":400,"message":"API key not valid. Please pass a valid API key."}}'),
        { status: 400 },
      ),
      'API key not valid. Please pass a valid API key',
    ],
    [
      new Error(
        '[GoogleGenerativeAI Error]: Error fetching from https://host/v1: [503 Service Unavailable] The model is overloaded. Please try again later.',
      ),
      'The model is overloaded. Please try again later',
    ],
    [new Error('Connection error.'), 'Connection error.'],
    [new TypeError('fetch failed'), 'fetch failed'],
    [new Error('connect ECONNREFUSED 127.0.0.1:9'), 'connect ECONNREFUSED 127.0.0.1:9'],
    [new Error(`Error parsing JSON response: "{${PROMPT}"`), 'Error parsing JSON response'],
  ];
  for (const [error, message] of known) {
    it(`is the vendor’s where its catalogue has it: ${message.slice(0, 60)}`, () => {
      assert.equal(errorMessage(error), message);
    });
  }

  const unknown: readonly (readonly [error: unknown, message: string])[] = [
    [
      refused(422, undefined, JSON.stringify({ detail: [{ loc: ['body'], input: PROMPT }] })),
      'the request is invalid',
    ],
    [refused(400, { message: `Invalid value: '${PROMPT}'.` }), 'the request is invalid'],
    [refused(500, { message: `cannot process ${PROMPT}` }), 'the vendor failed to answer the request'],
    [refused(401, { message: PROMPT }), 'the API key is missing or wrong'],
    [refused(429, { message: PROMPT }), 'there were too many requests or tokens in too short a time'],
    [refused(502, undefined, `<html>${PROMPT.repeat(10)}</html>`), 'the vendor failed to answer the request'],
    [
      new SyntaxError(`Unexpected token, "${PROMPT}"`),
      'the call failed; the text of the error is not recorded',
    ],
    [new Error(PROMPT), 'the call failed; the text of the error is not recorded'],
    [PROMPT, 'the call failed; the text of the error is not recorded'],
    [undefined, 'the call failed; the text of the error is not recorded'],
  ];
  for (const [error, message] of unknown) {
    it(`is in our words where it may quote the request: ${String(error).slice(0, 40)}`, () => {
      assert.equal(errorMessage(error), message);
      assert.ok(!JSON.stringify(exceptionOf(error)).includes('Jane Doe'));
    });
  }

  it('ends where what follows a known message may quote the request', () => {
    const error = refused(400, {
      message: `Unsupported parameter: 'x' is not supported with this model. ${PROMPT}`,
    });
    assert.equal(errorMessage(error), "Unsupported parameter: 'x' is not supported with this model");
  });

  it('takes no longer for texts that are made to be slow', () => {
    for (const unit of [
      '"',
      'Bearer ',
      'https://',
      'sk-',
      '<p>',
      'Rate limit reached for ',
      '{',
      '\n    at ',
      ' ',
    ]) {
      const error = Object.assign(new Error(unit.repeat(1_000_000 / unit.length)), { status: 502 });
      const stack = error.stack;
      assert.equal(errorMessage(error), 'the vendor failed to answer the request');
      assert.ok((errorText(error) ?? '').length <= 500 && stack !== undefined);
      assert.ok((exceptionOf(error).stacktrace ?? '').length <= 4000);
    }
  });
});

describe('the text of an error', () => {
  it('loses the secrets that it quotes', () => {
    const said = errorText(
      new Error('Incorrect API key provided: sk-proj-abc***xyz. See AIzaSyD1234567890abc'),
    );
    assert.equal(said, 'Incorrect API key provided: [key]. See [key]');
  });

  it('is cut to 500 characters', () => assert.equal(errorText(new Error('x'.repeat(900)))?.length, 500));

  it('has no half of a secret where it is cut', () => {
    for (let before = 1900; before < 2000; before++) {
      const error = new Error(
        `-----BEGIN PRIVATE KEY-----${'A'.repeat(before - 27)} sk-proj-${'a1'.repeat(40)}`,
      );
      assert.ok(!errorText(error)?.includes('a1a1'), String(before));
    }
  });
});

describe('an exception', () => {
  it('has no line of the message among the frames of its stack', () => {
    const error = new Error(`no\n    at ${PROMPT} (file.js:1:1)\n  at home`);
    const { stacktrace = '' } = exceptionOf(error);
    assert.ok(!stacktrace.includes('Jane Doe') && stacktrace.includes('naming.test.ts'), stacktrace);
  });
});
