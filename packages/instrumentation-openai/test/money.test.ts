/**
 * The costs of calls at other hosts than OpenAI's own, and the parts that are marked: the answers are those of public
 * bug reports, through the real SDK.
 */
import assert from 'node:assert/strict';
import { loadSdk } from '@llmtrace/test-fixtures/sdks';
import { createTelemetry } from '@llmtrace/test-fixtures/telemetry';
import { OpenAIInstrumentation } from '../src/index.ts';

const telemetry = createTelemetry();

interface Expected {
  readonly cost?: number;
  readonly input?: number;
  readonly output?: number;
  readonly missing?: readonly string[];
  readonly source?: string;
  readonly error?: string;
  readonly provider?: string;
}

interface Row {
  readonly what: string;
  readonly baseURL?: string;
  /** The request of the application. */
  readonly ask: (client: any) => Promise<unknown>;
  readonly body?: object;
  /** A stream's events, in the place of a body. */
  readonly events?: readonly object[];
  readonly headers?: Record<string, string>;
  readonly expected: Expected;
}

const messages = [{ role: 'user', content: 'x' }];
const choices = [{ index: 0, message: { role: 'assistant', content: 'x' }, finish_reason: 'stop' }];
const chat = (model: string) => (client: any) => client.chat.completions.create({ model, messages });
const streamed = (model: string) => async (client: any) => {
  for await (const _ of await client.chat.completions.create({ model, messages, stream: true }));
};
const respond =
  (model: string, more = {}) =>
  (client: any) =>
    client.responses.create({ model, input: 'x', ...more });
const answer = (model: string, usage: object | undefined, more = {}) => ({
  id: 'a',
  object: 'chat.completion',
  model,
  choices,
  usage,
  ...more,
});
const responseOf = (model: string, more: object) => ({
  id: 'r',
  object: 'response',
  status: 'completed',
  model,
  output: [],
  usage: { input_tokens: 1000, output_tokens: 200, total_tokens: 1200 },
  ...more,
});
const GPT_5 = (1000 * 1.25 + 200 * 10) / 1e6;
const searchCall = (type: string) => ({
  type: 'web_search_call',
  id: 'w',
  status: 'completed',
  action: { type },
});

const ROWS: readonly Row[] = [
  {
    what: 'xAI, chat, whose reasoning stands beside the output',
    baseURL: 'https://api.x.ai/v1',
    ask: chat('grok-4.20'),
    body: answer('grok-4.20', {
      prompt_tokens: 32,
      completion_tokens: 9,
      total_tokens: 135,
      completion_tokens_details: { reasoning_tokens: 94 },
    }),
    expected: { input: 32, output: 103, cost: (32 * 1.25 + 103 * 2.5) / 1e6, provider: 'x_ai' },
  },
  {
    what: 'xAI, responses, whose ticks have the fees of tools',
    baseURL: 'https://api.x.ai/v1',
    ask: respond('grok-4.3'),
    body: responseOf('grok-4.3', {
      usage: { input_tokens: 8237, output_tokens: 2023, total_tokens: 10260, cost_in_usd_ticks: 321281500 },
    }),
    expected: { cost: 0.03212815, source: 'provider' },
  },
  {
    what: "Gemini by OpenAI's API, whose thinking is in the total alone",
    baseURL: 'https://generativelanguage.googleapis.com/v1beta/openai',
    ask: chat('gemini-2.5-flash'),
    body: answer('gemini-2.5-flash', { prompt_tokens: 20, completion_tokens: 424, total_tokens: 1016 }),
    expected: { input: 20, output: 996, cost: (20 * 0.3 + 996 * 2.5) / 1e6, provider: 'gcp.gemini' },
  },
  {
    what: 'DeepSeek, whose cache hits have a name of their own',
    baseURL: 'https://api.deepseek.com',
    ask: chat('deepseek-chat'),
    body: answer('deepseek-v3.1-terminus', {
      prompt_tokens: 100000,
      completion_tokens: 100,
      total_tokens: 100100,
      prompt_cache_hit_tokens: 99000,
      prompt_cache_miss_tokens: 1000,
    }),
    expected: { cost: (99000 * 0.13 + 1000 * 0.27 + 100 * 0.95) / 1e6 },
  },
  {
    what: 'Perplexity, which states the cost with all fees',
    baseURL: 'https://api.perplexity.ai',
    ask: chat('sonar'),
    body: answer('sonar', {
      prompt_tokens: 7,
      completion_tokens: 149,
      total_tokens: 156,
      cost: { request_cost: 0.005, total_cost: 0.005156 },
    }),
    expected: { cost: 0.005156, source: 'provider' },
  },
  {
    what: "OpenRouter with the application's own key",
    baseURL: 'https://openrouter.ai/api/v1',
    ask: chat('x/y'),
    body: answer('x/y', {
      prompt_tokens: 9171,
      completion_tokens: 113,
      total_tokens: 9284,
      cost: 0,
      is_byok: true,
      cost_details: { upstream_inference_cost: 0.0360795 },
    }),
    expected: { cost: 0.0360795, source: 'provider', provider: 'openrouter' },
  },
  {
    what: 'Moonshot, streamed, whose usage is in the last choice',
    baseURL: 'https://api.moonshot.ai/v1',
    ask: streamed('kimi-k3'),
    events: [
      { id: 'a', model: 'kimi-k3', choices: [{ index: 0, delta: { content: 'x' } }] },
      {
        id: 'a',
        model: 'kimi-k3',
        choices: [
          {
            index: 0,
            delta: {},
            finish_reason: 'stop',
            usage: { prompt_tokens: 1000, completion_tokens: 50, total_tokens: 1050, cached_tokens: 900 },
          },
        ],
      },
    ],
    expected: { input: 1000, output: 50, cost: 0.00132 },
  },
  {
    what: 'Groq, streamed, whose usage is apart',
    baseURL: 'https://api.groq.com/openai/v1',
    ask: streamed('llama-3.3-70b-versatile'),
    events: [
      { id: 'a', model: 'llama-3.3-70b-versatile', choices: [{ index: 0, delta: { content: 'x' } }] },
      {
        id: 'a',
        model: 'llama-3.3-70b-versatile',
        choices: [{ index: 0, delta: {}, finish_reason: 'stop' }],
        x_groq: { id: 'q', usage: { prompt_tokens: 36, completion_tokens: 20, total_tokens: 56 } },
      },
    ],
    expected: { input: 36, output: 20, cost: (36 * 0.59 + 20 * 0.79) / 1e6 },
  },
  {
    what: 'a stream of a model that searches, which cites before its usage comes',
    ask: streamed('gpt-4o-search-preview'),
    events: [
      {
        id: 'a',
        model: 'gpt-4o-search-preview',
        choices: [{ index: 0, delta: { annotations: [{ type: 'url_citation' }] }, finish_reason: 'stop' }],
      },
      { id: 'a', choices: [], usage: { prompt_tokens: 1000, completion_tokens: 50, total_tokens: 1050 } },
    ],
    expected: { cost: (1000 * 2.5 + 50 * 10) / 1e6, missing: ['web_search'] },
  },
  {
    what: "a stream of Vercel's gateway, which states the cost before its usage comes",
    baseURL: 'https://ai-gateway.vercel.sh/v1',
    ask: streamed('openai/gpt-6-sol'),
    events: [
      {
        id: 'a',
        model: 'openai/gpt-6-sol',
        choices: [
          { index: 0, delta: { provider_metadata: { gateway: { cost: '0', marketCost: '0.002' } } } },
        ],
      },
      { id: 'a', choices: [], usage: { prompt_tokens: 1000, completion_tokens: 50, total_tokens: 1050 } },
    ],
    expected: { cost: 0.002, source: 'provider' },
  },
  {
    what: 'a model on this machine',
    baseURL: 'http://localhost:1234/v1',
    ask: chat('gpt-oss-20b'),
    body: answer('gpt-oss-20b', { prompt_tokens: 1000, completion_tokens: 50, total_tokens: 1050 }),
    expected: { input: 1000, output: 50, provider: 'openai' },
  },
  {
    what: 'LiteLLM, which states the cost in a header',
    baseURL: 'https://llm.example.com/v1',
    ask: chat('team-model'),
    body: answer('team-model', { prompt_tokens: 1000, completion_tokens: 50, total_tokens: 1050 }),
    headers: { 'x-litellm-response-cost': '0.00425' },
    expected: { cost: 0.00425, source: 'provider' },
  },
  {
    what: "Hugging Face's router, which says in a header who served it",
    baseURL: 'https://router.huggingface.co/v1',
    ask: chat('openai/gpt-oss-120b'),
    body: answer('openai/gpt-oss-120b', { prompt_tokens: 1e6, completion_tokens: 0, total_tokens: 1e6 }),
    headers: { 'x-inference-provider': 'groq' },
    expected: { cost: 0.15, provider: 'hugging_face' },
  },
  {
    what: "Hugging Face's router, asked for a provider",
    baseURL: 'https://router.huggingface.co/v1',
    ask: chat('openai/gpt-oss-120b:groq'),
    body: answer('openai/gpt-oss-120b', { prompt_tokens: 1e6, completion_tokens: 0, total_tokens: 1e6 }),
    expected: { cost: 0.15 },
  },
  {
    what: "Vercel's gateway, which states the cost in a text",
    baseURL: 'https://ai-gateway.vercel.sh/v1',
    ask: chat('openai/gpt-6-sol'),
    body: answer(
      'openai/gpt-6-sol',
      { prompt_tokens: 7, completion_tokens: 1, total_tokens: 8 },
      {
        choices: [
          { ...choices[0], message: { content: 'x', provider_metadata: { gateway: { cost: '0.0000147' } } } },
        ],
      },
    ),
    expected: { cost: 0.0000147, source: 'provider', provider: 'vercel_ai_gateway' },
  },
  {
    what: 'Groq’s compound system, which asks other models',
    baseURL: 'https://api.groq.com/openai/v1',
    ask: chat('groq/compound'),
    body: answer('groq/compound', {
      prompt_tokens: 2000,
      completion_tokens: 100,
      total_tokens: 2100,
      usage_breakdown: {
        models: [
          {
            model: 'llama-3.3-70b-versatile',
            usage: { prompt_tokens: 1000, completion_tokens: 50, total_tokens: 1050 },
          },
          {
            model: 'openai/gpt-oss-120b',
            usage: { prompt_tokens: 1000, completion_tokens: 50, total_tokens: 1050 },
          },
        ],
      },
    }),
    expected: { cost: (1000 * 0.59 + 50 * 0.79 + 1000 * 0.15 + 50 * 0.6) / 1e6 },
  },
  {
    what: 'images whose usage does not say that they are images',
    ask: (client) => client.images.generate({ model: 'gpt-image-1.5', prompt: 'x' }),
    body: {
      data: [],
      usage: {
        input_tokens: 23,
        input_tokens_details: { text_tokens: 23, image_tokens: 0 },
        output_tokens: 1056,
        total_tokens: 1079,
      },
    },
    expected: { cost: (23 * 5 + 1056 * 32) / 1e6 },
  },
  {
    what: 'a search of the web, by the items',
    ask: respond('gpt-5', { tools: [{ type: 'web_search' }] }),
    body: responseOf('gpt-5', { output: [searchCall('search'), searchCall('open_page')] }),
    expected: { cost: GPT_5 + 0.01 },
  },
  {
    what: 'a search of the web, by the count that is billed',
    ask: respond('gpt-5', { tools: [{ type: 'web_search' }] }),
    body: responseOf('gpt-5', {
      output: [searchCall('search')],
      tool_usage: { web_search: { num_requests: 3 }, image_gen: { input_tokens: 0, output_tokens: 0 } },
    }),
    expected: { cost: GPT_5 + 0.03 },
  },
  {
    what: 'a search in files',
    ask: respond('gpt-5'),
    body: responseOf('gpt-5', { output: [{ type: 'file_search_call', id: 'f', status: 'completed' }] }),
    expected: { cost: GPT_5 + 0.0025 },
  },
  {
    what: 'a container that no answer before it had',
    ask: respond('gpt-5'),
    body: responseOf('gpt-5', { output: [{ type: 'code_interpreter_call', container_id: 'cntr_1' }] }),
    expected: { cost: GPT_5, missing: ['container'] },
  },
  {
    what: 'a container that is used again',
    ask: respond('gpt-5'),
    body: responseOf('gpt-5', { output: [{ type: 'code_interpreter_call', container_id: 'cntr_1' }] }),
    expected: { cost: GPT_5 },
  },
  {
    what: 'an image that a tool drew',
    ask: respond('gpt-5', { tools: [{ type: 'image_generation', model: 'gpt-image-1.5' }] }),
    body: responseOf('gpt-5', {
      tools: [{ type: 'image_generation', model: 'gpt-image-1.5' }],
      output: [{ type: 'image_generation_call', id: 'i', status: 'completed' }],
      tool_usage: {
        web_search: { num_requests: 0 },
        image_gen: {
          input_tokens: 50,
          input_tokens_details: { text_tokens: 50, image_tokens: 0 },
          output_tokens: 1000,
          total_tokens: 1050,
        },
      },
    }),
    expected: { cost: GPT_5 + (50 * 5 + 1000 * 32) / 1e6 },
  },
  {
    what: 'an image that a tool drew by a model that is not named',
    ask: respond('gpt-5', { tools: [{ type: 'image_generation' }] }),
    body: responseOf('gpt-5', { output: [{ type: 'image_generation_call', id: 'i', status: 'completed' }] }),
    expected: { cost: GPT_5, missing: ['image_generation'] },
  },
  {
    what: 'cache writes for 12 hours',
    ask: respond('gpt-5.6-sol'),
    body: responseOf('gpt-5.6-sol', {
      usage: {
        input_tokens: 1000,
        output_tokens: 0,
        total_tokens: 1000,
        input_tokens_details: {
          cached_tokens: 0,
          cache_write_tokens: 100,
          cache_write_tokens_details: { ttl_12h_tokens: 100, ttl_30m_tokens: 0 },
        },
      },
    }),
    expected: { cost: (900 * 4 + 100 * 5) / 1e6, missing: ['cache_ttl'] },
  },
  {
    what: 'the flex tier',
    ask: chat('gpt-5'),
    body: answer(
      'gpt-5',
      { prompt_tokens: 1000, completion_tokens: 200, total_tokens: 1200 },
      {
        service_tier: 'flex',
      },
    ),
    expected: { cost: GPT_5 / 2 },
  },
  {
    what: "a region of OpenAI's",
    baseURL: 'https://eu.api.openai.com/v1',
    ask: chat('gpt-5.6-sol'),
    body: answer('gpt-5.6-sol', { prompt_tokens: 1000, completion_tokens: 200, total_tokens: 1200 }),
    expected: { cost: ((1000 * 4 + 200 * 20) / 1e6) * 1.1 },
  },
  {
    what: 'a total that nothing explains',
    ask: chat('gpt-5'),
    body: answer('gpt-5', { prompt_tokens: 1000, completion_tokens: 200, total_tokens: 5000 }),
    expected: { cost: GPT_5, missing: ['usage'] },
  },
  {
    what: 'parts that are greater than their whole',
    ask: chat('gpt-5'),
    body: answer('gpt-5', {
      prompt_tokens: 1000,
      completion_tokens: 200,
      total_tokens: 1200,
      prompt_tokens_details: { cached_tokens: 900, cache_write_tokens: 200 },
    }),
    expected: { input: 1000, output: 200 },
  },
  {
    what: 'seconds of audio',
    ask: (client) =>
      client.audio.transcriptions.create({ model: 'whisper-1', file: new File(['x'], 'x.mp3') }),
    body: { text: 'x', usage: { type: 'duration', seconds: 90 } },
    expected: { cost: (90 * 0.36) / 3600 },
  },
  {
    what: 'an error in the place of an answer',
    baseURL: 'https://openrouter.ai/api/v1',
    ask: chat('x/y'),
    body: { id: 'a', model: 'x/y', error: { code: 502, message: 'Provider returned error' } },
    expected: { error: '502' },
  },
  {
    what: 'an error in a choice',
    baseURL: 'https://openrouter.ai/api/v1',
    ask: chat('x/y'),
    body: {
      id: 'a',
      model: 'x/y',
      choices: [{ ...choices[0], finish_reason: 'error', error: { code: 429, message: 'slow down' } }],
    },
    expected: { error: '429' },
  },
  {
    what: 'the finish reason of an error',
    ask: chat('gpt-5'),
    body: { id: 'a', model: 'gpt-5', choices: [{ ...choices[0], finish_reason: 'error' }] },
    expected: { error: 'error' },
  },
  {
    what: "Cloudflare's envelope of errors",
    baseURL: 'https://api.cloudflare.com/client/v4/accounts/a/ai/v1',
    ask: chat('@cf/x'),
    body: { success: false, errors: [{ code: 5007, message: 'No such model' }] },
    expected: { error: '5007', provider: 'cloudflare' },
  },
];

describe('the cost of a call that the SDK of OpenAI makes', () => {
  let OpenAI: any;
  let instrumentation: OpenAIInstrumentation;

  before(async () => {
    instrumentation = telemetry.install(new OpenAIInstrumentation());
    const { exports } = await loadSdk({ set: 'openai-7', package: 'openai', format: 'cjs' });
    OpenAI = exports.OpenAI;
  });
  after(() => instrumentation.disable());

  const reply = ({ body, events, headers }: Row): Response => {
    if (!events) return Response.json(body, headers && { headers });
    const lines = events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join('');
    return new Response(`${lines}data: [DONE]\n\n`, { headers: { 'content-type': 'text/event-stream' } });
  };

  for (const row of ROWS) {
    it(`is right for ${row.what}`, async () => {
      await telemetry.reset();
      const { baseURL, ask, expected } = row;
      const client = new OpenAI({
        apiKey: 'sk-test',
        fetch: async () => reply(row),
        ...(baseURL && { baseURL }),
      });
      await ask(client);
      await telemetry.ended();
      const { attributes = {}, status } = telemetry.spans()[0] ?? {};
      const cost = attributes['gen_ai.usage.cost'];
      if (expected.cost === undefined) assert.equal(cost, undefined);
      else assert.ok(Math.abs(Number(cost) - expected.cost) < 1e-10, `${cost}, not ${expected.cost}`);
      assert.deepEqual(attributes['llmtrace.cost.missing'], expected.missing);
      assert.equal(attributes['llmtrace.cost.partial'], expected.missing && true);
      assert.equal(attributes['error.type'], expected.error);
      assert.equal(status?.code === 2, expected.error !== undefined, 'status');
      const values = {
        'gen_ai.usage.input_tokens': expected.input,
        'gen_ai.usage.output_tokens': expected.output,
        'llmtrace.cost.source': expected.source,
        'gen_ai.provider.name': expected.provider,
      };
      for (const [name, value] of Object.entries(values)) {
        if (value !== undefined) assert.equal(attributes[name], value, name);
      }
    });
  }

  it('is counted where something is missing from it', async () => {
    await telemetry.reset();
    const row = ROWS.find(({ expected }) => expected.missing?.includes('cache_ttl')) as Row;
    await row.ask(new OpenAI({ apiKey: 'sk-test', fetch: async () => reply(row) }));
    const points = await telemetry.metrics();
    const partial = points.filter(({ name }) => name === 'llmtrace.client.partial_costs');
    assert.deepEqual(
      partial.map(({ attributes, sum }) => [attributes['llmtrace.cost.missing'], sum]),
      [['cache_ttl', 1]],
    );
  });
});
