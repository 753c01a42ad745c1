/** llmtrace in a bundle, which runs where there is no `node_modules`: loading it never throws. */
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runApp } from '@llmtrace/test-fixtures/run-app';
import { build, stop } from 'esbuild';
import { file } from '../stage.ts';

const REQUIRE = `import { createRequire as requireOfBundle } from 'node:module';
const require = requireOfBundle(import.meta.url);`;

/** Each package of an instrumentation is in the list. */
const PACKAGES = readdirSync(file('../..'))
  .filter((folder) => folder.startsWith('instrumentation-'))
  .map((folder) => `@llmtrace/${folder}`)
  .sort();

describe('llmtrace in a bundle', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'llmtrace-'));
  });
  after(async () => {
    rmSync(folder, { recursive: true, force: true });
    await stop();
  });

  const bundled = async (format: 'cjs' | 'esm', conditions = ['module']) => {
    const outfile = join(folder, `guest${conditions.length}.${format === 'esm' ? 'mjs' : 'cjs'}`);
    const { warnings } = await build({
      ...{ entryPoints: [file('bundles/guest.mjs')], bundle: true, platform: 'node', format, outfile },
      ...{ conditions, logLevel: 'silent', ...(format === 'esm' && { banner: { js: REQUIRE } }) },
    });
    return { outfile, warnings: warnings.map(({ text }) => text) };
  };

  for (const format of ['cjs', 'esm'] as const) {
    it(`loads, and its hook for ES modules needs no file of its own (${format})`, async () => {
      const { outfile, warnings } = await bundled(format);
      assert.deepEqual(warnings, []);
      const { code, stdout, stderr } = await runApp(outfile, { cwd: folder });
      assert.deepEqual(
        { code, stdout },
        { code: 0, stdout: `${JSON.stringify([PACKAGES, 'function'])}\n` },
        stderr,
      );
      assert.doesNotMatch(stderr, /hook/);
    });

    it(`has the doctor with it (${format})`, async () => {
      const { outfile } = await bundled(format);
      const env = { LLMTRACE_DOCTOR: '1' };
      const { code, stderr } = await runApp(outfile, { cwd: folder, env });
      assert.equal(code, 0, stderr);
      assert.match(stderr, /^llmtrace doctor: /m);
      assert.doesNotMatch(stderr, /hook-missing/);
    });
  }

  it('imports nothing that an installed version of a package may not export', async () => {
    // With the packages' ES modules, whose exports are known.
    const { warnings } = await bundled('esm', ['llmtrace:source', 'module']);
    assert.deepEqual(
      warnings.filter((text) => /import "|no matching export/i.test(text)),
      [],
    );
  });
});
