import assert from 'node:assert/strict';
import { printable, printableLines, printableValue } from '../../src/platform/printable.ts';

describe('a printable text', () => {
  for (const [what, text, printed] of [
    ['a sequence of ANSI', 'gpt\u001b[31m-4\u001b]0;title\u0007', 'gpt\ufffd[31m-4\ufffd]0;title\ufffd'],
    ['a sequence of Latin-1', 'gpt\u009b2J', 'gpt\ufffd2J'],
    ['line breaks', 'gpt\r\n2026 INFO ok\u2028\u2029', 'gpt\ufffd\ufffd2026 INFO ok\ufffd\ufffd'],
    ['marks of direction', 'a\u202eb\u2066c\u200ed\u061c', 'a\ufffdb\ufffdc\ufffdd\ufffd'],
    ['half a pair', 'a\ud800b', 'a\ufffdb'],
    ['a letter of any script', 'größe 模型 🙂', 'größe 模型 🙂'],
  ] as const) {
    it(`has, of ${what}, nothing that a terminal acts on`, () => assert.equal(printable(text, 100), printed));
  }

  it('is cut', () => assert.equal(printable('x'.repeat(5000), 60), `${'x'.repeat(59)}…`));
  it('may have several lines', () => assert.equal(printableLines('a\n\tb\r\u001b'), 'a\n\tb\ufffd\ufffd'));
  it('may be within a value', () => {
    assert.deepEqual(printableValue({ 'k\u001b': ['\u202e', 1, null] }), { 'k\ufffd': ['\ufffd', 1, null] });
  });
});
