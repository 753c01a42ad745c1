/**
 * Observes CommonJS modules of vendors without ES modules when an ES module imports them. Node.js loads them by
 * `Module.prototype.load`, not by the `require` that OpenTelemetry's hook observes. A line at the end of the source, as in
 * ES modules, would make Node.js load the packages that they require past that hook, too.
 */
import module from 'node:module';
import { pathToFileURL } from 'node:url';
import type { Vendor } from '@llmtrace/core/internal';
import { replace } from './replace.ts';

/** Passes the exports of a module to the patcher of its vendor. */
type Announce = (name: string, exports: unknown, url: string) => void;

interface Loaded {
  exports: unknown;
}

/** Announces the main modules of vendors with CommonJS only, when they load. */
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

/** The listeners throw nothing. */
const announce = (name: string, exports: unknown, path: string): void => {
  const announcer = Reflect.get(globalThis, Symbol.for('llmtrace.loaded')) as Announce | undefined;
  announcer?.(name, exports, pathToFileURL(path).href);
};
