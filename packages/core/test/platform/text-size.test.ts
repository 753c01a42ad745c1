import assert from 'node:assert/strict';
import { sizeOf } from '../../src/platform/text-size.ts';

describe('the size of a request', () => {
  const cases: [what: string, args: unknown, size: number][] = [
    ['its texts', [{ model: 'gpt', messages: [{ role: 'user', content: 'Hello there.' }] }], 3 + 4 + 12],
    ['nothing for numbers and classes', [{ n: 5, at: new Date(), map: new Map([['a', 'b']]) }, null], 0],
    ['a picture, not its base64', [{ url: `data:image/png;base64,${'A'.repeat(1e6)}` }], 3000],
    ['bytes as a file', [new Uint8Array(1e6)], 3000],
    ['a long text with words', ['word '.repeat(1000)], 5000],
  ];
  for (const [what, args, size] of cases) it(`counts ${what}`, () => assert.equal(sizeOf(args), size));

  it('is looked at within bounds, whatever the request is', () => {
    const circle: unknown[] = ['text'];
    circle.push(circle, circle);
    assert.ok(Number.isFinite(sizeOf(circle)));
    assert.equal(sizeOf(Array.from({ length: 1e6 }, () => 'ab')), 10_000);
  });
});
