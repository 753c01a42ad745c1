import assert from 'node:assert/strict';
import { lend } from '../src/lend.ts';

/** Like an API of OpenTelemetry's: what is set cannot be set again before it is disabled. */
class Api {
  current: string | undefined;
  set(value: string): boolean {
    if (this.current !== undefined) return false;
    this.current = value;
    return true;
  }
  disable(): void {
    this.current = undefined;
  }
}

describe('a loan', () => {
  it('lasts until anyone else registers', () => {
    const api = new Api();
    lend(api, 'set', 'ours');
    assert.equal(api.current, 'ours');
    assert.equal(api.set('theirs'), true);
    assert.equal(api.current, 'theirs');
  });

  it('leaves the API as it was', () => {
    const api = new Api();
    lend(api, 'set', 'ours');
    api.set('theirs');
    assert.equal(Object.hasOwn(api, 'set'), false);
    assert.equal(api.set('third'), false);
    assert.equal(api.current, 'theirs');
  });

  it('is not made where somebody was first', () => {
    const api = new Api();
    api.set('theirs');
    lend(api, 'set', 'ours');
    assert.equal(api.current, 'theirs');
    assert.equal(api.set('third'), false);
  });
});
