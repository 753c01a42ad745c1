/** Reads the content of calls of `ai.models`. */
import { type ContentReader, type Message, type Part, parts } from '@llmtrace/core';
import { geminiContent } from '@llmtrace/core/gemini';

/** `generateContent` and its stream. Their public methods pass their arguments unchanged to the inner ones. */
export const generated: ContentReader = {
  prompt: ([p = {}]) => geminiContent.prompt({ ...p.config, contents: p.contents }),
  answer: geminiContent.answer,
  fold: geminiContent.fold,
};

/** An image: bytes, or where they are in Google's storage. */
function image(value: any): Part[] {
  const { imageBytes, gcsUri, mimeType } = value ?? {};
  const bytes = parts.blob(imageBytes, 'image', mimeType);
  return bytes.length > 0 ? bytes : parts.link(gcsUri, 'image', mimeType);
}

function video(value: any): Part[] {
  const { videoBytes, uri, mimeType } = value ?? {};
  const bytes = parts.blob(videoBytes, 'video', mimeType);
  return bytes.length > 0 ? bytes : parts.link(uri, 'video', mimeType);
}

const said = (all: Part[]): { messages: Message[] } => ({
  messages: all.length > 0 ? [{ role: 'user', parts: all }] : [],
});

/**
 * The source images of a request, in all places where the method accepts them. Older methods have them next to
 * `source`.
 */
function imagesOf({ source, image: requestImage, referenceImages }: any): Part[] {
  const { image: sourced, personImage, productImages, scribbleImage } = source ?? {};
  const references = parts.list(referenceImages).map((reference: any) => reference?.referenceImage);
  const products = parts.list(productImages).map((product: any) => product?.productImage);
  return [requestImage, sourced, personImage, ...products, scribbleImage?.image, ...references].flatMap(
    image,
  );
}

const made = (result: any): Message => ({ role: 'assistant', parts: image(result?.image ?? result?.mask) });

export const images: ContentReader = {
  prompt: ([p = {}]) => said([...parts.text(p.prompt ?? p.source?.prompt), ...imagesOf(p)]),
  answer: (r) => parts.list(r?.generatedImages ?? r?.generatedMasks).map(made),
};

/** A video is made after the call, whose answer only has the name of the operation. */
export const videos: ContentReader = {
  prompt([p = {}]) {
    const { prompt, image: first, video: before } = { ...p, ...p.source };
    const { lastFrame, referenceImages } = p.config ?? {};
    const frames = [
      first,
      lastFrame,
      ...parts.list(referenceImages).map((reference: any) => reference?.image),
    ];
    return said([...parts.text(prompt), ...frames.flatMap(image), ...video(before)]);
  },
  answer: () => [],
};
