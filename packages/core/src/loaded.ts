/** The files of a package that were required before anybody could see them load. Those that were imported hide. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

export interface LoadedFile {
  /** As hooks name it: `openai/resources/embeddings.js`. */
  readonly name: string;
  readonly exports: unknown;
  readonly version: string | undefined;
}

/** All CommonJS files of `name`, of each copy of it. */
export function loadedFiles(name: string): LoadedFile[] {
  const folder = join('/node_modules', name, '/');
  const { cache } = createRequire(join(process.cwd(), 'index.js'));
  return Object.entries(cache).flatMap(([path, loaded]) => {
    const start = path.lastIndexOf(folder);
    if (start === -1 || !loaded?.loaded) return [];
    const root = path.slice(0, start + folder.length);
    const file = path.slice(root.length).replaceAll('\\', '/');
    return { name: `${name}/${file}`, exports: loaded.exports, version: versionOf(root) };
  });
}

function versionOf(root: string): string | undefined {
  try {
    return JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).version;
  } catch {
    return undefined;
  }
}
