import assert from 'node:assert/strict';
import { setTimeout as wait } from 'node:timers/promises';
import { hookVendorModules } from '@llmtrace/test-fixtures';
import { bedrockStreamFailure, frame } from '@llmtrace/test-fixtures/bodies/bedrock';
import { classifyError } from '../../src/errors/index.ts';
import { type FailingSdk, type FailingServer, type Play, SDKS, startFailingServer } from './sdks.ts';

/** What a status says by itself, where the vendor says nothing more. */
function typeOf(status: number, { vendor }: FailingSdk): string {
  const named: Record<number, string> = {
    401: 'auth',
    402: 'quota',
    403: 'permission',
    404: 'not_found',
    408: 'timeout',
    413: vendor === 'anthropic' ? 'context_length' : 'invalid_request',
    429: 'rate_limit',
    504: 'timeout',
    529: 'overloaded',
  };
  return named[status] ?? (status < 500 ? 'invalid_request' : 'server');
}

/** An answer that says nothing, in the vendor's form. */
function emptyOf({ vendor }: FailingSdk): object {
  if (vendor === 'bedrock') return { message: 'no' };
  return vendor === 'anthropic' ? anthropic('no', '') : { error: { message: 'no' } };
}

/** An answer whose body or headers name the error; AWS names it in a header. */
type Said = [what: string, status: number, body: object, type: string, headers?: Record<string, string>];

/** The answers of vendors that say more than their status, by vendor. */
const SAID: Record<FailingSdk['vendor'], Said[]> = {
  openai: [
    ['a used up quota', 429, { error: { code: 'insufficient_quota', message: 'x' } }, 'quota'],
    ['a long request', 400, { error: { code: 'context_length_exceeded', message: 'x' } }, 'context_length'],
    [
      'a filter',
      400,
      { error: { code: 'content_filter', message: 'x', innererror: { code: 'Y' } } },
      'content_filter',
    ],
    ['a policy', 400, { error: { code: 'content_policy_violation', message: 'x' } }, 'content_filter'],
    ['overload', 503, { error: { code: 'slow_down', message: 'x' } }, 'overloaded'],
  ],
  anthropic: [
    ['missing credit', 400, anthropic('Your credit balance is too low to access the API.'), 'quota'],
    ['a spend limit', 429, anthropic('x', 'rate_limit_error', 'contract_spend_limit_reached'), 'quota'],
    [
      'a long request',
      400,
      anthropic('prompt is too long: 210000 tokens > 200000 maximum'),
      'context_length',
    ],
    ['a filter', 400, anthropic('Output blocked by content filtering policy'), 'content_filter'],
    ['overload', 529, anthropic('Overloaded', 'overloaded_error'), 'overloaded'],
  ],
  gemini: [
    ['a wrong key', 400, google(400, 'INVALID_ARGUMENT', [{ reason: 'API_KEY_INVALID' }]), 'auth'],
    ['a used up day', 429, google(429, 'RESOURCE_EXHAUSTED', [quota('PerDay'), retryIn('30s')]), 'quota'],
    ['a used up quota', 429, google(429, 'RESOURCE_EXHAUSTED', [quota('PerMonth')]), 'quota'],
    [
      'a full minute',
      429,
      google(429, 'RESOURCE_EXHAUSTED', [quota('PerMinute'), retryIn('30s')]),
      'rate_limit',
    ],
    ['no more than that', 429, google(429, 'RESOURCE_EXHAUSTED'), 'rate_limit'],
    ['overload', 503, google(503, 'UNAVAILABLE', undefined, 'The model is overloaded.'), 'overloaded'],
    [
      'a long request',
      400,
      google(
        400,
        'INVALID_ARGUMENT',
        undefined,
        'The input token count exceeds the maximum number of tokens',
      ),
      'context_length',
    ],
  ],
  bedrock: [
    aws('throttling', 429, 'ThrottlingException', 'rate_limit'),
    aws('a used up quota', 400, 'ServiceQuotaExceededException', 'quota'),
    aws('a wrong request', 400, 'ValidationException', 'invalid_request'),
    aws(
      'a long request',
      400,
      'ValidationException',
      'context_length',
      'The model returned the following errors: prompt is too long: 210000 tokens > 200000 maximum',
    ),
    aws('a wrong token', 403, 'UnrecognizedClientException', 'auth'),
    aws('an expired token', 403, 'ExpiredTokenException', 'auth'),
    aws('a wrong signature', 403, 'InvalidSignatureException', 'auth'),
    aws('access denied', 403, 'AccessDeniedException', 'permission'),
    aws('a missing model', 404, 'ResourceNotFoundException', 'not_found'),
    aws('a model that takes too long', 408, 'ModelTimeoutException', 'timeout'),
    aws('a failure of the model', 424, 'ModelErrorException', 'server'),
    aws('an unavailable service', 503, 'ServiceUnavailableException', 'server'),
    aws('a failure of the service', 500, 'InternalServerException', 'server'),
  ],
};

/** An error of AWS: the header names it, with a URL after the name. */
function aws(what: string, status: number, name: string, type: string, message = 'x'): Said {
  const header = `${name}:http://internal.amazon.com/coral/com.amazon.bedrock/`;
  return [what, status, { message }, type, { 'x-amzn-errortype': header }];
}

function anthropic(message: string, type = 'invalid_request_error', code?: string): object {
  const details = code === undefined ? {} : { details: { error_code: code } };
  return { type: 'error', error: { type, message, ...details }, request_id: 'req_body' };
}

function google(code: number, status: string, details?: object[], message = 'x'): object {
  return { error: { code, status, message, ...(details ? { details } : {}) } };
}

function quota(per: string): object {
  const quotaId = `GenerateRequests${per}PerProjectPerModel`;
  return { '@type': 'type.googleapis.com/google.rpc.QuotaFailure', violations: [{ quotaId }] };
}

function retryIn(retryDelay: string): object {
  return { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay };
}

/** A rate limit, as each vendor reports it. */
const LIMITED: Record<FailingSdk['vendor'], object> = {
  openai: { error: { message: 'x', type: 'tokens', code: 'rate_limit_exceeded', param: null } },
  anthropic: { ...anthropic('x', 'rate_limit_error'), request_id: 'req_1' },
  gemini: google(429, 'RESOURCE_EXHAUSTED', [retryIn('7s')]),
  bedrock: { message: 'x' },
};

/** A stream that fails after its first chunk, as each vendor reports it. */
type Bytes = string | Uint8Array;
const BROKEN_STREAMS: Record<FailingSdk['vendor'], [chunk: Bytes, failure: Bytes, type: string]> = {
  openai: [
    'data: {"id":"1","object":"chat.completion.chunk","choices":[]}\n\n',
    'data: {"error":{"message":"x","type":"server_error","code":"server_error"}}\n\n',
    'server',
  ],
  anthropic: [
    'event: ping\ndata: {"type":"ping"}\n\n',
    'event: error\ndata: {"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}\n\n',
    'overloaded',
  ],
  gemini: [
    'data: {"candidates":[{"content":{"parts":[{"text":"a"}]}}]}\n\n',
    '{"error":{"code":503,"message":"The model is overloaded.","status":"UNAVAILABLE"}}',
    'overloaded',
  ],
  bedrock: [frame('chunk', { bytes: 'e30=' }), bedrockStreamFailure(), 'server'],
};

describe('errors of the real SDKs', () => {
  let server: FailingServer;
  before(async () => {
    await hookVendorModules(); // for tests after this one: what is loaded without it cannot be instrumented
    server = await startFailingServer();
  });
  after(() => server.close());

  const fail = (sdk: FailingSdk, play: Play, options?: object): Promise<unknown> => {
    server.play = play;
    return sdk.failure(server.url, options);
  };

  for (const sdk of SDKS) {
    describe(sdk.set, () => {
      it('are known by every status', async () => {
        for (let status = 400; status <= 529; status++) {
          if (status === 407) continue; // `fetch` itself fails, as the standard wants
          const error = await fail(sdk, { status, body: JSON.stringify(emptyOf(sdk)) });
          const info = classifyError(error);
          assert.deepEqual([status, info.status, info.type], [status, status, typeOf(status, sdk)]);
        }
      });

      for (const [what, status, body, type, headers = {}] of SAID[sdk.vendor]) {
        it(`are ${type} for ${what}`, async () => {
          const error = await fail(sdk, { status, headers, body: JSON.stringify(body) });
          assert.equal(classifyError(error).type, type);
          assert.equal(
            withoutNames(error, () => classifyError(error).type),
            type,
          );
        });
      }

      it('have the provider, the wait and the request id', async () => {
        const headers = {
          'retry-after': '7',
          'x-request-id': 'req_1',
          'request-id': 'req_1',
          'x-amzn-requestid': 'req_1',
        };
        const error = await fail(sdk, { status: 429, headers, body: JSON.stringify(LIMITED[sdk.vendor]) });
        const { provider, retryAfter, requestId } = classifyError(error);
        // The headers of an answer are lost in Google's errors, and so is the id.
        const expected =
          sdk.vendor === 'gemini' ? [sdk.provider, 7000, undefined] : [sdk.provider, 7000, 'req_1'];
        assert.deepEqual([provider, retryAfter, requestId], expected);
      });

      it('are connection errors where the connection breaks, before the answer and within it', async () => {
        const [chunk] = BROKEN_STREAMS[sdk.vendor];
        const before = await fail(sdk, { reset: true });
        const headers = { 'content-type': 'text/event-stream' };
        const within = await fail(sdk, { reset: true, body: chunk, headers }, { stream: true });
        const types = [before, within].map((e) => [
          classifyError(e).type,
          withoutNames(e, () => classifyError(e).type),
        ]);
        assert.deepEqual(types, [
          ['connection', 'connection'],
          ['connection', 'connection'],
        ]);
        const refused = await sdk.failure('http://127.0.0.1:1');
        assert.equal(classifyError(refused).type, 'connection');
      });

      it('are timeouts where no answer comes in time', async () => {
        const error = await fail(sdk, { hang: true }, { timeout: 40 });
        const signal = new AbortController().signal;
        assert.equal(classifyError(error, signal).type, 'timeout');
        assert.equal(
          withoutNames(error, () => classifyError(error, signal).type),
          'timeout',
        );
      });

      it('are no failures where the application stops the call', async () => {
        const controller = new AbortController();
        const failing = fail(sdk, { hang: true }, { signal: controller.signal });
        await wait(20);
        controller.abort();
        const error = await failing;
        assert.equal(classifyError(error).type, 'cancelled');
        assert.equal(classifyError(error, controller.signal).type, 'cancelled');
        assert.equal(
          withoutNames(error, () => classifyError(error).type),
          'cancelled',
        );
      });

      it('are known within a stream', async () => {
        const [chunk, failure, type] = BROKEN_STREAMS[sdk.vendor];
        // Google's SDKs look for a failure in what arrives at once, and in the first part alone.
        const body =
          sdk.vendor === 'gemini'
            ? failure
            : Buffer.concat([chunk, failure].map((part) => Buffer.from(part)));
        const play = { body, headers: { 'content-type': 'text/event-stream' } };
        const error = await fail(sdk, play, { stream: true });
        if (sdk.set.startsWith('generative-ai')) return; // it says only that the JSON could not be parsed
        assert.equal(classifyError(error).type, type);
      });
    });
  }

  it('are timeouts where a model takes too long within a stream of Bedrock', async () => {
    const body = frame('modelTimeoutException', { message: 'x' }, 'exception');
    for (const sdk of SDKS.filter(({ vendor }) => vendor === 'bedrock')) {
      const error = await fail(sdk, { body }, { stream: true });
      assert.equal(classifyError(error).type, 'timeout');
    }
  });
});

/** Runs `read` while the classes of an error have the names that a bundler gives them. */
function withoutNames<T>(error: unknown, read: () => T): T {
  const kinds: [kind: object, name: PropertyDescriptor][] = [];
  let kind: any = (error as object).constructor;
  for (; typeof kind === 'function' && kind !== Error && kind.name; kind = Object.getPrototypeOf(kind)) {
    const name = Object.getOwnPropertyDescriptor(kind, 'name');
    if (!name?.configurable || /\[native code\]/.test(Function.prototype.toString.call(kind))) continue;
    kinds.push([kind, name]);
    Object.defineProperty(kind, 'name', { ...name, value: 'e' });
  }
  try {
    return read();
  } finally {
    for (const [errorClass, name] of kinds) Object.defineProperty(errorClass, 'name', name);
  }
}
