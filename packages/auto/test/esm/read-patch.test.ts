/** ES modules on versions of Node.js that have no hooks in the application's own thread. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { AUTO, file, olderNode, type Stage, setStage } from '../stage.ts';

const HOOK = `export async function load(url, context, next) { return next(url, context); }`;

const FILES: Record<string, string> = {
  'hook.mjs': HOOK,
  'register.mjs': `import { register } from 'node:module'; register('./hook.mjs', import.meta.url);`,
  'node_modules/openai/package.json':
    '{ "name": "openai", "version": "99.1.0", "type": "module", "exports": "./index.mjs" }',
  'node_modules/openai/index.mjs': `export { OpenAI, OpenAI as default } from './elsewhere.mjs';`,
  'node_modules/openai/elsewhere.mjs': `
    class Client { baseURL = 'http://127.0.0.1:9/v1' }
    class Completions {
      _client = new Client();
      async create({ model }) {
        return { id: 'c1', model, choices: [{ finish_reason: 'stop' }], usage: { prompt_tokens: 7, completion_tokens: 2 } };
      }
    }
    export class OpenAI { chat = { completions: new Completions() } }
    OpenAI.Chat = class Chat {};
    OpenAI.Chat.Completions = Completions;`,
  'app.mjs': `
    import OpenAI from 'openai';
    const { id } = await new OpenAI().chat.completions.create({ model: 'gpt-99' });
    console.log(id);`,
};

describe('ES modules where the application has no hooks in its own thread', () => {
  const node = olderNode() ?? '';
  const folder = mkdtempSync(join(tmpdir(), 'llmtrace-'));
  const register = ['--import', pathToFileURL(join(folder, 'register.mjs')).href];
  const env = { NODE_NO_WARNINGS: '1' };
  let stage: Stage;

  before(async function () {
    if (!node) this.skip(); // this machine has no such Node.js
    for (const [name, text] of Object.entries(FILES)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), text);
    }
    stage = await setStage();
  });
  beforeEach(() => stage.clear());
  after(async () => {
    rmSync(folder, { recursive: true, force: true });
    await stage?.close();
  });

  for (const [name, flags] of [
    ['alone', AUTO],
    ['with hooks that were registered before', [...register, ...AUTO]],
    ['with hooks that are registered later', [...AUTO, ...register]],
    ['with a loader on the command line', ['--experimental-loader', 'data:text/javascript,', ...AUTO]],
  ] as const) {
    it(`are traced ${name}`, async () => {
      const { code, stdout, stderr } = await stage.run('../examples/chat.mjs', {
        node,
        flags: [...flags],
        env,
      });
      assert.deepEqual({ code, stderr }, { code: 0, stderr: '' });
      assert.notEqual(stdout, '');
      assert.equal(stage.collector.spans().length, 1);
    });
  }

  it('are unchanged for all other readers', async () => {
    const { code, stdout, stderr } = await stage.run('apps/reads.mjs', { node, flags: AUTO, env });
    assert.deepEqual({ code, stderr }, { code: 0, stderr: '' });
    assert.deepEqual(JSON.parse(stdout), { same: 1, name: 'readFile', length: 2, missing: 'ENOENT' });
  });

  it('take no thread of the module loader', async () => {
    const script = `process.stdout.write(String(process.moduleLoadList.includes('NativeModule internal/modules/esm/hooks')))`;
    writeFileSync(join(folder, 'loaded.mjs'), `import 'openai';\n${script}`);
    const { stdout, stderr } = await stage.run(join(folder, 'loaded.mjs'), {
      node,
      flags: ['--import', file('../dist/index.js')],
      env,
    });
    assert.equal(stdout, 'false', stderr);
  });

  it('of an unknown version are traced by the exports of the main module', async () => {
    const { code, stdout, stderr } = await stage.run(join(folder, 'app.mjs'), {
      node,
      flags: ['--import', file('../dist/index.js')],
    });
    assert.deepEqual({ code, stdout }, { code: 0, stdout: 'c1\n' }, stderr);
    assert.match(stderr, /openai 99\.1\.0 is not traced wholly: it has no /);
    assert.doesNotMatch(stderr, /Chat\.Completions\.create/);
    assert.deepEqual(
      stage.collector.spans().map((span) => span.name),
      ['chat gpt-99'],
    );
  });
});
