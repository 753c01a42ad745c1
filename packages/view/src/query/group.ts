/** Groups items by key. Items without a key are left out. */
export function grouped<T, K>(items: readonly T[], keyOf: (item: T) => K | undefined): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    if (key === undefined) continue;
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return groups;
}

/** Compares groups by cost, the highest first, and groups of one cost by their calls. */
export const byCost = (a: { cost: number; calls: number }, b: { cost: number; calls: number }): number =>
  b.cost - a.cost || b.calls - a.calls;
