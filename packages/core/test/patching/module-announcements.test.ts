import assert from 'node:assert/strict';
import { tellingLines, whenLoaded } from '../../src/patching/module-announcements.ts';
import { pathOfUrl, versionOf } from '../../src/platform/packages.ts';
import type { Endpoint, Vendor } from '../../src/vendor/vendor.ts';

const endpoint = (files: string[], className: string) => ({ files, className }) as unknown as Endpoint;
const vendor = {
  module: 'a-vendor',
  extensions: ['.js', '.mjs'],
  endpoints: [
    endpoint(['chat/completions', 'chat'], 'Completions'),
    endpoint(['chat'], 'Streams'),
    endpoint(['chat'], 'Completions'),
  ],
} as unknown as Vendor;

const URL_OF_MODULE = 'file:///app/node_modules/a-vendor/chat.mjs';

/** Runs a line at the end of a module that has a class `Completions`; a function has no `import.meta`. */
const run = (line = '') =>
  new Function(
    `class Completions {}\n${line.replace('import.meta.url', `'${URL_OF_MODULE}'`)}\nreturn Completions;`,
  )();

describe('modules that tell of themselves', () => {
  it('are the ES modules of a vendor, each once', () => {
    assert.deepEqual(
      [...tellingLines(vendor).keys()],
      ['a-vendor/chat/completions.mjs', 'a-vendor/chat.mjs'],
    );
  });

  it('hand their classes over, to those who wait and to those who come later', () => {
    const heard: unknown[] = [];
    const listener = (who: string) => (file: string, classes: object, url: string) => {
      if (file === 'a-vendor/chat.mjs') heard.push([who, classes, url]);
    };
    whenLoaded(listener('waiting'));
    const Completions = run(tellingLines(vendor).get('a-vendor/chat.mjs'));
    whenLoaded(listener('late'));
    const classes = { Completions, Streams: undefined };
    assert.deepEqual(heard, [
      ['waiting', classes, URL_OF_MODULE],
      ['late', classes, URL_OF_MODULE],
    ]);
  });

  it('load whatever happens to those who hear of them, and those who wait besides', () => {
    const heard: string[] = [];
    whenLoaded(() => {
      throw new Error('broken');
    });
    whenLoaded((file) => heard.push(file));
    heard.length = 0;
    assert.equal(typeof run(tellingLines(vendor).get('a-vendor/chat.mjs')), 'function');
    assert.deepEqual(heard, ['a-vendor/chat.mjs']);
  });

  for (const url of [
    'vfs:///app/node_modules/a/a.mjs',
    'file://host/node_modules/a/a.mjs',
    'file:///a%2Fb.mjs',
  ]) {
    it(`may come from where no file is, and have no version then: ${url}`, () => {
      // On Windows, a host is one of the network's.
      if (!(process.platform === 'win32' && url.includes('host'))) assert.equal(pathOfUrl(url), undefined);
      assert.equal(versionOf(pathOfUrl(url), 'a'), undefined);
    });
  }

  it('are heard by every copy of llmtrace', async () => {
    const heard: string[] = [];
    const url = import.meta.resolve('../../src/patching/module-announcements.ts?copy');
    const copy: typeof import('../../src/patching/module-announcements.ts') = await import(url);
    copy.whenLoaded((file) => heard.push(file));
    run(tellingLines(vendor).get('a-vendor/chat/completions.mjs'));
    assert.ok(heard.includes('a-vendor/chat/completions.mjs'));
  });
});
