/** The files of a package that were required before anybody could see them load. Those that were imported hide. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface LoadedFile {
  /** As hooks name it: `openai/resources/embeddings.js`. */
  readonly name: string;
  readonly exports: unknown;
  readonly version: string | undefined;
}

/** All CommonJS files of `name`, of each copy of it. */
export function loadedFiles(name: string): LoadedFile[] {
  // Made from an arbitrary path, since all `require` functions share one cache. The working directory may be deleted,
  // and a bundle has no URL.
  const { cache } = createRequire(process.execPath);
  const folder = folderOf(name);
  const found: LoadedFile[] = [];
  // Thousands of files may be loaded, a few of them are the package's: nothing is made of the others.
  for (const path of Object.keys(cache)) {
    const start = path.lastIndexOf(folder);
    const loaded = start === -1 ? undefined : cache[path];
    if (!loaded?.loaded) continue;
    const file = path.slice(start + folder.length).replaceAll('\\', '/');
    found.push({ name: `${name}/${file}`, exports: loaded.exports, version: versionOf(path, name) });
  }
  return found;
}

const folderOf = (name: string): string => join('/node_modules', name, '/');

/** The folder of the package `name` that a file belongs to: of that name, or of another where it is an alias or a link. */
function rootOf(path: string, name: string): string | undefined {
  const folder = folderOf(name);
  const start = path.lastIndexOf(folder);
  if (start !== -1) return path.slice(0, start + folder.length);
  const nearest = nearestPackage(dirname(path));
  return nearest?.name === name ? nearest.folder : undefined;
}

interface Package {
  readonly name: string;
  readonly folder: string;
}

const packages = new Map<string, Package | undefined>();

/** The package that a folder belongs to, by the nearest `package.json` that has a name. */
export function nearestPackage(folder: string): Package | undefined {
  if (packages.has(folder)) return packages.get(folder);
  const { name } = manifestIn(folder);
  const found = name === undefined ? above(folder) : { name, folder };
  packages.set(folder, found);
  return found;
}

function above(folder: string): Package | undefined {
  const parent = dirname(folder);
  return parent === folder ? undefined : nearestPackage(parent);
}

/** The `package.json` of a folder; empty where there is none that can be read. */
// biome-ignore lint/suspicious/noExplicitAny: a manifest may have anything
export function manifestIn(folder: string): Readonly<Record<string, any>> {
  try {
    return Object(JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')));
  } catch {
    return {};
  }
}

/** The path of a file's URL; undefined where it is none of a file here: loaders may serve modules from anywhere. */
export function pathOfUrl(url: string): string | undefined {
  try {
    return fileURLToPath(url);
  } catch {
    return undefined;
  }
}

const versions = new Map<string, string | undefined>();

/** The version of the package `name` that a file belongs to; undefined if no package.json states it. */
export function versionOf(path: string | undefined, name: string): string | undefined {
  const root = path === undefined ? undefined : rootOf(path, name);
  if (root === undefined) return undefined;
  if (!versions.has(root)) versions.set(root, manifestIn(root).version);
  return versions.get(root);
}
