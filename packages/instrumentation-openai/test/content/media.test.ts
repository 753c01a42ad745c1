/** The content of the endpoints for images and audio. */
import assert from 'node:assert/strict';
import type { Endpoint } from '@llmtrace/core';
import { entry } from '../../src/index.ts';
import { answer, prompt, streamed, text } from './content.ts';

const endpoint = (path: string, method: string): Endpoint =>
  entry.vendor.endpoints
    .find((candidate) => candidate.path === path && candidate.method === method)
    ?.endpoint([]) ?? assert.fail(`no ${path}.${method}`);

const user = (content: string) => ({ role: 'user', parts: [text(content)] });
const assistant = (...parts: object[]) => ({ role: 'assistant', parts });

describe('the content of images', () => {
  const generate = endpoint('Images', 'generate');
  const edit = endpoint('Images', 'edit');

  it('is a prompt', () => {
    assert.deepEqual(prompt(generate, { prompt: 'A cat' }), { messages: [user('A cat')] });
    assert.deepEqual(prompt(edit, { prompt: 'A dog', image: Buffer.of(0) }), { messages: [user('A dog')] });
    assert.deepEqual(prompt(endpoint('Images', 'createVariation'), { image: Buffer.of(0) }), {
      messages: [],
    });
    assert.deepEqual(prompt(generate), { messages: [] });
  });

  it('is answered by an image a choice', () => {
    const data = [{ url: 'https://x.test/a.png', revised_prompt: 'A fine cat' }, { b64_json: 'AAEC' }, {}];
    assert.deepEqual(answer(generate, { data, output_format: 'webp' }), [
      assistant({ type: 'uri', modality: 'image', uri: 'https://x.test/a.png' }),
      assistant({ type: 'blob', modality: 'image', mime_type: 'image/webp', content: 'AAEC' }),
      assistant(),
    ]);
    assert.deepEqual(answer(generate, {}), []);
  });

  it('is the last version of the image when streamed', () => {
    for (const [imageEndpoint, type] of [
      [generate, 'image_generation'] as const,
      [edit, 'image_edit'] as const,
    ]) {
      const events = [
        { type: `${type}.partial_image`, b64_json: 'AAAA', output_format: 'png', partial_image_index: 0 },
        { type: `${type}.completed`, b64_json: 'AAEC', output_format: 'png' },
      ];
      const image = { type: 'blob', modality: 'image', mime_type: 'image/png', content: 'AAEC' };
      assert.deepEqual(streamed(imageEndpoint, events), [assistant(image)]);
      assert.deepEqual(streamed(imageEndpoint, events.slice(0, 1)), []);
    }
  });
});

describe('the content of audio', () => {
  const transcriptions = endpoint('Audio.Transcriptions', 'create');
  const said = assistant(text('Hello there.'));

  it('is the prompt of a transcription, where there is one', () => {
    const translations = endpoint('Audio.Translations', 'create');
    assert.deepEqual(prompt(translations, { file: {}, prompt: 'Names' }), { messages: [user('Names')] });
    assert.deepEqual(prompt(transcriptions, { file: {} }), { messages: [] });
  });

  it('is the transcript, in any format', () => {
    for (const body of [{ text: 'Hello there.', segments: [{ text: 'Hello there.' }] }, 'Hello there.'])
      assert.deepEqual(answer(transcriptions, body), [said]);
    assert.deepEqual(answer(transcriptions, undefined), [assistant()]);
  });

  it('is the transcript of a stream, read to its end or not', () => {
    const deltas = ['Hello', ' there.'].map((delta) => ({ type: 'transcript.text.delta', delta }));
    const done = { type: 'transcript.text.done', text: 'Hello there.' };
    assert.deepEqual(streamed(transcriptions, [...deltas, done]), [said]);
    assert.deepEqual(streamed(transcriptions, deltas), [said]);
    assert.deepEqual(streamed(transcriptions, [done]), [said]);
  });

  it('is the text of speech, and how it is to be spoken, but no sound', () => {
    const speech = endpoint('Audio.Speech', 'create');
    assert.deepEqual(prompt(speech, { input: 'Hello.', instructions: 'Softly.' }), {
      system: [{ type: 'text', content: 'Softly.' }],
      messages: [user('Hello.')],
    });
    const response = new Response('sound');
    assert.deepEqual(answer(speech, response), []);
    assert.equal(response.bodyUsed, false);
  });
});
