/**
 * Sees a vendor's CommonJS modules that ES modules import, of a package that has no ES modules. Node.js loads them by
 * `Module.prototype.load`, past the `require` that OpenTelemetry's hook observes. A line at the end of the source, as
 * ES modules get, would make Node.js load all that the package requires past that hook, too.
 */
import module from 'node:module';
import { pathToFileURL } from 'node:url';
import type { Vendor } from '@llmtrace/core/internal';
import { replace } from './replace.ts';

/** Passes the exports of a module on; the patcher of the vendor listens. */
type Announce = (name: string, exports: unknown, url: string) => void;

interface Loaded {
  exports: unknown;
}

/** Announces the main modules of those vendors that have CommonJS alone, as they load. */
export function announceCommonJs(vendors: readonly Vendor[]): void {
  const mains = vendors.flatMap((vendor) =>
    vendor.extensions.includes('.mjs') ? [] : mainsOf(vendor).map((end) => ({ end, name: vendor.module })),
  );
  if (mains.length === 0) return;
  replace(module.prototype, 'load', (load) => {
    return function (this: unknown, ...args) {
      const loaded = load.apply(this, args);
      const path = typeof args[0] === 'string' ? args[0].replaceAll('\\', '/') : '';
      const main = mains.find(({ end }) => path.endsWith(end));
      if (main) announce(main.name, (this as Loaded).exports, args[0] as string);
      return loaded;
    };
  });
}

const mainsOf = ({ module: name, endpoints }: Vendor): string[] =>
  [...new Set(endpoints.flatMap(({ files }) => files))].map((file) => `/node_modules/${name}/${file}.js`);

/** What listens there throws nothing. */
const announce = (name: string, exports: unknown, path: string): void => {
  const tell = Reflect.get(globalThis, Symbol.for('llmtrace.loaded')) as Announce | undefined;
  tell?.(name, exports, pathToFileURL(path).href);
};
