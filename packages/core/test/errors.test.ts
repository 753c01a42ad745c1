import assert from 'node:assert/strict';
import { errorCode, errorMessage, errorStatus, errorType, isCancelled } from '../src/errors.ts';

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

describe('what else is read of an error', () => {
  it('is the vendor’s code, wherever it stands', () => {
    assert.equal(errorCode(new RateLimitError()), 'rate_limit_exceeded');
    assert.equal(errorCode({ error: { type: 'overloaded_error' } }), 'overloaded_error');
    assert.equal(errorCode(new Error('x')), undefined);
  });

  it('is the status of the response', () => {
    assert.equal(errorStatus(new RateLimitError()), 429);
    assert.equal(errorStatus({ status: 'no' }), undefined);
  });

  it('is whether the application stopped the call itself', () => {
    assert.equal(isCancelled(new APIUserAbortError()), true);
    assert.equal(isCancelled(new DOMException('stop', 'AbortError')), true);
    assert.equal(isCancelled(new RateLimitError()), false);
  });
});

describe('the message of an error', () => {
  it('loses the keys that it quotes', () => {
    const said = errorMessage(
      new Error('Incorrect API key provided: sk-proj-abc***xyz. See AIzaSyD1234567890abc'),
    );
    assert.equal(said, 'Incorrect API key provided: [key]. See [key]');
  });

  const secrets: [what: string, message: string, said: string][] = [
    [
      'a chunk that an SDK could not read',
      'Error parsing JSON response: "{the answer"',
      'Error parsing JSON response',
    ],
    [
      'a key with a line break in it',
      'Headers.append: "Bearer one\ntwo" is an invalid header value.',
      'Headers.append: a key is an invalid header value.',
    ],
    [
      'the credentials of a URL',
      'cannot request http://user:word@gateway/v1',
      'cannot request http://[key]@gateway/v1',
    ],
    [
      'the key of a query',
      'no answer from /v1?alt=sse&key=abc&x=1',
      'no answer from /v1?alt=sse&key=[key]&x=1',
    ],
    [
      'a key of any form',
      'Incorrect API key provided: test. You can',
      'Incorrect API key provided: [key]. You can',
    ],
    ['keys of other vendors', 'gsk_abcdefgh and AQ.Ab8RN6abcdefgh', '[key] and [key]'],
  ];
  for (const [what, message, said] of secrets) {
    it(`loses ${what}`, () => assert.equal(errorMessage(new Error(message)), said));
  }

  it('is not told where it quotes the answer', () => {
    assert.equal(errorMessage(new SyntaxError('Unexpected token, "the answer" is not JSON')), undefined);
  });

  it('is cut to 500 characters', () => assert.equal(errorMessage(new Error('x'.repeat(900)))?.length, 500));
});
