// Sound requests and answers of each vendor, which the generators change. What is content has the marker in it: none of
// it may be in telemetry that captures no content.

/** Stands in all that is content, and nowhere else. */
export const MARKER = 'Zq7cOnTeNt7qZ';

const SAID = `The capital is ${MARKER}.`;
const ARGUMENTS = `{"city":"${MARKER}"}`;

const chatUsage = {
  prompt_tokens: 96,
  completion_tokens: 80,
  total_tokens: 176,
  prompt_tokens_details: { cached_tokens: 64, audio_tokens: 0 },
  completion_tokens_details: { reasoning_tokens: 50 },
};
const chatHead = {
  id: 'chatcmpl-1',
  created: 1,
  model: 'gpt-4o-2024-08-06',
  service_tier: 'default',
  system_fingerprint: 'fp_1',
};
const toolCall = { id: 'call_1', type: 'function', function: { name: 'weather', arguments: ARGUMENTS } };
const chat = {
  ...chatHead,
  object: 'chat.completion',
  choices: [
    {
      index: 0,
      message: { role: 'assistant', content: SAID, refusal: null, tool_calls: [toolCall] },
      logprobs: null,
      finish_reason: 'stop',
    },
  ],
  usage: chatUsage,
};
const chatChunk = (delta, finish_reason = null) => ({
  ...chatHead,
  object: 'chat.completion.chunk',
  choices: [{ index: 0, delta, finish_reason }],
});
const chatChunks = [
  chatChunk({ role: 'assistant', content: '' }),
  chatChunk({ content: SAID }),
  chatChunk({ tool_calls: [{ index: 0, ...toolCall }] }),
  chatChunk({ tool_calls: [{ index: 0, function: { arguments: ARGUMENTS } }] }),
  chatChunk({}, 'tool_calls'),
  { ...chatChunk({}), choices: [], usage: chatUsage },
  '[DONE]',
];

const responsesUsage = {
  input_tokens: 96,
  input_tokens_details: { cached_tokens: 64 },
  output_tokens: 80,
  output_tokens_details: { reasoning_tokens: 50 },
  total_tokens: 176,
};
const item = {
  id: 'msg_1',
  type: 'message',
  status: 'completed',
  role: 'assistant',
  content: [{ type: 'output_text', annotations: [], logprobs: [], text: SAID }],
};
const response = {
  id: 'resp_1',
  object: 'response',
  created_at: 1,
  status: 'completed',
  error: null,
  incomplete_details: null,
  model: 'gpt-4o-2024-08-06',
  output: [item],
  service_tier: 'default',
  tools: [],
  usage: responsesUsage,
};
const at = { item_id: 'msg_1', output_index: 0, content_index: 0 };
const started = { ...response, status: 'in_progress', output: [], usage: null };
const responseEvents = [
  { type: 'response.created', sequence_number: 0, response: started },
  { type: 'response.output_item.added', output_index: 0, item: { ...item, content: [] } },
  { type: 'response.content_part.added', ...at, part: { ...item.content[0], text: '' } },
  { type: 'response.output_text.delta', ...at, delta: SAID, logprobs: [] },
  { type: 'response.output_text.done', ...at, text: SAID, logprobs: [] },
  { type: 'response.output_item.done', output_index: 0, item },
  { type: 'response.completed', response },
];

const completion = {
  id: 'cmpl-1',
  object: 'text_completion',
  created: 1,
  model: 'gpt-3.5-turbo-instruct',
  choices: [{ index: 0, text: SAID, logprobs: null, finish_reason: 'stop' }],
  usage: { prompt_tokens: 5, completion_tokens: 7, total_tokens: 12 },
};
const embedding = {
  object: 'list',
  model: 'text-embedding-3-small',
  data: [{ object: 'embedding', index: 0, embedding: [0.1, -0.2] }],
  usage: { prompt_tokens: 5, total_tokens: 5 },
};

const messageUsage = {
  input_tokens: 322,
  cache_creation_input_tokens: 200,
  cache_read_input_tokens: 1024,
  cache_creation: { ephemeral_5m_input_tokens: 120, ephemeral_1h_input_tokens: 80 },
  output_tokens: 214,
  service_tier: 'standard',
};
const messageHead = { id: 'msg_1', type: 'message', role: 'assistant', model: 'claude-haiku-4-5-20251001' };
const message = {
  ...messageHead,
  content: [
    { type: 'text', text: SAID },
    { type: 'tool_use', id: 'toolu_1', name: 'weather', input: { city: MARKER } },
  ],
  stop_reason: 'end_turn',
  stop_sequence: null,
  usage: messageUsage,
};
const messageEvents = [
  {
    type: 'message_start',
    message: {
      ...messageHead,
      content: [],
      stop_reason: null,
      stop_sequence: null,
      usage: { ...messageUsage, output_tokens: 1 },
    },
  },
  { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
  { type: 'ping' },
  { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: SAID } },
  { type: 'content_block_stop', index: 0 },
  {
    type: 'content_block_start',
    index: 1,
    content_block: { type: 'tool_use', id: 'toolu_1', name: 'weather', input: {} },
  },
  { type: 'content_block_delta', index: 1, delta: { type: 'input_json_delta', partial_json: ARGUMENTS } },
  { type: 'content_block_stop', index: 1 },
  {
    type: 'message_delta',
    delta: { stop_reason: 'tool_use', stop_sequence: null },
    usage: { output_tokens: 214 },
  },
  { type: 'message_stop' },
];
const textCompletion = {
  type: 'completion',
  id: 'compl_1',
  model: 'claude-2.1',
  completion: SAID,
  stop_reason: 'stop_sequence',
  stop: null,
};

const usageMetadata = {
  promptTokenCount: 96,
  candidatesTokenCount: 30,
  thoughtsTokenCount: 50,
  cachedContentTokenCount: 64,
  totalTokenCount: 176,
  promptTokensDetails: [{ modality: 'TEXT', tokenCount: 96 }],
  cacheTokensDetails: [{ modality: 'TEXT', tokenCount: 64 }],
  trafficType: 'ON_DEMAND',
};
const geminiAnswer = (parts, finishReason) => ({
  candidates: [{ index: 0, content: { role: 'model', parts }, ...(finishReason && { finishReason }) }],
  usageMetadata,
  modelVersion: 'gemini-2.5-flash',
  responseId: 'Gm1',
});
const functionCall = { functionCall: { name: 'weather', args: { city: MARKER } } };
const generated = geminiAnswer([{ text: SAID }, functionCall], 'STOP');
const generatedChunks = [
  geminiAnswer([{ text: SAID }]),
  geminiAnswer([{ text: SAID, thought: true }]),
  geminiAnswer([functionCall], 'STOP'),
];
const geminiEmbedding = {
  embeddings: [{ values: [0.1, -0.2], statistics: { tokenCount: 5 } }],
  embedding: { values: [0.1] },
};

const converseUsage = {
  inputTokens: 96,
  outputTokens: 80,
  totalTokens: 240,
  cacheReadInputTokens: 64,
  cacheWriteInputTokens: 0,
};
const metrics = { latencyMs: 312 };
const toolUse = { toolUseId: 'tooluse_1', name: 'weather' };
const converse = {
  output: {
    message: {
      role: 'assistant',
      content: [{ text: SAID }, { toolUse: { ...toolUse, input: { city: MARKER } } }],
    },
  },
  stopReason: 'end_turn',
  usage: converseUsage,
  metrics,
};
const delta = (contentBlockIndex, delta) => ({
  type: 'contentBlockDelta',
  payload: { contentBlockIndex, delta },
});
const converseEvents = [
  { type: 'messageStart', payload: { role: 'assistant' } },
  delta(0, { text: SAID }),
  { type: 'contentBlockStop', payload: { contentBlockIndex: 0 } },
  { type: 'contentBlockStart', payload: { contentBlockIndex: 1, start: { toolUse } } },
  delta(1, { toolUse: { input: ARGUMENTS } }),
  { type: 'contentBlockStop', payload: { contentBlockIndex: 1 } },
  { type: 'messageStop', payload: { stopReason: 'tool_use' } },
  { type: 'metadata', payload: { usage: converseUsage, metrics } },
];
/** The generators put the value of `model` into the frame in base64, as Bedrock does. */
const invokedEvents = messageEvents.map((model) => ({ type: 'chunk', model }));

/**
 * The body of each kind of answer, whole and as the events of a stream. Events of AWS have the type and the payload of
 * a frame.
 */
export const ANSWERS = {
  chat: { whole: chat, events: chatChunks },
  responses: { whole: response, events: responseEvents },
  completion: { whole: completion, events: [completion, completion, '[DONE]'] },
  embedding: { whole: embedding, events: [embedding] },
  message: { whole: message, events: messageEvents },
  textCompletion: { whole: textCompletion, events: [textCompletion, textCompletion] },
  generated: { whole: generated, events: generatedChunks },
  geminiEmbedding: { whole: geminiEmbedding, events: [geminiEmbedding] },
  converse: { whole: converse, events: converseEvents, isFramed: true },
  invoked: { whole: message, events: invokedEvents, isFramed: true },
  tokens: { whole: { input_tokens: 5, totalTokens: 5 }, events: [] },
};

/** How the vendors, and gateways before them, tell of a failure. */
export const FAILURES = [
  { error: { message: SAID, type: 'invalid_request_error', param: null, code: 'context_length_exceeded' } },
  { type: 'error', error: { type: 'overloaded_error', message: SAID } },
  {
    error: {
      code: 429,
      message: SAID,
      status: 'RESOURCE_EXHAUSTED',
      details: [{ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '1s' }],
    },
  },
  [{ error: { code: 503, message: SAID, status: 'UNAVAILABLE' } }],
  { detail: [{ type: 'missing', loc: ['body', 'messages'], msg: 'Field required', input: { text: SAID } }] },
  { error: SAID },
  { message: SAID },
  { __type: 'com.amazon.bedrock#ThrottlingException', message: SAID },
  { errors: [{ message: SAID }] },
];

const tools = [{ type: 'function', function: { name: 'weather', description: SAID, parameters: {} } }];

/** What each kind of request is. */
export const REQUESTS = {
  chat: {
    model: 'gpt-4o',
    messages: [
      { role: 'system', content: SAID },
      { role: 'user', content: [{ type: 'text', text: SAID }] },
    ],
    tools,
    temperature: 0.5,
    max_completion_tokens: 5,
    stop: ['a'],
    n: 1,
  },
  responses: {
    model: 'gpt-4o',
    instructions: SAID,
    input: [{ role: 'user', content: SAID }],
    max_output_tokens: 5,
  },
  completion: { model: 'gpt-3.5-turbo-instruct', prompt: SAID, max_tokens: 5 },
  embedding: { model: 'text-embedding-3-small', input: [SAID], dimensions: 2, encoding_format: 'float' },
  message: {
    model: 'claude-haiku-4-5',
    max_tokens: 5,
    system: SAID,
    messages: [{ role: 'user', content: [{ type: 'text', text: SAID }] }],
    tools: [{ name: 'weather', description: SAID, input_schema: { type: 'object' } }],
    stop_sequences: ['a'],
  },
  textCompletion: {
    model: 'claude-2.1',
    max_tokens_to_sample: 5,
    prompt: `\n\nHuman: ${SAID}\n\nAssistant:`,
  },
  genai: {
    model: 'gemini-2.5-flash',
    contents: [{ role: 'user', parts: [{ text: SAID }] }],
    config: { systemInstruction: SAID, temperature: 0.5, maxOutputTokens: 5, stopSequences: ['a'] },
  },
  genaiEmbedding: { model: 'gemini-embedding-001', contents: [SAID], config: { outputDimensionality: 2 } },
  generative: {
    contents: [{ role: 'user', parts: [{ text: SAID }] }],
    generationConfig: { temperature: 0.5, maxOutputTokens: 5, stopSequences: ['a'] },
    systemInstruction: SAID,
  },
  generativeEmbedding: { content: { role: 'user', parts: [{ text: SAID }] } },
  converse: {
    modelId: 'amazon.nova-lite-v1:0',
    system: [{ text: SAID }],
    messages: [{ role: 'user', content: [{ text: SAID }] }],
    inferenceConfig: { maxTokens: 5, temperature: 0.5, stopSequences: ['a'] },
    toolConfig: {
      tools: [
        { toolSpec: { name: 'weather', description: SAID, inputSchema: { json: { type: 'object' } } } },
      ],
    },
  },
  invoke: {
    modelId: 'anthropic.claude-haiku-4-5-20251001-v1:0',
    contentType: 'application/json',
    body: {
      anthropic_version: 'bedrock-2023-05-31',
      max_tokens: 5,
      system: SAID,
      messages: [{ role: 'user', content: [{ type: 'text', text: SAID }] }],
    },
  },
};
