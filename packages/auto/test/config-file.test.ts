import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadConfigFile } from '../src/config-file.ts';

const path = (name: string): string => fileURLToPath(new URL(`./configs/${name}`, import.meta.url));

describe('the configuration file', () => {
  const said: string[] = [];
  const load = (name: string | undefined) =>
    loadConfigFile(name && path(name), (message) => void said.push(message));
  beforeEach(() => {
    said.length = 0;
  });

  it('is not asked for where none is named', () => {
    assert.deepEqual(load(undefined), {});
    assert.deepEqual(said, []);
  });

  for (const name of ['good.json', 'good.mjs', 'good.cjs', 'typed.ts']) {
    it(`may be ${name}`, () => {
      assert.deepEqual(load(name).retry, { maxRetries: 1 });
      assert.deepEqual(said, []);
    });
  }

  it('is relative to the working directory', () => {
    const name = path('good.json').slice(process.cwd().length + 1);
    assert.deepEqual(loadConfigFile(`./${name}`, assert.fail).rateLimit, { rate: 5 });
  });

  it('that is no JSON is one, too', () => {
    const folder = mkdtempSync(join(tmpdir(), 'llmtrace-'));
    const name = join(folder, 'broken.json');
    try {
      writeFileSync(name, '{ "retry": ');
      assert.deepEqual(
        loadConfigFile(name, (message) => void said.push(message)),
        {},
      );
      assert.match(said.join(), /broken\.json: .*JSON/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  const WRONG: Readonly<Record<string, RegExp>> = {
    'wrong-value.mjs': /Expected `retry\.maxRetries` to be a non-negative integer, got -1\./,
    'wrong-field.json': /Expected the configuration to have no `retires`\./,
    'no-default.mjs': /Expected the file to have a default export\./,
    'throws.mjs': /a bug in the configuration/,
    'later.mjs': /top-level await/,
    'missing.mjs': /Cannot find module/,
  };
  for (const [name, why] of Object.entries(WRONG)) {
    it(`that is ${name} is one warning that names it, and nothing of it is used`, () => {
      assert.deepEqual(load(name), {});
      assert.equal(said.length, 1);
      assert.match(said[0] ?? '', why);
      assert.ok(said[0]?.startsWith(`could not use the configuration ${path(name)}: `), said[0]);
      assert.ok(said[0]?.endsWith('llmtrace runs without it'), said[0]);
    });
  }
});
