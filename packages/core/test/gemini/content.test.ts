/** What Gemini's requests and answers say, in the form of the conventions. */
import assert from 'node:assert/strict';
import { answer, contents, prompt } from '../../src/gemini/content.ts';

/** What is defined of a value. */
const defined = (value: unknown) => JSON.parse(JSON.stringify(value));

const text = (content: string) => ({ type: 'text', content });
const thought = (content: string) => ({ type: 'reasoning', content });

/** The parts of an answer of one candidate, which has these. */
const said = (...parts: object[]) =>
  defined(answer({ candidates: [{ content: { role: 'model', parts } }] })[0]?.parts);

describe("Gemini's contents", () => {
  const user = [{ role: 'user', parts: [text('one')] }];

  it('are read in all forms that the SDKs take', () => {
    assert.deepEqual(contents('one'), user);
    assert.deepEqual(contents({ text: 'one' }), user);
    assert.deepEqual(contents(['one']), user);
    assert.deepEqual(contents({ parts: [{ text: 'one' }] }), user);
    assert.deepEqual(contents([{ role: 'user', parts: { text: 'one' } }]), user);
    assert.deepEqual(contents(['one', { text: 'two' }]), [
      { role: 'user', parts: [text('one'), text('two')] },
    ]);
    assert.deepEqual(contents(undefined), []);
  });

  it('are one text where an answer has a text in the place of parts, or of one', () => {
    const parts = ['one', ['one'], { text: 'one' }];
    for (const odd of parts)
      assert.deepEqual(defined(answer({ candidates: [{ content: { parts: odd } }] })[0]?.parts), [
        text('one'),
      ]);
  });

  it('keep their order and their roles', () => {
    const turns = [
      { role: 'user', parts: [{ text: 'one' }] },
      { role: 'model', parts: [{ text: 'two' }] },
      { role: 'function', parts: [{ functionResponse: { name: 'f', response: { a: 1 } } }] },
    ];
    assert.deepEqual(defined(contents(turns)), [
      { role: 'user', parts: [text('one')] },
      { role: 'assistant', parts: [text('two')] },
      { role: 'function', parts: [{ type: 'tool_call_response', name: 'f', response: { a: 1 } }] },
    ]);
  });

  it('share no object with what the application has', () => {
    const args = { list: [1] };
    const [message] = contents([{ role: 'model', parts: [{ functionCall: { name: 'f', args } }] }]);
    args.list.push(2);
    assert.deepEqual(defined(message?.parts), [{ type: 'tool_call', name: 'f', arguments: { list: [1] } }]);
  });
});

describe("Gemini's parts", () => {
  const blob = { type: 'blob', modality: 'image', mime_type: 'image/png', content: 'AAAA' };
  const inlineData = { mimeType: 'image/png', data: 'AAAA' };

  it('are texts, thoughts, bytes and links', () => {
    assert.deepEqual(said({ text: 'a' }, { text: '' }, { inlineData }), [text('a'), blob]);
    assert.deepEqual(said({ text: 'a', thought: true }, { text: 'b' }), [thought('a'), text('b')]);
    assert.deepEqual(said({ thought: true, thoughtSignature: 'secret' }), []);
    assert.deepEqual(said({ fileData: { fileUri: 'gs://a/b.pdf', mimeType: 'application/pdf' } }), [
      { type: 'uri', modality: 'document', mime_type: 'application/pdf', uri: 'gs://a/b.pdf' },
    ]);
    assert.deepEqual(
      said({ fileData: { fileUri: 'https://youtu.be/x' }, videoMetadata: { startOffset: '1s' } }),
      [{ type: 'uri', modality: 'video', uri: 'https://youtu.be/x' }],
    );
  });

  it('are calls of functions and their responses, of which media are part', () => {
    assert.deepEqual(said({ functionCall: { id: '1', name: 'f', args: { a: 1 } }, thoughtSignature: 's' }), [
      { type: 'tool_call', id: '1', name: 'f', arguments: { a: 1 } },
    ]);
    const response = { a: 1 };
    assert.deepEqual(said({ functionResponse: { id: '1', name: 'f', response, parts: [{ inlineData }] } }), [
      { type: 'tool_call_response', id: '1', name: 'f', response: [{ type: 'response', response }, blob] },
    ]);
    assert.deepEqual(said({ functionResponse: { name: 'f' } }), [
      { type: 'tool_call_response', name: 'f', response: null },
    ]);
  });

  it('are calls of tools that the vendor runs', () => {
    const [type, toolType] = ['code_execution', 'GOOGLE_SEARCH_WEB'];
    const parts = [
      { executableCode: { id: '1', code: '1+1', language: 'PYTHON' } },
      { codeExecutionResult: { id: '1', outcome: 'OUTCOME_OK', output: '2' } },
      { toolCall: { id: '2', toolType, args: { queries: ['q'] } } },
      { toolResponse: { id: '2', toolType, response: { a: 1 } } },
    ];
    const called = (id: string, name: string, args: object) => ({
      type: 'server_tool_call',
      id,
      name,
      server_tool_call: { type: name, arguments: args },
    });
    const gave = (id: string, type: string, response: object) => ({
      type: 'server_tool_call_response',
      id,
      server_tool_call_response: { type, response },
    });
    assert.deepEqual(said(...parts), [
      called('1', type, { code: '1+1', language: 'PYTHON' }),
      gave('1', type, { outcome: 'OUTCOME_OK', output: '2' }),
      called('2', toolType, { queries: ['q'] }),
      gave('2', toolType, { a: 1 }),
    ]);
  });

  it('are recorded unchanged if they are incomplete or unknown', () => {
    assert.deepEqual(said({ inlineData: { mimeType: 'image/png' }, thoughtSignature: 'secret' }), [
      { type: 'inlineData', inlineData: { mimeType: 'image/png' } },
    ]);
    assert.deepEqual(said({ new: { a: 1 } }), [{ type: 'new', new: { a: 1 } }]);
  });
});

describe("Gemini's instructions and tools", () => {
  it('are apart from the messages', () => {
    for (const systemInstruction of [
      'be',
      { text: 'be' },
      ['be'],
      { role: 'system', parts: [{ text: 'be' }] },
    ]) {
      assert.deepEqual(prompt({ systemInstruction }).system, [text('be')]);
    }
  });

  it('have schemas of JSON', () => {
    const items = { type: 'STRING', maxLength: '9' };
    const parameters = { type: 'OBJECT', properties: { type: { type: 'ARRAY', items, minItems: '1' } } };
    const parametersJsonSchema = { type: ['object', 'null'] };
    const functionDeclarations = [
      { name: 'f', description: 'd', parameters },
      { name: 'g', parametersJsonSchema },
    ];
    const list = { type: 'array', items: { type: 'string', maxLength: 9 }, minItems: 1 };
    assert.deepEqual(defined(prompt({ tools: [{ functionDeclarations, googleSearch: undefined }] }).tools), [
      {
        type: 'function',
        name: 'f',
        description: 'd',
        parameters: { type: 'object', properties: { type: list } },
      },
      { type: 'function', name: 'g', parameters: parametersJsonSchema },
    ]);
  });

  it('have a name of their own where the vendor runs them', () => {
    const streamableHttpTransport = { headers: { authorization: 'secret' } };
    const tools = [{ googleSearch: {} }, { mcpServers: [{ name: 'mine', streamableHttpTransport }] }];
    assert.deepEqual(prompt({ tools }).tools, [
      { type: 'google_search', name: 'google_search' },
      { type: 'mcp_servers', name: 'mine' },
    ]);
  });
});
