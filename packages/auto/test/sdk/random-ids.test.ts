import assert from 'node:assert/strict';
import { randomFillSync } from 'node:crypto';
import { randomIds } from '../../src/sdk/random-ids.ts';

describe('the ids of traces and spans', () => {
  it('are distinct, and have the lengths of the standard', () => {
    let fills = 0;
    const ids = randomIds((bytes) => {
      fills++;
      randomFillSync(bytes);
    });
    const made = Array.from({ length: 1000 }, () => [ids.generateTraceId(), ids.generateSpanId()]);
    for (const [trace, span] of made) assert.match(`${trace} ${span}`, /^[\da-f]{32} [\da-f]{16}$/);
    assert.equal(new Set(made.flat()).size, 2000);
    assert.equal(fills, Math.ceil(1000 / 64));
  });
});
