/**
 * A vendor's package declares itself. Where the vendor must still be written down elsewhere, this test names each place
 * that lacks it, and what to add there.
 */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import type { InstrumentationEntry } from '@llmtrace/core';
import { HOOKED } from '@llmtrace/test-fixtures/sdks';
import { type DeclaredVendor, VENDORS } from '../../../scripts/lib/vendors.mjs';
import { allVendors, VENDOR_NAMES } from '../src/vendors.ts';

const ROOT = new URL('../../../', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, ROOT), 'utf8');
const json = (path: string): any => JSON.parse(read(path));
const isThere = (path: string): boolean => existsSync(new URL(path, ROOT));

const DECLARED: readonly string[] = readdirSync(new URL('packages', ROOT)).flatMap(
  (folder) => json(`packages/${folder}/package.json`).llmtrace?.name ?? [],
);

/** The channels on which other tools publish the calls of an SDK. */
const CHANNELS: Readonly<Record<string, readonly string[]>> = {
  openai: ['tracing:apm:openai:request:start', 'tracing:orchestrion:openai:chat:start'],
  anthropic: ['tracing:apm:anthropic:request:start', 'tracing:orchestrion:@anthropic-ai/sdk:chat:start'],
  'google-genai': [
    'tracing:apm:google:genai:request:start',
    'tracing:orchestrion:@google/genai:generate-content:start',
  ],
};

/** Of modules: an SDK that has CommonJS alone has its classes in `.js`. */
const EXTENSIONS: readonly string[] = ['.mjs', '.js'];

const entryOf = (name: string): InstrumentationEntry | undefined =>
  allVendors().find((vendor) => vendor.name === name);

/**
 * Whether the kit's hook shows the modules with the vendor's classes: ES modules, or CommonJS where the SDK has no other.
 * True while auto does not have the vendor.
 */
const isHooked = ({ name, sdk }: DeclaredVendor): boolean =>
  (entryOf(name)?.vendor.endpoints ?? []).every(({ files }) =>
    files
      .flatMap((file) => EXTENSIONS.map((extension) => `/node_modules/${sdk}/${file}${extension}`))
      .some((path) => HOOKED.some((pattern) => pattern.test(path))),
  );

/** A place that must have the vendor: where it is, what to add, and whether it is there. */
type Place = readonly [where: string, add: string, hasIt: boolean];

function placesOf(vendor: DeclaredVendor): Place[] {
  const { folder, name, sdk, sets } = vendor;
  const pkg = `@llmtrace/${folder}`;
  /** A place is a file that must contain a text. */
  const text = (file: string, add: string, contained = add): Place => [
    file,
    add,
    read(file).includes(contained),
  ];
  const { devDependencies: bundled } = json('packages/auto/package.json');
  const { devDependencies } = json('package.json');
  return [
    text('packages/auto/src/vendors.ts', `import { entry } from '${pkg}'`, `from '${pkg}'`),
    text('packages/auto/src/manual.ts', `import { entry } from '${pkg}'`, `from '${pkg}'`),
    text(
      'packages/auto/src/settings.ts',
      `\`${name}\` in the description of instrumentations`,
      `\`${name}\``,
    ),
    ['packages/auto/package.json', `\`${pkg}\` in devDependencies`, pkg in bundled],
    text('packages/auto/tsconfig.json', `{ "path": "../${folder}" }`),
    text('tsconfig.json', `{ "path": "packages/${folder}" }`),
    ['package.json', `\`${sdk}\` in devDependencies`, sdk in devDependencies],
    [
      'test-fixtures/sdks',
      `a folder \`${sets}…\` whose package.json depends on a version of \`${sdk}\``,
      readdirSync(new URL('test-fixtures/sdks', ROOT)).some((set) => set.startsWith(sets)),
    ],
    ['test-fixtures/kit/src/sdks.ts', `the modules of \`${sdk}\` in HOOKED`, isHooked(vendor)],
    [
      'test-fixtures/kit/src/cases',
      `${name}.ts, the case of the conformance suite`,
      isThere(`test-fixtures/kit/src/cases/${name}.ts`),
    ],
    [
      `packages/${folder}/test/conformance`,
      'one .test.ts for each copy, as the folder of openai has them',
      isThere(`packages/${folder}/test/conformance`),
    ],
    text('packages/core/test/errors/sdks.ts', `a row with '${sdk}' in SDKS`, `'${sdk}'`),
    text('scripts/fuzz/vendors.mjs', `an entry with package: '${sdk}'`, `package: '${sdk}'`),
    ['scripts/matrix/apps', `${name}.mjs`, isThere(`scripts/matrix/apps/${name}.mjs`)],
    text('scripts/release/consumer.ts', `an import from '${pkg}'`, `'${pkg}'`),
    text('README.md', `a row for \`${sdk}\` in "Supported versions"`, `| \`${sdk}\``),
    text('README.md', `a row for \`${pkg}\` in "Packages"`, `(packages/${folder})`),
  ];
}

describe('the lists of vendors', () => {
  it('have no vendor without a package, and no package twice', () => {
    const [listed, declared] = [[...VENDOR_NAMES], [...DECLARED]].map((names) => names.sort().join(', '));
    if (listed !== declared)
      assert.fail(
        `VENDORS in packages/auto/src/vendors.ts has ${listed}; the fields \`llmtrace\` of packages/*/package.json have ${declared}`,
      );
  });

  for (const vendor of VENDORS) {
    const { folder, name, sdk } = vendor;

    it(`have ${name} in each place`, () => {
      const missing = placesOf(vendor).filter(([, , hasIt]) => !hasIt);
      const lines = missing.map(([where, add]) => `\n  ${where}: add ${add}`);
      if (lines.length > 0) assert.fail(`${name} is missing from ${lines.length} places:${lines.join('')}`);
    });

    it(`have the ${name} that its package declares`, () => {
      const entry = entryOf(name);
      if (!entry) return assert.fail(`packages/auto/src/vendors.ts loads no entry with the name ${name}`);
      assert.equal(entry.vendor.module, sdk);
      assert.equal(entry.vendor.requests?.module, sdk);
      assert.deepEqual(
        (entry.vendor.otherTracers ?? []).map(([channel]) => channel),
        CHANNELS[name] ?? [],
        `\`otherTracers\` of ${name} are not those of CHANNELS in this file`,
      );
      const { instrumentationName } = new entry.Instrumentation({ enabled: false });
      assert.equal(instrumentationName, `@llmtrace/${folder}`);
    });
  }
});
