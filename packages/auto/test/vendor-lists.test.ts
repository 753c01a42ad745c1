/** A vendor's package declares itself; where its name must still be written down, this says which place was forgotten. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import type { InstrumentationEntry } from '@llmtrace/core';
import { allVendors, VENDOR_NAMES } from '../src/vendors.ts';

const ROOT = new URL('../../../', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, ROOT), 'utf8');
const json = (path: string): any => JSON.parse(read(path));

interface Declared {
  readonly folder: string;
  readonly name: string;
  readonly sdk: string;
  readonly sets: string;
}

const DECLARED: readonly Declared[] = readdirSync(new URL('packages', ROOT)).flatMap((folder) => {
  const { llmtrace } = json(`packages/${folder}/package.json`);
  return llmtrace ? [{ folder, ...llmtrace }] : [];
});

/** `http-clients` has no SDK. */
const VENDORS = DECLARED.filter(({ sdk }) => sdk !== undefined);

/** The channels on which other tools publish the calls of an SDK. */
const CHANNELS: Readonly<Record<string, readonly string[]>> = {
  openai: ['tracing:apm:openai:request:start', 'tracing:orchestrion:openai:chat:start'],
  anthropic: ['tracing:apm:anthropic:request:start', 'tracing:orchestrion:@anthropic-ai/sdk:chat:start'],
  'google-genai': [
    'tracing:apm:google:genai:request:start',
    'tracing:orchestrion:@google/genai:generate-content:start',
  ],
};

describe('the lists of vendors', () => {
  it('have no vendor without a package, and no package twice', () => {
    assert.deepEqual([...VENDOR_NAMES].sort(), DECLARED.map(({ name }) => name).sort());
  });

  for (const { folder, name, sdk, sets } of VENDORS) {
    const pkg = `@llmtrace/${folder}`;
    const PLACES: readonly (readonly [place: string, isThere: () => boolean])[] = [
      ['packages/auto/src/vendors.ts', () => allVendors().some((vendor) => vendor.name === name)],
      ['packages/auto/src/manual.ts', () => read('packages/auto/src/manual.ts').includes(`from '${pkg}'`)],
      ['dependencies of packages/auto', () => pkg in json('packages/auto/package.json').dependencies],
      ['references of packages/auto', () => read('packages/auto/tsconfig.json').includes(`"../${folder}"`)],
      ['references of tsconfig.json', () => read('tsconfig.json').includes(`"packages/${folder}"`)],
      ['devDependencies of package.json', () => sdk in json('package.json').devDependencies],
      ['scripts/matrix/apps', () => existsSync(new URL(`scripts/matrix/apps/${name}.mjs`, ROOT))],
      ['scripts/release/consumer.ts', () => read('scripts/release/consumer.ts').includes(`'${pkg}'`)],
      [
        'test-fixtures/sdks',
        () => readdirSync(new URL('test-fixtures/sdks', ROOT)).some((set) => set.startsWith(sets)),
      ],
      ['its conformance suite', () => existsSync(new URL(`packages/${folder}/test/conformance`, ROOT))],
      [
        'README.md',
        () => read('README.md').includes(`\`${sdk}\``) && read('README.md').includes(`\`${name}\``),
      ],
    ];
    for (const [place, isThere] of PLACES)
      it(`have ${name} in ${place}`, () => assert.ok(isThere(), `${name} was forgotten in ${place}`));

    it(`have the ${name} that its package declares`, () => {
      const { vendor, Instrumentation } = allVendors().find(
        (one) => one.name === name,
      ) as InstrumentationEntry;
      assert.equal(vendor.module, sdk);
      assert.equal(vendor.requests?.module, sdk);
      assert.deepEqual(
        (vendor.otherTracers ?? []).map(([channel]) => channel),
        CHANNELS[name] ?? [],
      );
      assert.equal(new Instrumentation({ enabled: false }).instrumentationName, pkg);
    });
  }
});
