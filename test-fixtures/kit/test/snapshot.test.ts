import assert from 'node:assert/strict';
import { portrait, shapeOf } from '../src/snapshot.ts';

describe('a portrait', () => {
  it('shows hidden fields, and marks them', () => {
    const value = Object.defineProperty({ id: 1 }, '_request_id', { value: 'req_1', enumerable: false });
    assert.deepEqual(portrait(value), { id: 1, '«hidden» _request_id': 'req_1' });
  });

  it('distinguishes errors of different classes, but not two of one class', () => {
    class NarrowError extends Error {}
    assert.deepEqual(portrait(new NarrowError('no')), portrait(new NarrowError('no')));
    assert.notDeepEqual(portrait(new NarrowError('no')), portrait(new Error('no')));
    assert.notDeepEqual(portrait(new Error('no')), portrait(new Error('no', { cause: new Error('why') })));
  });

  it('leaves out the port that a server happened to get', () => {
    assert.equal(portrait('connect ECONNREFUSED 127.0.0.1:40123'), 'connect ECONNREFUSED 127.0.0.1:port');
  });

  it('distinguishes undefined from absent, and numbers that JSON lacks', () => {
    assert.notDeepEqual(portrait({ a: undefined }), portrait({}));
    assert.deepEqual(portrait([Number.NaN, undefined]), ['«NaN»', '«undefined»']);
  });

  it('ends at an object that contains itself', () => {
    const value: { me?: unknown } = {};
    value.me = value;
    assert.deepEqual(portrait(value), { me: '«itself»' });
  });

  it('of a shape knows methods wherever they come from', () => {
    class Base {
      inherited() {}
    }
    const value = Object.assign(new Base(), { own() {} });
    const { classes, methods } = shapeOf(value) as { classes: string[]; methods: string[] };
    assert.deepEqual(classes, ['Base', 'Object']);
    assert.deepEqual(methods, ['constructor', 'inherited', 'own']);
  });
});
