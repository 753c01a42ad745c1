/** A **service tier** is how fast or how surely a vendor serves a call, at a price of its own. */

/** The tier that price lists are about. */
export const STANDARD_TIER = 'standard';

/** Other names of it, and of leaving the choice to the vendor who then did not say otherwise. */
const STANDARD_NAMES = new Set([
  STANDARD_TIER,
  'default',
  'auto',
  'standard_only',
  'on_demand',
  'unspecified',
  '',
]);

/** The tier that a vendor calls `name`, in lower case. */
export function tierOf(name: string | undefined): string {
  if (name === undefined || STANDARD_NAMES.has(name)) return STANDARD_TIER;
  const tier = name.trim().toLowerCase();
  return STANDARD_NAMES.has(tier) ? STANDARD_TIER : tier;
}

/** Tiers whose capacity is bought for a time: a call at one has no cost of its own. */
const PREPAID = new Set(['scale', 'reserved', 'provisioned_throughput']);

export const isPrepaid = (tier: string): boolean => PREPAID.has(tier);
