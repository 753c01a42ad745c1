import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BasicTracerProvider } from '@opentelemetry/sdk-trace-base';
import { providerName } from '../../src/process/provider-name.ts';

const NAMES: [string, string, string][] = [
  ['a class of OpenTelemetry', 'NodeTracerProvider', "the application's own NodeTracerProvider"],
  ['a class that a bundler renamed', '_NodeTracerProvider2', "the application's own NodeTracerProvider"],
  ['a class that was minified', 'e', 'a provider of the application'],
  ['a class with a minified name of three letters', 'Kr7', 'a provider of the application'],
  ['a class without a name', '', 'a provider of the application'],
  ['a plain object', 'Object', 'a provider of the application'],
];

describe('a provider of the application', () => {
  for (const [what, name, expected] of NAMES) {
    it(`is named where it is ${what}`, () => {
      const Provider = class {};
      Object.defineProperty(Provider, 'name', { value: name });
      assert.equal(providerName(new Provider()), expected);
    });
  }

  it('is named by its class', () => {
    assert.equal(providerName(new BasicTracerProvider()), "the application's own BasicTracerProvider");
  });

  it('has a name also where its prototype has none', () => {
    assert.equal(providerName(Object.create(null)), 'a provider of the application');
  });

  it('is named by the file that exports its minified class', () => {
    const folder = mkdtempSync(join(tmpdir(), 'llmtrace-name-'));
    try {
      const file = join(folder, 'telemetry.cjs');
      writeFileSync(file, 'class e {}\nexports.Provider = e;\nexports.made = new e();\n');
      assert.equal(providerName(createRequire(import.meta.url)(file).made), 'a provider of telemetry.cjs');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
