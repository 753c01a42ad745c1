/**
 * Reads the content of the image and audio endpoints. Uploads are not read, because their streams can be read only
 * once.
 */
import { type ContentReader, type Message, type Part, type Prompt, parts } from '@llmtrace/core';
import { append } from './parts.ts';

const { list } = parts;

const asked = (text: unknown): Prompt => ({
  messages: parts.text(text).map((part) => ({ role: 'user', parts: [part] })),
});

const answered = (content: Part[]): Message => ({ role: 'assistant', parts: content });

function image({ url, b64_json: bytes }: any, format: unknown): Part[] {
  const link = parts.link(url, 'image');
  return link.length > 0 ? link : parts.blob(bytes, 'image', format && `image/${format}`);
}

/** Each image is a choice. In a stream, earlier versions of an image come before it. */
export const imagesContent: ContentReader = {
  prompt: ([p = {}]) => asked(p.prompt),
  answer: (images) => list(images?.data).map((item) => answered(image(item, images.output_format))),
  fold(whole, { type, b64_json, output_format }) {
    if (type !== 'image_generation.completed' && type !== 'image_edit.completed') return;
    whole.data ??= [];
    whole.data.push({ b64_json });
    whole.output_format = output_format;
  },
};

/** The answer is a text alone in some formats. The last event of a stream has the whole text. */
export const transcriptionsContent: ContentReader = {
  prompt: ([p = {}]) => asked(p.prompt),
  answer: (transcription) => [answered(parts.text(transcription?.text ?? transcription))],
  fold(whole, event) {
    if (event.type === 'transcript.text.delta') append(whole, 'text', event.delta);
    if (event.type === 'transcript.text.done' && typeof event.text === 'string') whole.text = event.text;
  },
};

/** The answer is sound that is not read yet. */
export const speechContent: ContentReader = {
  prompt: ([p = {}]) => ({ system: parts.text(p.instructions), ...asked(p.input) }),
  answer: () => [],
};
