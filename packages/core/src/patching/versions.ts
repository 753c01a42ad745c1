/** Versions of a vendor's package, as far as patching needs them. */
import type { PatchPoint } from '../vendor/vendor.ts';

/** Whether a version should have a method: an unknown one should. */
export function isExpected({ since, until }: PatchPoint, version: string | undefined): boolean {
  if (version === undefined) return until === undefined;
  const isFrom = since === undefined || isAtLeast(version, since);
  return isFrom && !(until !== undefined && isAtLeast(version, until));
}

function isAtLeast(version: string, wanted: string): boolean {
  const [has, wants] = [version, wanted].map((text) => text.split(/[.-]/, 3).map(Number));
  const first = [0, 1, 2].find((index) => wants?.[index] !== has?.[index]);
  return first === undefined || (has?.[first] ?? 0) > (wants?.[first] ?? 0);
}
