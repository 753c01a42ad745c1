/**
 * Files of this package that Node.js loads by themselves: the export thread, module hooks. An application's bundle may
 * have this package in it, but never these files.
 */
import { existsSync } from 'node:fs';

/** The URL of this file: in a bundle the bundle's, and undefined where that is an ES module (see `scripts/build.mjs`). */
export const here: string | undefined = import.meta.url;

/**
 * @param path of a file of this package below its root of sources, without its extension: `esm/loader-hooks`.
 * @returns its URL; undefined where it is not there.
 */
export function ownFile(path: string): URL | undefined {
  if (here === undefined) return undefined;
  const url = new URL(`../${path}${here.slice(here.lastIndexOf('.'))}`, here);
  return existsSync(url) ? url : undefined;
}
