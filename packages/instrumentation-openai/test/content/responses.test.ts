/** The content of the input of the Responses API. */
import assert from 'node:assert/strict';
import { responses } from '../../src/responses.ts';
import { assistant, prompt, text } from './content.ts';

const { create } = responses;

describe('the input of a response', () => {
  it('may be a text, with instructions of its own', () => {
    assert.deepEqual(prompt(create, { input: 'Hi.', instructions: 'Be brief.' }), {
      system: [text('Be brief.')],
      messages: [{ role: 'user', parts: [text('Hi.')] }],
      tools: [],
    });
    assert.deepEqual(prompt(create), { system: [], messages: [], tools: [] });
    assert.deepEqual(prompt(create, { input: null, instructions: null }), {
      system: [],
      messages: [],
      tools: [],
    });
  });

  it('is messages, and items that are made into messages', () => {
    const input = [
      { role: 'developer', content: 'Be kind.' },
      { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Weather?' }] },
      { type: 'reasoning', id: 'r', summary: [], encrypted_content: 'secret' },
      {
        type: 'reasoning',
        id: 'r',
        summary: [{ type: 'summary_text', text: 'Hm.' }],
        encrypted_content: 'x',
      },
      { role: 'assistant', content: [{ type: 'output_text', text: 'I look.', annotations: [] }] },
      { type: 'function_call', call_id: 'c1', id: 'f1', name: 'weather', arguments: '{"in":"Rome"}' },
      { type: 'custom_tool_call', call_id: 'c2', name: 'sql', input: 'SELECT' },
      { type: 'function_call_output', call_id: 'c1', output: 'Sun.' },
      { type: 'custom_tool_call_output', call_id: 'c2', output: [{ type: 'input_text', text: 'none' }] },
      { role: 'user', content: '' },
    ];
    assert.deepEqual(prompt(create, { input }).messages, [
      { role: 'developer', parts: [text('Be kind.')] },
      { role: 'user', parts: [text('Weather?')] },
      ...assistant(
        { type: 'reasoning', content: 'Hm.' },
        text('I look.'),
        { type: 'tool_call', id: 'c1', name: 'weather', arguments: { in: 'Rome' } },
        { type: 'tool_call', id: 'c2', name: 'sql', arguments: 'SELECT' },
      ),
      { role: 'tool', parts: [{ type: 'tool_call_response', id: 'c1', response: 'Sun.' }] },
      { role: 'tool', parts: [{ type: 'tool_call_response', id: 'c2', response: [text('none')] }] },
      { role: 'user', parts: [] },
    ]);
  });

  it('has images and files', () => {
    const content = [
      { type: 'input_image', image_url: 'data:image/png;base64,AAEC' },
      { type: 'input_image', image_url: 'https://x.test/a.png' },
      { type: 'input_image', file_id: 'file-1' },
      { type: 'input_file', file_url: 'https://x.test/a.pdf' },
      { type: 'input_file', filename: 'a.pdf', file_data: 'data:application/pdf;base64,AAEC' },
      { type: 'input_image' },
    ];
    const image = { type: 'blob', modality: 'image', mime_type: 'image/png', content: 'AAEC' };
    assert.deepEqual(prompt(create, { input: [{ role: 'user', content }] }).messages[0].parts, [
      image,
      { type: 'uri', modality: 'image', uri: 'https://x.test/a.png' },
      { type: 'file', modality: 'image', file_id: 'file-1' },
      { type: 'uri', modality: 'document', uri: 'https://x.test/a.pdf' },
      { type: 'blob', modality: 'document', mime_type: 'application/pdf', content: 'AAEC' },
      { type: 'input_image' },
    ]);
    const result = (type: string, output: unknown) =>
      prompt(create, { input: [{ type, call_id: 'c', output }] }).messages[0].parts[0].response;
    assert.deepEqual(result('function_call_output', content.slice(0, 1)), [image]);
    const screenshot = { type: 'computer_screenshot', image_url: 'data:image/png;base64,AAEC' };
    assert.deepEqual(result('computer_call_output', screenshot), [image]);
    assert.deepEqual(result('function_call_output', [{ row: 1 }]), [{ row: 1 }]);
    assert.equal(result('function_call_output', undefined), null);
  });

  const answered: [type: string, rest: object, response: unknown][] = [
    ['local_shell_call_output', { output: '{"code":0}' }, '{"code":0}'],
    ['shell_call_output', { output: [{ stdout: 'a', stderr: '' }] }, [{ stdout: 'a', stderr: '' }]],
    ['apply_patch_call_output', { status: 'failed', output: 'no' }, { status: 'failed', output: 'no' }],
    ['tool_search_output', { execution: 'client', tools: [{ name: 'f' }] }, [{ name: 'f' }]],
  ];
  for (const [type, rest, response] of answered)
    it(`has the results of the application's tools: ${type}`, () =>
      assert.deepEqual(prompt(create, { input: [{ type, call_id: 'c', ...rest }] }).messages, [
        { role: 'tool', parts: [{ type: 'tool_call_response', id: 'c', response }] },
      ]));

  it('has references, compaction, and approvals of the application', () => {
    const input = [
      { id: 'msg_1' },
      { type: 'compaction', id: 'cmp_1', encrypted_content: 'secret' },
      { type: 'mcp_approval_response', approval_request_id: 'a1', approve: true },
      { type: 'unheard_of', encrypted_content: 'secret', more: 1 },
    ];
    const allowed = { type: 'mcp_approval_response', approve: true };
    assert.deepEqual(prompt(create, { input }).messages, [
      ...assistant({ type: 'item_reference', id: 'msg_1' }, { type: 'compaction', id: 'cmp_1' }),
      {
        role: 'user',
        parts: [{ type: 'server_tool_call_response', id: 'a1', server_tool_call_response: allowed }],
      },
      ...assistant({ type: 'unheard_of', more: 1 }),
    ]);
  });

  it('has tools, those of a namespace and those that are added later too', () => {
    const tools = [
      { type: 'function', name: 'weather', description: 'Tells it.', parameters: { type: 'object' } },
      { type: 'web_search', search_context_size: 'low' },
      { type: 'mcp', server_label: 'wiki', server_url: 'https://x.test', server_description: 'Knows.' },
      { type: 'namespace', name: 'db', tools: [{ type: 'custom', name: 'sql' }] },
    ];
    const added = {
      type: 'additional_tools',
      role: 'developer',
      tools: [{ type: 'function', name: 'late' }],
    };
    assert.deepEqual(prompt(create, { input: [added], tools }), {
      system: [],
      messages: [],
      tools: [
        { type: 'function', name: 'weather', description: 'Tells it.', parameters: { type: 'object' } },
        { type: 'web_search', name: 'web_search' },
        { type: 'mcp', name: 'wiki', description: 'Knows.' },
        { type: 'namespace', name: 'db' },
        { type: 'custom', name: 'sql' },
        { type: 'function', name: 'late' },
      ],
    });
  });
});
