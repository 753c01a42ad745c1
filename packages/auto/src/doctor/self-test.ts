/** What the command runs where it is given no application: it loads every SDK that the project has, both ways. */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { allVendors } from '../vendors.ts';

/** @param load imports a package from where the project is, not from here. */
export async function selfTest(load: (name: string) => Promise<unknown>): Promise<void> {
  const require = createRequire(join(process.cwd(), 'index.js'));
  // What has no such build, or does not load, is no matter here: the report shows what did.
  for (const { vendor } of allVendors()) {
    try {
      require(vendor.module);
    } catch {}
    await load(vendor.module).catch(() => {});
  }
}
