/** The content of the stream of a response. */
import assert from 'node:assert/strict';
import { responses } from '../../src/responses.ts';
import { streamed } from './content.ts';

const { create } = responses;

/** The parts of its only message. */
function read(events: object[]) {
  const [message, ...others] = streamed(create, events);
  assert.deepEqual(others, []);
  return message.parts;
}

const event = (type: string, rest: object) => ({ type: `response.${type}`, ...rest });

const added = event('output_item.added', {
  output_index: 1,
  item: { type: 'function_call', call_id: 'c1', name: 'weather', arguments: '' },
});
const message = { type: 'message', role: 'assistant', content: [] as object[] };
const said = { type: 'output_text', text: 'Hi.' };

const begun = [
  event('created', { response: { output: [] } }),
  event('output_item.added', { output_index: 0, item: message }),
  event('content_part.added', { output_index: 0, content_index: 0, part: { ...said, text: '' } }),
  event('output_text.delta', { output_index: 0, content_index: 0, delta: 'H' }),
  event('output_text.delta', { output_index: 0, content_index: 0, delta: 'i.' }),
  added,
  event('function_call_arguments.delta', { output_index: 1, delta: '{"in":' }),
];

const hi = { type: 'text', content: 'Hi.' };
const call = { type: 'tool_call', id: 'c1', name: 'weather' };

describe('the stream of a response', () => {
  it('ends with the whole response', () => {
    const output = [{ ...message, content: [{ ...said, text: 'All of it.' }] }];
    for (const type of ['completed', 'incomplete', 'failed'])
      assert.deepEqual(read([...begun, event(type, { response: { output } })]), [
        { type: 'text', content: 'All of it.' },
      ]);
  });

  it('has the content of its events if the last one has no output or does not arrive', () => {
    const rest = [
      event('function_call_arguments.delta', { output_index: 1, delta: '"Rome"}' }),
      event('output_item.done', { output_index: 0, item: { ...message, content: [said] } }),
    ];
    const expected = [hi, { ...call, arguments: { in: 'Rome' } }];
    assert.deepEqual(read([...begun, ...rest]), expected);
    for (const response of [{}, { output: [] }])
      assert.deepEqual(read([...begun, ...rest, event('completed', { response })]), expected);
  });

  it('has the content that arrived before it broke off', () => {
    assert.deepEqual(read(begun), [hi, { ...call, arguments: '{"in":' }]);
    assert.deepEqual(read([{ type: 'error', message: 'no' }]), []);
    assert.deepEqual(read([]), []);
  });

  it('keeps no reference to an event, which the application may change', () => {
    const item = { type: 'function_call', name: 'f', arguments: '{}' };
    const whole = {};
    create.content?.fold?.(whole, event('output_item.done', { output_index: 0, item }));
    item.name = 'changed';
    assert.deepEqual(create.content?.answer(whole)[0]?.parts, [
      { type: 'tool_call', id: undefined, name: 'f', arguments: {} },
    ]);
  });

  const deltas: [type: string, rest: object, expected: object][] = [
    ['refusal', { content_index: 0 }, { type: 'text', content: 'ab' }],
    ['reasoning_text', { content_index: 0 }, { type: 'reasoning', content: 'ab' }],
    ['reasoning_summary_text', { summary_index: 0 }, { type: 'reasoning', content: 'ab' }],
    [
      'code_interpreter_call_code',
      {},
      {
        type: 'server_tool_call',
        name: 'code_interpreter',
        server_tool_call: { type: 'code_interpreter', code: 'ab' },
      },
    ],
    [
      'mcp_call_arguments',
      {},
      { type: 'server_tool_call', name: 'mcp', server_tool_call: { type: 'mcp', arguments: 'ab' } },
    ],
    ['custom_tool_call_input', {}, { type: 'custom_tool_call', input: 'ab' }],
    [
      'apply_patch_call_operation_diff',
      {},
      { type: 'tool_call', name: 'apply_patch', arguments: { diff: 'ab' } },
    ],
  ];
  for (const [type, rest, expected] of deltas)
    it(`grows by ${type}, even if it is not heard from its beginning`, () => {
      const events = ['a', 'b'].map((delta) => event(`${type}.delta`, { output_index: 2, ...rest, delta }));
      assert.deepEqual(read(events), [expected]);
    });

  it('has several thoughts and texts in order', () => {
    const delta = (index: number, value: string) =>
      event('reasoning_summary_text.delta', { output_index: 0, summary_index: index, delta: value });
    assert.deepEqual(read([delta(0, 'One.'), delta(1, 'Two'), delta(1, '.')]), [
      { type: 'reasoning', content: 'One.' },
      { type: 'reasoning', content: 'Two.' },
    ]);
  });
});
