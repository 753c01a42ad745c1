/** Refusals of vendors without an SDK here, in the bodies that they send: each has its category, whatever names its reason. */
import assert from 'node:assert/strict';
import { createTelemetry, type Telemetry } from '@llmtrace/test-fixtures';
import { type Loopback, serve } from '@llmtrace/test-fixtures/loopback';
import { HttpClientsInstrumentation } from '../src/index.ts';
import { isKnownHost } from '../src/recognise.ts';

type Row = readonly [
  title: string,
  status: number,
  body: unknown,
  category: string,
  headers?: Readonly<Record<string, string>>,
];

const error = (fields: object) => ({ error: fields });
const base = (status_code: number, status_msg: string) => ({
  choices: null,
  base_resp: { status_code, status_msg },
});
const cloudflare = (code: number, message: string) => ({
  errors: [{ code, message }],
  success: false,
  result: {},
});
const CONTEXT = 'context_length';
const FILTER = 'content_filter';

const REFUSALS: readonly Row[] = [
  // https://platform.minimax.io/docs/api-reference/errorcode.md
  ['MiniMax: the balance', 200, base(1008, 'insufficient balance'), 'quota'],
  ['MiniMax: a rate', 200, base(1002, 'rate limit'), 'rate_limit'],
  ['MiniMax: the key', 200, base(1004, 'not authorized'), 'auth'],
  ['MiniMax: the input', 200, base(1026, 'input new_sensitive'), FILTER],
  ['MiniMax: within', 200, base(1033, 'system error'), 'server'],
  // https://platform.moonshot.ai/docs/api/chat
  [
    'Moonshot: the balance',
    429,
    error({ type: 'exceeded_current_quota_error', message: 'suspended' }),
    'quota',
  ],
  ['Moonshot: capacity', 429, error({ type: 'engine_overloaded_error', message: 'x' }), 'overloaded'],
  [
    'Moonshot: length',
    400,
    error({
      type: 'invalid_request_error',
      message: 'Invalid request: Your request exceeded model token limit: 8192',
    }),
    CONTEXT,
  ],
  // https://docs.z.ai/api-reference/api-code
  ['Z.ai: the balance', 429, error({ code: '1113', message: 'Insufficient balance' }), 'quota'],
  ['Z.ai: a rate', 429, error({ code: '1302', message: 'High concurrency usage of this API' }), 'rate_limit'],
  ['Z.ai: the content', 400, error({ code: '1301', message: 'unsafe' }), FILTER],
  ['Z.ai: length', 400, error({ code: '1261', message: 'Prompt exceeds max length' }), CONTEXT],
  // https://console.groq.com/docs/flex-processing
  ['Groq: flex', 498, error({ code: 'capacity_exceeded', message: 'x' }), 'overloaded'],
  // https://inference-docs.cerebras.ai/support/error
  ['Cerebras: the queue', 429, { type: 'too_many_requests_error', code: 'queue_exceeded' }, 'overloaded'],
  [
    'Cerebras: a rate',
    429,
    { type: 'too_many_requests_error', code: 'request_quota_exceeded' },
    'rate_limit',
  ],
  [
    'Mistral: the tier',
    429,
    { type: 'service_tier_capacity_exceeded', code: '3505', message: 'x' },
    'overloaded',
  ],
  // xAI has the reason as a text, beside a sentence in the place of a code.
  [
    'xAI: credits',
    429,
    {
      code: 'Some resource has been exhausted',
      error: 'Your team has either used all available credits or reached its monthly spending limit.',
    },
    'quota',
  ],
  ['xAI: length', 400, { error: "This model's maximum prompt length is 131072 but 200000 tokens" }, CONTEXT],
  ['xAI: the content', 403, { code: 'no permission', error: 'Content violates usage guidelines.' }, FILTER],
  // https://docs.cohere.com/reference/errors
  [
    'Cohere: a trial key',
    429,
    { message: 'a Trial key, which is limited to 1000 API calls / month.' },
    'quota',
  ],
  ['Cohere: length', 400, { message: 'too many tokens: size limit exceeded by 11326 tokens.' }, CONTEXT],
  // https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_InvokeModel.html
  ['Bedrock: length', 400, { message: 'Input is too long for requested model.' }, CONTEXT],
  ['Bedrock: a day', 429, { message: 'Too many tokens per day, please wait before trying again.' }, 'quota'],
  ['Bedrock: a minute', 429, { message: 'Too many tokens, please wait before trying again.' }, 'rate_limit'],
  [
    'Bedrock: a model that starts',
    429,
    { message: 'x' },
    'overloaded',
    { 'x-amzn-errortype': 'ModelNotReadyException:http://internal.amazon.com/' },
  ],
  [
    'Bedrock: a quota',
    400,
    { message: 'x' },
    'quota',
    { 'x-amzn-errortype': 'ServiceQuotaExceededException' },
  ],
  // https://github.com/ggml-org/llama.cpp/blob/master/tools/server/README.md
  ['llama.cpp', 400, error({ code: 400, type: 'exceed_context_size_error', message: 'x' }), CONTEXT],
  [
    'SGLang',
    400,
    { message: "The input (5 tokens) is longer than the model's context length (4 tokens)." },
    CONTEXT,
  ],
  ['vLLM', 400, { message: 'The prompt (length 5) is longer than the maximum model length of 4.' }, CONTEXT],
  // https://huggingface.co/docs/text-generation-inference
  ['TGI: capacity', 429, { error: 'Model is overloaded', error_type: 'overloaded' }, 'overloaded'],
  [
    'TGI: length',
    422,
    {
      error: 'Input validation error: `inputs` tokens + `max_new_tokens` must be <= 2048.',
      error_type: 'validation',
    },
    CONTEXT,
  ],
  // https://openrouter.ai/docs/api-reference/errors
  [
    'OpenRouter',
    403,
    error({ code: 403, message: 'it requires moderation and your input was flagged' }),
    FILTER,
  ],
  // https://help.aliyun.com/en/model-studio/error-code
  ['Alibaba: the content', 400, error({ code: 'data_inspection_failed', message: 'x' }), FILTER],
  [
    'Alibaba: the balance',
    400,
    error({ code: 'Arrearage', type: 'Arrearage', message: 'Access denied' }),
    'quota',
  ],
  ['Alibaba: what is free', 403, error({ code: 'AllocationQuota.FreeTierOnly', message: 'x' }), 'quota'],
  ['Alibaba: length', 400, error({ message: 'Range of input length should be [1, 30720]' }), CONTEXT],
  // https://www.volcengine.com/docs/82379/1299023
  [
    'Volcengine: the balance',
    403,
    error({ code: 'AccountOverdueError', message: 'x', type: 'Forbidden' }),
    'quota',
  ],
  ['Volcengine: capacity', 429, error({ code: 'ServerOverloaded', type: 'TooManyRequests' }), 'overloaded'],
  ['Volcengine: the content', 400, error({ code: 'InputTextSensitiveContentDetected' }), FILTER],
  // https://developers.cloudflare.com/workers-ai/platform/errors/
  [
    'Cloudflare: a day',
    429,
    cloudflare(3036, 'used up your daily free allocation of 10,000 neurons'),
    'quota',
  ],
  [
    'Cloudflare: capacity',
    429,
    cloudflare(3040, 'Capacity temporarily exceeded, please try again.'),
    'overloaded',
  ],
  ['Cloudflare: length', 413, cloudflare(5021, 'exceeded this model context window limit (8192).'), CONTEXT],
  // https://docs.together.ai/docs/error-codes: 403 for what is too long
  ['Together', 403, error({ message: '`inputs` tokens + `max_new_tokens` must be <= 4097.' }), CONTEXT],
  [
    'watsonx',
    400,
    { errors: [{ code: 'x', message: 'input tokens 9000 cannot exceed the total tokens limit 8192' }] },
    CONTEXT,
  ],
  [
    'Anthropic: a limit of its user',
    400,
    error({ message: 'reached your specified API usage limits.' }),
    'quota',
  ],
  ['SageMaker', 424, { Message: 'x' }, 'server', { 'x-amzn-errortype': 'ModelError' }],
  // https://openrouter.ai/docs/api-reference/limits
  [
    'OpenRouter: a day',
    429,
    error({ code: 429, message: 'Rate limit exceeded: free-models-per-day.' }),
    'quota',
  ],
  // https://platform.openai.com/docs/guides/flex-processing
  ['OpenAI: flex', 429, error({ message: 'Resource Unavailable' }), 'overloaded'],
  [
    'a key that may not use a long context',
    403,
    error({ message: 'no 1M context window here' }),
    'permission',
  ],
  ['a text alone', 429, { detail: 'Model is overloaded' }, 'overloaded'],
  ['no body', 429, '', 'rate_limit'],
];

describe('refusals of vendors without an SDK', () => {
  let server: Loopback;
  let row: Row;
  let telemetry: Telemetry;
  let instrumentation: HttpClientsInstrumentation;
  before(async () => {
    server = await serve((request, response) => {
      request.resume().on('end', () => {
        const [, status, body, , headers] = row;
        response.writeHead(status, { 'content-type': 'application/json', ...headers });
        response.end(typeof body === 'string' ? body : JSON.stringify(body));
      });
    });
    telemetry = createTelemetry();
    const providerMap = { [new URL(server.url).host]: 'minimax' };
    instrumentation = telemetry.install(new HttpClientsInstrumentation({ providerMap }));
  });
  after(async () => {
    instrumentation.disable();
    await server.close();
  });
  beforeEach(() => telemetry.reset());

  for (const refused of REFUSALS) {
    it(refused[0], async () => {
      row = refused;
      const body = JSON.stringify({ model: 'm', messages: [{ role: 'user', content: 'Hi' }] });
      const headers = { 'content-type': 'application/json' };
      await (await fetch(`${server.url}/v1/chat/completions`, { method: 'POST', headers, body })).text();
      const spans = telemetry.spans();
      assert.deepEqual(
        spans.map(({ attributes }) => attributes['llmtrace.error.category']),
        [refused[3]],
      );
    });
  }

  it('are calls at the host of Ollama, and where the application names one', () => {
    const isKnown = (url: string, map = {}): boolean => isKnownHost(new URL(url), map);
    assert.equal(isKnown('https://ollama.com/api/chat'), true);
    assert.equal(isKnown('http://localhost:11434/api/chat'), false);
    assert.equal(isKnown('http://localhost:11434/api/chat', { 'localhost:11434': 'ollama' }), true);
  });
});
