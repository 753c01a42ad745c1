/** A **service tier** is a speed or reliability at which a vendor serves a call, for a separate price. */

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
  // Google's protocols have names like SERVICE_TIER_FLEX, too.
  const tier = name
    .trim()
    .toLowerCase()
    .replace(/^service_tier_/, '');
  return STANDARD_NAMES.has(tier) ? STANDARD_TIER : tier;
}

/** Tiers whose capacity is prepaid: a call at one adds no cost. */
const PREPAID = new Set(['scale', 'reserved', 'provisioned_throughput']);

export const isPrepaid = (tier: string): boolean => PREPAID.has(tier);
