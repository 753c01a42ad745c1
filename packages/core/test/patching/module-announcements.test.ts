import assert from 'node:assert/strict';
import { announcingLines, whenLoaded } from '../../src/patching/module-announcements.ts';
import { pathOfUrl, versionOf } from '../../src/platform/packages.ts';
import type { EndpointPoint, Vendor } from '../../src/vendor/vendor.ts';

const endpoint = (files: string[], className: string) => ({ files, className }) as unknown as EndpointPoint;
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

describe('modules that announce themselves', () => {
  it('are the ES modules of a vendor, each once', () => {
    assert.deepEqual(
      [...announcingLines(vendor).keys()],
      ['a-vendor/chat/completions.mjs', 'a-vendor/chat.mjs'],
    );
  });

  it('pass their classes to earlier and to later listeners', () => {
    const announced: unknown[] = [];
    const listener = (name: string) => (file: string, classes: object, url: string) => {
      if (file === 'a-vendor/chat.mjs') announced.push([name, classes, url]);
    };
    whenLoaded(listener('early'));
    const Completions = run(announcingLines(vendor).get('a-vendor/chat.mjs'));
    whenLoaded(listener('late'));
    const classes = { Completions, Streams: undefined };
    assert.deepEqual(announced, [
      ['early', classes, URL_OF_MODULE],
      ['late', classes, URL_OF_MODULE],
    ]);
  });

  it('load even if a listener throws, and reach the other listeners', () => {
    const files: string[] = [];
    whenLoaded(() => {
      throw new Error('broken');
    });
    whenLoaded((file) => files.push(file));
    files.length = 0;
    assert.equal(typeof run(announcingLines(vendor).get('a-vendor/chat.mjs')), 'function');
    assert.deepEqual(files, ['a-vendor/chat.mjs']);
  });

  for (const url of [
    'vfs:///app/node_modules/a/a.mjs',
    'file://host/node_modules/a/a.mjs',
    'file:///a%2Fb.mjs',
  ]) {
    it(`have no version if their URL is not that of a file: ${url}`, () => {
      // On Windows, a host is one of the network's.
      if (!(process.platform === 'win32' && url.includes('host'))) assert.equal(pathOfUrl(url), undefined);
      assert.equal(versionOf(pathOfUrl(url), 'a'), undefined);
    });
  }

  it('reach every copy of llmtrace', async () => {
    const files: string[] = [];
    const url = import.meta.resolve('../../src/patching/module-announcements.ts?copy');
    const copy: typeof import('../../src/patching/module-announcements.ts') = await import(url);
    copy.whenLoaded((file) => files.push(file));
    run(announcingLines(vendor).get('a-vendor/chat/completions.mjs'));
    assert.ok(files.includes('a-vendor/chat/completions.mjs'));
  });
});
