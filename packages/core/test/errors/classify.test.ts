import assert from 'node:assert/strict';
import sinon from 'sinon';
import {
  callErrorType,
  classifyError,
  errorCode,
  errorMessage,
  errorStatus,
  errorType,
  exceptionOf,
  isAuthError,
  isCancelled,
  isContentFilter,
  isContextLength,
  isInvalidRequest,
  isQuotaExceeded,
  isRateLimit,
  isServerError,
  isTimeout,
  isTransient,
} from '../../src/errors/index.ts';

const QUESTIONS = {
  isRateLimit,
  isAuthError,
  isServerError,
  isInvalidRequest,
  isTimeout,
  isContextLength,
  isContentFilter,
  isQuotaExceeded,
  isCancelled,
  isTransient,
};

/** An error as `fetch` fails with it. */
const fetchFailed = (code: string): Error =>
  Object.assign(new TypeError('fetch failed'), { cause: Object.assign(new Error('x'), { code }) });

const cycle: { cause?: unknown; message: string } = { message: 'x' };
cycle.cause = cycle;

const throwing = (): never => {
  throw new Error('Expected no question.');
};
const hostile = new Proxy(
  {},
  {
    get: throwing,
    has: throwing,
    ownKeys: throwing,
    getPrototypeOf: throwing,
    getOwnPropertyDescriptor: throwing,
  },
);
const revoked = Proxy.revocable([], {});
revoked.revoke();
const endless: object = new Proxy({}, { get: () => endless });
const infinite: unknown = new Proxy(() => {}, { get: () => infinite, apply: () => infinite });

describe('the class of an error', () => {
  const cases: [what: string, error: unknown, type: string, yes: string][] = [
    ['a status', { status: 429 }, 'rate_limit', 'isRateLimit isTransient'],
    ['a status elsewhere', { statusCode: 500 }, 'server', 'isServerError isTransient'],
    ['a missing key', { status: 401 }, 'auth', 'isAuthError'],
    ['a key that may not', { status: 403 }, 'permission', 'isAuthError'],
    ['nothing there', { status: 404 }, 'not_found', 'isInvalidRequest'],
    ['a wrong request', { status: 422 }, 'invalid_request', 'isInvalidRequest'],
    ['a conflict', { status: 409 }, 'invalid_request', 'isInvalidRequest isTransient'],
    ['what is not implemented', { status: 501 }, 'server', 'isServerError'],
    ['overload', { status: 529 }, 'overloaded', 'isServerError isTransient'],
    ['a gateway that waits no longer', { status: 504 }, 'timeout', 'isTimeout isTransient'],
    ['a quota', { status: 429, code: 'insufficient_quota' }, 'quota', 'isQuotaExceeded'],
    ['a filter', { status: 400, code: 'content_filter' }, 'content_filter', 'isContentFilter'],
    [
      'a long request',
      { status: 400, code: 'context_length_exceeded' },
      'context_length',
      'isContextLength isInvalidRequest',
    ],
    [
      'a failure that an answer reports',
      { code: 'server_error', message: 'x' },
      'server',
      'isServerError isTransient',
    ],
    ['a refused connection', fetchFailed('ECONNREFUSED'), 'connection', 'isTransient'],
    [
      'a connection that says nothing',
      fetchFailed('UND_ERR_HEADERS_TIMEOUT'),
      'timeout',
      'isTimeout isTransient',
    ],
    [
      'several tries to connect',
      Object.assign(new TypeError('x'), { cause: { errors: [{ code: 'ECONNREFUSED' }] } }),
      'connection',
      'isTransient',
    ],
    ['an abort', new DOMException('x', 'AbortError'), 'cancelled', 'isCancelled'],
    ['the end of a clock', new DOMException('x', 'TimeoutError'), 'timeout', 'isTimeout isTransient'],
    [
      'a status in a text alone',
      new Error('Retryable HTTP Error: Too Many Requests'),
      'rate_limit',
      'isRateLimit isTransient',
    ],
    [
      'a blocked answer',
      Object.assign(new Error('x'), { response: { promptFeedback: { blockReason: 'SAFETY' } } }),
      'content_filter',
      'isContentFilter',
    ],
    [
      'the word of the vendor not to repeat',
      { status: 500, headers: { 'X-Should-Retry': 'false' } },
      'server',
      'isServerError',
    ],
    [
      'the word of the vendor to repeat',
      { status: 400, headers: new Headers({ 'x-should-retry': 'true' }) },
      'invalid_request',
      'isInvalidRequest isTransient',
    ],
    ['an error that wraps another', { message: 'x', cause: { status: 401 } }, 'auth', 'isAuthError'],
    ['an error of the application', new Error('rate limit 429'), 'unknown', ''],
    ['a text', 'boom', 'unknown', ''],
    ['a number', 429, 'unknown', ''],
    ['nothing', undefined, 'unknown', ''],
    ['null', null, 'unknown', ''],
    ['a symbol', Symbol('x'), 'unknown', ''],
    ['a cycle', cycle, 'unknown', ''],
    ['an object whose every read throws', hostile, 'unknown', ''],
    ['a list that is no more', revoked.proxy, 'unknown', ''],
    ['an object without an end', endless, 'unknown', ''],
    ['a function without an end', infinite, 'unknown', ''],
    ['an object without a prototype', Object.create(null), 'unknown', ''],
    [
      'a frozen error',
      Object.freeze(Object.assign(new Error('x'), { status: 503 })),
      'server',
      'isServerError isTransient',
    ],
    [
      'values that are none',
      { status: Number.NaN, code: {}, message: 7, headers: 'x', cause: 3 },
      'unknown',
      '',
    ],
  ];

  for (const [what, error, type, yes] of cases) {
    it(`is ${type} for ${what}`, () => {
      assert.equal(classifyError(error).type, type);
      const answers = Object.entries(QUESTIONS).flatMap(([name, question]) =>
        question(error) ? [name] : [],
      );
      assert.deepEqual(answers.sort(), yes.split(' ').filter(Boolean).sort());
    });
  }

  it('is a timeout where an aborted call was not aborted by the application', () => {
    const abort = new DOMException('x', 'AbortError');
    assert.equal(classifyError(abort, new AbortController().signal).type, 'timeout');
    assert.equal(classifyError(abort, AbortSignal.abort()).type, 'cancelled');
    assert.equal(callErrorType({ error: abort, outcome: 'failed' }), 'timeout');
    assert.equal(callErrorType({ error: abort, outcome: 'cancelled' }), 'cancelled');
  });

  it('never throws, whatever else is asked of what it is given', () => {
    const readers = [errorType, errorCode, errorStatus, errorMessage, exceptionOf];
    for (const error of [hostile, revoked.proxy, endless, infinite, cycle, null, 1n, Symbol('x')]) {
      for (const read of readers) assert.doesNotThrow(() => read(error));
    }
  });
});

describe('the wait that an error asks for', () => {
  const NOW = Date.UTC(2026, 10, 23, 12, 0, 0);
  let clock: sinon.SinonFakeTimers;
  beforeEach(() => {
    clock = sinon.useFakeTimers({ now: NOW, toFake: ['Date'] });
  });
  afterEach(() => clock.restore());

  const details = (retryDelay: unknown) => ({
    status: 429,
    errorDetails: [{ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay }],
  });
  const cases: [what: string, error: unknown, ms: number | undefined][] = [
    ['milliseconds', { headers: { 'retry-after-ms': '174', 'retry-after': '1' } }, 174],
    ['seconds', { headers: new Headers({ 'Retry-After': '12' }) }, 12_000],
    ['parts of a second', { headers: { 'Retry-After': '1.5' } }, 1500],
    ['none', { headers: { 'retry-after': '0' } }, 0],
    ['a date', { headers: { 'retry-after': 'Mon, 23 Nov 2026 12:00:30 GMT' } }, 30_000],
    ['a date that has passed', { headers: { 'retry-after': 'Mon, 23 Nov 2026 11:00:00 GMT' } }, 0],
    ['Google’s', details('48.9s'), 48_900],
    ['nonsense', { headers: { 'retry-after': 'soon', 'retry-after-ms': '' } }, undefined],
    ['a negative number', { headers: { 'retry-after': '-5' } }, undefined],
    ['nonsense of Google’s', details({ seconds: 3 }), undefined],
    ['nothing', { status: 429 }, undefined],
  ];
  for (const [what, error, ms] of cases) {
    it(`is ${ms} ms for ${what}`, () => assert.equal(classifyError(error).retryAfter, ms));
  }
});

describe('an error with a status and one more field', () => {
  const QUOTA = 'insufficient_quota';
  const fields: Readonly<Record<string, unknown>> = {
    cause: { code: QUOTA },
    errors: [{ code: QUOTA }],
    error: { code: QUOTA },
    body: JSON.stringify({ code: QUOTA }),
    message: `${' '.repeat(3000)}{"code":"${QUOTA}"}`,
    details: [{ reason: QUOTA }],
    errorDetails: [{ reason: QUOTA }],
    code: QUOTA,
    errorCode: QUOTA,
    type: QUOTA,
    reason: QUOTA,
    innererror: { code: QUOTA },
  };
  for (const [field, value] of Object.entries(fields)) {
    it(`is what ${field} says`, () =>
      assert.equal(classifyError({ status: 429, [field]: value }).type, 'quota'));

    it(`is what the status says if ${field} cannot be read`, () => {
      const error = Object.defineProperty({ status: 429 }, field, {
        get() {
          throw new Error('not to be read');
        },
      });
      assert.equal(classifyError(error).type, 'rate_limit');
    });
  }

  it('is what the status says if it is a word', () =>
    assert.equal(classifyError({ status: 'RESOURCE_EXHAUSTED' }).type, 'rate_limit'));
});

describe('the record of an exception', () => {
  it('says nothing that the message may not say', () => {
    const error = new TypeError('Incorrect API key provided: sk-proj-abc123');
    const { type, message, stacktrace } = exceptionOf(error);
    assert.equal(type, 'TypeError');
    assert.equal(message, 'Incorrect API key provided');
    assert.match(stacktrace ?? '', /^TypeError: Incorrect API key provided\n\s+at /);
    assert.ok(!stacktrace?.includes('abc123'));
  });

  it('quotes nothing of an answer that could not be parsed', () => {
    const { message, stacktrace } = exceptionOf(new SyntaxError('Unexpected token in "the answer"'));
    assert.equal(message, 'the call failed; the text of the error is not recorded');
    assert.ok(!stacktrace?.includes('answer'));
  });

  it('names a failure that is no error', () => {
    assert.equal(exceptionOf({ code: 'server_error', message: 'x' }).type, 'server_error');
  });
});
