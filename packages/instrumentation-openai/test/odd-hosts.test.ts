/** Costs at hosts and of features where a plain count of tokens is wrong: each is right, absent or marked. */
import assert from 'node:assert/strict';
import { loadSdk } from '@llmtrace/test-fixtures/sdks';
import { createTelemetry } from '@llmtrace/test-fixtures/telemetry';
import { OpenAIInstrumentation } from '../src/index.ts';

const telemetry = createTelemetry();

interface Row {
  readonly what: string;
  readonly baseURL?: string;
  readonly model: string;
  readonly usage: object;
  /** Other fields of the answer. */
  readonly more?: object;
  readonly api?: 'responses';
  /** Usage objects of a stream, one a chunk. */
  readonly chunks?: readonly object[];
  readonly headers?: Record<string, string>;
  readonly cost: number | undefined;
  readonly missing?: readonly string[];
  readonly standardRates?: boolean;
}

const usage = { prompt_tokens: 1000, completion_tokens: 200, total_tokens: 1200 };
const used = { input_tokens: 1000, output_tokens: 200, total_tokens: 1200 };
const per = (input: number, output: number) => (1000 * input + 200 * output) / 1e6;

const ROWS: readonly Row[] = [
  {
    what: 'tools of xAI, without ticks',
    baseURL: 'https://api.x.ai/v1',
    model: 'grok-4',
    api: 'responses',
    usage: { ...used, num_server_side_tools_used: 4, server_side_tool_usage_details: { x_search_calls: 4 } },
    cost: per(3, 15),
    missing: ['tools'],
  },
  {
    what: "a region of xAI's",
    baseURL: 'https://us-east-1.api.x.ai/v1',
    model: 'grok-4',
    usage,
    cost: per(3, 15) * 1.1,
  },
  {
    what: "a built-in tool of Groq's, of a model that is no compound system",
    baseURL: 'https://api.groq.com/openai/v1',
    model: 'openai/gpt-oss-120b',
    usage,
    more: {
      choices: [{ index: 0, message: { role: 'assistant', executed_tools: [{ type: 'browser_search' }] } }],
    },
    cost: per(0.15, 0.6),
    missing: ['tools'],
  },
  {
    what: "a coding plan of Zhipu's",
    baseURL: 'https://open.bigmodel.cn/api/coding/paas/v4',
    model: 'glm-4.7',
    usage,
    cost: undefined,
  },
  {
    what: "an answer from the cache of Cloudflare's gateway",
    baseURL: 'https://gateway.ai.cloudflare.com/v1/a/g/openai',
    model: 'gpt-5',
    usage,
    headers: { 'cf-aig-cache-status': 'HIT' },
    cost: 0,
  },
  {
    what: "an answer that the cache of Cloudflare's gateway did not have",
    baseURL: 'https://gateway.ai.cloudflare.com/v1/a/g/openai',
    model: 'gpt-5',
    usage,
    headers: { 'cf-aig-cache-status': 'MISS' },
    cost: per(1.25, 10),
  },
  {
    what: "an answer from the cache of Helicone's proxy",
    baseURL: 'https://oai.helicone.ai/v1',
    model: 'gpt-5',
    usage,
    headers: { 'helicone-cache': 'HIT' },
    cost: 0,
  },
  {
    what: "a call through Helicone's proxy",
    baseURL: 'https://oai.helicone.ai/v1',
    model: 'gpt-5',
    usage,
    cost: per(1.25, 10),
  },
  {
    what: 'seconds of audio beside tokens',
    baseURL: 'https://api.mistral.ai/v1',
    model: 'voxtral-small-latest',
    usage: { ...usage, prompt_audio_seconds: 60 },
    cost: per(0.1, 0.4),
    missing: ['audio'],
  },
  {
    what: "a connector of Mistral's",
    baseURL: 'https://api.mistral.ai/v1',
    model: 'voxtral-small-latest',
    usage: { ...usage, connectors: { web_search: 1 } },
    cost: per(0.1, 0.4),
    missing: ['web_search'],
  },
  {
    what: 'audio of a model whose shelf has no rate of audio',
    model: 'gpt-4o-mini-audio-preview',
    usage: {
      ...usage,
      prompt_tokens_details: { audio_tokens: 800, text_tokens: 200 },
      completion_tokens_details: { audio_tokens: 100, text_tokens: 100 },
    },
    cost: (200 * 0.15 + 800 * 10 + 100 * 0.6 + 100 * 20) / 1e6,
  },
  {
    what: "cached tokens in a header of Fireworks'",
    baseURL: 'https://api.fireworks.ai/inference/v1',
    model: 'accounts/fireworks/models/gpt-oss-120b',
    usage,
    headers: { 'fireworks-prompt-tokens': '1000', 'fireworks-cached-prompt-tokens': '800' },
    cost: (200 * 0.15 + 800 * 0.014 + 200 * 0.6) / 1e6,
  },
  {
    what: 'a deployment of unknown kind',
    baseURL: 'https://r.openai.azure.com/openai/v1',
    model: 'gpt-5',
    usage,
    cost: per(1.25, 10),
    missing: ['region'],
  },
  {
    what: 'cumulative usage in each chunk',
    model: 'gpt-5',
    usage,
    chunks: [
      { ...usage, completion_tokens: 1, total_tokens: 1001 },
      { ...usage, completion_tokens: 100, total_tokens: 1100 },
      usage,
    ],
    cost: per(1.25, 10),
  },
  { what: 'a total of 0', model: 'gpt-5', usage: { ...usage, total_tokens: 0 }, cost: per(1.25, 10) },
  {
    what: 'a cache that is no part of the input',
    model: 'gpt-5',
    usage: { prompt_tokens: 100, completion_tokens: 200, total_tokens: 300, cached_tokens: 900 },
    cost: (100 * 1.25 + 900 * 0.125 + 200 * 10) / 1e6,
  },
  {
    what: 'a tier without a price',
    model: 'gpt-5',
    usage,
    more: { service_tier: 'ultrafast' },
    cost: per(1.25, 10),
    standardRates: true,
  },
  { what: 'prepaid capacity', model: 'gpt-5', usage, more: { service_tier: 'scale' }, cost: undefined },
  {
    what: 'a stated cost in another currency',
    baseURL: 'https://api.perplexity.ai',
    model: 'sonar-without-a-price',
    usage: { ...usage, cost: { currency: 'EUR', total_cost: 0.01 } },
    cost: undefined,
  },
  {
    what: 'a bill beside a stated 0',
    baseURL: 'https://openrouter.ai/api/v1',
    model: 'openai/gpt-oss-120b',
    usage: { ...usage, cost: 0, is_byok: true, cost_details: { upstream_inference_cost: 0.5 } },
    cost: 0.5,
  },
  {
    what: 'an own key, of which OpenRouter does not state the bill',
    baseURL: 'https://openrouter.ai/api/v1',
    model: 'openai/gpt-oss-120b',
    usage: { ...usage, cost: 0.0001, is_byok: true },
    cost: per(0.039, 0.18),
    missing: ['usage'],
  },
  {
    what: 'a model of a router by the path of a gateway',
    baseURL: 'https://gateway.ai.cloudflare.com/v1/a/g/compat',
    model: 'openai/gpt-5',
    usage,
    cost: undefined,
  },
  {
    what: 'a subscription to Kimi',
    baseURL: 'https://api.kimi.com/coding/v1',
    model: 'kimi-k2-0905-preview',
    usage,
    cost: undefined,
  },
  {
    what: 'counts that are texts',
    model: 'gpt-5',
    usage: { prompt_tokens: '1000', completion_tokens: '200' },
    cost: undefined,
  },
];

describe('the cost of a call at an odd host', () => {
  let OpenAI: any;
  let instrumentation: OpenAIInstrumentation;
  before(async () => {
    instrumentation = telemetry.install(new OpenAIInstrumentation());
    const { exports } = await loadSdk({ set: 'openai-7', package: 'openai', format: 'cjs' });
    OpenAI = exports.OpenAI;
  });
  beforeEach(() => telemetry.reset());
  after(() => instrumentation.disable());

  const choices = [{ index: 0, message: { role: 'assistant', content: 'x' }, finish_reason: 'stop' }];
  function reply({ model, usage, more, chunks, headers, api }: Row): Response {
    if (chunks) {
      const events = chunks.map((usage) => ({
        id: 'a',
        object: 'chat.completion.chunk',
        model,
        choices: [],
        usage,
      }));
      const lines = [...events, '[DONE]'].map((event) =>
        typeof event === 'string' ? event : JSON.stringify(event),
      );
      const body = lines.map((line) => `data: ${line}\n\n`).join('');
      return new Response(body, { headers: { 'content-type': 'text/event-stream' } });
    }
    const chat = { id: 'a', object: 'chat.completion', model, choices, usage, ...more };
    const response = { id: 'r', object: 'response', status: 'completed', model, output: [], usage, ...more };
    return Response.json(api ? response : chat, headers && { headers });
  }

  async function ask({ model, chunks, api }: Row, client: any): Promise<void> {
    if (api) await client.responses.create({ model, input: 'x' });
    const chat = api
      ? undefined
      : await client.chat.completions.create({ model, messages: [], stream: !!chunks });
    if (chunks) for await (const _ of chat);
  }

  for (const row of ROWS)
    it(`is right, absent or marked: ${row.what}`, async () => {
      const { baseURL } = row;
      await ask(row, new OpenAI({ apiKey: 'x', fetch: async () => reply(row), ...(baseURL && { baseURL }) }));
      await telemetry.ended();
      const { attributes = {} } = telemetry.spans()[0] ?? {};
      const cost = attributes['gen_ai.usage.cost'];
      if (row.cost === undefined) assert.equal(cost, undefined);
      else assert.ok(Math.abs(Number(cost) - row.cost) < 1e-12, `${cost}, not ${row.cost}`);
      assert.deepEqual(attributes['llmtrace.cost.missing'], row.missing);
      assert.equal(attributes['llmtrace.cost.standard_rates'], row.standardRates);
    });
});
