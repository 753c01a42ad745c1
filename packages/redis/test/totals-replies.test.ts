/** What Redis answers is checked: other programs may have written it. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { totalsIn } from '../src/totals.ts';

const totals = (reply: unknown) =>
  totalsIn(
    'llmtrace',
    ['tenant'],
    async () => reply,
    () => 0,
  );

describe('the totals that Redis answers with', () => {
  it('have the rows that llmtrace has written, and no others', async () => {
    const hash = [
      'since',
      '5',
      '0 ["a"]',
      '2',
      '5 ["a"]',
      '150000000000',
      '0 [null]',
      '1',
      '0 ["a","b"]',
      '7',
    ];
    const { rows } = await totals([[...hash, '9 ["a"]', '1', 'x', 'y', '0 {', '1', '0 ["z"]', 'NaN']]).read(
      undefined,
    );
    assert.deepEqual(
      rows.map(({ by, calls, cost }) => [by, calls, cost]),
      [
        [{ tenant: 'a' }, 2, 1.5],
        [{}, 1, 0],
      ],
    );
  });

  it('may be anything', () =>
    fc.assert(
      fc.asyncProperty(fc.anything(), async (reply) => {
        const { rows } = await totals(reply).read(undefined);
        for (const row of rows) assert.ok(Number.isFinite(row.cost));
      }),
    ));
});
