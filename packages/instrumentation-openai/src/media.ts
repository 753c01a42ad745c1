/** Images and audio. */
import {
  type Asked,
  answerFailure,
  billing,
  count,
  type Endpoint,
  fields,
  type LlmRequest,
  type LlmResponse,
  name,
  number,
} from '@llmtrace/core';
import { allImage, type BilledReading, openAIUsage } from '@llmtrace/core/openai';
import { imagesContent, speechContent, transcriptionsContent } from './content/media.ts';

/** Transcriptions are billed by tokens, or by seconds; Mistral counts seconds in addition to tokens. */
function transcribed(r: any): BilledReading {
  const seconds = duration(r.usage?.seconds ?? r.usage?.prompt_audio_seconds);
  const read = r.usage?.type === 'duration' ? {} : openAIUsage(r.usage);
  return {
    ...read,
    billing: billing({ fees: seconds === undefined ? undefined : { audioSecond: seconds } }),
  };
}

/** A day, which no audio of a call is longer than. */
const MAX_SECONDS = 86_400;

const duration = (seconds: unknown): number | undefined => {
  const length = number(seconds);
  return length !== undefined && length >= 0 && length <= MAX_SECONDS ? length : undefined;
};

/** Output tokens of an image model without a modality are image tokens; without a usage, images are counted. */
function drawn(r: any): BilledReading {
  const { usage, contradiction } = openAIUsage(r.usage);
  if (usage) return { usage: allImage(usage), contradiction };
  const images = count(r.data);
  return { billing: billing({ fees: images ? { image: images } : undefined }) };
}

const request = (p: any, outputType?: LlmRequest['outputType']): LlmRequest => ({
  model: name(p.model),
  stream: Boolean(p.stream),
  temperature: number(p.temperature),
  choiceCount: number(p.n),
  outputType,
});

/** How a kind of answer is read: the last event of a stream has its usage. */
const readBy = (read: (r: any) => BilledReading) => ({
  response: (r: any): LlmResponse => ({ model: name(r.model), ...read(r), failure: answerFailure(r) }),
  chunk(soFar: LlmResponse, event: any): void {
    if (event.usage) Object.assign(soFar, read(event));
    soFar.failure ??= answerFailure(event);
  },
});

/** Speech reports nothing; some models are billed by the characters of the input. */
const spoken = (asked: Asked | undefined) =>
  billing({ fees: asked?.request.characterCount ? { character: asked.request.characterCount } : undefined });

const lengthOf = (text: unknown): number | undefined => (typeof text === 'string' ? text.length : undefined);

export const images: Endpoint = {
  operation: 'generate_content',
  request: ([p]) => request(fields(p), 'image'),
  ...readBy(drawn),
  content: imagesContent,
};

/** Translations, too. */
export const transcriptions: Endpoint = {
  operation: 'generate_content',
  request: ([p]) => request(fields(p)),
  ...readBy(transcribed),
  content: transcriptionsContent,
};

export const speech: Endpoint = {
  operation: 'generate_content',
  request: ([p]) => ({ ...request(fields(p), 'speech'), characterCount: lengthOf(p?.input) }),
  response: (_sound, asked) => ({ billing: spoken(asked) }),
  content: speechContent,
};
