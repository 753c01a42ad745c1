/** Recorded message content: without bytes, with redacted and cut texts, in its original structure. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { aCall } from '@llmtrace/test-fixtures/call';
import { capped, Preparation, type PrepareOptions } from '../../src/content/sanitize.ts';
import type { Call } from '../../src/model/call.ts';
import type { Message, Part } from '../../src/model/messages.ts';
import { blob, generic, link, modalityOf, parsed } from '../../src/vendor/parts.ts';

const BYTES = Buffer.from('the bytes of a picture');
const hashOf = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const OMITTED = `llmtrace:omitted;sha256=${hashOf(BYTES)};bytes=22`;
const BASE64 = BYTES.toString('base64');

const OPTIONS: PrepareOptions = { blobs: false, toolDefinitions: 'names', redactor: undefined };
const user = (...parts: Part[]): Message => ({ role: 'user', parts });

/** The parts of one message, as they are recorded. */
function recorded(parts: Part[], options: Partial<PrepareOptions> = {}): Part[] | undefined {
  const preparation = new Preparation({ ...OPTIONS, ...options }, aCall());
  return preparation.prompt({ messages: [user(...parts)] }).inputMessages?.[0]?.parts;
}

const answered = (call: Partial<Call>, ...messages: Message[]) =>
  new Preparation(OPTIONS, aCall(call)).answer(messages);

describe('bytes in content', () => {
  const picture = { type: 'uri', modality: 'image', mime_type: 'image/png', uri: OMITTED };

  for (const [what, parts] of [
    ['base64', blob(BASE64, 'image', 'image/png')],
    ['bytes', blob(new Uint8Array(BYTES), 'image', 'image/png')],
    ['an ArrayBuffer', blob(new Uint8Array(BYTES).buffer, 'image', 'image/png')],
    ['a data URL', link(`data:image/png;base64,${BASE64}`, 'image')],
    ['a data URL in clear', link(`data:image/png,${encodeURIComponent(String(BYTES))}`, 'image')],
  ] as const) {
    it(`are their type, size and hash, given as ${what}`, () => {
      assert.deepEqual(recorded([...parts]), [picture]);
    });
  }

  it('are recorded as base64 by an option', () => {
    const whole = { type: 'blob', modality: 'image', mime_type: 'image/png', content: BASE64 };
    const parts = [...blob(BASE64, 'image', 'image/png'), ...blob(BYTES, 'image', 'image/png')];
    assert.deepEqual(recorded(parts, { blobs: true }), [whole, whole]);
  });

  it('are found within what a tool gave, and within texts', () => {
    const response = [{ type: 'text', content: 'here' }, ...blob(BASE64, 'image', 'image/png')];
    const [result, text] =
      recorded([
        { type: 'tool_call_response', id: 'c1', response },
        { type: 'text', content: `![](data:image/png;base64,${BASE64}) is it` },
      ]) ?? [];
    assert.deepEqual(result?.['response' as never], [{ type: 'text', content: 'here' }, picture]);
    assert.deepEqual(text, { type: 'text', content: `![](${OMITTED}) is it` });
  });

  it('are found in unknown fields, by their form', () => {
    const long = Buffer.alloc(900, 7).toString('base64');
    const [part] = recorded([generic({ type: 'scan', pages: [{ data: long }] })]) ?? [];
    const omitted = `llmtrace:omitted;sha256=${hashOf(Buffer.alloc(900, 7))};bytes=900`;
    assert.deepEqual(part, { type: 'scan', pages: [{ data: omitted }] });
  });

  it('are not seen in a long word', () => {
    const word = 'ha'.repeat(2000);
    assert.deepEqual(recorded([{ type: 'text', content: word }]), [{ type: 'text', content: word }]);
  });
});

describe('redaction', () => {
  const redactor = (text: string) => text.replaceAll('secret', '***');

  it('reaches every text and every key, and no name that the form needs', () => {
    const call = {
      type: 'tool_call',
      id: 'secret-id',
      name: 'secret_tool',
      arguments: { secret: ['a secret', { deep: 'secret' }], count: 1, none: null },
    };
    const parts = [call, { type: 'text', content: 'secret' }, { type: 'odd', id: 'secret', note: 'secret' }];
    assert.deepEqual(recorded(parts, { redactor }), [
      { ...call, arguments: { '***': ['a ***', { deep: '***' }], count: 1, none: null } },
      { type: 'text', content: '***' },
      { type: 'odd', id: '***', note: '***' },
    ]);
  });

  it('reaches instructions, names of participants, tools, and answers', () => {
    const preparation = new Preparation(
      { ...OPTIONS, toolDefinitions: 'full', redactor },
      aCall({ outcome: 'completed' }),
    );
    const said = { type: 'text', content: 'secret' };
    const prompt = preparation.prompt({
      system: [said],
      messages: [{ role: 'user', name: 'secret', parts: [] }],
      tools: [{ type: 'function', name: 'secret', description: 'secret', parameters: { a: 'secret' } }],
    });
    const answer = preparation.answer([{ role: 'assistant', parts: [said] }]);
    const hidden = { type: 'text', content: '***' };
    assert.deepEqual(
      { ...prompt, ...answer },
      {
        systemInstructions: [hidden],
        inputMessages: [{ role: 'user', parts: [], name: '***' }],
        toolDefinitions: [{ type: 'function', name: 'secret', description: '***', parameters: { a: '***' } }],
        outputMessages: [{ role: 'assistant', parts: [hidden], finish_reason: 'stop' }],
      },
    );
  });
});

describe('JSON within content', () => {
  const redactor = (text: string) => text.replaceAll(/\d{4,}|secret/g, '***');
  const argumentsOf = (args: unknown, options: Partial<PrepareOptions> = {}) =>
    recorded([{ type: 'tool_call', name: 'f', arguments: args }], options)?.[0]?.['arguments' as never];

  it('is redacted in its numbers, too', () => {
    assert.deepEqual(argumentsOf({ card: 41111, count: 3 }, { redactor }), { card: '***', count: 3 });
  });
  it('keeps two keys that read the same after redaction', () => {
    assert.deepEqual(argumentsOf({ secret1: 1 }, { redactor }), { '***1': 1 });
    assert.deepEqual(argumentsOf({ secret: 1, 99999: 2 }, { redactor }), { '***': 2, '***+': 1 });
  });
  it('is text where it has a key that OpenTelemetry would drop all for', () => {
    assert.deepEqual(argumentsOf({ car: { constructor: 'Ferrari' } }), { car: '{"constructor":"Ferrari"}' });
  });
  it('is no blob by its looks alone', () => {
    const args = { type: 'blob', modality: 'x', content: 'a secret.' };
    assert.deepEqual(argumentsOf(args, { redactor, blobs: true }), { ...args, content: 'a ***.' });
  });
});

describe('tools', () => {
  it('have their types and names by default', () => {
    const { toolDefinitions } = new Preparation(OPTIONS, aCall()).prompt({
      tools: [{ type: 'function', name: 'find', description: 'Finds.', parameters: {} }],
    });
    assert.deepEqual(toolDefinitions, [{ type: 'function', name: 'find' }]);
  });
});

describe('answers', () => {
  const said = (content: string): Message => ({ role: 'assistant', parts: [{ type: 'text', content }] });

  it('have the reason of their end, each its own', () => {
    const response = { finishReasons: ['stop', 'length'] };
    const { outputMessages } = answered({ outcome: 'completed', response }, said('a'), said('b'));
    assert.deepEqual(
      outputMessages?.map(({ finish_reason }) => finish_reason),
      ['stop', 'length'],
    );
  });
  it('that broke off end in an error', () => {
    for (const outcome of ['failed', 'cancelled', 'abandoned'] as const) {
      assert.equal(answered({ outcome }, said('a')).outputMessages?.[0]?.finish_reason, 'error');
    }
  });
  it('are none where nothing was said', () => {
    assert.deepEqual(answered({ outcome: 'failed' }), {});
    assert.deepEqual(answered({ outcome: 'failed' }, { role: 'assistant', parts: [] }), {});
  });
});

describe('the cap', () => {
  const cut = (part: Part, maxLength: number) =>
    capped({ inputMessages: [user(part)] }, maxLength).inputMessages?.[0]?.parts[0];

  it('cuts each text, and keeps the JSON around it whole', () => {
    const call = {
      type: 'tool_call',
      name: 'a_long_name',
      arguments: { query: 'a long query', deep: ['short'] },
    };
    assert.deepEqual(cut(call, 6), { ...call, arguments: { query: 'a lon…', deep: ['short'] } });
    const keys = { type: 'tool_call', name: 'f', arguments: { a_long_key_1: 12345678, a_long_key_2: 1 } };
    assert.deepEqual(cut(keys, 3), keys);
    assert.deepEqual(cut({ type: 'text', content: 'exact' }, 5), { type: 'text', content: 'exact' });
  });
  it('cuts no character in two', () => {
    assert.deepEqual(cut({ type: 'text', content: '👍👍👍' }, 4), { type: 'text', content: '👍…' });
  });
  it('leaves no half bytes', () => {
    assert.deepEqual(cut({ type: 'blob', modality: 'image', content: BASE64 }, 6), {
      type: 'uri',
      modality: 'image',
      uri: OMITTED,
    });
  });
});

describe('values of parts', () => {
  it('are the bytes of a data URL, however it is encoded', () => {
    const [part] = link('data:text/plain,100%', 'document');
    assert.deepEqual(part?.type === 'blob' && part.content, Buffer.from('100%'));
  });
  it('are arguments as they are meant, or the text that there is', () => {
    assert.deepEqual(parsed('{"a":1}'), { a: 1 });
    assert.equal(parsed('{"a":'), '{"a":');
    const args = { when: new Date(0) };
    assert.deepEqual(parsed(args), { when: '1970-01-01T00:00:00.000Z' });
  });
  it('share nothing with what they were made of', () => {
    const source = { type: 'odd', list: [1] };
    const part = generic(source);
    source.list.push(2);
    assert.deepEqual(part, { type: 'odd', list: [1] });
  });
  it('have the modality of their media type', () => {
    for (const [type, modality] of [
      ['image/png', 'image'],
      ['audio/wav', 'audio'],
      ['video/mp4', 'video'],
      ['application/pdf', 'document'],
      [undefined, 'document'],
    ])
      assert.equal(modalityOf(type), modality);
  });
});
