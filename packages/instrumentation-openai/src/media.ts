/** Images and audio. */
import {
  checkedUsage,
  type Endpoint,
  fields,
  type LlmRequest,
  type LlmResponse,
  name,
  number,
  tokenCount,
  type Usage,
} from '@llmtrace/core';
import { imagesContent, speechContent, transcriptionsContent } from './content/media.ts';

/** Transcriptions are billed by tokens or by seconds (`type: 'duration'`, no tokens); speech reports nothing. */
function usage(u: any): Usage | undefined {
  if (!u) return undefined;
  const input = u.input_tokens_details ?? u.input_token_details;
  const output = u.output_tokens_details;
  return checkedUsage({
    inputTokens: tokenCount(u.input_tokens),
    outputTokens: tokenCount(u.output_tokens),
    cacheReadTokens: tokenCount(input?.cached_tokens),
    inputTextTokens: tokenCount(input?.text_tokens),
    inputImageTokens: tokenCount(input?.image_tokens),
    inputAudioTokens: tokenCount(input?.audio_tokens),
    outputTextTokens: tokenCount(output?.text_tokens),
    outputImageTokens: tokenCount(output?.image_tokens),
    reasoningTokens: tokenCount(output?.reasoning_tokens),
  });
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
