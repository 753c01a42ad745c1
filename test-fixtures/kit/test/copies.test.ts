import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { VENDORS } from '../../../scripts/lib/vendors.mjs';
import type { VendorCase } from '../src/vendor-profile.ts';

const CASES: readonly VendorCase[] = await Promise.all(
  VENDORS.map(async ({ name }) => (await import(`../src/cases/${name}.ts`)).vendorCase),
);

const folderOf = (vendor: string): string => `packages/instrumentation-${vendor}/test/conformance`;

/** The prefixes of copies of agents' and tools' SDKs, whose instrumentations trace no model calls. */
const FRAMEWORKS: readonly string[] = readdirSync('packages')
  .filter((folder) => folder.startsWith('instrumentation-'))
  .map((folder) => folder.replace('instrumentation-', '').replace(/-sdk$/, ''))
  .filter((name) => !CASES.some((vendor) => vendor.name === name));

describe('the conformance suite', () => {
  for (const { name, sets } of CASES) {
    it(`has a file for each copy of ${name}`, () => {
      const files = readdirSync(folderOf(name)).filter((file) => file.endsWith('.test.ts'));
      const expected = [...sets, 'all-copies'].map((set) => `${set}.test.ts`);
      assert.deepEqual(files.sort(), expected.sort());
    });
  }

  it('has a copy of each folder of SDKs', () => {
    // OpenTelemetry and other instrumentations are no vendors' SDKs. Frameworks have the suite of operations instead.
    const others = ['otel', 'other-telemetry', ...FRAMEWORKS];
    const isOther = (folder: string): boolean => others.some((name) => folder.startsWith(name));
    const folders = readdirSync('test-fixtures/sdks').filter((folder) => !isOther(folder));
    const sets = CASES.flatMap((vendor) => vendor.sets);
    assert.deepEqual(folders.sort(), sets.sort());
  });
});
