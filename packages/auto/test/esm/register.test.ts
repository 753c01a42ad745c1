import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { hasSyncHooks } from '../../src/esm/register.ts';
import { AUTO, type Stage, setStage } from '../stage.ts';

const scriptUrl = (text: string): string => `data:text/javascript,${encodeURIComponent(text)}`;
const PARTS = ['import-in-the-middle', 'cjs-module-lexer', 'es-module-lexer', 'module-details-from-path'];

describe('the hook for ES modules', () => {
  let stage: Stage;
  let folder: string;
  before(async () => {
    stage = await setStage();
    folder = mkdtempSync(join(tmpdir(), 'llmtrace-'));
    const { resolve } = createRequire(
      createRequire(import.meta.url).resolve('@opentelemetry/instrumentation'),
    );
    for (const name of PARTS) {
      const path = resolve(name);
      const root = path.slice(0, path.lastIndexOf(`/node_modules/${name}/`));
      cpSync(join(root, 'node_modules', name), join(folder, 'node_modules', name), { recursive: true });
    }
    const hook = pathToFileURL(join(folder, 'node_modules/import-in-the-middle/hook.mjs'));
    writeFileSync(
      join(folder, 'async.mjs'),
      `import { register } from 'node:module';\nregister('${hook}');\n`,
    );
  });
  beforeEach(() => stage.clear());
  after(async () => {
    rmSync(folder, { recursive: true });
    await stage.close();
  });

  for (const [order, place] of [
    ['before', 0],
    ['after', 1],
  ] as const) {
    it(`has modules traced that another copy of it wraps, which was registered ${order} it`, async () => {
      const flags = AUTO.toSpliced(2 * place, 0, '--import', pathToFileURL(join(folder, 'async.mjs')).href);
      const { code, stdout, stderr } = await stage.run('../examples/chat.mjs', { flags });
      assert.equal(code, 0);
      assert.doesNotMatch(stderr, /llmtrace/); // in Node.js 20 the other has something to say
      assert.notEqual(stdout, '');
      assert.equal(stage.collector.spans().length, 1);
    });
  }

  it('traces the modules of a hook that adds a query to each import, as esmock does', async () => {
    const adding = `export async function resolve(specifier, context, next) {
      const found = await next(specifier, context);
      return found.url.startsWith('file:') ? { ...found, url: found.url + '?tree=1' } : found;
    }`;
    const hook = `import { register } from 'node:module'; register(${JSON.stringify(scriptUrl(adding))});`;
    const { code, stdout, stderr } = await stage.run('../examples/chat.mjs', {
      flags: [...AUTO, '--import', scriptUrl(hook)],
      timeout: 20_000,
    });
    assert.deepEqual({ code, stderr }, { code: 0, stderr: '' });
    assert.notEqual(stdout, '');
    assert.equal(stage.collector.spans().length, 1);
  });

  it('does not prevent the tracing of required modules', async () => {
    const flags = ['--import', pathToFileURL(join(folder, 'async.mjs')).href, ...AUTO];
    const { code } = await stage.run('../examples/stream.cjs', { flags });
    assert.equal(code, 0);
    assert.equal(stage.collector.spans().length, 1);
  });

  it('does not warn if there is no other hook, also in a late check', async () => {
    const { code, stderr } = await stage.run('apps/late.ts', { flags: [...AUTO, '--import', 'tsx'] });
    assert.deepEqual({ code, stderr }, { code: 0, stderr: '' });
    assert.equal(stage.collector.spans().length, 1);
  });

  it('is no warning where jest refuses it: a setup file can instrument an SDK by hand', async () => {
    const refusing = `import module from 'node:module';
      module.register = module.registerHooks = () => { throw new Error('not supported in Jest'); };`;
    const flags = ['--import', scriptUrl(refusing), ...AUTO];
    for (const [env, expected] of [
      [{}, /llmtrace: the file of the hook for ES modules is missing/],
      [{ JEST_WORKER_ID: '1' }, /^$/],
    ] as const) {
      const { stderr } = await stage.runBare('../examples/stream.cjs', { flags, env });
      assert.match(stderr, expected);
    }
  }).timeout(60_000);

  it('names the remedy in a runtime without the hooks of its Node.js version, such as Bun', async function () {
    if (!hasSyncHooks(process.env['TEST_NODE_VERSION'] ?? process.versions.node)) this.skip();
    const lacking =
      'data:text/javascript,import m from "node:module"; delete m.registerHooks; m.syncBuiltinESMExports()';
    const { code, stderr } = await stage.run('../examples/chat.mjs', {
      flags: ['--import', lacking, ...AUTO],
      env: { LLMTRACE_INSTRUMENTATIONS: 'openai' },
    });
    assert.equal(code, 0);
    assert.match(
      stderr,
      /llmtrace: this runtime lacks the module hooks of Node\.js.*instrumentClient\(client\)/,
    );
    assert.equal(stage.collector.spans().length, 0);
  });

  it('wraps nothing: it is no import-in-the-middle', async () => {
    const { code, stdout, stderr } = await stage.run('apps/wrapped.mjs', { flags: AUTO });
    assert.deepEqual({ code, stderr }, { code: 0, stderr: '' });
    assert.deepEqual(JSON.parse(stdout), []);
  });
});

describe('a Node.js with hooks in the application’s own thread', () => {
  for (const [version, has] of [
    ['20.20.2', false],
    ['22.15.0', false],
    ['22.22.2', false],
    ['22.22.3', true],
    ['23.11.0', false],
    ['24.11.0', false],
    ['24.11.1', true],
    ['24.21.0', true],
    ['25.0.0', false],
    ['25.1.0-nightly', true],
    ['26.0.0', true],
  ] as const) {
    it(`is ${has ? '' : 'not '}${version}`, () => assert.equal(hasSyncHooks(version), has));
  }
});
