/**
 * The name of a module's file from the name of its package on. A folder has another name than its package where the application
 * installs it under an alias (`npm:ai@5`), links it, or keeps it in a store (Yarn's `nodeLinker: pnpm`): there the nearest
 * `package.json` with a name is read. It imports Node.js alone: it also runs in the thread of Node.js' module loader.
 */
import { readFileSync } from 'node:fs';

/** A file of a package. */
export interface PackageFile {
  /** As a package of that name has it: `openai/resources/embeddings.mjs`. */
  readonly name: string;
  /** The name of the package. */
  readonly module: string;
  /** Whether it lies in another folder than `node_modules/<package>`. */
  readonly isElsewhere: boolean;
}

/** The files that are looked for. */
export interface Wanted {
  /** The names of their packages. */
  readonly packages: ReadonlySet<string>;
  /** Whether a path may be that of one of them, in whichever package. */
  isPath(path: string): boolean;
}

/** @param path with slashes, without a query. @returns undefined for a file of no package that is looked for. */
export function packageFile(path: string, wanted: Wanted): PackageFile | undefined {
  const start = path.lastIndexOf(MODULES);
  const inside = start < 0 ? '' : path.slice(start + MODULES.length);
  const end = endOfName(inside);
  const isInstalled = end > 0 && !inside.startsWith('.');
  const module = inside.slice(0, Math.max(0, end));
  if (isInstalled && wanted.packages.has(module)) return { name: inside, module, isElsewhere: false };
  if (isInstalled && !wanted.isPath(inside.slice(end + 1))) return undefined;
  const nearest = nearestPackage(above(path));
  if (!nearest || !wanted.packages.has(nearest.name)) return undefined;
  const name = `${nearest.name}${path.slice(nearest.folder.length)}`;
  return { name, module: nearest.name, isElsewhere: true };
}

const MODULES = '/node_modules/';

/** Where the name of the package ends that a file's name begins with; -1 if nothing follows it. */
export const endOfName = (inside: string): number =>
  inside.startsWith('@') ? inside.indexOf('/', inside.indexOf('/') + 1) : inside.indexOf('/');

interface Package {
  readonly name: string;
  readonly folder: string;
}

/** By folder. There are as many as folders with modules of the application. */
const packages = new Map<string, Package | undefined>();

/** The package that a folder belongs to. A build (`dist/esm`) may have a `package.json` without a name. */
function nearestPackage(folder: string): Package | undefined {
  if (packages.has(folder)) return packages.get(folder);
  const name = nameIn(folder);
  const found = name === undefined ? packageAbove(folder) : { name, folder };
  packages.set(folder, found);
  return found;
}

function packageAbove(folder: string): Package | undefined {
  const parent = above(folder);
  return parent === '' || folder.endsWith('/node_modules') ? undefined : nearestPackage(parent);
}

/** The folder that has a file or a folder; an empty text for the root's. */
const above = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')));

function nameIn(folder: string): string | undefined {
  try {
    const { name } = JSON.parse(readFileSync(`${folder}/package.json`, 'utf8'));
    return typeof name === 'string' ? name : undefined;
  } catch {
    return undefined;
  }
}
