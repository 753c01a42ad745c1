/** The files of a vendor's package that export the classes whose methods are patched. */
import { memo } from '../platform/memo.ts';
import type { ChannelPoint, FunctionPoint, OperationPoint, PatchPoint, Vendor } from '../vendor/vendor.ts';

/** All methods of a vendor to patch: its endpoints, the helpers that start native spans, and its operations. */
export const pointsOf = ({ endpoints, native, operations = [] }: Vendor): readonly PatchPoint[] => [
  ...endpoints,
  ...(native?.helpers ?? []),
  ...operations,
];

/** The functions that a file of a vendor's package may export, as methods of the object with its bindings. */
export function functionsIn({ module, functions = [] }: Vendor, name: string): OperationPoint[] {
  if (!name.startsWith(`${module}/`)) return [];
  const path = name.slice(module.length + 1);
  return functions.filter(({ files }) => files.test(path)).map(asMethod);
}

/** The step of a channel as the method of the object that observes it. */
export const asStep = ({ channel, ...point }: ChannelPoint): OperationPoint => ({
  ...point,
  files: [],
  className: '',
  path: channel,
  isInternal: true,
});

const asMethod = ({ files: _pattern, name, className = '', ...point }: FunctionPoint): OperationPoint => ({
  ...point,
  files: [],
  className,
  path: className,
  isInternal: true,
  method: name,
});

export interface ModuleFile {
  /** As it is imported, with its extension: `openai/resources/embeddings.mjs`. */
  readonly name: string;
  /** The methods to patch on the class that the file exports. */
  readonly points: readonly PatchPoint[];
}

export const filesOf = memo(new WeakMap<Vendor, readonly ModuleFile[]>(), (vendor) => {
  const points = pointsOf(vendor);
  const names = new Set(points.flatMap(({ files }) => files));
  return [...names].flatMap((file) => {
    const inside = points.filter(({ files }) => files.includes(file));
    return namesOf(vendor, file).map((name) => ({ name, points: inside }));
  });
});

/** The names of a file: one for each build, or one alone if the file is named with its extension. */
export const namesOf = ({ module, extensions }: Vendor, file: string): string[] =>
  /\.[cm]?js$/.test(file)
    ? [`${module}/${file}`]
    : extensions.map((extension) => `${module}/${file}${extension}`);

/** Whether a file is an ES module, in all versions that have it or in some: `ai/dist/index.js`. */
export const isEsModule = ({ module, esModules = [] }: Vendor, name: string): boolean =>
  name.endsWith('.mjs') || esModules.some((file) => name === `${module}/${file}`);
