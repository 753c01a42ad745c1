/** Message content of calls of `ai.models`. */
import assert from 'node:assert/strict';
import type { ContentReader } from '@llmtrace/core';
import { entry as googleGenAIEntry } from '../../src/index.ts';

const googleGenAI = googleGenAIEntry.vendor;

const defined = (value: unknown) => JSON.parse(JSON.stringify(value));
const text = (content: string) => ({ type: 'text', content });

const reader = (method: string): ContentReader =>
  googleGenAI.endpoints.find((candidate) => candidate.method === method)?.endpoint([])?.content ??
  assert.fail(method);
const asked = (method: string, params?: object) => defined(reader(method).prompt([params], undefined));
const answered = (method: string, answer?: object) => defined(reader(method).answer(answer));

const image = (content: string) => ({ type: 'blob', modality: 'image', content });
const message = (...parts: object[]) => [{ role: 'user', parts }];

describe('the prompt of a model', () => {
  it('is the contents, with the instructions and the tools of the config', () => {
    const config = {
      systemInstruction: 'be',
      tools: [{ functionDeclarations: [{ name: 'f' }] }, { googleSearch: {} }],
    };
    for (const method of ['generateContentInternal', 'generateContentStreamInternal']) {
      assert.deepEqual(asked(method, { model: 'any', contents: 'hi', config }), {
        system: [text('be')],
        messages: message(text('hi')),
        tools: [
          { type: 'function', name: 'f' },
          { type: 'google_search', name: 'google_search' },
        ],
      });
      assert.deepEqual(asked(method), { system: [], messages: [], tools: [] });
    }
  });

  it('is not read of embeddings', () => {
    const all = googleGenAI.endpoints.flatMap((point) => point.endpoint([]) ?? []);
    const others = all.filter((endpoint) => endpoint.operation === 'embeddings');
    assert.deepEqual(
      others.map(({ content }) => content),
      [undefined, undefined],
    );
  });
});

describe('the prompt of images', () => {
  const imageBytes = 'AAAA';

  it('is a text and other images', () => {
    assert.deepEqual(asked('generateImagesInternal', { prompt: 'a cat' }).messages, message(text('a cat')));
    assert.deepEqual(
      asked('upscaleImageInternal', { image: { imageBytes } }).messages,
      message(image('AAAA')),
    );
    const referenceImages = [
      { referenceId: 1, referenceImage: { gcsUri: 'gs://a/b', mimeType: 'image/png' } },
    ];
    assert.deepEqual(
      asked('editImageInternal', { prompt: 'a dog', referenceImages }).messages,
      message(text('a dog'), { type: 'uri', modality: 'image', mime_type: 'image/png', uri: 'gs://a/b' }),
    );
    const source = {
      prompt: 'a hat',
      personImage: { imageBytes: 'BBBB' },
      productImages: [{ productImage: { imageBytes } }],
    };
    assert.deepEqual(
      asked('recontextImage', { source }).messages,
      message(text('a hat'), image('BBBB'), image('AAAA')),
    );
    const scribbled = { image: { imageBytes }, scribbleImage: { image: { imageBytes: 'BBBB' } } };
    assert.deepEqual(
      asked('segmentImage', { source: scribbled }).messages,
      message(image('AAAA'), image('BBBB')),
    );
    assert.deepEqual(asked('generateImagesInternal').messages, []);
  });

  it('makes a message an image', () => {
    const mime = { mime_type: 'image/png' };
    const generatedImages = [
      { image: { imageBytes, mimeType: 'image/png' } },
      { image: { gcsUri: 'gs://a/b' } },
      { raiFilteredReason: 'no' },
    ];
    assert.deepEqual(answered('generateImagesInternal', { generatedImages }), [
      { role: 'assistant', parts: [{ ...image('AAAA'), ...mime }] },
      { role: 'assistant', parts: [{ type: 'uri', modality: 'image', uri: 'gs://a/b' }] },
      { role: 'assistant', parts: [] },
    ]);
    assert.deepEqual(answered('segmentImage', { generatedMasks: [{ mask: { imageBytes } }] }), [
      { role: 'assistant', parts: [image('AAAA')] },
    ]);
    assert.deepEqual(answered('generateImagesInternal', {}), []);
  });
});

describe('the prompt of a video', () => {
  const params = { prompt: 'a cat', image: { imageBytes: 'AAAA' }, video: { uri: 'gs://a/v' } };
  const said = message(text('a cat'), image('AAAA'), { type: 'uri', modality: 'video', uri: 'gs://a/v' });

  it('is a text, images and a video, in a source or without one', () => {
    assert.deepEqual(asked('generateVideosInternal', params).messages, said);
    assert.deepEqual(asked('generateVideosInternal', { source: params }).messages, said);
  });

  it('is frames in the config too', () => {
    const config = {
      lastFrame: { imageBytes: 'AAAA' },
      referenceImages: [{ image: { imageBytes: 'BBBB' } }],
    };
    assert.deepEqual(
      asked('generateVideosInternal', { config }).messages,
      message(image('AAAA'), image('BBBB')),
    );
  });

  it('has no answer yet', () => {
    assert.deepEqual(answered('generateVideosInternal', { name: 'operations/1', done: false }), []);
  });
});
