/** An unknown version of an SDK: the methods it still has are traced, and one warning names those that it lacks. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runApp } from '@llmtrace/test-fixtures/run-app';

const AUTO = fileURLToPath(new URL('../dist/index.js', import.meta.url));

const FILES: Record<string, string> = {
  'node_modules/openai/package.json': '{ "name": "openai", "version": "99.1.0", "main": "index.js" }',
  'node_modules/openai/index.js': `
    class Client { baseURL = 'http://127.0.0.1:9/v1' }
    class Completions {
      _client = new Client();
      async create({ model }) {
        return { id: 'c1', model, choices: [{ finish_reason: 'stop' }], usage: { prompt_tokens: 7, completion_tokens: 2 } };
      }
    }
    class OpenAI { chat = { completions: new Completions() } }
    OpenAI.Chat = class Chat {};
    OpenAI.Chat.Completions = Completions;
    exports.OpenAI = OpenAI;`,
  'app.cjs': `
    const { OpenAI } = require('openai');
    new OpenAI().chat.completions.create({ model: 'gpt-99' }).then(({ id }) => console.log(id));`,
};

describe('an unknown version of an SDK', () => {
  const folder = mkdtempSync(join(tmpdir(), 'llmtrace-'));

  before(() => {
    for (const [name, text] of Object.entries(FILES)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), text);
    }
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('is traced where possible, and one warning names the untraced methods', async () => {
    const { code, stdout, stderr } = await runApp(join(folder, 'app.cjs'), {
      flags: ['--import', AUTO],
      env: { LLMTRACE_CONSOLE: 'true' },
    });
    assert.equal(code, 0, stderr);
    assert.equal(stdout, 'c1\n');
    assert.match(stderr, /^llmtrace {2}openai gpt-99 +7 in +2 out/m);
    const warnings = [...stderr.matchAll(/llmtrace: openai 99\.1\.0 is not traced wholly: it has no (.+)/g)];
    assert.equal(warnings.length, 1, stderr);
    const names = String(warnings[0]?.[1]).split(', ');
    assert.ok(names.includes('Embeddings.create') && names.includes('Responses.create'), stderr);
    assert.ok(!names.includes('Chat.Completions.create'), stderr);
  });
});
