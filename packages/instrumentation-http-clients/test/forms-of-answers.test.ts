/**
 * Answers that are neither one JSON object nor events with pieces: bare lists, events with all of the text so far, a body cut
 * into frames, counts in headers, and one answer to a list of requests.
 */
import assert from 'node:assert/strict';
import { facts } from '@llmtrace/core/internal';
import { createTelemetry, type Telemetry } from '@llmtrace/test-fixtures';
import { frame } from '@llmtrace/test-fixtures/bodies/bedrock';
import { type Loopback, serve } from '@llmtrace/test-fixtures/loopback';
import { HttpClientsInstrumentation } from '../src/index.ts';

interface Row {
  /** That the host is mapped to; without one it is a host that is not known. */
  readonly provider?: string;
  readonly path: string;
  /** Bytes are a sound. */
  readonly sent: object;
  readonly type?: string;
  readonly answered: string | Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
  readonly status?: number;
  /** Attributes, each without its prefix `gen_ai.`; `text` is what the answer says. */
  readonly expected: Readonly<Record<string, unknown>>;
}

const json = (value: unknown): string => JSON.stringify(value);
const events = (...list: object[]): string => list.map((one) => `data: ${json(one)}\n\n`).join('');
const sse = 'text/event-stream';
const tokens = (input: number, output?: number) => ({
  'usage.input_tokens': input,
  ...(output === undefined ? {} : { 'usage.output_tokens': output }),
});

const sglang = (text: string, completion_tokens: number, type?: string, index?: number): object => ({
  text,
  meta_info: { prompt_tokens: 11, completion_tokens, finish_reason: type ? { type } : null },
  ...(index === undefined ? {} : { index }),
});
const completed = { 'operation.name': 'text_completion' };

const TEXTS: Readonly<Record<string, Row>> = {
  'SGLang, whose events have all so far': {
    path: '/generate',
    sent: { text: 'Hi', stream: true },
    type: sse,
    answered: events(sglang('It', 1), sglang('It is', 2), sglang('It is 4.', 7, 'stop')),
    expected: { ...completed, ...tokens(11, 7), text: ['It is 4.'] },
  },
  'SGLang, whose events have pieces': {
    path: '/generate',
    sent: { text: 'Hi', stream: true },
    type: sse,
    answered: events(sglang('ha', 1), sglang('ha', 2), sglang('!', 3, 'stop')),
    expected: { ...completed, ...tokens(11, 3), text: ['haha!'] },
  },
  'SGLang, of several requests': {
    path: '/generate',
    sent: { text: ['a', 'b'], stream: true },
    type: sse,
    answered: events(
      sglang('A', 1, undefined, 0),
      sglang('B', 1, undefined, 1),
      sglang('B b', 2, 'stop', 1),
      sglang('A a', 3, 'length', 0),
    ),
    expected: {
      ...completed,
      ...tokens(22, 5),
      'response.finish_reasons': ['length', 'stop'],
      text: ['A a', 'B b'],
    },
  },
  'SGLang, a list of two answers to each of two requests': {
    path: '/generate',
    sent: { text: ['a', 'b'], sampling_params: { n: 2 } },
    answered: json([sglang('A', 1), sglang('B', 2), sglang('C', 3), sglang('D', 4)]),
    expected: { ...completed, ...tokens(22, 10), text: ['A', 'B', 'C', 'D'] },
  },
  'Alibaba, whose events have all so far': {
    provider: 'alibaba',
    path: '/api/v1/services/aigc/text-generation/generation',
    sent: { model: 'qwen-plus', input: { prompt: 'Hi' } },
    type: sse,
    answered: events(
      { output: { text: 'He', finish_reason: 'null' } },
      { output: { text: 'Hello', finish_reason: 'stop' }, usage: { input_tokens: 11, output_tokens: 7 } },
    ),
    expected: { 'operation.name': 'chat', ...tokens(11, 7), text: ['Hello'] },
  },
  'Alibaba, whose events have pieces that repeat': {
    provider: 'alibaba',
    path: '/api/v1/services/aigc/text-generation/generation',
    sent: { model: 'qwen-plus', input: { prompt: 'Hi' }, parameters: { incremental_output: true } },
    type: sse,
    answered: events(...['1', '10', '0'].map((text) => ({ output: { text } })), {
      output: { text: '', finish_reason: 'stop' },
      usage: { input_tokens: 11, output_tokens: 7 },
    }),
    expected: { 'operation.name': 'chat', ...tokens(11, 7), text: ['1100'] },
  },
  'OCI, whose events have pieces that repeat': {
    path: '/20231130/actions/chat',
    sent: {
      compartmentId: 'c',
      servingMode: { modelId: 'm' },
      chatRequest: { message: 'Hi', isStream: true },
    },
    type: sse,
    answered: events({ text: 'ha' }, { text: 'ha' }, { finishReason: 'COMPLETE' }),
    expected: { 'operation.name': 'chat', text: ['haha'] },
  },
};

const metrics = [
  { metric: 'num_completion_tokens', value: 7, unit: 'tokens' },
  { metric: 'num_prompt_tokens', value: 11, unit: 'tokens' },
  { metric: 'num_total_tokens', value: 18, unit: 'tokens' },
];
const asked = { model: 'Llama-4-Scout-17B-16E-Instruct-FP8', messages: [{ role: 'user', content: 'Hi' }] };
const meta = { 'operation.name': 'chat', 'provider.name': 'meta', ...tokens(11, 7) };
const at = (event_type: string, more: object): object => ({ id: 'r1', event: { event_type, ...more } });

const META: Readonly<Record<string, Row>> = {
  "Meta's answer": {
    provider: 'meta',
    path: '/v1/chat/completions',
    sent: asked,
    answered: json({
      id: 'r1',
      completion_message: {
        role: 'assistant',
        stop_reason: 'stop',
        content: { type: 'text', text: 'Hello' },
      },
      metrics,
    }),
    expected: { ...meta, 'response.id': 'r1', 'response.finish_reasons': ['stop'], text: ['Hello'] },
  },
  "Meta's events": {
    provider: 'meta',
    path: '/v1/chat/completions',
    sent: { ...asked, stream: true },
    type: sse,
    answered: events(
      at('start', { delta: { type: 'text', text: '' } }),
      at('progress', { delta: { type: 'text', text: 'Hel' } }),
      at('progress', { delta: { type: 'text', text: 'lo' } }),
      at('complete', { delta: { type: 'text', text: '' }, stop_reason: 'stop' }),
      at('metrics', { delta: { type: 'text', text: '' }, metrics }),
    ),
    expected: { ...meta, 'response.id': 'r1', 'response.finish_reasons': ['stop'], text: ['Hello'] },
  },
  "Meta's calls of tools": {
    provider: 'meta',
    path: '/v1/chat/completions',
    sent: { ...asked, stream: true },
    type: sse,
    answered: events(
      at('progress', { delta: { type: 'tool_call', id: 't', function: { name: 'add' } } }),
      at('progress', { delta: { type: 'tool_call', function: { arguments: '{"a":1}' } } }),
      at('complete', { delta: { type: 'text', text: '' }, stop_reason: 'tool_calls' }),
      at('metrics', { delta: { type: 'text', text: '' }, metrics }),
    ),
    expected: { ...meta, 'response.finish_reasons': ['tool_call'], tools: ['add {"a":1}'] },
  },
};

const COUNTED = { 'x-compute-type': 'gpu+optimized', 'x-compute-tokens': '11' };
const embedded = { 'operation.name': 'embeddings', ...tokens(11) };
const HF = '/hf-inference/models/BAAI/bge-small-en-v1.5';

const generated = { 'operation.name': 'generate_content' };

const HUGGING_FACE: Readonly<Record<string, Row>> = {
  "TEI's embeddings": {
    path: '/embed',
    sent: { inputs: ['a', 'b'] },
    answered: json([[0.1], [0.2]]),
    headers: COUNTED,
    expected: { ...embedded, 'provider.name': 'hugging_face' },
  },
  "TEI's embeddings that are too long to be parsed": {
    path: '/embed',
    sent: { inputs: 'a' },
    answered: json([Array.from({ length: 20_000 }, () => 0.12345678)]),
    headers: COUNTED,
    expected: embedded,
  },
  "TEI's embeddings behind a proxy that removes the headers": {
    path: '/embed',
    sent: { inputs: 'a' },
    answered: json([[0.1]]),
    expected: { 'operation.name': 'embeddings' },
  },
  "TEI's embeddings of each token": {
    path: '/embed_all',
    sent: { inputs: 'a' },
    answered: json([[[0.1], [0.2]]]),
    headers: COUNTED,
    expected: embedded,
  },
  "TEI's sparse embeddings": {
    path: '/embed_sparse',
    sent: { inputs: 'a' },
    answered: json([[{ index: 1, value: 0.1 }]]),
    headers: COUNTED,
    expected: embedded,
  },
  "TEI's similarities": {
    path: '/similarity',
    sent: { inputs: { source_sentence: 'a', sentences: ['b'] } },
    answered: json([0.9]),
    headers: COUNTED,
    expected: embedded,
  },
  "TEI's ranking": {
    path: '/rerank',
    sent: { query: 'a', texts: ['b', 'c'] },
    answered: json([
      { index: 1, score: 0.9 },
      { index: 0, score: 0.1 },
    ]),
    headers: COUNTED,
    expected: { 'operation.name': 'rerank', ...tokens(11) },
  },
  "TGI's answer, whose counts are in headers": {
    path: '/generate',
    sent: { inputs: 'Hi' },
    answered: json({ generated_text: 'Hello' }),
    headers: { 'x-prompt-tokens': '11', 'x-generated-tokens': '7' },
    expected: { ...completed, ...tokens(11, 7), text: ['Hello'] },
  },
  "TGI's events": {
    path: '/generate_stream',
    sent: { inputs: 'Hi' },
    type: sse,
    answered: events(
      { token: { id: 1, text: 'Hello', special: false }, generated_text: null, details: null },
      {
        token: { id: 2, text: '</s>', special: true },
        generated_text: 'Hello',
        details: { finish_reason: 'eos_token', generated_tokens: 7, input_length: 11 },
      },
    ),
    expected: { ...completed, ...tokens(11, 7), text: ['Hello'] },
  },
  'features by hf-inference': {
    provider: 'hugging_face',
    path: `${HF}/pipeline/feature-extraction`,
    sent: { inputs: ['a'] },
    answered: json([[0.1]]),
    headers: COUNTED,
    expected: { ...embedded, 'request.model': 'BAAI/bge-small-en-v1.5' },
  },
  'similarities by hf-inference': {
    provider: 'hugging_face',
    path: `${HF}/pipeline/sentence-similarity`,
    sent: { inputs: { source_sentence: 'a', sentences: ['b', 'c'] } },
    answered: json([0.9, 0.1]),
    expected: { 'operation.name': 'embeddings', 'request.model': 'BAAI/bge-small-en-v1.5' },
  },
  'a summary by hf-inference': {
    provider: 'hugging_face',
    path: '/hf-inference/models/facebook/bart-large-cnn',
    sent: { inputs: 'a long text' },
    answered: json([{ summary_text: 'short' }]),
    expected: { ...completed, 'request.model': 'facebook/bart-large-cnn', text: ['short'] },
  },
  'a picture by hf-inference': {
    provider: 'hugging_face',
    path: '/hf-inference/models/black-forest-labs/FLUX.1-dev',
    sent: { inputs: 'a cat' },
    type: 'image/jpeg',
    answered: Uint8Array.of(1, 2, 3),
    expected: { ...generated, 'request.model': 'black-forest-labs/FLUX.1-dev' },
  },
  'the text of a sound by hf-inference': {
    provider: 'hugging_face',
    path: '/hf-inference/models/openai/whisper-large-v3',
    sent: Uint8Array.of(1, 2, 3),
    answered: json({ text: 'Good morning.' }),
    expected: { ...generated, 'request.model': 'openai/whisper-large-v3' },
  },
  'the text of a picture by hf-inference': {
    provider: 'hugging_face',
    path: '/hf-inference/models/a/captions',
    sent: Uint8Array.of(1, 2, 3),
    answered: json([{ generated_text: 'a cat' }]),
    expected: { ...generated, 'request.model': 'a/captions' },
  },
};

const DIFY_USAGE = {
  prompt_tokens: 11,
  completion_tokens: 7,
  total_tokens: 18,
  total_price: '0.0012890',
  currency: 'USD',
};
const DIFY_IDS = { task_id: 't', message_id: 'm', conversation_id: 'c' };
const dify = {
  path: '/v1/chat-messages',
  sent: { inputs: {}, query: 'Hi', user: 'ann', response_mode: 'streaming' },
  type: sse,
};
const byDify = { 'operation.name': 'chat', 'provider.name': 'dify', 'conversation.id': 'c' };
const difyEvents = (metadata: object): string =>
  events(
    { event: 'workflow_started', task_id: 't', data: {} },
    { event: 'message', ...DIFY_IDS, answer: 'Hel' },
    { event: 'agent_message', ...DIFY_IDS, answer: 'lo' },
    { event: 'message_end', ...DIFY_IDS, metadata },
  );

const cozeChat = (status: string, input: number, output: number, more: object = {}): object => ({
  id: 'ch',
  conversation_id: 'c',
  bot_id: 'b',
  status,
  usage: { token_count: input + output, input_count: input, output_count: output },
  ...more,
});
const cozeMessage = (content: string, type = 'answer'): object => ({
  id: 'm',
  conversation_id: 'c',
  bot_id: 'b',
  role: 'assistant',
  type,
  content,
});
const coze = { path: '/v3/chat', sent: { bot_id: 'b', user_id: 'ann', stream: true }, type: sse };
const byCoze = { 'operation.name': 'chat', 'provider.name': 'coze', 'conversation.id': 'c' };

const LETTA_USAGE = {
  prompt_tokens: 11,
  completion_tokens: 7,
  total_tokens: 18,
  cached_input_tokens: 5,
  reasoning_tokens: 2,
};
const letta = { path: '/v1/agents/agent-1/messages', sent: { messages: [{ role: 'user', content: 'Hi' }] } };
const byLetta = {
  'operation.name': 'chat',
  'provider.name': 'letta',
  ...tokens(11, 7),
  'usage.cache_read.input_tokens': 5,
  'response.finish_reasons': ['stop'],
  text: ['Hello'],
};

/** Applications of platforms, at hosts of the application's own. */
const APP_PLATFORMS: Readonly<Record<string, Row>> = {
  "Dify's answer": {
    path: dify.path,
    sent: { inputs: {}, query: 'Hi', user: 'ann' },
    answered: json({ event: 'message', ...DIFY_IDS, answer: 'Hello', metadata: { usage: DIFY_USAGE } }),
    expected: {
      ...byDify,
      ...tokens(11, 7),
      'usage.cost': 0.001289,
      'response.id': 'm',
      'user.id': 'ann',
      text: ['Hello'],
    },
  },
  "Dify's events": {
    ...dify,
    answered: difyEvents({ usage: DIFY_USAGE }),
    expected: { ...byDify, ...tokens(11, 7), 'usage.cost': 0.001289, text: ['Hello'] },
  },
  'Dify, of whose models no price is set': {
    ...dify,
    answered: difyEvents({ usage: { ...DIFY_USAGE, total_price: '0' } }),
    expected: { ...byDify, ...tokens(11, 7), 'usage.cost': undefined },
  },
  'Dify, whose prices are in another currency': {
    ...dify,
    answered: difyEvents({ usage: { ...DIFY_USAGE, currency: 'RMB' } }),
    expected: { ...byDify, ...tokens(11, 7), 'usage.cost': undefined },
  },
  'Dify, completing a text': {
    path: '/v1/completion-messages',
    sent: { inputs: { query: 'Hi' }, user: 'ann' },
    answered: json({ event: 'message', ...DIFY_IDS, answer: 'Hello', metadata: { usage: DIFY_USAGE } }),
    expected: { ...byDify, ...tokens(11, 7), text: ['Hello'] },
  },
  'Dify, failing within the stream': {
    ...dify,
    answered: events(
      { event: 'workflow_started', task_id: 't' },
      { event: 'error', ...DIFY_IDS, status: 400, code: 'provider_quota_exceeded', message: 'quota' },
    ),
    expected: { 'operation.name': 'chat', 'error.type': '400' },
  },
  "Coze's events": {
    ...coze,
    answered: `${events(
      cozeChat('created', 0, 0),
      cozeMessage('Hel'),
      cozeMessage('lo'),
      cozeMessage('Hello'),
      cozeMessage('{"msg_type":"generate_answer_finish"}', 'verbose'),
      cozeChat('completed', 614, 19),
    )}data: "[DONE]"\n\n`,
    expected: {
      ...byCoze,
      ...tokens(614, 19),
      'response.id': 'ch',
      'user.id': 'ann',
      text: ['Hello'],
    },
  },
  'Coze, failing within the stream': {
    ...coze,
    answered: events(
      cozeChat('created', 0, 0),
      cozeChat('failed', 0, 0, { last_error: { code: 4019, msg: 'too long' } }),
    ),
    expected: { ...byCoze, 'error.type': '4019' },
  },
  "a flow of Coze's": {
    path: '/v1/workflows/chat',
    sent: { workflow_id: 'w', additional_messages: [{ role: 'user', content: 'Hi' }] },
    type: sse,
    answered: events(cozeMessage('Hello'), cozeChat('completed', 614, 19)),
    expected: { ...byCoze, ...tokens(614, 19), text: ['Hello'] },
  },
  'Coze, refusing with the status of success': {
    provider: 'coze',
    ...coze,
    type: 'application/json',
    answered: json({ code: 4200, msg: 'bot_id does not exist' }),
    expected: { 'operation.name': 'chat', 'error.type': '4200' },
  },
  "Letta's answer": {
    ...letta,
    answered: json({
      messages: [
        { message_type: 'reasoning_message', reasoning: 'hm' },
        { message_type: 'assistant_message', content: 'Hello' },
      ],
      stop_reason: { message_type: 'stop_reason', stop_reason: 'end_turn' },
      usage: { ...LETTA_USAGE, step_count: 1 },
    }),
    expected: byLetta,
  },
  "Letta's answer at its own host": {
    provider: 'letta',
    ...letta,
    answered: json({ messages: [], stop_reason: { stop_reason: 'end_turn' }, usage: LETTA_USAGE }),
    expected: { ...byLetta, text: [] },
  },
  "Letta's events": {
    path: `${letta.path}/stream`,
    sent: letta.sent,
    type: sse,
    answered: `${events(
      { message_type: 'assistant_message', content: 'Hel' },
      { message_type: 'assistant_message', content: 'lo' },
      { message_type: 'stop_reason', stop_reason: 'end_turn' },
      { message_type: 'usage_statistics', ...LETTA_USAGE },
    )}data: [DONE]\n\n`,
    expected: byLetta,
  },
  'the text of a sound by Coze': {
    provider: 'coze',
    path: '/v1/audio/transcriptions',
    sent: Uint8Array.of(1, 2, 3),
    answered: json({ code: 0, msg: '', data: { text: 'Hi' } }),
    expected: { ...generated, 'provider.name': 'coze' },
  },
};

const ENDPOINT = '/endpoints/my-endpoint/invocations';
const STREAM = `${ENDPOINT}-response-stream`;
const AMAZON = 'application/vnd.amazon.eventstream';
const sagemaker = { 'provider.name': 'aws.sagemaker', 'request.model': 'my-endpoint' };
/** A body in parts that end anywhere. */
const inParts = (body: string, size = 25): Uint8Array =>
  Buffer.concat(
    (body.match(new RegExp(`.{1,${size}}`, 'gs')) ?? []).map((part) => frame('PayloadPart', part)),
  );
const chunk = (more: object): object => ({ id: 'c', object: 'chat.completion.chunk', model: 'm', ...more });
const usage = { prompt_tokens: 11, completion_tokens: 7, total_tokens: 18 };

const SAGEMAKER: Readonly<Record<string, Row>> = {
  "a stream of OpenAI's events": {
    provider: 'aws.sagemaker',
    path: STREAM,
    sent: { messages: asked.messages, stream: true },
    type: AMAZON,
    answered: inParts(
      `${events(
        chunk({ choices: [{ index: 0, delta: { content: 'Hel' } }] }),
        chunk({ choices: [{ index: 0, delta: { content: 'lo' }, finish_reason: 'stop' }] }),
        chunk({ choices: [], usage }),
      )}data: [DONE]\n\n`,
    ),
    expected: { 'operation.name': 'chat', ...sagemaker, ...tokens(11, 7), text: ['Hello'] },
  },
  'a stream of lines': {
    provider: 'aws.sagemaker',
    path: STREAM,
    sent: { inputs: 'Hi', parameters: { max_new_tokens: 5 } },
    type: AMAZON,
    answered: inParts(
      [
        { token: { id: 1, text: 'Hel' } },
        {
          token: { id: 2, text: 'lo' },
          generated_text: 'Hello',
          details: { finish_reason: 'length', generated_tokens: 7 },
        },
      ]
        .map((line) => `${json(line)}\n`)
        .join(''),
    ),
    expected: {
      ...completed,
      ...sagemaker,
      'request.max_tokens': 5,
      'usage.output_tokens': 7,
      'response.finish_reasons': ['length'],
      text: ['Hello'],
    },
  },
  'a stream that fails': {
    provider: 'aws.sagemaker',
    path: STREAM,
    sent: { messages: asked.messages, stream: true },
    type: AMAZON,
    answered: Buffer.concat([
      inParts(events(chunk({ choices: [{ index: 0, delta: { content: 'Hel' } }] }))),
      frame('ModelStreamError', { Message: 'broke', ErrorCode: 'ModelInvocationTimeExceeded' }, 'exception'),
    ]),
    expected: {
      'operation.name': 'chat',
      ...sagemaker,
      'error.type': 'ModelStreamError',
      'llmtrace.error.category': 'server',
      text: ['Hel'],
    },
  },
  'the answer of a pipeline': {
    provider: 'aws.sagemaker',
    path: ENDPOINT,
    sent: { inputs: 'Hi' },
    answered: json([{ generated_text: 'Hello' }]),
    expected: { ...completed, ...sagemaker, text: ['Hello'] },
  },
  embeddings: {
    provider: 'aws.sagemaker',
    path: ENDPOINT,
    sent: { inputs: ['a'] },
    answered: json([[0.1]]),
    expected: { 'operation.name': 'embeddings', ...sagemaker },
  },
};

const GATEWAY = `/v1/${'0123456789abcdef'.repeat(2)}/my-gateway`;
const workersAi = {
  provider: 'workers-ai',
  endpoint: '@cf/meta/llama-3.1-8b-instruct',
  headers: { authorization: 'Bearer a' },
  query: { messages: asked.messages },
};
const openai = {
  provider: 'openai',
  endpoint: 'chat/completions',
  query: { model: 'gpt-4o-mini', messages: asked.messages },
};
const choices = [{ index: 0, message: { role: 'assistant', content: 'Hello' }, finish_reason: 'stop' }];

const CLOUDFLARE: Readonly<Record<string, Row>> = {
  'the first of several requests': {
    provider: 'cloudflare',
    path: GATEWAY,
    sent: [workersAi, openai],
    answered: json({ result: { response: 'Hello', usage }, success: true }),
    headers: { 'cf-aig-step': '0' },
    expected: {
      'operation.name': 'chat',
      'request.model': workersAi.endpoint,
      ...tokens(11, 7),
      text: ['Hello'],
    },
  },
  'the second of several requests': {
    provider: 'cloudflare',
    path: GATEWAY,
    sent: [workersAi, openai],
    answered: json({ model: 'gpt-4o-mini-2024-07-18', choices, usage }),
    headers: { 'cf-aig-step': '1' },
    expected: { 'operation.name': 'chat', 'request.model': 'gpt-4o-mini', ...tokens(11, 7), text: ['Hello'] },
  },
  'several requests that fail': {
    provider: 'cloudflare',
    path: GATEWAY,
    sent: [workersAi, openai],
    status: 429,
    answered: json({ success: false, errors: [{ code: 1, message: 'slow down' }] }),
    expected: { 'operation.name': 'chat', 'request.model': workersAi.endpoint, 'error.type': '429' },
  },
  "Workers AI's events": {
    provider: 'cloudflare',
    path: '/client/v4/accounts/a/ai/run/@cf/meta/llama-3.1-8b-instruct',
    sent: { prompt: 'Hi', stream: true },
    type: sse,
    answered: `${events({ response: 'Hel' }, { response: 'lo' }, { response: '', usage })}data: [DONE]\n\n`,
    expected: { 'operation.name': 'text_completion', ...tokens(11, 7), text: ['Hello'] },
  },
  "the gateway's own path to Workers AI": {
    provider: 'cloudflare',
    path: `${GATEWAY}/workers-ai/@cf/meta/llama-3.1-8b-instruct`,
    sent: { messages: asked.messages },
    answered: json({ result: { response: 'Hello', usage }, success: true }),
    expected: { 'operation.name': 'chat', 'request.model': workersAi.endpoint, ...tokens(11, 7) },
  },
};

/** What the answer says, and the tools that it calls. */
function partsIn(messages: unknown): { text: string[]; tools: string[] } {
  const list: { parts: { type: string; content?: string; name?: string; arguments?: unknown }[] }[] =
    JSON.parse(String(messages ?? '[]'));
  const parts = list.flatMap(({ parts }) => parts);
  return {
    text: parts.flatMap(({ type, content }) => (type === 'text' ? [String(content)] : [])),
    tools: parts.flatMap((part) =>
      part.type === 'tool_call' ? [`${part.name} ${JSON.stringify(part.arguments)}`] : [],
    ),
  };
}

/** Attributes without their prefix, with what the answer says. */
const factsOf = (attributes: Readonly<Record<string, unknown>>): Record<string, unknown> => ({
  ...Object.fromEntries(
    Object.entries(attributes).map(([key, value]) => [key.replace(/^gen_ai\./, ''), value]),
  ),
  ...partsIn(attributes['gen_ai.output.messages']),
});

describe('answers of other forms', () => {
  let server: Loopback;
  let row: Row;
  let telemetry: Telemetry;
  let instrumentation: HttpClientsInstrumentation | undefined;
  before(async () => {
    server = await serve((request, response) => {
      request.resume().on('end', () => {
        response.writeHead(row.status ?? 200, {
          'content-type': row.type ?? 'application/json',
          ...row.headers,
        });
        response.end(row.answered);
      });
    });
    telemetry = createTelemetry();
  });
  after(() => server.close());
  beforeEach(() => telemetry.reset());
  afterEach(() => instrumentation?.disable());

  async function ask(one: Row): Promise<void> {
    row = one;
    const providerMap = one.provider === undefined ? {} : { [new URL(server.url).host]: one.provider };
    instrumentation = telemetry.install(
      new HttpClientsInstrumentation({ providerMap, content: { capture: 'SPAN_ONLY' } }),
    );
    const isSound = one.sent instanceof Uint8Array;
    const headers = { 'content-type': isSound ? 'audio/wav' : 'application/json' };
    const body = isSound ? (one.sent as Uint8Array<ArrayBuffer>) : json(one.sent);
    const answer = await fetch(server.url + one.path, { method: 'POST', headers, body });
    await answer.arrayBuffer();
    await telemetry.ended();
  }

  const GROUPS = { TEXTS, META, HUGGING_FACE, APP_PLATFORMS, SAGEMAKER, CLOUDFLARE };
  for (const [group, rows] of Object.entries(GROUPS))
    for (const [title, one] of Object.entries(rows))
      it(`${group}: ${title}`, async () => {
        await ask(one);
        const spans = telemetry.spans();
        assert.equal(spans.length, 1);
        const facts = factsOf(spans[0]?.attributes ?? {});
        for (const [key, value] of Object.entries(one.expected)) assert.deepEqual(facts[key], value, key);
      });

  const LATER: Readonly<Record<string, Row>> = {
    'of OpenAI': {
      path: '/v1/responses',
      sent: { model: 'gpt-5', input: 'Hi', background: true },
      answered: json({ id: 'r', object: 'response', status: 'queued', background: true, model: 'gpt-5' }),
      expected: {},
    },
    'of Coze': {
      path: coze.path,
      sent: { bot_id: 'b', user_id: 'u' },
      answered: json({ code: 0, msg: '', data: { id: 'ch', conversation_id: 'c', status: 'in_progress' } }),
      expected: {},
    },
  };
  for (const [who, one] of Object.entries(LATER))
    it(`that come later, by requests that are not looked at, are a warning: ${who}`, async () => {
      await ask(one);
      const found = facts().findings.splice(0);
      assert.equal(telemetry.spans().length, 1);
      const text = /^answers in the background of 127\.0\.0\.1:\d+ come by requests that are not/;
      assert.ok(found.some(({ message }) => text.test(message)));
    });

  const OTHERS: Readonly<Record<string, Row>> = {
    'a classification by hf-inference': {
      provider: 'hugging_face',
      path: '/hf-inference/models/ProsusAI/finbert',
      sent: { inputs: 'good' },
      answered: json([[{ label: 'positive', score: 0.9 }]]),
      expected: {},
    },
    'objects in a picture by hf-inference': {
      provider: 'hugging_face',
      path: '/hf-inference/models/facebook/detr-resnet-50',
      sent: Uint8Array.of(1, 2, 3),
      answered: json([{ label: 'cat', score: 0.9, box: { xmin: 1 } }]),
      expected: {},
    },
    "messages of another service at Dify's path": {
      path: dify.path,
      sent: { inputs: {}, user: 'ann' },
      answered: json({ event: 'message', id: 1 }),
      expected: {},
    },
    "messages of another service at Coze's path": {
      path: coze.path,
      sent: { bot_id: 'b', user_id: 'ann' },
      answered: json({ code: 0, data: { id: 1 } }),
      expected: {},
    },
    'predictions by another model of SageMaker': {
      provider: 'aws.sagemaker',
      path: ENDPOINT,
      sent: { inputs: ['a'] },
      answered: json({ predictions: [1] }),
      expected: {},
    },
    'a list that is no embedding': {
      path: '/embed',
      sent: { inputs: ['a'] },
      answered: json([{ html: '<iframe>' }]),
      expected: {},
    },
    'a list of requests to a host that is not known': {
      path: GATEWAY,
      sent: [openai],
      answered: json({ choices, usage }),
      expected: {},
    },
  };
  for (const [title, one] of Object.entries(OTHERS))
    it(`are no calls: ${title}`, async () => {
      await ask(one);
      assert.equal(telemetry.started(), 0);
    });
});
