import assert from 'node:assert/strict';
import { type Context, createContextKey, ROOT_CONTEXT } from '@opentelemetry/api';
import { LinkedContext } from '../../src/platform/linked-context.ts';

const [OWN, OUTER, OTHER] = ['own', 'outer', 'other'].map(createContextKey) as [symbol, symbol, symbol];

describe('a linked context', () => {
  const outer = ROOT_CONTEXT.setValue(OUTER, 'around').setValue(OWN, 'hidden');
  const inner = new LinkedContext(outer, OWN, 'own');

  const seen = (context: Context): unknown[] => [OWN, OUTER, OTHER].map((key) => context.getValue(key));

  it('has its value, and those around it', () => {
    assert.deepEqual(seen(inner), ['own', 'around', undefined]);
    assert.deepEqual(seen(new LinkedContext(outer)), ['hidden', 'around', undefined]);
  });

  it('keeps no value that another one of its key has replaced, however deep', () => {
    let context: Context = outer;
    for (let call = 0; call < 1000; call++) {
      context = new LinkedContext(new LinkedContext(context).setValue(OTHER, `span ${call}`), OWN, call);
    }
    assert.deepEqual(seen(context), [999, 'around', 'span 999']);
    let depth = 0;
    for (let at: object | undefined = context; at instanceof LinkedContext; at = Reflect.get(at, '_outer'))
      depth++;
    assert.equal(depth, 2);
  });

  it('is never changed: what is set or deleted is so in another one', () => {
    assert.deepEqual(seen(new LinkedContext(outer).setValue(OTHER, 1)), ['hidden', 'around', 1]);
    assert.deepEqual(seen(inner.setValue(OWN, 2)), [2, 'around', undefined]);
    assert.deepEqual(seen(inner.setValue(OTHER, 3)), ['own', 'around', 3]);
    assert.deepEqual(seen(inner.deleteValue(OWN)), [undefined, 'around', undefined]);
    assert.deepEqual(seen(inner.deleteValue(OUTER)), ['own', undefined, undefined]);
    assert.deepEqual(seen(inner), ['own', 'around', undefined]);
  });
});
