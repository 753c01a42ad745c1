/** Gemini's protocols, of the Gemini API and of Vertex AI. Their JSON may be written in snake case, too. */
import {
  type ContentReader,
  count,
  type Endpoint,
  fields,
  gemini,
  geminiContent,
  type LlmRequest,
  type LlmResponse,
  name,
  number,
  objects,
  tokenCount,
} from '@llmtrace/core/internal';
import { entry as googleGenAIEntry } from '@llmtrace/instrumentation-google-genai';
import { areQuestions, type Beside, endpointAt, isNamed, isText, type Protocol } from './protocol.ts';

const googleGenAI = googleGenAIEntry.vendor;

// biome-ignore-start lint/suspicious/noExplicitAny: payloads of vendors have no type here

const camel = (key: string): string => key.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());

/** The application chooses the names below these fields. */
const OWN =
  /^(?:args|response|parameters|parametersJsonSchema|responseJsonSchema|responseSchema|labels|schema)$/;
const MAX_DEPTH = 20;

/** The same in camel case. */
function inCamelCase(value: any, depth = 0): any {
  if (Array.isArray(value)) return value.map((element) => inCamelCase(element, depth + 1));
  if (typeof value !== 'object' || value === null || depth > MAX_DEPTH) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => {
      const named = camel(key);
      return [named, OWN.test(named) ? one : inCamelCase(one, depth + 1)];
    }),
  );
}

/** The settings of the request, which are few. */
const configOf = (p: any): any => {
  const config = fields(p.generationConfig ?? p.generation_config);
  return Object.keys(config).some((key) => key.includes('_')) ? inCamelCase(config) : config;
};

const contentRequest = (p: any, { model, stream }: Beside): LlmRequest =>
  gemini.request(configOf(p), {
    model: gemini.model(model),
    stream,
    serviceTier: name(p.serviceTier ?? p.service_tier),
    messageCount: count(p.contents),
  });

const content: ContentReader = {
  prompt: ([p]) => geminiContent.prompt(inCamelCase(p)),
  answer: geminiContent.answer,
  fold: geminiContent.fold,
};

const generateContent: Endpoint = {
  operation: 'generate_content',
  request: ([p], self) => contentRequest(fields(p), self),
  response: gemini.response,
  chunk: gemini.chunk,
  content,
};

const within = (answer: any): any => answer?.response ?? answer;

/** Gemini Code Assist, which Gemini's CLI and its core ask: the request and the answer are within others. */
const codeAssist: Endpoint = {
  operation: 'generate_content',
  request: ([body], { stream }: Beside) => {
    const p = fields(body);
    const url = '';
    return contentRequest(fields(p.request), { url, protocol: '', model: name(p.model), stream });
  },
  response: (answer) => gemini.response(within(answer)),
  chunk: (soFar, event) => gemini.chunk(soFar, within(event)),
  content: {
    prompt: ([p]) => geminiContent.prompt(fields(fields(p).request)),
    answer: (answer) => geminiContent.answer(within(answer)),
    fold: (whole, event) => geminiContent.fold?.(whole, within(event)),
  },
};

/** The Gemini API counts all texts together; Vertex AI's `predict` counts each apart. */
function embedded(answer: any): LlmResponse {
  const whole = gemini.usage(answer.usageMetadata);
  if (whole) return { usage: whole };
  const counts = objects(answer.predictions).map((one: any) =>
    tokenCount(fields(fields(one.embeddings).statistics).token_count),
  );
  const known = counts.filter((value) => value !== undefined);
  if (known.length === 0) return {};
  return { usage: gemini.tokens({ prompt: known.reduce((sum, one) => sum + one, 0) }, {}) };
}

const embedContent: Endpoint = {
  operation: 'embeddings',
  request: ([body], { model }: Beside) => {
    const p = fields(body);
    return {
      model: gemini.model(model),
      // Each request of a batch has its own.
      dimensions: number(
        p.outputDimensionality ?? p.output_dimensionality ?? fields(p.parameters).outputDimensionality,
      ),
      messageCount: count(p.requests ?? p.instances ?? p.content),
    };
  },
  response: embedded,
};

/** Images, videos and music are billed by the piece: their answers count nothing. */
const predictions: Endpoint = {
  operation: 'generate_content',
  request: ([p], { model }: Beside) => ({
    model: gemini.model(model),
    choiceCount: number(fields(fields(p).parameters).sampleCount),
    outputType: /veo|lyria/.test(model ?? '') ? undefined : 'image',
  }),
  response: () => ({}),
};

/** A tuned model or an endpoint of the application's own has a number, which is no model's name. */
const MODELS = String.raw`\/(?:models|tunedModels)\/([^/:]+)`;

export const geminiProtocols: readonly Protocol[] = [
  {
    provider: 'gcp.gemini',
    path: new RegExp(`(?:${MODELS}|\\/endpoints\\/[^/:]+):(?:generateC|streamGenerateC)ontent$`),
    endpoint: generateContent,
    matches: ({ contents }) => isText(contents) || (typeof contents === 'object' && contents !== null),
    isDistinct: true,
    isDistinctPath: true,
    stream: ({ path }) => path.endsWith(':streamGenerateContent'),
  },
  {
    provider: 'gcp.gemini',
    path: /\/v1internal:(?:generateC|streamGenerateC)ontent$/,
    endpoint: codeAssist,
    matches: ({ model, request }) => isText(model) && Array.isArray(fields(request).contents),
    isDistinct: true,
    stream: ({ path }) => path.endsWith(':streamGenerateContent'),
  },
  {
    provider: 'gcp.gemini',
    path: new RegExp(`${MODELS}:(?:embedContent|batchEmbedContents)$`),
    endpoint: embedContent,
    matches: ({ content, requests }) => content !== undefined || Array.isArray(requests),
    isDistinct: true,
    isBulky: true,
  },
  {
    provider: 'gcp.vertex_ai',
    path: /\/publishers\/google\/models\/(?=[^/:]*embedding)([^/:]+):predict$/,
    endpoint: embedContent,
    matches: ({ instances }) => Array.isArray(instances),
    isDistinct: true,
  },
  {
    provider: 'gcp.vertex_ai',
    path: /\/models\/((?:imagen|imagegeneration|veo|lyria)[^/:]*):predict(?:LongRunning)?$/,
    endpoint: predictions,
    matches: ({ instances }) => Array.isArray(instances),
    isDistinct: true,
    isBulky: true,
  },
  {
    provider: 'gcp.gemini',
    path: /\/interactions$/,
    endpoint: endpointAt(googleGenAI.endpoints, 'GoogleGenAI', 'create', 'interactions'),
    matches: ({ input, model, agent }) => input !== undefined && (isText(model) || isText(agent)),
    confirms: ({ object, interaction, event_type }) =>
      object === 'interaction' || interaction !== undefined || /^interaction\./.test(String(event_type)),
    isLast: ({ event_type }) => /^(?:interaction\.complete|error$)/.test(String(event_type)),
  },
  {
    provider: 'gcp.gemini',
    // Of no version that OpenAI's have, whose body may be unread.
    path: /\/v1(?:alpha|beta\d?)\/decisions$/,
    endpoint: endpointAt(googleGenAI.endpoints, 'GoogleGenAI', 'create', 'decisions'),
    // OpenAI's decisions have a list of questions.
    matches: ({ input, model, questions }) =>
      input !== undefined && isText(model) && isNamed(questions) && areQuestions(questions),
    confirms: ({ answers, prompt_feedback, usage }) =>
      (isNamed(answers) || isNamed(prompt_feedback)) && fields(usage).total_input_tokens !== undefined,
  },
];
// biome-ignore-end lint/suspicious/noExplicitAny: payloads of vendors have no type here
