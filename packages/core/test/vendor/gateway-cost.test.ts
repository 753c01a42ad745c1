/** The cost that Vercel's gateway states. */
import assert from 'node:assert/strict';
import { costOfGateway } from '../../src/vendor/openai-billing.ts';

describe("the cost that Vercel's gateway states", () => {
  const ROWS: readonly (readonly [what: string, gateway: unknown, cost: number | undefined])[] = [
    ['is a text', { cost: '0.0042', marketCost: '0.005' }, 0.0042],
    ['is the market price on free credits', { cost: '0', marketCost: '0.005' }, 0.005],
    ['is 0 where the market price is, too', { cost: '0', marketCost: '0' }, 0],
    ['is unknown where a 0 stands alone, as on free credits', { cost: '0' }, undefined],
    ['is unknown where it is no number', { cost: 'none' }, undefined],
    ['is unknown where it is below 0', { cost: '-1' }, undefined],
    ['is unknown where it is absent', {}, undefined],
    ['is unknown without a gateway', undefined, undefined],
  ];
  for (const [what, gateway, cost] of ROWS) it(what, () => assert.equal(costOfGateway({ gateway }), cost));
});
