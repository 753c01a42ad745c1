import assert from 'node:assert/strict';
import { copyWith } from '../../src/platform/copy-with.ts';

describe('a copy with something else in it', () => {
  it('has the properties of the original, and the changes', () => {
    const symbol = Symbol('s');
    const original = { a: 1, b: 2, [symbol]: 3 };
    assert.deepEqual(copyWith(original, { b: 4 }), { a: 1, b: 4, [symbol]: 3 });
    assert.deepEqual(original, { a: 1, b: 2, [symbol]: 3 });
  });

  it('is made of nothing, too', () =>
    assert.deepEqual(copyWith<{ a?: number }>(undefined, { a: 1 }), { a: 1 }));

  it('reads getters when it is read, as the original would', () => {
    let reads = 0;
    const original = {
      count: 0,
      get signal() {
        reads++;
        return `${this.count}`;
      },
    };
    const copy = copyWith<{ count: number; readonly signal: string; maxRetries?: number }>(original, {
      maxRetries: 0,
    });
    assert.equal(reads, 0);
    original.count = 7;
    assert.equal(copy.signal, '7');
    assert.equal({ ...copy }.signal, '7');
    assert.equal(reads, 2);
  });

  it('has a change in the place of a getter', () => {
    const original = {
      get a(): number {
        return assert.fail();
      },
    };
    assert.deepEqual(copyWith<{ a: number }>(original, { a: 1 }), { a: 1 });
  });

  it('can be written to', () => {
    const copy = copyWith({ a: 1 }, {});
    copy.a = 2;
    assert.equal(copy.a, 2);
  });
});
