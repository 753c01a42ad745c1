/** Bodies of OpenAI's embeddings, images and audio. */
import type { Answer, VendorRequest } from '../server/routes.ts';
import { dataEvent, namedEvent, OPENAI_TEXT, openaiHeaders, wordsOf } from './openai.ts';

/** A PNG image of one pixel. */
const PIXEL = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII=';

/** The tokens that the fake OpenAI counts for each embedded text. */
export const EMBEDDING_TOKENS = 8;

export function embeddings(request: VendorRequest): Answer {
  const { body } = request;
  const inputs: unknown[] = Array.isArray(body.input) ? body.input : [body.input];
  const vector = Array.from({ length: body.dimensions ?? 4 }, (_, index) => (index + 1) / 64);
  const embedding =
    body.encoding_format === 'base64'
      ? Buffer.from(new Float32Array(vector).buffer).toString('base64')
      : vector;
  const tokens = EMBEDDING_TOKENS * inputs.length;
  return {
    headers: openaiHeaders(request),
    json: {
      object: 'list',
      data: inputs.map((_, index) => ({ object: 'embedding', index, embedding })),
      model: request.model,
      usage: { prompt_tokens: tokens, total_tokens: tokens },
    },
  };
}

const imageUsage = {
  input_tokens: 50,
  input_tokens_details: { text_tokens: 10, image_tokens: 40 },
  output_tokens: 272,
  total_tokens: 322,
};

/** Generated or edited images. `kind` is the prefix of the names of a stream's events. */
export function images(request: VendorRequest, kind: 'image_generation' | 'image_edit'): Answer {
  const { body, created } = request;
  const looks = { background: 'opaque', output_format: 'png', quality: 'low', size: '1024x1024' };
  const headers = openaiHeaders(request);
  const streamed = body?.stream === true || body?.stream === 'true';
  if (!streamed)
    return { headers, json: { created, ...looks, data: [{ b64_json: PIXEL }], usage: imageUsage } };
  const image = { b64_json: PIXEL, created_at: created, ...looks };
  const events = [
    namedEvent({ type: `${kind}.partial_image`, ...image, partial_image_index: 0 }),
    namedEvent({ type: `${kind}.completed`, ...image, usage: imageUsage }),
  ];
  return { headers, events };
}

export function speech(request: VendorRequest): Answer {
  return { headers: { ...openaiHeaders(request), 'content-type': 'audio/mpeg' }, bytes: 'ID3 spoken words' };
}

const transcriptionUsage = {
  type: 'tokens',
  input_tokens: 14,
  input_token_details: { text_tokens: 0, audio_tokens: 14 },
  output_tokens: 45,
  total_tokens: 59,
};

export function transcription(request: VendorRequest): Answer {
  const { body, model } = request;
  const headers = openaiHeaders(request);
  if (body.stream === 'true') {
    const parts = wordsOf(OPENAI_TEXT).map((delta) => ({ type: 'transcript.text.delta', delta }));
    const done = { type: 'transcript.text.done', text: OPENAI_TEXT, usage: transcriptionUsage };
    return { headers, events: [...parts, done].map(dataEvent) };
  }
  if (body.response_format === 'text') {
    return { headers: { ...headers, 'content-type': 'text/plain' }, bytes: `${OPENAI_TEXT}\n` };
  }
  const usage = model === 'whisper-1' ? { type: 'duration', seconds: 3 } : transcriptionUsage;
  return { headers, json: { text: OPENAI_TEXT, usage } };
}

export function translation(request: VendorRequest): Answer {
  return { headers: openaiHeaders(request), json: { text: OPENAI_TEXT } };
}
