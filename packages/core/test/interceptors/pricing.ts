/** The real prices, for budgets that are made without a configuration. */
import { costOf, isPrepaidCall } from '../../src/cost/cost.ts';
import type { Pricing } from '../../src/interceptors/forecast.ts';

export const PRICING: Pricing = {
  priceOf: (call, usage) => costOf({ ...call, response: { usage }, outcome: 'completed' })?.total,
  isPrepaid: isPrepaidCall,
};
