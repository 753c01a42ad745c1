import assert from 'node:assert/strict';
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { packageFile, type Wanted } from '../../src/esm/package-files.ts';
import { AUTO, type Stage, setStage } from '../stage.ts';

const SDKS = new URL('../../../../test-fixtures/sdks/openai-7/', import.meta.url);
const OPENAI = dirname(createRequire(SDKS).resolve('openai'));

describe('the file of a package', () => {
  const wanted: Wanted = {
    packages: new Set(['a-vendor', '@a/vendor']),
    isPath: (path) => path === 'dist/index.mjs',
  };
  let root: string;
  const folder = (path: string, manifest?: object): void => {
    mkdirSync(join(root, path), { recursive: true });
    if (manifest) writeFileSync(join(root, path, 'package.json'), JSON.stringify(manifest));
  };
  before(() => {
    root = realpathSync(mkdtempSync(join(tmpdir(), 'llmtrace-')));
    folder('', { name: 'app' });
    folder('node_modules/alias', { name: 'a-vendor' });
    folder('node_modules/alias/dist', { type: 'module' });
    folder('node_modules/@b/alias/dist');
    folder('node_modules/@b/alias', { name: '@a/vendor' });
    folder('node_modules/.store/a-vendor-npm-1.0.0/package/dist');
    folder('node_modules/.store/a-vendor-npm-1.0.0/package', { name: 'a-vendor' });
    folder('node_modules/other', { name: 'other' });
    folder('node_modules/nameless/dist');
    folder('linked/src', { name: 'a-vendor' });
  });
  after(() => rmSync(root, { recursive: true }));

  for (const [what, path, expected] of [
    ['installed under its name', 'node_modules/a-vendor/any.js', ['a-vendor/any.js', false]],
    ['of a scope', 'node_modules/@a/vendor/dist/x.mjs', ['@a/vendor/dist/x.mjs', false]],
    ['under an alias', 'node_modules/alias/dist/index.mjs', ['a-vendor/dist/index.mjs', true]],
    ['under an alias of a scope', 'node_modules/@b/alias/dist/index.mjs', ['@a/vendor/dist/index.mjs', true]],
    [
      'in a store of Yarn',
      'node_modules/.store/a-vendor-npm-1.0.0/package/dist/index.mjs',
      ['a-vendor/dist/index.mjs', true],
    ],
    ['behind a link', 'linked/src/dist/index.mjs', ['a-vendor/dist/index.mjs', true]],
    ['that is none of the vendor’s', 'node_modules/alias/dist/other.mjs', undefined],
    ['of another package', 'node_modules/other/dist/index.mjs', undefined],
    ['of a package without a name', 'node_modules/nameless/dist/index.mjs', undefined],
    ['of the application', 'dist/index.mjs', undefined],
  ] as const) {
    it(`is ${expected ? `found: ${expected[0]}` : 'unknown'}, ${what}`, () => {
      const found = packageFile(join(root, path).replaceAll('\\', '/'), wanted);
      assert.deepEqual(found && [found.name, found.isElsewhere], expected);
    });
  }
});

describe('an SDK in a folder of another name', () => {
  let stage: Stage;
  let root: string;
  before(async () => {
    stage = await setStage();
    root = realpathSync(mkdtempSync(join(tmpdir(), 'llmtrace-')));
    const store = join(root, 'node_modules/.store/openai-npm-7/package');
    cpSync(OPENAI, store, { recursive: true, filter: (path) => !/\.(?:ts|map)$|[\\/]src$/.test(path) });
    cpSync(store, join(root, 'node_modules/alias'), { recursive: true });
    symlinkSync(store, join(root, 'node_modules/openai'), 'junction');
  });
  beforeEach(() => stage.clear());
  after(async () => {
    rmSync(root, { recursive: true });
    await stage.close();
  });

  const call = `new OpenAI().embeddings.create({ model: 'text-embedding-3-small', input: 'a text' })`;
  for (const [name, how] of [
    ['alias', 'under an alias'],
    ['openai', 'in a store of Yarn'],
  ] as const) {
    for (const [end, load] of [
      ['mjs', `import OpenAI from '${name}';`],
      ['cjs', `const OpenAI = require('${name}');`],
    ] as const) {
      it(`is traced by its instrumentation, ${how}, as .${end}`, async () => {
        const app = join(root, `${name}.${end}`);
        writeFileSync(app, `${load}\n${call}.then(({ data }) => console.log(data.length));\n`);
        const { code, stdout, stderr } = await stage.run(pathToFileURL(app).href, { flags: AUTO });
        assert.deepEqual({ code, stderr }, { code: 0, stderr: '' });
        assert.notEqual(stdout, '');
        const spans = stage.collector.spans().map(({ scope }) => scope);
        assert.deepEqual(spans, ['@llmtrace/instrumentation-openai']);
      });
    }
  }
});
