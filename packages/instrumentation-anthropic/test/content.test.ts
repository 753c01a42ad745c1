/** Message content, in the form of the conventions. */
import assert from 'node:assert/strict';
import type { ContentReader } from '@llmtrace/core';
import { entry as anthropicEntry } from '../src/index.ts';

const anthropic = anthropicEntry.vendor;

const defined = (value: unknown) => JSON.parse(JSON.stringify(value));
const text = (content: string) => ({ type: 'text', content });

const reader = (path: string): ContentReader =>
  anthropic.endpoints.find((candidate) => candidate.path === path)?.endpoint([])?.content ??
  assert.fail(path);
const { prompt, answer } = reader('Messages');

/** The parts of a message of these blocks. */
const sent = (...content: object[]) => defined(answer({ role: 'assistant', content })[0]?.parts);
/** The parts of a tool's result of these blocks. */
const gave = (...content: object[]) => sent({ type: 'tool_result', tool_use_id: '1', content })[0].response;

describe('the prompt of messages', () => {
  it('is text or blocks, for every role', () => {
    const messages = [
      { role: 'user', content: 'one' },
      { role: 'assistant', content: [{ type: 'text', text: 'two' }] },
      { role: 'system', content: 'three' },
    ];
    assert.deepEqual(defined(prompt([{ messages }], undefined)), {
      system: [],
      messages: [
        { role: 'user', parts: [text('one')] },
        { role: 'assistant', parts: [text('two')] },
        { role: 'system', parts: [text('three')] },
      ],
      tools: [],
    });
    assert.deepEqual(defined(prompt([], undefined)), { system: [], messages: [], tools: [] });
  });

  it('has its instructions separately', () => {
    for (const system of ['be', [{ type: 'text', text: 'be', cache_control: { type: 'ephemeral' } }]]) {
      assert.deepEqual(prompt([{ system }], undefined).system, [text('be')]);
    }
  });

  it('has tools, of the application and of the vendor', () => {
    const input_schema = { type: 'object' };
    const tools = [
      { name: 'f', description: 'd', input_schema },
      { type: 'custom', name: 'g', input_schema },
      { type: 'web_search_20250305', name: 'web_search', max_uses: 1 },
      { type: 'mcp_toolset', mcp_server_name: 'mine' },
      { type: 'computer_toolset_20260801' },
    ];
    assert.deepEqual(defined(prompt([{ tools }], undefined).tools), [
      { type: 'function', name: 'f', description: 'd', parameters: input_schema },
      { type: 'function', name: 'g', parameters: input_schema },
      { type: 'web_search_20250305', name: 'web_search' },
      { type: 'mcp_toolset', name: 'mine' },
      { type: 'computer_toolset_20260801', name: 'computer_toolset_20260801' },
    ]);
  });

  it('shares no object with the application', () => {
    const input = { list: [1] };
    const { messages } = prompt(
      [{ messages: [{ role: 'assistant', content: [{ type: 'tool_use', id: '1', name: 'f', input }] }] }],
      undefined,
    );
    input.list.push(2);
    assert.deepEqual(messages?.[0]?.parts, [
      { type: 'tool_call', id: '1', name: 'f', arguments: { list: [1] } },
    ]);
  });
});

describe('the blocks of a message', () => {
  const base64 = { type: 'base64', media_type: 'image/png', data: 'AAAA' };
  const blob = { type: 'blob', modality: 'image', mime_type: 'image/png', content: 'AAAA' };

  it('are texts and thoughts', () => {
    assert.deepEqual(
      sent(
        { type: 'thinking', thinking: 'I think.', signature: 'secret' },
        { type: 'redacted_thinking', data: 'secret' },
        { type: 'text', text: 'It is.', citations: [{ cited_text: 'it' }] },
      ),
      [{ type: 'reasoning', content: 'I think.' }, text('It is.')],
    );
  });

  it('are images and documents, from any source', () => {
    const image = (source: object) => sent({ type: 'image', source })[0];
    assert.deepEqual(image(base64), blob);
    const uri = { type: 'uri', modality: 'image', uri: 'https://a/b' };
    assert.deepEqual(image({ type: 'url', url: 'https://a/b' }), uri);
    assert.deepEqual(image({ type: 'file', file_id: 'f' }), {
      type: 'file',
      modality: 'image',
      file_id: 'f',
    });

    const document = (source: object) => sent({ type: 'document', title: 't', source });
    assert.deepEqual(document({ type: 'text', media_type: 'text/plain', data: 'one' }), [
      { ...text('one'), title: 't' },
    ]);
    assert.deepEqual(document({ type: 'content', content: [{ type: 'text', text: 'one' }] }), [
      { ...text('one'), title: 't' },
    ]);
    assert.deepEqual(document({ type: 'url', url: 'https://a/b' }), [
      { ...uri, modality: 'document', title: 't' },
    ]);
    assert.deepEqual(sent({ type: 'container_upload', file_id: 'f' }), [
      { type: 'file', modality: 'document', file_id: 'f' },
    ]);
    const found = { type: 'search_result', source: 'https://a/b', title: 't' };
    assert.deepEqual(sent({ ...found, content: [{ type: 'text', text: 'one' }] }), [
      { ...text('one'), title: 't', source: 'https://a/b' },
    ]);
  });

  it('are calls of tools, and their results', () => {
    assert.deepEqual(sent({ type: 'tool_use', id: '1', name: 'f', input: { a: 1 } }), [
      { type: 'tool_call', id: '1', name: 'f', arguments: { a: 1 } },
    ]);
    assert.deepEqual(sent({ type: 'tool_result', tool_use_id: '1', content: 'yes' }), [
      { type: 'tool_call_response', id: '1', response: 'yes' },
    ]);
    assert.deepEqual(gave({ type: 'text', text: 'yes' }, { type: 'image', source: base64 }), [
      text('yes'),
      blob,
    ]);
    assert.deepEqual(gave(), []);
  });

  it('are calls of tools that the vendor runs, and their results', () => {
    const page = { type: 'web_fetch_result', url: 'https://a/b' };
    const pdf = { ...base64, media_type: 'application/pdf' };
    const found = { type: 'web_search_result', title: 't' };
    const parts = sent(
      { type: 'server_tool_use', id: '1', name: 'web_fetch', input: { url: 'https://a/b' } },
      {
        type: 'web_fetch_tool_result',
        tool_use_id: '1',
        content: { ...page, content: { type: 'document', source: pdf } },
      },
      {
        type: 'web_search_tool_result',
        tool_use_id: '2',
        content: [{ ...found, encrypted_content: 'secret' }],
      },
      { type: 'mcp_tool_use', id: '3', name: 'g', server_name: 'mine', input: {} },
      { type: 'mcp_tool_result', tool_use_id: '3', content: [{ type: 'text', text: 'yes' }] },
    );
    const call = (id: string, name: string, server_tool_call: object) => ({
      type: 'server_tool_call',
      id,
      name,
      server_tool_call,
    });
    const result = (id: string, type: string, response: unknown) => ({
      type: 'server_tool_call_response',
      id,
      server_tool_call_response: { type, response },
    });
    const bytes = { ...blob, modality: 'document', mime_type: 'application/pdf' };
    assert.deepEqual(parts, [
      call('1', 'web_fetch', { type: 'web_fetch', arguments: { url: 'https://a/b' } }),
      result('1', 'web_fetch', { ...page, content: [bytes] }),
      result('2', 'web_search', [found]),
      call('3', 'g', { type: 'mcp', server_name: 'mine', arguments: {} }),
      result('3', 'mcp', [text('yes')]),
    ]);
  });

  it('may be compactions and fallbacks', () => {
    assert.deepEqual(
      sent(
        { type: 'compaction', content: 'in short', encrypted_content: 'secret' },
        { type: 'compaction', content: null },
      ),
      [{ type: 'compaction', content: 'in short' }, { type: 'compaction' }],
    );
    const fallback = { type: 'fallback', from: { model: 'a' }, to: { model: 'b' } };
    assert.deepEqual(sent(fallback), [fallback]);
  });

  it('stay as they are if they lack a field that a part needs, or have an unknown type', () => {
    for (const block of [{ type: 'image' }, { type: 'tool_use', id: '1' }, { type: 'container_upload' }]) {
      assert.deepEqual(sent(block), [block]);
    }
    assert.deepEqual(sent({ type: 'new', a: 1, signature: 'secret' }), [{ type: 'new', a: 1 }]);
    assert.deepEqual(sent({ type: 'constructor' }), [{ type: 'constructor' }]);
  });
});
