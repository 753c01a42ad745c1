import assert from 'node:assert/strict';
import { rejectedIn } from '../../../src/sdk/export-report/partial-success.ts';

const JSON_TYPE = 'application/json';
const PROTO = 'application/x-protobuf';

const json = (answer: unknown) => rejectedIn(Buffer.from(JSON.stringify(answer)), JSON_TYPE);

/** `partial_success { rejected = 300, error_message = "too old" }`, by the encoding of protocol buffers. */
const PARTIAL = Buffer.from([0x0a, 12, 0x08, 0xac, 0x02, 0x12, 7, ...Buffer.from('too old')]);

describe('the rejections of a collector', () => {
  it('is read from JSON, for each signal, as a number or as a text', () => {
    const errorMessage = 'too old';
    assert.deepEqual(json({ partialSuccess: { rejectedSpans: '3', errorMessage } }), {
      count: 3,
      message: 'too old',
    });
    assert.equal(json({ partialSuccess: { rejectedDataPoints: 2 } })?.count, 2);
    assert.equal(json({ partialSuccess: { rejectedLogRecords: 1 } })?.count, 1);
  });

  it('is read from protocol buffers', () => {
    assert.deepEqual(rejectedIn(PARTIAL, PROTO), { count: 300, message: 'too old' });
  });

  it('may be nothing but a warning', () => {
    assert.deepEqual(json({ partialSuccess: { errorMessage: 'use v2' } }), { count: 0, message: 'use v2' });
  });

  it('are none if all was accepted, or the answer is not OTLP', () => {
    for (const body of [
      '{}',
      'null',
      '{"partialSuccess":{}}',
      '{"partialSuccess":{"rejectedSpans":0}}',
      '<html>',
    ])
      assert.equal(rejectedIn(Buffer.from(body), JSON_TYPE), undefined, body);
    assert.equal(rejectedIn(Buffer.alloc(0), PROTO), undefined);
    assert.equal(rejectedIn(Buffer.from('Hello, world'), PROTO), undefined);
    assert.equal(rejectedIn(Buffer.alloc(4096, 0xff), PROTO), undefined);
    for (let cut = 0; cut < PARTIAL.length; cut++)
      assert.doesNotThrow(() => rejectedIn(PARTIAL.subarray(0, cut), PROTO));
  });
});
