/** Which copies of the vendors' SDKs this process loads, from where. It is seen by hooks that change nothing. */
import module from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { manifestIn, type Vendor } from '@llmtrace/core/internal';

export interface LoadedCopy {
  readonly module: string;
  readonly version: string | undefined;
  readonly build: 'CommonJS' | 'ES module';
  readonly folder: string;
}

/** The hooks of newer versions of Node.js. */
type RegisterHooks = (hooks: {
  load(url: string, context: unknown, next: (url: string, context: unknown) => unknown): unknown;
}) => void;

/**
 * Looks from now on.
 *
 * @returns a function that lists the copies loaded so far. Before version 22.15, Node.js reports only required
 * modules.
 */
export function watchLoads(vendors: readonly Vendor[]): () => LoadedCopy[] {
  const copies = new Map<string, LoadedCopy>();
  const see = (path: string): void => {
    const copy = vendors.map((vendor) => copyAt(path, vendor)).find(Boolean);
    if (copy) copies.set(`${copy.folder} ${copy.build}`, copy);
  };
  const { registerHooks } = module as { registerHooks?: RegisterHooks };
  registerHooks?.({
    load(url, context, next) {
      seeUrl(url, see);
      return next(url, context);
    },
  });
  return () => {
    // Any path will do: the folder that the process runs in may be deleted.
    for (const path of Object.keys(module.createRequire(process.execPath).cache)) see(path);
    return [...copies.values()];
  };
}

/** A URL that is no local path (`file://host/…`, another scheme) is ignored; its loader handles it. */
function seeUrl(url: string, see: (path: string) => void): void {
  try {
    if (url.startsWith('file:')) see(fileURLToPath(url));
  } catch {}
}

/** The copy that a file belongs to, if it is the main one or has a class of an endpoint: builds share the others. */
function copyAt(path: string, { module: name, endpoints }: Vendor): LoadedCopy | undefined {
  const inside = join('/node_modules', name, '/');
  const start = path.lastIndexOf(inside);
  if (start === -1) return undefined;
  const folder = path.slice(0, start + inside.length - 1);
  const [file, extension = ''] = path
    .slice(folder.length + 1)
    .replaceAll('\\', '/')
    .split(/(?=\.[cm]?js$)/);
  const isTelling = ['index', 'dist/index', ...endpoints.flatMap(({ files }) => files)].includes(file ?? '');
  if (!isTelling || extension === '') return undefined;
  const build = extension === '.mjs' ? 'ES module' : 'CommonJS';
  return { module: name, version: manifestIn(folder).version, build, folder };
}
