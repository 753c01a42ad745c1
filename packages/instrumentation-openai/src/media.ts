/** Images and audio. */
import {
  type Endpoint,
  fields,
  type LlmRequest,
  type LlmResponse,
  name,
  number,
  type Usage,
} from '@llmtrace/core';
import { imagesContent, speechContent, transcriptionsContent } from './content-media.ts';

/** Transcriptions are billed by tokens or by seconds (`type: 'duration'`, no tokens); speech reports nothing. */
function usage(u: any): Usage | undefined {
  if (!u) return undefined;
  const input = u.input_tokens_details ?? u.input_token_details;
  const output = u.output_tokens_details;
  return {
    inputTokens: number(u.input_tokens),
    outputTokens: number(u.output_tokens),
    cacheReadTokens: number(input?.cached_tokens),
    inputTextTokens: number(input?.text_tokens),
    inputImageTokens: number(input?.image_tokens),
    inputAudioTokens: number(input?.audio_tokens),
    outputTextTokens: number(output?.text_tokens),
    outputImageTokens: number(output?.image_tokens),
    reasoningTokens: number(output?.reasoning_tokens),
  };
}

const request = (p: any, outputType?: LlmRequest['outputType']): LlmRequest => ({
  model: name(p.model),
  stream: Boolean(p.stream),
  temperature: number(p.temperature),
  choiceCount: number(p.n),
  outputType,
});

const response = (r: any): LlmResponse => ({ model: name(r.model), usage: usage(r.usage) });

/** The last event has the usage. */
function chunk(soFar: LlmResponse, event: any): void {
  if (event.usage) soFar.usage = usage(event.usage);
}

const images = {
  operation: 'generate_content',
  files: ['resources/images'],
  className: 'Images',
  path: 'Images',
  request: ([p]: readonly any[]) => request(fields(p), 'image'),
  response,
  chunk,
  content: imagesContent,
} as const;

const transcriptions = {
  operation: 'generate_content',
  files: ['resources/audio/transcriptions'],
  className: 'Transcriptions',
  path: 'Audio.Transcriptions',
  method: 'create',
  request: ([p]: readonly any[]) => request(fields(p)),
  response,
  chunk,
  content: transcriptionsContent,
} as const;

export const media: readonly Endpoint[] = [
  { ...images, method: 'generate' },
  { ...images, method: 'edit' },
  { ...images, method: 'createVariation' },
  transcriptions,
  {
    ...transcriptions,
    files: ['resources/audio/translations'],
    className: 'Translations',
    path: 'Audio.Translations',
  },
  {
    operation: 'generate_content',
    files: ['resources/audio/speech'],
    className: 'Speech',
    path: 'Audio.Speech',
    method: 'create',
    request: ([p]) => request(fields(p), 'speech'),
    response: () => ({}), // sound
    content: speechContent,
  },
];
