/** How a provider that is not llmtrace's is named to people. Bundles make noise of the names of classes. */
import module from 'node:module';
import { basename } from 'node:path';

/** `the application's own NodeTracerProvider`; where its class has no name that means something, where it comes from. */
export function providerName(provider: object): string {
  const name = className(provider);
  if (name !== undefined) return `the application's own ${name}`;
  const kind: unknown = provider.constructor;
  const from = typeof kind === 'function' ? sourceOf(kind) : undefined;
  return `a provider of ${from ?? 'the application'}`;
}

/** The name of a provider's class; undefined where it means nothing. */
export function className(provider: object): string | undefined {
  const kind: unknown = provider.constructor;
  return typeof kind === 'function' ? nameOf(kind.name) : undefined;
}

/**
 * Without the additions of bundlers (`_NodeTracerProvider2`); undefined where minified, which leaves 1 to 3 letters.
 */
function nameOf(name: string): string | undefined {
  const bare = name
    .replace(/^_+/, '')
    .replace(/(?<!\d)\d+$/, '')
    .slice(0, 100);
  return bare.length > 3 && bare !== 'Object' ? bare : undefined;
}

/** The package, or else the file, whose CommonJS module exports the class. That is unknown for an ES module. */
function sourceOf(kind: object): string | undefined {
  // The same for every file; bundlers follow no `require` that stands alone.
  const { cache } = module.createRequire(process.execPath);
  const file = Object.keys(cache).find((path) => exportsIt(cache[path]?.exports, kind));
  if (file === undefined) return undefined;
  const [, name] = /^.*[\\/]node_modules[\\/]((?:@[^\\/]+[\\/])?[^\\/]+)/.exec(file) ?? [];
  return name?.replaceAll('\\', '/') ?? basename(file);
}

/** Without running a getter of the application's. */
function exportsIt(exported: unknown, kind: object): boolean {
  if (exported === kind) return true;
  if (typeof exported !== 'object' || exported === null) return false;
  return Object.values(Object.getOwnPropertyDescriptors(exported)).some(({ value }) => value === kind);
}
