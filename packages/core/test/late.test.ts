import assert from 'node:assert/strict';
import { AsyncLocalStorage } from 'node:async_hooks';
import { isUnreadable, late } from '../src/late.ts';

describe('code that is loaded late', () => {
  it('is loaded once, with its first use, and not in the context of it', () => {
    const storage = new AsyncLocalStorage<string>();
    const stores: unknown[] = [];
    const code = late(() => {
      stores.push(storage.getStore());
      return { answer: 42 };
    });
    assert.deepEqual(stores, []);
    assert.equal(storage.run('of a call', code).answer, 42);
    assert.equal(code().answer, 42);
    assert.deepEqual(stores, [undefined]);
  });

  it('is tried again at the next use where it cannot be read', () => {
    let uses = 0;
    const code = late(() => {
      uses++;
      if (uses === 1) throw new Error('EMFILE');
      return { answer: 42 };
    });
    assert.throws(code, /EMFILE/);
    assert.equal(isUnreadable(), true);
    assert.equal(code().answer, 42);
    assert.equal(isUnreadable(), false);
  });
});
