/** Rows about the rest of OpenAI's SDK: other clients, other answers, other endpoints. */
import { OPENAI_MODEL } from '../bodies/openai.ts';
import { frozen, type Stage } from '../harness.ts';
import type { SdkInfo } from '../sdks.ts';
import type { ExpectedCall, Family, Row, Tokens } from '../vendor-profile.ts';
import { chat, isOldest, responses } from './openai-families.ts';

const MESSAGES = [{ role: 'user', content: 'What is the capital of France?' }];

const azure = ({ sdk, server }: Stage): any =>
  new sdk.exports.AzureOpenAI({
    apiKey: 'example',
    endpoint: server.url,
    apiVersion: '2024-10-21',
    maxRetries: 0,
  });

const noAzure = (sdk: SdkInfo) => (isOldest(sdk) ? 'this version has no Azure client' : undefined);
const AZURE = { family: chat, provider: 'azure.ai.openai' } as const;

/** The facts that an answer may lack. */
type Silent = 'idPrefix' | 'finishReasons' | 'responseModel' | 'priced' | 'tokens';

function without(family: Family, ...silent: Silent[]): Family {
  const kept = Object.entries(family).filter(([key]) => !(silent as string[]).includes(key));
  return Object.fromEntries(kept) as unknown as Family;
}

/** A compacted conversation, an answer without a model and without a finish reason. */
const compacted = without(responses, 'finishReasons', 'responseModel');

/** Images and audio, answers that report nothing but perhaps their tokens. */
const media = (model: string, tokens?: Tokens): Family => ({
  ...without(chat, 'idPrefix', 'finishReasons', 'responseModel', 'priced', 'tokens'),
  name: model,
  operation: 'generate_content',
  model,
  ...(tokens ? { tokens } : {}),
});

const recorded = (model: string, tokens?: Tokens): Family => ({ ...media(model, tokens), asksByVoice: true });

const streamed = (family: Family): ExpectedCall => ({
  family,
  stream: true,
  answer: 'whole',
  tokens: 'known',
  chunks: 'some',
});

const IMAGE_TOKENS = { input: 50, output: 272 };
const AUDIO_TOKENS = { input: 14, output: 45 };

async function recording({ sdk }: Stage): Promise<unknown> {
  const { toFile, default: main } = sdk.exports;
  return (toFile ?? main.toFile)(Buffer.from('RIFF'), 'paris.wav', { type: 'audio/wav' });
}

const clientRows: readonly Row[] = [
  {
    name: 'Azure',
    missing: noAzure,
    async run(stage) {
      const request = frozen({ model: OPENAI_MODEL, messages: MESSAGES });
      stage.see('value', await azure(stage).chat.completions.create(request));
    },
    calls: () => [{ ...AZURE, answer: 'whole' }],
  },
  {
    name: 'a stream from Azure',
    missing: noAzure,
    async run(stage) {
      const request = frozen({ model: OPENAI_MODEL, messages: MESSAGES, stream: true });
      for await (const chunk of await azure(stage).chat.completions.create(request))
        stage.see('chunk', chunk);
    },
    calls: () => [{ ...AZURE, stream: true, answer: 'whole', chunks: 'some' }],
  },
  {
    name: 'a failure of Azure',
    missing: noAzure,
    async run(stage) {
      const request = frozen({ model: 'fail-429', messages: MESSAGES });
      await stage.attempt('answer', () => azure(stage).chat.completions.create(request));
    },
    calls: () => [
      { ...AZURE, model: 'fail-429', answer: 'none', outcome: 'failed', errorType: 'RateLimitError' },
    ],
  },
  {
    name: 'withOptions',
    missing: ({ major }) => (major < 5 ? 'clients have no `withOptions` before version 5' : undefined),
    async run({ client, call, see }) {
      const other = client().withOptions({ maxRetries: 1, defaultHeaders: { 'x-example': 'other' } });
      see('value', await call(other));
    },
    calls: () => [{ family: chat, answer: 'whole' }],
  },
];

const toolCall: Partial<ExpectedCall> = { answer: 'whole', finishReasons: ['tool_call'] };
const PARAMETERS = { type: 'object', properties: { city: { type: 'string' } } };

const answerRows: readonly Row[] = [
  {
    name: 'two choices',
    async run({ client, see }) {
      see(
        'value',
        await client().chat.completions.create(frozen({ model: OPENAI_MODEL, messages: MESSAGES, n: 2 })),
      );
    },
    calls: () => [{ family: chat, answer: 'whole', finishReasons: ['stop', 'stop'] }],
  },
  {
    name: 'two choices in one stream',
    async run({ client, see }) {
      const request = frozen({ model: OPENAI_MODEL, messages: MESSAGES, n: 2, stream: true });
      for await (const chunk of await client().chat.completions.create(request)) see('chunk', chunk);
    },
    calls: () => [
      { family: chat, answer: 'whole', stream: true, chunks: 'some', finishReasons: ['stop', 'stop'] },
    ],
  },
  {
    name: 'a stream that calls a tool',
    async run({ client, see }) {
      const tools = [{ type: 'function', function: { name: 'population_of', parameters: PARAMETERS } }];
      const request = frozen({ model: OPENAI_MODEL, messages: MESSAGES, tools, stream: true });
      for await (const chunk of await client().chat.completions.create(request)) see('chunk', chunk);
    },
    calls: () => [{ family: chat, stream: true, chunks: 'some', answer: 'whole', ...toolCall }],
  },
  {
    name: 'a response that calls a tool',
    missing: (sdk) => responses.missing?.(sdk),
    async run({ client, see }) {
      const tools = [{ type: 'function', name: 'population_of', parameters: PARAMETERS, strict: false }];
      see(
        'value',
        await client().responses.create(frozen({ model: OPENAI_MODEL, input: 'How many?', tools })),
      );
    },
    calls: () => [{ family: responses, answer: 'whole', ...toolCall }],
  },
  {
    name: 'beta responses',
    missing: ({ major }) => (major < 6 ? 'this version has no beta Responses' : undefined),
    async run({ client, see }) {
      see('value', await client().beta.responses.create(frozen({ model: OPENAI_MODEL, input: 'Paris?' })));
    },
    calls: () => [{ family: responses, answer: 'whole' }],
  },
  {
    name: 'compacted responses',
    missing: ({ major }) => (major < 6 ? 'this version has no `compact`' : undefined),
    async run({ client, see }) {
      see('value', await client().responses.compact(frozen({ model: OPENAI_MODEL, input: 'Paris.' })));
    },
    calls: () => [{ family: compacted, answer: 'whole' }],
  },
];

const mediaRows: readonly Row[] = [
  {
    name: 'images',
    async run({ client, see }) {
      see('value', await client().images.generate(frozen({ model: 'gpt-image-1', prompt: 'Paris' })));
    },
    calls: () => [{ family: media('gpt-image-1', IMAGE_TOKENS), answer: 'whole' }],
  },
  {
    name: 'an edited image',
    async run(stage) {
      const image = await recording(stage);
      stage.see('value', await stage.client().images.edit({ model: 'gpt-image-1', prompt: 'Paris', image }));
    },
    calls: () => [{ family: media('gpt-image-1', IMAGE_TOKENS), answer: 'whole' }],
  },
  {
    name: 'speech',
    async run({ client, see }) {
      const request = frozen({ model: 'gpt-4o-mini-tts', input: 'Paris', voice: 'alloy' });
      const response = await client().audio.speech.create(request);
      see('response', response);
      see('sound', Buffer.from(await response.arrayBuffer()).toString());
    },
    calls: () => [{ family: media('gpt-4o-mini-tts'), answer: 'whole' }],
  },
  {
    name: 'a transcription',
    async run(stage) {
      const file = await recording(stage);
      const request = { model: 'gpt-4o-mini-transcribe', file };
      stage.see('value', await stage.client().audio.transcriptions.create(request));
    },
    calls: () => [{ family: recorded('gpt-4o-mini-transcribe', AUDIO_TOKENS), answer: 'whole' }],
  },
  {
    name: 'a streamed transcription',
    missing: (sdk) => (isOldest(sdk) ? 'this version does not stream transcriptions' : undefined),
    async run(stage) {
      const file = await recording(stage);
      const request = { model: 'gpt-4o-mini-transcribe', file, stream: true };
      for await (const event of await stage.client().audio.transcriptions.create(request)) {
        stage.see('chunk', event);
      }
    },
    calls: () => [streamed(recorded('gpt-4o-mini-transcribe', AUDIO_TOKENS))],
  },
  {
    name: 'streamed images',
    missing: ({ major }) => (major < 6 ? 'this version does not stream images' : undefined),
    async run({ client, see }) {
      const request = frozen({ model: 'gpt-image-1', prompt: 'Paris', stream: true, partial_images: 1 });
      for await (const event of await client().images.generate(request)) see('chunk', event);
    },
    calls: () => [streamed(media('gpt-image-1', IMAGE_TOKENS))],
  },
  {
    name: 'a translation',
    async run(stage) {
      const file = await recording(stage);
      stage.see('value', await stage.client().audio.translations.create({ model: 'whisper-1', file }));
    },
    calls: () => [{ family: recorded('whisper-1'), answer: 'whole' }],
  },
];

export const otherRows: readonly Row[] = [...clientRows, ...answerRows, ...mediaRows];
