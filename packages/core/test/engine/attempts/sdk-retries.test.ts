import assert from 'node:assert/strict';
import { takeRetries } from '../../../src/engine/attempts/sdk-retries.ts';
import type { OpenCall } from '../../../src/engine/open-call.ts';
import type { Endpoint, Vendor } from '../../../src/vendor/vendor.ts';
import { callOf } from '../../interceptors/calls.ts';

describe("the SDK's own retries", () => {
  interface Setting {
    client?: object;
    args?: unknown[];
    vendor?: Partial<Vendor>;
    endpoint?: Partial<Endpoint>;
  }
  const stainless = { fetchWithTimeout() {}, maxRetries: 2 };

  function take({ client = stainless, args = [{}], vendor = {}, endpoint = {} }: Setting) {
    const call = callOf();
    const live = { call, client, engine: { vendor }, endpoint } as unknown as OpenCall;
    return { taken: takeRetries(live, undefined, args), maxRetries: call.maxRetries, args };
  }

  it('are off by a copy of the options, which stay as they were', () => {
    const options = Object.freeze({ timeout: 5 });
    const body = Object.freeze({ model: 'm' });
    const { taken, maxRetries } = take({ args: Object.freeze([body, options]) as unknown[] });
    assert.deepEqual(taken, [body, { timeout: 5, maxRetries: 0 }]);
    assert.equal(taken[0], body);
    assert.equal(maxRetries, undefined);
    assert.deepEqual(take({}).taken, [{}, { maxRetries: 0 }]);
  });

  it('are a limit where the application gives their number to the call, or to the client', () => {
    assert.equal(take({ args: [{}, { maxRetries: 0 }] }).maxRetries, 0);
    assert.equal(take({ args: [{}, { maxRetries: 7 }] }).maxRetries, 7);
    assert.equal(take({ client: { ...stainless, maxRetries: 0 } }).maxRetries, 0);
    assert.equal(take({ client: { ...stainless, maxRetries: 5 } }).maxRetries, 5);
    assert.equal(
      take({ client: { ...stainless, maxRetries: 0 }, args: [{}, { maxRetries: 1 }] }).maxRetries,
      1,
    );
  });

  it('stay where the SDK is to complain of their number, or the options are not there yet', () => {
    for (const options of [{ maxRetries: -1 }, { maxRetries: 'many' }, Promise.resolve({})]) {
      const { taken, maxRetries, args } = take({ args: [{}, options] });
      assert.equal(taken, args);
      assert.equal(maxRetries, 0);
    }
  });

  it('stay where a client needs them for other ends', () => {
    const { taken, maxRetries, args } = take({ vendor: { keepsRetries: () => true } });
    assert.deepEqual([taken === args, maxRetries], [true, 0]);
  });

  it("of Google's SDKs stay where the application has set them up", () => {
    const set = take({ client: {}, endpoint: { withoutRetries: () => undefined } });
    assert.deepEqual([set.taken === set.args, set.maxRetries], [true, 0]);
    const off = take({ client: {}, endpoint: { withoutRetries: () => ['off'] } });
    assert.deepEqual([off.taken, off.maxRetries], [['off'], undefined]);
    const none = take({ client: {} });
    assert.deepEqual([none.taken === none.args, none.maxRetries], [true, undefined]);
  });
});
