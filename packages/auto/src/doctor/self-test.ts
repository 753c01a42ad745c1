/**
 * The script that the command runs without an application: it loads every SDK of the project by `require` and by
 * `import`.
 */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { allVendors } from '../vendors.ts';

/** @param load imports a package from where the project is, not from here. */
export async function selfTest(load: (name: string) => Promise<unknown>): Promise<void> {
  const require = createRequire(join(process.cwd(), 'index.js'));
  // A package without such a build, or that does not load, is skipped; the report shows those that loaded.
  for (const { vendor } of allVendors()) {
    try {
      require(vendor.module);
    } catch {}
    await load(vendor.module).catch(() => {});
  }
}
