/** OpenAI's protocols, which most vendors, gateways and local servers speak. */
import {
  answerFailure,
  type Endpoint,
  fields,
  type LlmResponse,
  name,
  openAIUsage,
} from '@llmtrace/core/internal';
import { entry as openaiEntry } from '@llmtrace/instrumentation-openai';
import { readingMeta } from './meta.ts';
import {
  areQuestions,
  endpointAt,
  failing,
  isInput,
  isMessages,
  isNamed,
  isText,
  type Protocol,
  type Target,
} from './protocol.ts';

const openai = openaiEntry.vendor;

// biome-ignore-start lint/suspicious/noExplicitAny: payloads of vendors have no type here

const { endpoints } = openai;

const chat = failing(readingMeta(endpointAt(endpoints, 'Chat.Completions')));
const completions = failing(endpointAt(endpoints, 'Completions'));
const responses = failing(endpointAt(endpoints, 'Responses'));
const compact = failing(endpointAt(endpoints, 'Responses', 'compact'));
const embeddings = failing(endpointAt(endpoints, 'Embeddings'));
const speech = withUsageOfEvents(failing(endpointAt(endpoints, 'Audio.Speech')));

/** Speech that comes in events, of which the last has the usage. */
function withUsageOfEvents(endpoint: Endpoint): Endpoint {
  return {
    ...endpoint,
    chunk(soFar, event, asked) {
      soFar.billing ??= endpoint.response({}, asked).billing;
      soFar.failure ??= answerFailure(event);
      if (event.usage) Object.assign(soFar, openAIUsage(event.usage));
    },
  };
}

/** Azure has the model's deployment in the path. */
const DEPLOYMENT = String.raw`(?:\/deployments\/([^/]+))?`;

const hasChoices = (answer: any): boolean => Array.isArray(answer.choices);
const hasError = (answer: any): boolean => answer.error !== undefined;

const isModelNamed = (body: any, { path }: Target): boolean =>
  isText(body.model) || /\/deployments\/[^/]+\//.test(path);

const LAST_EVENT = /^(?:response\.(?:completed|incomplete|failed)|error)$/;

const isResponse = (answer: any): boolean =>
  /^response/.test(String(answer.object)) || /^response\./.test(String(answer.type));

const isResponsesRequest = ({ input, prompt, previous_response_id, conversation, ...body }: any): boolean => {
  const asks = isInput(input) || isText(fields(prompt).id) || isText(previous_response_id) || conversation;
  return (
    Boolean(asks) && (isText(body.model) || isText(fields(prompt).id) || isText(body.preset) || body.agent)
  );
};

const responsesAt = (path: RegExp, endpoint: Endpoint): Protocol => ({
  provider: 'openai',
  path,
  endpoint,
  matches: isResponsesRequest,
  confirms: isResponse,
  isLast: (event) => LAST_EVENT.test(String(event.type)),
});

const isImages = (answer: any): boolean =>
  /^image_/.test(String(answer.type)) ||
  (Array.isArray(answer.data) && answer.data.some((one: any) => isText(one?.b64_json) || isText(one?.url)));

const imagesAt = (ending: string, method: string): Protocol => ({
  provider: 'openai',
  path: new RegExp(`${DEPLOYMENT}\\/images\\/${ending}$`),
  endpoint: failing(endpointAt(endpoints, 'Images', method)),
  matches: ({ prompt, model, size, n, image }) =>
    (isText(prompt) && Boolean(model ?? size ?? n)) ||
    (method !== 'generate' && Boolean(model ?? image ?? size)),
  confirms: isImages,
  isLast: (event) => /\.completed$/.test(String(event.type)),
  isBulky: true,
});

/** A form: `FormFields` has only texts. */
const audioAt = (ending: string, path: string): Protocol => ({
  provider: 'openai',
  path: new RegExp(`${DEPLOYMENT}\\/audio\\/${ending}$`),
  endpoint: failing(withStreamAsText(endpointAt(endpoints, path))),
  matches: isModelNamed,
  confirms: ({ text, type }) => typeof text === 'string' || /^transcript\./.test(String(type)),
  isLast: ({ type }) => type === 'transcript.text.done',
});

const withStreamAsText = (endpoint: Endpoint): Endpoint => ({
  ...endpoint,
  request(args, self) {
    const request = endpoint.request(args, self);
    request.stream = fields(args[0]).stream === true || fields(args[0]).stream === 'true';
    return request;
  },
});

const moderations: Endpoint = {
  operation: 'moderation',
  request: ([p]) => ({ model: name(p.model) }),
  response: (answer): LlmResponse => ({ id: name(answer.id), model: name(answer.model) }),
};

const PARTNERS = /\/publishers\/(?!anthropic\/|google\/)[^/]+\/models\/([^/:]+):(?:streamR|r)awPredict$/;

const instanceOf = ({ instances }: any): any => (Array.isArray(instances) ? instances[0] : undefined);

/** A request that is the first of a list, with the answer in an envelope. */
const predicted = (endpoint: Endpoint): Endpoint => ({
  ...endpoint,
  request: ([body], self) => endpoint.request([fields(instanceOf(fields(body)))], self),
  response: (answer, asked) => endpoint.response(fields(answer.predictions), asked),
  ...(endpoint.content && {
    content: {
      ...endpoint.content,
      prompt: ([body], self) => endpoint.content?.prompt([fields(instanceOf(fields(body)))], self) ?? {},
      answer: (answer) => endpoint.content?.answer(fields(answer.predictions)) ?? [],
    },
  }),
});

export const openaiProtocols: readonly Protocol[] = [
  {
    provider: 'openai',
    path: new RegExp(`${DEPLOYMENT}\\/chat\\/completions$`),
    endpoint: chat,
    matches: (body, target) => isMessages(body.messages) && isModelNamed(body, target),
    isDistinct: true,
    isDistinctPath: true,
  },
  // Servers of one model need no name of it: Azure's, llama.cpp's.
  {
    provider: 'openai',
    path: /\/chat\/completions$/,
    endpoint: chat,
    matches: ({ messages }) => isMessages(messages),
    confirms: hasChoices,
  },
  {
    provider: 'mistral_ai',
    path: /\/agents\/completions$/,
    endpoint: chat,
    matches: ({ agent_id, messages }) => isText(agent_id) && isMessages(messages),
    confirms: hasChoices,
  },
  {
    provider: 'openai',
    path: new RegExp(`${DEPLOYMENT}\\/(?:fim\\/|beta\\/)?completions$`),
    endpoint: completions,
    matches: (body, target) =>
      isInput(body.prompt) && body.messages === undefined && isModelNamed(body, target),
    confirms: (answer) => hasChoices(answer) && !hasError(answer),
  },
  // Servers of one model.
  {
    provider: 'openai',
    path: /\/completions$/,
    endpoint: completions,
    matches: ({ prompt, messages }) => isInput(prompt) && messages === undefined,
    confirms: (answer) => hasChoices(answer) && !hasError(answer),
  },
  responsesAt(/\/responses$/, responses),
  // Agents of Azure's projects, which the path names, and servers of one model.
  { ...responsesAt(/\/responses$/, responses), matches: ({ input }) => isInput(input) },
  responsesAt(/\/responses\/compact$/, compact),
  // Perplexity's other name of it: https://docs.perplexity.ai
  { ...responsesAt(/\/v1\/agent$/, responses), provider: 'perplexity' },
  {
    provider: 'openai',
    path: new RegExp(`${DEPLOYMENT}\\/embeddings$`),
    endpoint: embeddings,
    matches: (body, target) => isInput(body.input) && isModelNamed(body, target),
    confirms: ({ object, data, usage }) =>
      object === 'list' && (Array.isArray(data) || typeof usage === 'object'),
    isBulky: true,
  },
  // Servers of one model; Volcengine's embeddings of pictures are one object.
  {
    provider: 'openai',
    path: /\/embeddings(?:\/multimodal)?$/,
    endpoint: embeddings,
    matches: ({ input }) => isInput(input),
    confirms: ({ object, data, usage }) => object === 'list' && typeof data === 'object' && isNamed(usage),
    isBulky: true,
  },
  {
    provider: 'openai',
    // Gemini's have another version.
    path: /\/v1\/decisions$/,
    endpoint: failing(endpointAt(endpoints, 'Decisions')),
    matches: ({ input, model, questions }) =>
      input !== undefined && isText(model) && Array.isArray(questions) && areQuestions(questions),
    confirms: ({ answers, usage }) => Array.isArray(answers) && fields(usage).input_tokens !== undefined,
  },
  imagesAt('generations', 'generate'),
  // OpenRouter's: https://openrouter.ai/docs/api/api-reference/images
  {
    ...imagesAt('generations', 'generate'),
    provider: 'openrouter',
    path: /\/v1\/images$/,
    matches: ({ model, prompt }) => isText(model) && isText(prompt),
  },
  imagesAt('edits', 'edit'),
  imagesAt('variations', 'createVariation'),
  audioAt('transcriptions', 'Audio.Transcriptions'),
  audioAt('translations', 'Audio.Translations'),
  {
    provider: 'openai',
    path: new RegExp(`${DEPLOYMENT}\\/audio\\/speech$`),
    endpoint: speech,
    // Mistral names a voice, or has a sound of it.
    matches: ({ input, voice, voice_id, ref_audio }) =>
      isText(input) && (voice ?? voice_id ?? ref_audio) !== undefined,
    isLast: ({ type }) => type === 'speech.audio.done',
    isKnownOnly: true,
  },
  {
    provider: 'openai',
    path: /\/moderations$/,
    endpoint: moderations,
    matches: ({ input }) => isInput(input),
    confirms: ({ results }) => Array.isArray(results) && results.some((one: any) => one?.categories),
  },
  // Models of partners on Vertex AI, but Anthropic's: Mistral's, AI21's.
  {
    provider: 'gcp.vertex_ai',
    path: PARTNERS,
    endpoint: chat,
    matches: ({ messages }) => isMessages(messages),
    isDistinct: true,
  },
  // A model of the application's own has a number, which is no model's name.
  {
    provider: 'gcp.vertex_ai',
    path: /\/endpoints\/[^/:]+:(?:streamR|r)awPredict$/,
    endpoint: chat,
    matches: ({ messages }) => isMessages(messages),
    confirms: hasChoices,
    isShownByAnswer: true,
  },
  // The same by the method of all models: https://cloud.google.com/vertex-ai/generative-ai/docs/model-garden/self-deployed-models
  {
    provider: 'gcp.vertex_ai',
    path: /\/endpoints\/[^/:]+:predict$/,
    endpoint: predicted(chat),
    matches: ({ instances }) => {
      const { '@requestFormat': format, messages } = fields(instanceOf({ instances }));
      return format === 'chatCompletions' && isMessages(messages);
    },
    isDistinct: true,
  },
  {
    provider: 'gcp.vertex_ai',
    path: PARTNERS,
    endpoint: completions,
    matches: ({ prompt, model }) => isText(prompt) && isText(model),
    isDistinct: true,
  },
];

export {
  chat as chatEndpoint,
  completions as completionsEndpoint,
  embeddings as embeddingsEndpoint,
  isResponse,
  responses as responsesEndpoint,
};
// biome-ignore-end lint/suspicious/noExplicitAny: payloads of vendors have no type here
