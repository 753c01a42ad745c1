/** The files of a vendor's package that export the classes whose methods are patched. */
import type { PatchPoint, Vendor } from '../vendor/vendor.ts';

/** All methods of a vendor that are patched: those of its endpoints, and helpers that start native spans. */
export const pointsOf = ({ endpoints, native }: Vendor): readonly PatchPoint[] =>
  native ? [...endpoints, ...native.helpers] : endpoints;

export interface ModuleFile {
  /** As it is imported, with its extension: `openai/resources/embeddings.mjs`. */
  readonly name: string;
  /** The methods to patch on the class that the file exports. */
  readonly points: readonly PatchPoint[];
}

export function filesOf(vendor: Vendor): ModuleFile[] {
  const points = pointsOf(vendor);
  const names = new Set(points.flatMap(({ files }) => files));
  return [...names].flatMap((file) => {
    const inside = points.filter(({ files }) => files.includes(file));
    return vendor.extensions.map((extension) => ({
      name: `${vendor.module}/${file}${extension}`,
      points: inside,
    }));
  });
}
