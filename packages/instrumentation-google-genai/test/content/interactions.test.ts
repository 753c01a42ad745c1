/** Message content of interactions, in both versions of the API. */
import assert from 'node:assert/strict';
import type { Message } from '@llmtrace/core';
import { interactionContent } from '../../src/content/interactions.ts';

const defined = (value: unknown) => JSON.parse(JSON.stringify(value));
const text = (content: string) => ({ type: 'text', content });
const thought = (content: string) => ({ type: 'reasoning', content });
const user = (...parts: object[]) => ({ role: 'user', parts });
const assistant = (...parts: object[]) => ({ role: 'assistant', parts });

const asked = (input: unknown): Message[] =>
  defined(interactionContent.prompt([{ input }], undefined).messages);
const answered = (interaction: object): Message[] => defined(interactionContent.answer(interaction));

/** The answer that these events make up. */
function folded(...events: [type: string, index: number, event?: object][]): Message[] {
  const whole = {};
  for (const [event_type, index, event] of events) {
    interactionContent.fold?.(whole, { event_type, index, ...event });
  }
  return answered(whole);
}

const called = { type: 'tool_call', id: '1', name: 'f', arguments: { a: 1 } };
const searched = {
  type: 'server_tool_call',
  id: '2',
  name: 'google_search',
  server_tool_call: { type: 'google_search', arguments: { queries: ['q'] } },
};

const steps = [
  { type: 'thought', signature: 'secret', summary: [{ type: 'text', text: 'I think.' }] },
  { type: 'google_search_call', id: '2', arguments: { queries: ['q'] }, signature: 'secret' },
  { type: 'model_output', content: [{ type: 'text', text: 'It is.' }] },
  { type: 'function_call', id: '1', name: 'f', arguments: { a: 1 } },
];
const parts = [thought('I think.'), searched, text('It is.'), called];

describe('the input of an interaction', () => {
  it('is a text, a content, several, steps or turns', () => {
    const content = { type: 'text', text: 'hi' };
    const inputs = ['hi', content, [content], [{ type: 'user_input', content: [content] }]];
    for (const input of [
      ...inputs,
      [{ role: 'user', content: 'hi' }],
      [{ role: 'user', content: [content] }],
    ]) {
      assert.deepEqual(asked(input), [user(text('hi'))]);
    }
    assert.deepEqual(asked(undefined), []);
    assert.deepEqual(asked([{ role: 'model', content: 'hi' }]), [assistant(text('hi'))]);
  });

  it('has media', () => {
    const media = [
      { type: 'image', data: 'AAAA', mime_type: 'image/png' },
      { type: 'document', uri: 'gs://a/b', mime_type: 'application/pdf' },
      { type: 'audio' },
    ];
    assert.deepEqual(asked(media), [
      user(
        { type: 'blob', modality: 'image', mime_type: 'image/png', content: 'AAAA' },
        { type: 'uri', modality: 'document', mime_type: 'application/pdf', uri: 'gs://a/b' },
        { type: 'audio' },
      ),
    ]);
  });

  it('has the earlier messages and their roles', () => {
    const first = { type: 'user_input', content: [{ type: 'text', text: 'hi' }] };
    const response = { type: 'tool_call_response', id: '1', name: 'f' };
    const gave = (result: unknown) => ({ type: 'function_result', call_id: '1', name: 'f', result });
    assert.deepEqual(asked([first, ...steps, gave({ b: 2 })]), [
      user(text('hi')),
      assistant(...parts),
      user({ ...response, response: { b: 2 } }),
    ]);
    const picture = [{ type: 'image', data: 'AAAA' }];
    const blob = { type: 'blob', modality: 'image', content: 'AAAA' };
    assert.deepEqual(asked([gave(picture)]), [user({ ...response, response: [blob] })]);
    assert.deepEqual(asked([gave(undefined)]), [user({ ...response, response: null })]);
  });

  it('has instructions and tools beside it', () => {
    const tools = [
      { type: 'function', name: 'f', description: 'd', parameters: { type: 'object' } },
      { type: 'google_search' },
      { type: 'mcp_server', name: 'mine', headers: { authorization: 'secret' } },
    ];
    assert.deepEqual(defined(interactionContent.prompt([{ system_instruction: 'be', tools }], undefined)), {
      system: [text('be')],
      messages: [],
      tools: [
        { type: 'function', name: 'f', description: 'd', parameters: { type: 'object' } },
        { type: 'google_search', name: 'google_search' },
        { type: 'mcp_server', name: 'mine' },
      ],
    });
  });
});

describe('the output of an interaction', () => {
  it('is one message of all steps, or of all outputs', () => {
    assert.deepEqual(answered({ steps: [{ type: 'user_input', content: [] }, ...steps] }), [
      assistant(...parts),
    ]);
    const outputs = steps.map((step) =>
      step.type === 'model_output' ? { type: 'text', text: 'It is.' } : step,
    );
    assert.deepEqual(answered({ outputs }), [assistant(...parts)]);
    assert.deepEqual(answered({ status: 'in_progress' }), []);
  });

  it('has calls of servers and their results', () => {
    const call = { type: 'mcp_server_tool_call', id: '3', name: 'g', server_name: 'mine', arguments: {} };
    const gave = { type: 'mcp_server_tool_result', call_id: '3', server_name: 'mine', result: 'yes' };
    const server = { type: 'mcp_server_tool', server_name: 'mine' };
    assert.deepEqual(answered({ steps: [call, gave, { type: 'new', signature: 'secret', a: 1 }] }), [
      assistant(
        { type: 'server_tool_call', id: '3', name: 'g', server_tool_call: { ...server, arguments: {} } },
        {
          type: 'server_tool_call_response',
          id: '3',
          server_tool_call_response: { ...server, response: 'yes' },
        },
        { type: 'new', a: 1 },
      ),
    ]);
  });

  it('is the same in events', () => {
    const delta = (fields: object) => ({ delta: fields });
    const thinks = (piece: string) =>
      delta({ type: 'thought_summary', content: { type: 'text', text: piece } });
    assert.deepEqual(
      folded(
        ['interaction.created', 0, { interaction: { id: '1' } }],
        ['step.start', 0, { step: { type: 'thought' } }],
        ['step.delta', 0, thinks('I ')],
        ['step.delta', 0, thinks('think.')],
        ['step.delta', 0, delta({ type: 'thought_signature', signature: 'secret' })],
        ['step.start', 1, { step: { type: 'google_search_call', id: '2' } }],
        ['step.delta', 1, delta({ type: 'google_search_call', arguments: { queries: ['q'] } })],
        ['interaction.completed', 1, { interaction: { status: 'requires_continuation' } }],
        ['step.start', 0, { step: { type: 'model_output' } }],
        ['step.delta', 0, delta({ type: 'text', text: 'It ' })],
        ['step.delta', 0, delta({ type: 'text', text: 'is.' })],
        ['step.start', 1, { step: { type: 'function_call', id: '1', name: 'f', arguments: {} } }],
        ['step.delta', 1, delta({ type: 'arguments_delta', arguments: '{"a"' })],
        ['step.delta', 1, delta({ type: 'arguments_delta', arguments: ':1}' })],
      ),
      [assistant(...parts)],
    );
  });

  it('is the same in the events of the first version', () => {
    assert.deepEqual(
      folded(
        ['content.start', 0, { content: { type: 'text' } }],
        ['content.delta', 0, { delta: { type: 'text', text: 'It ' } }],
        ['content.delta', 0, { delta: { type: 'text', text: 'is.' } }],
        ['content.start', 1, { content: { type: 'function_call', id: '1', name: 'f', arguments: {} } }],
        ['content.delta', 1, { delta: { type: 'function_call', arguments: { a: 1 } } }],
        ['content.delta', 7, { delta: { type: 'text', text: 'of nothing' } }],
      ),
      [assistant(text('It is.'), called)],
    );
  });

  it('is the part that arrived before the stream broke off', () => {
    assert.deepEqual(
      folded(
        ['step.start', 0, { step: { type: 'function_call', id: '1', name: 'f' } }],
        ['step.delta', 0, { delta: { type: 'arguments_delta', arguments: '{"a"' } }],
      ),
      [assistant({ ...called, arguments: '{"a"' })],
    );
  });
});
