/** The content of answers of chat completions, and of legacy completions. */
import assert from 'node:assert/strict';
import { chat, completions } from '../../src/chat.ts';
import { answer, prompt, streamed } from './content.ts';

const delta = (value: object, index = 0) => ({ choices: [{ index, delta: value }] });

describe('the answer of chat completions', () => {
  it('has one message for each choice', () => {
    const image = { type: 'image_url', image_url: { url: 'data:image/png;base64,AAEC' } };
    const calls = [{ id: 'c1', type: 'function', function: { name: 'now', arguments: '' } }];
    const choices = [
      { message: { role: 'assistant', content: 'Hi.', reasoning_content: 'Hm.', reasoning: 'Hm.' } },
      { message: { role: 'assistant', content: null, refusal: 'No.', tool_calls: calls } },
      { message: { role: 'assistant', content: null, audio: { id: 'a', transcript: 'Hi.', data: 'AAEC' } } },
      { message: { content: '', reasoning: 'Hm.', images: [image] } },
      { message: null },
    ];
    const role = 'assistant';
    assert.deepEqual(answer(chat, { choices }), [
      {
        role,
        parts: [
          { type: 'reasoning', content: 'Hm.' },
          { type: 'text', content: 'Hi.' },
        ],
      },
      {
        role,
        parts: [
          { type: 'text', content: 'No.' },
          { type: 'tool_call', id: 'c1', name: 'now', arguments: '' },
        ],
      },
      {
        role,
        parts: [
          { type: 'text', content: 'Hi.' },
          { type: 'blob', modality: 'audio', content: 'AAEC' },
        ],
      },
      {
        role,
        parts: [
          { type: 'reasoning', content: 'Hm.' },
          { type: 'blob', modality: 'image', mime_type: 'image/png', content: 'AAEC' },
        ],
      },
      { role, parts: [] },
    ]);
    for (const nothing of [undefined, null, 'text', {}, { choices: null }])
      assert.deepEqual(answer(chat, nothing), []);
  });

  it('is the same when streamed', () => {
    const call = (index: number, value: object, id?: string) =>
      delta({ tool_calls: [{ index, ...(id && { id, type: 'function' }), ...value }] });
    const image = { type: 'image_url', image_url: { url: 'https://x.test/a.png' } };
    const chunks = [
      delta({ role: 'assistant', content: '' }),
      delta({ reasoning_content: 'H' }),
      delta({ reasoning_content: 'm.' }),
      delta({ content: 'The ' }, 1),
      delta({ content: 'Hi' }),
      delta({ content: '.', images: [image] }),
      call(0, { function: { name: 'weather', arguments: '{"in"' } }, 'c1'),
      call(1, { custom: { name: 'sql', input: 'SEL' } }, 'c2'),
      call(0, { function: { arguments: ':"Rome"}' } }),
      call(1, { custom: { input: 'ECT' } }),
      delta({ refusal: 'end.' }, 1),
      { choices: [], usage: {} },
    ];
    assert.deepEqual(streamed(chat, chunks), [
      {
        role: 'assistant',
        parts: [
          { type: 'reasoning', content: 'Hm.' },
          { type: 'text', content: 'Hi.' },
          { type: 'uri', modality: 'image', uri: 'https://x.test/a.png' },
          { type: 'tool_call', id: 'c1', name: 'weather', arguments: { in: 'Rome' } },
          { type: 'tool_call', id: 'c2', name: 'sql', arguments: 'SELECT' },
        ],
      },
      {
        role: 'assistant',
        parts: [
          { type: 'text', content: 'The ' },
          { type: 'text', content: 'end.' },
        ],
      },
    ]);
  });

  it('is the part that arrived before the stream broke off', () => {
    const chunks = [
      delta({ content: 'Wait' }),
      delta({ tool_calls: [{ index: 0, id: 'c1', function: { name: 'weather', arguments: '{"in":"Ro' } }] }),
    ];
    assert.deepEqual(streamed(chat, chunks), [
      {
        role: 'assistant',
        parts: [
          { type: 'text', content: 'Wait' },
          { type: 'tool_call', id: 'c1', name: 'weather', arguments: '{"in":"Ro' },
        ],
      },
    ]);
    assert.deepEqual(streamed(chat, []), []);
  });

  it('may come in the forms of other hosts', () => {
    const uncounted = (id: string | undefined, args: string) =>
      delta({ tool_calls: [{ id, function: { ...(id && { name: 'f' }), arguments: args } }] });
    const thought = { type: 'thinking', thinking: [{ type: 'text', text: 'Hm.' }] };
    const chunks = [
      delta({ content: [thought] }),
      delta({ content: [{ type: 'text', text: 'Hi.' }] }),
      uncounted('c1', '{"a":'),
      uncounted(undefined, '1}'),
      uncounted('c2', '{}'),
      { choices: [{ finish_reason: 'stop' }] },
    ];
    assert.deepEqual(streamed(chat, chunks), [
      {
        role: 'assistant',
        parts: [
          { type: 'reasoning', content: 'Hm.' },
          { type: 'text', content: 'Hi.' },
          { type: 'tool_call', id: 'c1', name: 'f', arguments: { a: 1 } },
          { type: 'tool_call', id: 'c2', name: 'f', arguments: {} },
        ],
      },
    ]);
  });

  it('has the bytes of audio whose chunks are base64 each', () => {
    const chunks = [
      delta({ audio: { id: 'a', transcript: 'H' } }),
      delta({ audio: { data: 'AA==' } }),
      delta({ audio: { transcript: 'i.', data: 'AQI=' } }),
      delta({ audio: { expires_at: 1 } }),
    ];
    const whole = {};
    for (const chunk of chunks) chat.content?.fold?.(whole, chunk);
    assert.deepEqual(chat.content?.answer(whole)[0]?.parts, [
      { type: 'text', content: 'Hi.' },
      { type: 'blob', modality: 'audio', content: Buffer.from([0, 1, 2]) },
    ]);
  });

  it('takes no time for a very large index', () => {
    const chunks = [delta({ content: 'far' }, 4_000_000_000), delta({ content: 'near' }, 0)];
    const contents = streamed(chat, chunks).map(({ parts: [part] }: any) => part.content);
    assert.deepEqual(contents, ['near', 'far']);
  });
});

describe('the content of legacy completions', () => {
  it('is a text or several, not tokens', () => {
    const user = (content: string) => ({ role: 'user', parts: [{ type: 'text', content }] });
    const messages = (value: unknown) => prompt(completions, { prompt: value }).messages;
    assert.deepEqual(messages('Once'), [user('Once')]);
    assert.deepEqual(messages(['Once', 'Twice']), [user('Once'), user('Twice')]);
    assert.deepEqual(messages([1, 2]), []);
    assert.deepEqual(messages([[1, 2], [3]]), []);
    assert.deepEqual(messages(undefined), []);
  });

  it('is answered by a message a choice, streamed or not', () => {
    const expected = ['One.', 'Two.'].map((content) => ({
      role: 'assistant',
      parts: [{ type: 'text', content }],
    }));
    const choices = [{ text: 'One.' }, { text: 'Two.' }];
    assert.deepEqual(answer(completions, { choices }), expected);
    const chunks = [
      { choices: [{ index: 1, text: 'Tw' }] },
      { choices: [{ index: 0, text: 'One.' }] },
      { choices: [{ index: 1, text: 'o.' }] },
    ];
    assert.deepEqual(streamed(completions, chunks), expected);
  });
});
