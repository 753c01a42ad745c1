/** The content of messages and tools of chat completions. */
import assert from 'node:assert/strict';
import { chat } from '../../src/chat.ts';
import { prompt } from './content.ts';

/** The parts of a message with this content. */
const partsOf = (content: unknown) =>
  prompt(chat, { messages: [{ role: 'user', content }] }).messages[0].parts;

describe('the content of chat completions', () => {
  it('is read of each message, with its role', () => {
    const messages = [
      { role: 'system', content: 'Be brief.' },
      { role: 'developer', content: [{ type: 'text', text: 'Be kind.' }] },
      { role: 'user', content: 'Weather?', name: 'ann' },
      {
        role: 'assistant',
        content: null,
        refusal: null,
        tool_calls: [
          { id: 'c1', type: 'function', function: { name: 'weather', arguments: '{"in":"Rome"}' } },
          { id: 'c2', type: 'custom', custom: { name: 'sql', input: '{"no":"json"}' } },
        ],
      },
      { role: 'tool', tool_call_id: 'c1', content: '{"sun":true}' },
      { role: 'tool', tool_call_id: 'c2', content: [{ type: 'text', text: 'none' }] },
      { role: 'assistant', content: 'Sunny.', audio: { id: 'audio_1' } },
    ];
    assert.deepEqual(prompt(chat, { messages }).messages, [
      { role: 'system', parts: [{ type: 'text', content: 'Be brief.' }] },
      { role: 'developer', parts: [{ type: 'text', content: 'Be kind.' }] },
      { role: 'user', name: 'ann', parts: [{ type: 'text', content: 'Weather?' }] },
      {
        role: 'assistant',
        parts: [
          { type: 'tool_call', id: 'c1', name: 'weather', arguments: { in: 'Rome' } },
          { type: 'tool_call', id: 'c2', name: 'sql', arguments: '{"no":"json"}' },
        ],
      },
      { role: 'tool', parts: [{ type: 'tool_call_response', id: 'c1', response: '{"sun":true}' }] },
      {
        role: 'tool',
        parts: [{ type: 'tool_call_response', id: 'c2', response: [{ type: 'text', content: 'none' }] }],
      },
      {
        role: 'assistant',
        parts: [
          { type: 'text', content: 'Sunny.' },
          { type: 'file', modality: 'audio', file_id: 'audio_1' },
        ],
      },
    ]);
  });

  const media: [name: string, content: object, expected: object][] = [
    [
      'a link to an image',
      { type: 'image_url', image_url: { url: 'https://x.test/a.png' } },
      { type: 'uri', modality: 'image', uri: 'https://x.test/a.png' },
    ],
    [
      'an image within',
      { type: 'image_url', image_url: { url: 'data:image/png;base64,AAEC' } },
      { type: 'blob', modality: 'image', mime_type: 'image/png', content: 'AAEC' },
    ],
    [
      'a link as some hosts take it',
      { type: 'video_url', video_url: 'https://x.test/a.mp4' },
      { type: 'uri', modality: 'video', uri: 'https://x.test/a.mp4' },
    ],
    [
      'sound',
      { type: 'input_audio', input_audio: { data: 'AAEC', format: 'mp3' } },
      { type: 'blob', modality: 'audio', mime_type: 'audio/mpeg', content: 'AAEC' },
    ],
    [
      'a file that was uploaded',
      { type: 'file', file: { file_id: 'file-1' } },
      { type: 'file', modality: 'document', file_id: 'file-1' },
    ],
    [
      'a file within',
      { type: 'file', file: { filename: 'a.pdf', file_data: 'data:application/pdf;base64,AAEC' } },
      { type: 'blob', modality: 'document', mime_type: 'application/pdf', content: 'AAEC' },
    ],
    [
      'a file by its type',
      { type: 'file', file: { file_data: 'data:audio/wav;base64,AAEC' } },
      { type: 'blob', modality: 'audio', mime_type: 'audio/wav', content: 'AAEC' },
    ],
    [
      'a file as base64 alone',
      { type: 'file', file: { file_data: 'AAEC' } },
      { type: 'blob', modality: 'document', content: 'AAEC' },
    ],
    ['an image without a source', { type: 'image_url' }, { type: 'image_url' }],
    ['what is not known', { type: 'smell', smell: 'rose' }, { type: 'smell', smell: 'rose' }],
    ['a refusal', { type: 'refusal', refusal: 'No.' }, { type: 'text', content: 'No.' }],
    [
      'thoughts',
      { type: 'thinking', thinking: [{ type: 'text', text: 'Hm.' }] },
      { type: 'reasoning', content: 'Hm.' },
    ],
  ];
  for (const [name, content, expected] of media)
    it(`may be ${name}`, () => assert.deepEqual(partsOf([content]), [expected]));

  it('may be one thing in the place of a list, or nothing', () => {
    assert.deepEqual(partsOf({ type: 'text', text: 'Hi.' }), [{ type: 'text', content: 'Hi.' }]);
    assert.deepEqual(partsOf(['Hi.', null, { type: 'text', text: '' }]), [{ type: 'text', content: 'Hi.' }]);
    assert.deepEqual(partsOf(''), []);
    assert.deepEqual(partsOf(undefined), []);
    assert.deepEqual(prompt(chat), { messages: [], tools: [] });
  });

  it('is read of the functions that there were before tools', () => {
    const call = { role: 'assistant', content: null, function_call: { name: 'add', arguments: '{"a":1}' } };
    const result = { role: 'function', name: 'add', content: null };
    const functions = [{ name: 'add', parameters: { type: 'object' } }];
    assert.deepEqual(prompt(chat, { messages: [call, result], functions }), {
      messages: [
        { role: 'assistant', parts: [{ type: 'tool_call', name: 'add', arguments: { a: 1 } }] },
        { role: 'function', name: 'add', parts: [{ type: 'tool_call_response', response: null }] },
      ],
      tools: [{ type: 'function', name: 'add', parameters: { type: 'object' } }],
    });
  });

  it('is read of tools, and does not change with them afterwards', () => {
    const parameters = { type: 'object' };
    const tools = [
      { type: 'function', function: { name: 'weather', description: 'Tells it.', parameters } },
      { type: 'custom', custom: { name: 'sql', format: { type: 'text' } } },
      { type: 'web_search' },
    ];
    const read = chat.content?.prompt([{ messages: [], tools }], undefined);
    parameters.type = 'changed';
    assert.deepEqual(JSON.parse(JSON.stringify(read?.tools)), [
      { type: 'function', name: 'weather', description: 'Tells it.', parameters: { type: 'object' } },
      { type: 'custom', name: 'sql' },
      { type: 'web_search', name: 'web_search' },
    ]);
  });
});
