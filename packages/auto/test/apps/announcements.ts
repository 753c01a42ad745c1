// biome-ignore-all lint/suspicious/noConsole: an application prints
// Prints which classes llmtrace's own loader hook reports from an SDK's ES modules: the file, the class, its type.
import module from 'node:module';
import { announcingLines } from '@llmtrace/core/internal';
import { loadSdk } from '@llmtrace/test-fixtures/sdks';
import { initialize, loadSync } from '../../src/esm/loader-hooks.ts';
import { allVendors } from '../../src/vendors.ts';

const vendors = allVendors().map(({ vendor }) => vendor);
const files = new Map(vendors.flatMap((vendor) => [...announcingLines(vendor)]));
initialize({ files, mains: new Map(), functions: [], commonJs: new Map() });
module.registerHooks({ load: loadSync });
const [set = '', name = ''] = process.argv.slice(2);
await loadSdk({ set, package: name, format: 'esm' });

const { announced } = Reflect.get(globalThis, Symbol.for('llmtrace.loaded'));
const rows = announced.flatMap(([file, classes]: [string, object]) =>
  Object.entries(classes).map(([key, value]) => [file.slice(name.length + 1), key, typeof value]),
);
console.log(JSON.stringify(rows));
