/** Methods of Node.js' module loader are replaced, and restored; a loader of another kind may lack them. */
import assert from 'node:assert/strict';
import { replace } from '../../src/esm/replace.ts';

describe('replace', () => {
  it('replaces a method, with its name and length, and restores it', () => {
    const load = (file: string): string => file;
    const holder = { load };
    const restore = replace(
      holder,
      'load',
      (original) =>
        (...args) =>
          `${original(...args)}!`,
    );
    assert.deepEqual([holder.load('a'), holder.load.name, holder.load.length], ['a!', 'load', 1]);
    restore();
    assert.equal(holder.load, load);
  });

  it('leaves what other code has replaced since', () => {
    const holder = { load: () => 1 };
    const restore = replace(holder, 'load', () => () => 2);
    holder.load = () => 3;
    restore();
    assert.equal(holder.load(), 3);
  });

  it('replaces nothing where the loader lacks the method, as that of jest does', () => {
    const holder = {};
    replace(holder, 'load', () => assert.fail('no method'))();
    assert.deepEqual(holder, {});
  });
});
