/** Requests and answers as vendors document them, by the provider that the host is: each is one span with its tokens. */
import assert from 'node:assert/strict';
import { createTelemetry, type Telemetry } from '@llmtrace/test-fixtures';
import { frame } from '@llmtrace/test-fixtures/bodies/bedrock';
import { type Loopback, serve } from '@llmtrace/test-fixtures/loopback';
import { HttpClientsInstrumentation } from '../src/index.ts';

/** A body, or the events of a stream: of SSE, or bytes of Amazon's. */
type Answered = object | readonly unknown[];

interface Expected {
  readonly operation: string;
  readonly model?: string;
  readonly input?: number;
  readonly output?: number;
  readonly cached?: number;
  readonly finish?: string;
  readonly cost?: number;
  readonly missing?: string;
  readonly error?: string;
}

type Row = readonly [
  title: string,
  path: string,
  sent: object,
  answered: Answered,
  expected: Expected,
  headers?: Readonly<Record<string, string>>,
];

/** Rows by the provider that the host is mapped to; without one it is a host that is not known. */
const GROUPS: (readonly [provider: string | undefined, rows: readonly Row[]])[] = [];

const messages = [{ role: 'user', content: 'Hi' }];
const parts = [{ role: 'user', content: [{ text: 'Hi' }] }];
const usage = { prompt_tokens: 11, completion_tokens: 7, total_tokens: 18 };
const choices = [{ index: 0, message: { role: 'assistant', content: 'Hello' }, finish_reason: 'stop' }];

// https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters.html
const counts = { 'x-amzn-bedrock-input-token-count': '11', 'x-amzn-bedrock-output-token-count': '7' };
const chunk = (event: object): Uint8Array =>
  frame('chunk', { bytes: Buffer.from(JSON.stringify(event)).toString('base64') });
const METRICS = { 'amazon-bedrock-invocationMetrics': { inputTokenCount: 11, outputTokenCount: 7 } };

const invoked = (
  model: string,
  sent: object,
  answered: Answered,
  expected: Omit<Expected, 'model' | 'input'>,
  headers: Readonly<Record<string, string>> = {},
): Row => {
  const method = Array.isArray(answered) ? 'invoke-with-response-stream' : 'invoke';
  const path = `/model/${encodeURIComponent(model)}/${method}`;
  return [`${model} ${method}`, path, sent, answered, { ...expected, model, input: 11 }, headers];
};
const text = { operation: 'text_completion', output: 7, finish: 'stop' };
const chat = { operation: 'chat', output: 7, finish: 'stop' };

GROUPS.push([
  'aws.bedrock',
  [
    invoked(
      'amazon.nova-pro-v1:0',
      { messages: parts },
      {
        output: { message: { role: 'assistant', content: [{ text: 'Hello' }] } },
        stopReason: 'end_turn',
        usage: { inputTokens: 11, outputTokens: 7, totalTokens: 18 },
      },
      { ...chat, cost: 0.0000156 },
      { 'x-amzn-bedrock-service-tier': 'flex' },
    ),
    invoked(
      'amazon.nova-pro-v1:0',
      { messages: parts },
      [
        chunk({ contentBlockDelta: { delta: { text: 'Hello' } } }),
        chunk({ messageStop: { stopReason: 'end_turn' } }),
        chunk({ metadata: { usage: { inputTokens: 11, outputTokens: 7 } }, ...METRICS }),
      ],
      chat,
    ),
    invoked(
      'amazon.titan-text-express-v1',
      { inputText: 'Hi' },
      { inputTextTokenCount: 11, results: [{ tokenCount: 7, outputText: 'a', completionReason: 'FINISH' }] },
      text,
    ),
    invoked(
      'meta.llama3-70b-instruct-v1:0',
      { prompt: 'Hi', max_gen_len: 5 },
      { generation: 'a', prompt_token_count: 11, generation_token_count: 7, stop_reason: 'stop' },
      text,
    ),
    invoked(
      'meta.llama3-70b-instruct-v1:0',
      { prompt: 'Hi', max_gen_len: 5 },
      [
        chunk({ generation: 'a', prompt_token_count: 11, generation_token_count: 1, stop_reason: null }),
        chunk({ generation: '', generation_token_count: 7, stop_reason: 'stop', ...METRICS }),
      ],
      text,
    ),
    // Only the headers have their counts.
    invoked(
      'mistral.mistral-7b-instruct-v0:2',
      { prompt: 'Hi' },
      { outputs: [{ text: 'a', stop_reason: 'stop' }] },
      text,
      counts,
    ),
    invoked(
      'deepseek.r1-v1:0',
      { prompt: 'Hi' },
      { choices: [{ text: 'a', stop_reason: 'stop' }] },
      text,
      counts,
    ),
    invoked(
      'cohere.command-r-v1:0',
      { message: 'Hi' },
      { generation_id: 'b', text: 'a', finish_reason: 'COMPLETE' },
      chat,
      counts,
    ),
    invoked('qwen.qwen3-32b-v1:0', { messages }, { choices, usage }, chat),
    invoked(
      'amazon.titan-embed-text-v2:0',
      { inputText: 'Hi' },
      { embedding: [0.1], inputTextTokenCount: 11 },
      { operation: 'embeddings' },
    ),
    invoked(
      'cohere.embed-english-v3',
      { texts: ['Hi'], input_type: 'search_query' },
      { embeddings: [[0.1]], id: 'a' },
      { operation: 'embeddings' },
      { 'x-amzn-bedrock-input-token-count': '11' },
    ),
  ],
]);

const list = { object: 'list', data: [{ embedding: [0.1] }] };
const embeddings = { operation: 'embeddings', input: 11 };
const rerank = { operation: 'rerank', input: 11 };
const asked = { ...chat, input: 11 };
const AIGC = '/api/v1/services/aigc';

// https://help.aliyun.com/en/model-studio/qwen-api-via-dashscope
const alibaba: readonly Row[] = [
  [
    'generation',
    `${AIGC}/text-generation/generation`,
    { model: 'qwen-plus', input: { messages }, parameters: { result_format: 'message' } },
    {
      request_id: 'r',
      output: { choices },
      usage: {
        input_tokens: 11,
        output_tokens: 7,
        total_tokens: 18,
        prompt_tokens_details: { cached_tokens: 4 },
      },
    },
    { ...asked, model: 'qwen-plus', cached: 4 },
  ],
  [
    'generation, streamed, of a text',
    `${AIGC}/text-generation/generation`,
    { model: 'qwen-plus', input: { prompt: 'Hi' } },
    [
      {
        request_id: 'r',
        output: { text: 'He', finish_reason: 'null' },
        usage: { input_tokens: 11, output_tokens: 1 },
      },
      {
        request_id: 'r',
        output: { text: 'Hello', finish_reason: 'stop' },
        usage: { input_tokens: 11, output_tokens: 7 },
      },
    ],
    asked,
  ],
  [
    'embeddings',
    '/api/v1/services/embeddings/text-embedding/text-embedding',
    { model: 'text-embedding-v4', input: { texts: ['a'] } },
    { output: { embeddings: [] }, usage: { total_tokens: 11 }, request_id: 'r' },
    embeddings,
  ],
  [
    'a ranking',
    '/api/v1/services/rerank/text-rerank/text-rerank',
    { model: 'gte-rerank-v2', input: { query: 'a', documents: ['b'] } },
    { output: { results: [] }, usage: { total_tokens: 11 }, request_id: 'r' },
    rerank,
  ],
  [
    'a ranking in the way of others',
    '/compatible-api/v1/reranks',
    { model: 'qwen3-rerank', query: 'a', documents: ['b'] },
    { results: [{ index: 0, relevance_score: 0.9 }], usage: { total_tokens: 11 } },
    rerank,
  ],
];
GROUPS.push(['alibaba', alibaba]);

GROUPS.push([
  'databricks',
  [
    [
      'a chat',
      '/serving-endpoints/mine/invocations',
      { messages },
      { choices, usage },
      { ...asked, model: 'mine' },
    ],
    [
      'embeddings',
      '/serving-endpoints/mine/invocations',
      { input: ['a'] },
      { ...list, usage: { prompt_tokens: 11, total_tokens: 11 } },
      { ...embeddings, model: 'mine' },
    ],
    [
      'an agent',
      '/serving-endpoints/mine/invocations',
      { input: messages },
      { object: 'response', output: [], usage: { input_tokens: 11, output_tokens: 7, total_tokens: 18 } },
      { operation: 'chat', model: 'mine', input: 11, output: 7 },
    ],
  ],
]);

GROUPS.push([
  'deepinfra',
  [
    [
      'a text',
      '/v1/inference/meta-llama/Meta-Llama-3-8B-Instruct',
      { input: 'Hi' },
      {
        inference_status: { status: 'succeeded', cost: 0.0000054, tokens_generated: 7, tokens_input: 11 },
        results: [{ generated_text: 'a' }],
        num_tokens: 7,
        num_input_tokens: 11,
      },
      {
        operation: 'text_completion',
        model: 'meta-llama/Meta-Llama-3-8B-Instruct',
        input: 11,
        output: 7,
        cost: 0.0000054,
      },
    ],
  ],
]);

const ociSent = { compartmentId: 'c', servingMode: { modelId: 'cohere.command-a' } };
const ociUsage = {
  promptTokens: 11,
  completionTokens: 7,
  totalTokens: 18,
  promptTokensDetails: { cachedTokens: 4 },
};

GROUPS.push([
  undefined,
  [
    ...alibaba.filter(([title]) => !title.includes('streamed')),
    [
      'OCI',
      '/20231130/actions/chat',
      { ...ociSent, chatRequest: { apiFormat: 'COHERE', message: 'Hi' } },
      { modelId: 'cohere.command-a', chatResponse: { text: 'a', finishReason: 'COMPLETE', usage: ociUsage } },
      { ...asked, model: 'cohere.command-a', cached: 4 },
    ],
    [
      'OCI, streamed',
      '/20231130/actions/chat',
      { ...ociSent, chatRequest: { apiFormat: 'GENERIC', messages, isStream: true } },
      [
        { index: 0, message: { role: 'ASSISTANT', content: [{ type: 'TEXT', text: 'a' }] } },
        { finishReason: 'stop', usage: ociUsage },
      ],
      { ...asked, cached: 4 },
    ],
    [
      'Snowflake',
      '/api/v2/cortex/inference:complete',
      { model: 'claude-4-sonnet', messages: [{ content: 'Hi' }] },
      [
        { choices: [{ delta: { type: 'text', content: 'a' } }], usage: {} },
        { choices: [{ delta: { content: '' } }], usage },
      ],
      { operation: 'chat', model: 'claude-4-sonnet', input: 11, output: 7 },
    ],
    ['Writer', '/v1/chat', { model: 'palmyra-x5', messages }, { choices, usage }, asked],
    [
      'Reka',
      '/v1/chat',
      { model: 'reka-flash', messages },
      { responses: [{ finish_reason: 'stop' }], usage: { input_tokens: 11, output_tokens: 7 } },
      asked,
    ],
    [
      'MiniMax',
      '/v1/text/chatcompletion_v2',
      { model: 'MiniMax-M2', messages },
      { choices, usage, base_resp: { status_code: 0, status_msg: '' } },
      asked,
    ],
    [
      'embeddings of MiniMax',
      '/v1/embeddings',
      { model: 'embo-01', texts: ['a'], type: 'db' },
      { vectors: [[0.1]], total_tokens: 11, base_resp: { status_code: 0 } },
      embeddings,
    ],
    [
      'Nomic',
      '/v1/embedding/text',
      { model: 'nomic-embed-text-v1.5', texts: ['a'] },
      { embeddings: [[0.1]], usage: { prompt_tokens: 11, total_tokens: 11 } },
      embeddings,
    ],
    [
      'Pinecone',
      '/embed',
      { model: 'multilingual-e5-large', inputs: [{ text: 'a' }] },
      { vector_type: 'dense', data: [{ values: [0.1] }], usage: { total_tokens: 11 } },
      embeddings,
    ],
    [
      'Mixedbread',
      '/v1/reranking',
      { model: 'mxbai-rerank-large-v2', query: 'a', input: ['b'] },
      { object: 'list', data: [{ index: 0, score: 0.9 }], usage: { prompt_tokens: 11, total_tokens: 11 } },
      rerank,
    ],
    [
      'scores of vLLM',
      '/v1/score',
      { model: 'bge', text_1: 'a', text_2: ['b'] },
      { object: 'list', data: [{ score: 1 }], usage: { prompt_tokens: 11, total_tokens: 11 } },
      rerank,
    ],
    [
      'pooling of vLLM',
      '/pooling',
      { model: 'bge', input: 'a' },
      { ...list, usage: { total_tokens: 11 } },
      embeddings,
    ],
    [
      'TGI',
      '/generate',
      { inputs: 'Hi', parameters: { details: true } },
      { generated_text: 'a', details: { finish_reason: 'eos_token', generated_tokens: 7, prefill: [] } },
      text,
    ],
    [
      'TGI, streamed',
      '/generate_stream',
      { inputs: 'Hi' },
      [
        { token: { id: 1, text: 'a' }, generated_text: null, details: null },
        {
          token: { id: 2, text: '' },
          generated_text: 'a',
          details: { finish_reason: 'length', generated_tokens: 7, input_length: 11 },
        },
      ],
      { ...text, input: 11, finish: 'length' },
    ],
    [
      'SGLang',
      '/generate',
      { text: 'Hi', sampling_params: { max_new_tokens: 7 } },
      {
        text: 'a',
        meta_info: {
          finish_reason: { type: 'stop' },
          prompt_tokens: 11,
          completion_tokens: 7,
          cached_tokens: 4,
        },
      },
      { ...text, input: 11, cached: 4 },
    ],
    [
      'llama.cpp, streamed',
      '/completion',
      { prompt: 'Hi', n_predict: 7, stream: true },
      [
        { content: 'a', stop: false },
        {
          content: '',
          stop: true,
          stop_type: 'eos',
          tokens_predicted: 7,
          tokens_evaluated: 11,
          timings: { cache_n: 4 },
        },
      ],
      { ...text, input: 11, cached: 4 },
    ],
    [
      'LM Studio',
      '/api/v1/chat',
      { model: 'qwen', input: 'Hi' },
      {
        model_instance_id: 'qwen',
        output: [{ type: 'message', content: 'a' }],
        stats: { input_tokens: 11, total_output_tokens: 7, reasoning_output_tokens: 2 },
      },
      { operation: 'chat', input: 11, output: 7 },
    ],
    [
      'LM Studio, streamed',
      '/api/v1/chat',
      { model: 'qwen', input: 'Hi', stream: true },
      [
        { type: 'chat.start', model_instance_id: 'qwen' },
        { type: 'message.delta', content: 'a' },
        { type: 'chat.end', result: { stats: { input_tokens: 11, total_output_tokens: 7 } } },
      ],
      { operation: 'chat', input: 11, output: 7 },
    ],
    [
      'Triton',
      '/v2/models/ensemble/generate',
      { text_input: 'Hi', max_tokens: 7 },
      { model_name: 'ensemble', text_output: 'a' },
      { operation: 'text_completion', model: 'ensemble' },
    ],
  ],
]);

const named = { model: 'claude-sonnet-4-5', max_tokens: 5, messages };
const message = (billed: object) => ({
  id: 'm',
  type: 'message',
  model: 'claude-sonnet-4-5',
  content: [],
  stop_reason: 'end_turn',
  usage: { input_tokens: 11, output_tokens: 7, ...billed },
});
const asResponse = (more: object) => ({
  id: 'r',
  object: 'response',
  status: 'completed',
  model: 'm',
  output: [],
  usage: { input_tokens: 11, output_tokens: 7, total_tokens: 18 },
  ...more,
});
const gateway = { gateway: { cost: '0.0001' } };

// https://openrouter.ai/docs/cookbook/administration/usage-accounting
GROUPS.push([
  'openrouter',
  [
    [
      'a message',
      '/api/v1/messages',
      named,
      message({ cost: 0.000123, is_byok: false }),
      { ...asked, cost: 0.000123 },
    ],
    [
      'a message by a key of the application',
      '/api/v1/messages',
      named,
      message({ cost: 0, is_byok: true, cost_details: { upstream_inference_cost: 0.0002 } }),
      { ...asked, cost: 0.0002 },
    ],
    [
      'a message by a key of the application, whose bill is not stated',
      '/api/v1/messages',
      { ...named, model: 'anthropic/claude-sonnet-4.5' },
      { ...message({ cost: 0, is_byok: true }), model: 'anthropic/claude-sonnet-4.5' },
      { ...asked, missing: 'usage' },
    ],
    [
      'a message, streamed',
      '/api/v1/messages',
      { ...named, stream: true },
      [
        { type: 'message_start', message: message({ output_tokens: 1 }) },
        {
          type: 'message_delta',
          delta: { stop_reason: 'end_turn' },
          usage: { input_tokens: 11, output_tokens: 7, cost: 0.000123 },
        },
        { type: 'message_stop' },
      ],
      { ...asked, cost: 0.000123 },
    ],
    [
      'a ranking',
      '/api/v1/rerank',
      { model: 'cohere/rerank-v3.5', query: 'a', documents: ['b'] },
      {
        results: [{ index: 0, relevance_score: 1 }],
        usage: { search_units: 1, cost: 0.002, total_tokens: 11 },
      },
      { ...rerank, cost: 0.002 },
    ],
  ],
]);

GROUPS.push([
  'vercel_ai_gateway',
  [
    [
      'a response',
      '/v1/responses',
      { model: 'openai/gpt-4o', input: 'Hi' },
      asResponse({ provider_metadata: gateway }),
      { ...asked, cost: 0.0001 },
    ],
    [
      'embeddings',
      '/v1/embeddings',
      { model: 'openai/text-embedding-3-small', input: 'a' },
      { ...list, usage: { prompt_tokens: 11, total_tokens: 11 }, providerMetadata: gateway },
      { ...embeddings, cost: 0.0001 },
    ],
  ],
]);

GROUPS.push([
  'perplexity',
  [['an agent', '/v1/agent', { model: 'perplexity/sonar', input: 'Hi' }, asResponse({}), asked]],
]);

GROUPS.push([
  'perplexity',
  [
    [
      'embeddings in context',
      '/v1/contextualizedembeddings',
      { model: 'pplx-embed-context-v1', input: [['a']] },
      { ...list, usage: { total_tokens: 11, cost: { total_cost: 1e-7 } } },
      { ...embeddings, cost: 1e-7 },
    ],
  ],
]);

GROUPS.push([
  'cloudflare',
  [
    [
      'a response',
      '/client/v4/accounts/a/ai/run/@cf/openai/gpt-oss-120b',
      { input: 'Hi' },
      { result: asResponse({}), success: true },
      { ...asked, model: '@cf/openai/gpt-oss-120b' },
    ],
    [
      'a ranking',
      '/client/v4/accounts/a/ai/run/@cf/baai/bge-reranker-base',
      { query: 'a', contexts: [{ text: 'b' }] },
      { result: { response: [{ id: 0, score: 0.9 }] }, success: true },
      { operation: 'rerank', model: '@cf/baai/bge-reranker-base' },
    ],
  ],
]);

GROUPS.push([
  'cohere',
  [
    [
      'embeddings of pictures, whose price is another',
      '/v2/embed',
      { model: 'embed-v4.0', inputs: [{ content: [] }], embedding_types: ['float'] },
      { id: 'e', embeddings: {}, meta: { billed_units: { input_tokens: 11, image_tokens: 100, images: 1 } } },
      { ...embeddings, missing: 'images' },
    ],
  ],
]);

GROUPS.push([
  'mistral_ai',
  [
    [
      'a conversation, whose connectors have tokens in the total alone',
      '/v1/conversations',
      { model: 'mistral-medium-latest', inputs: 'Hi' },
      {
        conversation_id: 'c',
        outputs: [{ model: 'mistral-medium-latest' }],
        usage: { ...usage, total_tokens: 43, connector_tokens: 25 },
      },
      { operation: 'chat', input: 11, output: 7, missing: 'usage' },
    ],
    [
      'a model whose length is reached',
      '/v1/chat/completions',
      { model: 'mistral-small-latest', messages },
      { choices: [{ ...choices[0], finish_reason: 'model_length' }], usage },
      { ...asked, finish: 'length' },
    ],
  ],
]);

const PARTNERS = '/v1/projects/p/locations/us-central1/publishers';

GROUPS.push([
  'gcp.vertex_ai',
  [
    [
      'AI21',
      `${PARTNERS}/ai21/models/jamba-1.5-mini@001:rawPredict`,
      { model: 'jamba-1.5-mini', messages },
      { choices, usage },
      asked,
    ],
    [
      'Codestral',
      `${PARTNERS}/mistralai/models/codestral-2501:rawPredict`,
      { model: 'codestral-2501', prompt: 'a', suffix: 'b' },
      { choices: [{ index: 0, text: 'a', finish_reason: 'stop' }], usage },
      { ...text, input: 11 },
    ],
    [
      'pages of Mistral',
      `${PARTNERS}/mistralai/models/mistral-ocr-2505:rawPredict`,
      { model: 'mistral-ocr-2505', document: { type: 'document_url' } },
      { pages: [], model: 'mistral-ocr-2505', usage_info: { pages_processed: 2 } },
      { operation: 'ocr', model: 'mistral-ocr-2505' },
    ],
  ],
]);

GROUPS.push([
  'replicate',
  [
    [
      'a deployment',
      '/v1/deployments/me/mine/predictions',
      { input: { prompt: 'Hi' } },
      { id: 'p', status: 'succeeded', metrics: { input_token_count: 11, output_token_count: 7 } },
      { operation: 'generate_content', input: 11, output: 7 },
    ],
  ],
]);

GROUPS.push([
  'minimax',
  [
    [
      'a message that failed',
      '/anthropic/v1/messages',
      { ...named, model: 'MiniMax-M2' },
      { base_resp: { status_code: 1008, status_msg: 'insufficient balance' } },
      { operation: 'chat', error: 'quota' },
    ],
  ],
]);

const CODE_ASSIST = { model: 'gemini-3-pro', project: 'p', request: { contents: [{ role: 'user', parts }] } };
const read = (usageMetadata?: object) => ({
  traceId: 't',
  response: {
    candidates: [
      {
        content: { role: 'model', parts: [{ text: 'Hello' }] },
        ...(usageMetadata && { finishReason: 'STOP' }),
      },
    ],
    usageMetadata,
  },
});
const counted = { promptTokenCount: 11, candidatesTokenCount: 7, totalTokenCount: 18 };

GROUPS.push([
  undefined,
  [
    [
      'Gemini Code Assist',
      '/v1internal:generateContent',
      CODE_ASSIST,
      read(counted),
      { operation: 'generate_content', model: 'gemini-3-pro', input: 11, output: 7, finish: 'stop' },
    ],
    [
      'Gemini Code Assist, streamed',
      '/v1internal:streamGenerateContent?alt=sse',
      CODE_ASSIST,
      [read(), read(counted)],
      { operation: 'generate_content', model: 'gemini-3-pro', input: 11, output: 7, finish: 'stop' },
    ],
    ['responses of a server of one model', '/v1/responses', { input: 'Hi' }, asResponse({}), asked],
    [
      'completions of a server of one model',
      '/v1/completions',
      { prompt: 'Hi' },
      { choices: [{ index: 0, text: 'a', finish_reason: 'stop' }], usage },
      { ...text, input: 11 },
    ],
    [
      'embeddings of a server of one model',
      '/v1/embeddings',
      { input: 'a' },
      { ...list, usage: { prompt_tokens: 11, total_tokens: 11 } },
      embeddings,
    ],
    [
      "a ranking by NVIDIA's own server",
      '/v1/ranking',
      { model: 'nvidia/rerank', query: { text: 'a' }, passages: [{ text: 'b' }] },
      { rankings: [{ index: 0, logit: 1 }], usage: { prompt_tokens: 11, total_tokens: 11 } },
      rerank,
    ],
    [
      'a ranking of NVIDIA',
      '/v1/retrieval/nvidia/reranking',
      { model: 'nvidia/rerank', query: { text: 'a' }, passages: [{ text: 'b' }] },
      { rankings: [{ index: 0, logit: 1 }], usage: { prompt_tokens: 11, total_tokens: 11 } },
      rerank,
    ],
  ],
]);

GROUPS.push([
  'azure.ai.openai',
  [
    [
      'an agent of a project',
      '/api/projects/p/applications/a/protocols/openai/responses',
      { input: 'Hi' },
      asResponse({}),
      asked,
    ],
  ],
]);

GROUPS.push([
  'volcengine',
  [
    [
      'embeddings of pictures',
      '/api/v3/embeddings/multimodal',
      { model: 'doubao-embedding-vision', input: [{ type: 'text', text: 'a' }] },
      { object: 'list', data: { embedding: [0.1] }, usage: { prompt_tokens: 11, total_tokens: 11 } },
      embeddings,
    ],
  ],
]);

GROUPS.push([
  'alibaba',
  [
    [
      'an application',
      '/api/v1/apps/a/completion',
      { input: { prompt: 'Hi' }, parameters: {} },
      {
        request_id: 'r',
        output: { text: 'a', finish_reason: 'stop' },
        usage: {
          models: [
            { model_id: 'qwen-max', input_tokens: 10, output_tokens: 5 },
            { model_id: 'qwen-plus', input_tokens: 1, output_tokens: 2 },
          ],
        },
      },
      asked,
    ],
  ],
]);

GROUPS.push([
  'mistral_ai',
  [
    [
      'speech, streamed',
      '/v1/audio/speech',
      { model: 'voxtral-mini-tts-2603', input: 'Hello', voice_id: 'v', stream: true },
      [
        { type: 'speech.audio.delta', audio_data: 'YQ==' },
        { type: 'speech.audio.done', usage },
      ],
      { operation: 'generate_content', input: 11, output: 7 },
    ],
  ],
]);

GROUPS.push([
  'openrouter',
  [
    [
      'a picture',
      '/api/v1/images',
      { model: 'google/gemini-3-pro-image', prompt: 'a cat' },
      { created: 1, data: [{ b64_json: 'YQ==' }], usage: { ...usage, cost: 0.04 } },
      { operation: 'generate_content', model: 'google/gemini-3-pro-image', input: 11, output: 7, cost: 0.04 },
    ],
    [
      'a picture, streamed',
      '/api/v1/images',
      { model: 'google/gemini-3-pro-image', prompt: 'a cat', stream: true },
      [
        { type: 'image_generation.partial_image', b64_json: 'YQ==' },
        { type: 'image_generation.completed', b64_json: 'YQ==', usage: { ...usage, cost: 0.04 } },
      ],
      { operation: 'generate_content', input: 11, output: 7, cost: 0.04 },
    ],
  ],
]);

GROUPS.push([
  'gcp.vertex_ai',
  [
    [
      'music',
      `${PARTNERS}/google/models/lyria-002:predict`,
      { instances: [{ prompt: 'a song' }] },
      { predictions: [{ bytesBase64Encoded: 'YQ==' }] },
      { operation: 'generate_content', model: 'lyria-002' },
    ],
    [
      'a model of the application',
      '/v1/projects/p/locations/us-central1/endpoints/123:rawPredict',
      { model: 'm', messages },
      { choices, usage },
      asked,
    ],
    [
      'a model of the application, by the method of all models',
      '/v1/projects/p/locations/us-central1/endpoints/123:predict',
      { instances: [{ '@requestFormat': 'chatCompletions', messages, max_tokens: 5 }] },
      { predictions: { model: 'google/medgemma', choices, usage } },
      asked,
    ],
  ],
]);

const isBytes = (event: unknown): boolean => event instanceof Uint8Array;

function bodyOf(answered: Answered): { type: string; body: string | Uint8Array } {
  if (!Array.isArray(answered)) return { type: 'application/json', body: JSON.stringify(answered) };
  if (answered.every(isBytes))
    return { type: 'application/vnd.amazon.eventstream', body: Buffer.concat(answered) };
  const body = answered.map((event) => `data: ${JSON.stringify(event)}\n\n`).join('');
  return { type: 'text/event-stream', body };
}

const known = (facts: Record<string, unknown>): object =>
  Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined));

describe('documented requests and answers', () => {
  let server: Loopback;
  let row: Row;
  let telemetry: Telemetry;
  let instrumentation: HttpClientsInstrumentation;
  before(async () => {
    server = await serve((request, response) => {
      request.resume().on('end', () => {
        const { type, body } = bodyOf(row[3]);
        response.writeHead(200, { 'content-type': type, ...row[5] });
        response.end(body);
      });
    });
    telemetry = createTelemetry();
  });
  after(() => server.close());
  beforeEach(() => telemetry.reset());

  for (const [provider, rows] of GROUPS) {
    describe(provider ?? 'of hosts that are not known', () => {
      before(() => {
        const providerMap = provider === undefined ? {} : { [new URL(server.url).host]: provider };
        instrumentation = telemetry.install(new HttpClientsInstrumentation({ providerMap }));
      });
      after(() => instrumentation.disable());
      for (const one of rows) {
        it(one[0], async () => {
          row = one;
          const headers = { 'content-type': 'application/json' };
          await (
            await fetch(`${server.url}${one[1]}`, { method: 'POST', headers, body: JSON.stringify(one[2]) })
          ).text();
          const spans = telemetry.spans();
          assert.equal(spans.length, 1);
          const { attributes } = spans[0] as (typeof spans)[number];
          const [finish] = (attributes['gen_ai.response.finish_reasons'] as string[] | undefined) ?? [];
          if (provider !== undefined) assert.equal(attributes['gen_ai.provider.name'], provider);
          assert.deepEqual(
            known({
              operation: attributes['gen_ai.operation.name'],
              model: one[4].model && attributes['gen_ai.request.model'],
              input: attributes['gen_ai.usage.input_tokens'],
              output: attributes['gen_ai.usage.output_tokens'],
              cached: attributes['gen_ai.usage.cache_read.input_tokens'],
              finish,
              missing: one[4].missing && (attributes['llmtrace.cost.missing'] as string[]).join(),
              error: attributes['llmtrace.error.category'],
              cost: one[4].cost && Number((attributes['gen_ai.usage.cost'] as number).toPrecision(6)),
            }),
            one[4],
          );
        });
      }
    });
  }

  it('are no calls where another service answers to them', async () => {
    instrumentation = telemetry.install(new HttpClientsInstrumentation());
    const rows = GROUPS.filter(([provider]) => provider === undefined).flatMap(([, some]) => some);
    const distinct = /OCI|Snowflake|^MiniMax|Code Assist/;
    for (const [title, path, sent] of rows.filter(([title]) => !distinct.test(title))) {
      row = [title, path, sent, { ok: true, data: [], message: 'created' }, { operation: '' }];
      const headers = { 'content-type': 'application/json' };
      await (
        await fetch(`${server.url}${path}`, { method: 'POST', headers, body: JSON.stringify(sent) })
      ).text();
    }
    instrumentation.disable();
    assert.equal(telemetry.started(), 0);
  });
});
