/** What the chunks of Gemini's streams say together. */
import assert from 'node:assert/strict';
import { answer, fold } from '../../src/gemini/content.ts';

/** The answer that these chunks make up, each given by its candidates. */
function folded(...chunks: object[][]): unknown {
  const whole = {};
  for (const candidates of chunks) fold(whole, { candidates });
  return JSON.parse(JSON.stringify(answer(whole)));
}

const chunk = (...parts: object[]) => [{ content: { role: 'model', parts } }];
const call = (functionCall: object) => chunk({ functionCall });
const message = (...parts: object[]) => ({ role: 'assistant', parts });
const text = (content: string) => ({ type: 'text', content });

describe("Gemini's answers", () => {
  it('are a message a candidate, in their order', () => {
    const [one, other] = [{ parts: [{ text: 'one' }] }, { parts: [{ text: 'other' }] }];
    const both = [message(text('one')), message(text('other'))];
    assert.deepEqual(answer({ candidates: [{ content: one }, { content: other, index: 1 }] }), both);
    assert.deepEqual(folded([{ content: other, index: 1 }], [{ content: one }]), both);
  });

  it('may say nothing', () => {
    assert.deepEqual(answer({ promptFeedback: { blockReason: 'SAFETY' } }), []);
    assert.deepEqual(answer({ candidates: [{ finishReason: 'SAFETY' }] }), [message()]);
    assert.deepEqual(folded(), []);
  });

  it('are the same in chunks', () => {
    const thinks = (content: string) => ({ text: content, thought: true });
    const inlineData = { mimeType: 'image/png', data: 'AAAA' };
    const blob = { type: 'blob', modality: 'image', mime_type: 'image/png', content: 'AAAA' };
    const chunks = [
      chunk(thinks('I ')),
      chunk(thinks('think.')),
      chunk({ text: 'It ' }),
      chunk({ text: 'is.' }, { inlineData }),
      chunk({ text: 'See?' }),
      chunk({ text: '', thoughtSignature: 'secret' }),
    ];
    const whole = [message({ type: 'reasoning', content: 'I think.' }, text('It is.'), blob, text('See?'))];
    assert.deepEqual(folded(...chunks), whole);
    const plain = chunks.flatMap(([candidate]) => candidate?.content.parts ?? []);
    assert.deepEqual(answer({ candidates: chunk(...plain) }), whole);
  });

  it('keep nothing of a chunk that may change', () => {
    const args = { a: 1 };
    const whole = {};
    const part = { text: 'one' };
    fold(whole, { candidates: chunk(part, { functionCall: { name: 'f', args } }) });
    fold(whole, { candidates: chunk({ text: 'two' }) });
    args.a = 2;
    part.text = 'changed';
    const [first, second] = answer(whole)[0]?.parts ?? [];
    assert.deepEqual(first, text('one'));
    assert.deepEqual((second as { arguments?: unknown }).arguments, { a: 1 });
  });
});

describe("Gemini's calls in pieces", () => {
  const arguments_ = (...pieces: object[]): unknown => {
    const chunks = pieces.map((piece) => call({ partialArgs: [piece], willContinue: true }));
    const [answered] = folded(call({ name: 'f', willContinue: true }), ...chunks, call({})) as any[];
    assert.equal(answered.parts.length, 1);
    return answered.parts[0].arguments;
  };

  it('are one', () => {
    assert.deepEqual(
      folded(
        call({ name: 'f', partialArgs: [{ jsonPath: '$.a', stringValue: 'on' }], willContinue: true }),
        call({ partialArgs: [{ jsonPath: '$.a', stringValue: 'e' }] }),
        call({ name: 'g', args: {} }),
      ),
      [
        message(
          { type: 'tool_call', name: 'f', arguments: { a: 'one' } },
          { type: 'tool_call', name: 'g', arguments: {} },
        ),
      ],
    );
  });

  it('have values at paths', () => {
    assert.deepEqual(
      arguments_(
        { jsonPath: '$.a.b', numberValue: 0 },
        { jsonPath: "$['x.y']", boolValue: false },
        { jsonPath: '$["q"]', nullValue: 'NULL_VALUE' },
        { jsonPath: '$.list[0].c', stringValue: 'on' },
        { jsonPath: '$.list[0].c', stringValue: 'e' },
        { jsonPath: '$.list[1].c', stringValue: 'two' },
      ),
      { a: { b: 0 }, 'x.y': false, q: null, list: [{ c: 'one' }, { c: 'two' }] },
    );
  });

  it('are harmless whatever their paths', () => {
    const list = arguments_({ jsonPath: '$.list[4000000000]', numberValue: 1 });
    assert.deepEqual(list, { list: [1] });
    arguments_({ jsonPath: '$.__proto__.polluted', numberValue: 1 });
    assert.equal(({} as { polluted?: unknown }).polluted, undefined);
    assert.deepEqual(arguments_({ jsonPath: '$', numberValue: 1 }), {});
  });
});
