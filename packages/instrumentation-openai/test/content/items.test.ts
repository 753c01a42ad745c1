/** The content of the output of the Responses API. */
import assert from 'node:assert/strict';
import { responses } from '../../src/responses.ts';
import { answer, assistant, text } from './content.ts';

const { create, compact } = responses;

/** The content of an answer with this item only. */
const read = (item: object) => answer(create, { output: [item] })[0].parts;

describe('the output of a response', () => {
  it('is one message', () => {
    const output = [
      {
        type: 'reasoning',
        summary: [{ type: 'summary_text', text: 'In short.' }],
        content: [{ type: 'reasoning_text', text: 'At length.' }],
      },
      {
        type: 'message',
        role: 'assistant',
        content: [
          { type: 'output_text', text: 'Hi.' },
          { type: 'refusal', refusal: 'No.' },
        ],
      },
    ];
    const [short, long] = ['In short.', 'At length.'].map((content) => ({ type: 'reasoning', content }));
    assert.deepEqual(answer(create, { output }), assistant(short!, long!, text('Hi.'), text('No.')));
    for (const nothing of [undefined, null, 'text', {}, { output: null }, { output: [] }])
      assert.deepEqual(answer(create, nothing), assistant());
  });

  const asked: [item: object, name: string, args?: unknown][] = [
    [{ type: 'computer_call', action: { type: 'click', x: 1 } }, 'computer', { type: 'click', x: 1 }],
    [{ type: 'computer_call', actions: [{ type: 'wait' }] }, 'computer', [{ type: 'wait' }]],
    [{ type: 'local_shell_call', action: { command: ['ls'] } }, 'local_shell', { command: ['ls'] }],
    [
      { type: 'shell_call', action: { commands: ['ls'] }, environment: { type: 'local' } },
      'shell',
      { commands: ['ls'] },
    ],
    [{ type: 'apply_patch_call', operation: { diff: '+' } }, 'apply_patch', { diff: '+' }],
    [{ type: 'tool_search_call', execution: 'client', arguments: { q: 1 } }, 'tool_search', { q: 1 }],
  ];
  for (const [item, name, args] of asked)
    it(`asks the application for its ${name}`, () =>
      assert.deepEqual(read({ ...item, id: 'i', call_id: 'c' }), [
        { type: 'tool_call', id: 'c', name, arguments: args },
      ]));

  it('leaves a call without a name as it is', () => {
    assert.deepEqual(read({ type: 'function_call', arguments: '{}' }), [
      { type: 'function_call', arguments: '{}' },
    ]);
  });

  const run: [item: { type: string; [key: string]: unknown }, name: string, call: object, result?: object][] =
    [
      [
        { type: 'web_search_call', action: { type: 'search', query: 'q', sources: [{ url: 'u' }] } },
        'web_search',
        { type: 'web_search', action: { type: 'search', query: 'q' } },
        { type: 'web_search', sources: [{ url: 'u' }] },
      ],
      [{ type: 'web_search_call', status: 'in_progress' }, 'web_search', { type: 'web_search' }],
      [
        { type: 'file_search_call', queries: ['q'], results: null },
        'file_search',
        { type: 'file_search', queries: ['q'] },
      ],
      [
        { type: 'file_search_call', queries: ['q'], results: [{ text: 't' }] },
        'file_search',
        { type: 'file_search', queries: ['q'] },
        { type: 'file_search', results: [{ text: 't' }] },
      ],
      [
        {
          type: 'code_interpreter_call',
          code: '1',
          container_id: 'k',
          outputs: [
            { type: 'logs', logs: '1' },
            { type: 'image', url: 'data:image/png;base64,AAEC' },
          ],
        },
        'code_interpreter',
        { type: 'code_interpreter', code: '1', container_id: 'k' },
        {
          type: 'code_interpreter',
          outputs: [
            { type: 'logs', logs: '1' },
            { type: 'blob', modality: 'image', mime_type: 'image/png', content: 'AAEC' },
          ],
        },
      ],
      [
        { type: 'image_generation_call', revised_prompt: 'A cat', result: 'AAEC', output_format: 'png' },
        'image_generation',
        { type: 'image_generation', revised_prompt: 'A cat' },
        {
          type: 'image_generation',
          result: [{ type: 'blob', modality: 'image', mime_type: 'image/png', content: 'AAEC' }],
        },
      ],
      [
        {
          type: 'mcp_call',
          server_label: 'wiki',
          name: 'ask',
          arguments: '{"q":1}',
          output: 'a',
          error: null,
        },
        'ask',
        { type: 'mcp', server_label: 'wiki', arguments: { q: 1 } },
        { type: 'mcp', output: 'a' },
      ],
      [
        { type: 'mcp_list_tools', server_label: 'wiki', tools: [{ name: 'ask' }] },
        'mcp_list_tools',
        { type: 'mcp_list_tools', server_label: 'wiki' },
        { type: 'mcp_list_tools', tools: [{ name: 'ask' }] },
      ],
      [
        { type: 'mcp_approval_request', server_label: 'wiki', name: 'ask', arguments: '{"q":1}' },
        'ask',
        { type: 'mcp_approval_request', server_label: 'wiki', arguments: { q: 1 } },
      ],
      [
        { type: 'tool_search_call', execution: 'server', arguments: { paths: ['f'] } },
        'tool_search',
        { type: 'tool_search', arguments: { paths: ['f'] } },
      ],
      [
        { type: 'shell_call', action: { commands: ['ls'] }, environment: { type: 'container_reference' } },
        'shell',
        { type: 'shell', action: { commands: ['ls'] } },
      ],
      [{ type: 'program', code: 'f()', fingerprint: 'x' }, 'program', { type: 'program', code: 'f()' }],
      [
        { type: 'multi_agent_call', action: 'spawn_agent', arguments: '{"n":1}' },
        'spawn_agent',
        { type: 'multi_agent', arguments: { n: 1 } },
      ],
    ];
  for (const [item, name, call, result] of run)
    it(`has the tools of the vendor: ${item.type}${result ? ' and its result' : ''}`, () => {
      const expected: object[] = [{ type: 'server_tool_call', id: 'i', name, server_tool_call: call }];
      if (result)
        expected.push({ type: 'server_tool_call_response', id: 'i', server_tool_call_response: result });
      assert.deepEqual(read({ ...item, id: 'i' }), expected);
    });

  const gave: [item: object, response: object][] = [
    [
      { type: 'tool_search_output', tools: [] },
      { type: 'tool_search', tools: [] },
    ],
    [
      { type: 'program_output', result: '1', status: 'completed' },
      { type: 'program', result: '1', status: 'completed' },
    ],
    [
      { type: 'multi_agent_call_output', output: [{ type: 'output_text', text: 'Done.' }] },
      { type: 'multi_agent', output: [text('Done.')] },
    ],
  ];
  for (const [item, response] of gave)
    it(`has the results of the vendor's tools: ${(item as any).type}`, () =>
      assert.deepEqual(read({ ...item, call_id: 'c' }), [
        { type: 'server_tool_call_response', id: 'c', server_tool_call_response: response },
      ]));

  it('has the result of a shell of the vendor, which is in its call', () => {
    const call = { type: 'shell_call', call_id: 'c', environment: { type: 'container_reference' } };
    const output = { type: 'shell_call_output', call_id: 'c', output: [{ stdout: 'a' }] };
    const [, result] = answer(create, { output: [call, output] })[0].parts;
    assert.deepEqual(result.server_tool_call_response, { type: 'shell', output: [{ stdout: 'a' }] });
  });

  it('is a conversation where it was compacted', () => {
    const output = [
      { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Hi.' }] },
      { type: 'compaction', id: 'cmp_1', encrypted_content: 'secret' },
    ];
    assert.deepEqual(answer(compact, { output }), [
      { role: 'user', parts: [text('Hi.')] },
      ...assistant({ type: 'compaction', id: 'cmp_1' }),
    ]);
  });
});
