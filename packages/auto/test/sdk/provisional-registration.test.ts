/** What llmtrace has in OpenTelemetry's API until the application registers its own, seen by real copies of that API. */
import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import module, { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build, stop } from 'esbuild';
import { AUTO, type Stage, setStage } from '../stage.ts';

const require = createRequire(import.meta.url);
const of3 = createRequire(new URL('../../../../test-fixtures/sdks/otel-3/package.json', import.meta.url));

const ALL = { context: true, baggage: 'trees', parent: true, span: true };
const THEIRS = { context: true, fields: 'theirs', span: true };

describe('a loan', () => {
  let stage: Stage;
  let folder: string;
  const files: Record<string, string> = {};

  before(async () => {
    stage = await setStage();
    folder = mkdtempSync(join(tmpdir(), 'llmtrace-'));
    files['1.9.1'] = require.resolve('@opentelemetry/api');
    files['1.10.0'] = of3.resolve('@opentelemetry/api');
    for (const version of ['1.9.0', '1.4.1']) files[version] = copyOf(version);
    for (const version of ['1.9.0', '1.10.0']) {
      for (const minify of [false, true])
        files[`${version} in a ${minify ? 'minified ' : ''}bundle`] = await bundleOf(version, minify);
    }
    await stop();
  });
  beforeEach(() => stage.clear());
  after(async () => {
    rmSync(folder, { recursive: true, force: true });
    await stage.close();
  });

  /** The API in another version: it is the same but for its number. */
  function copyOf(version: string): string {
    const main = require.resolve('@opentelemetry/api');
    const copy = join(folder, version, 'node_modules/@opentelemetry/api');
    cpSync(main.slice(0, main.lastIndexOf('/build/')), copy, { recursive: true });
    for (const name of ['package.json', 'build/src/version.js']) {
      const path = join(copy, name);
      writeFileSync(path, readFileSync(path, 'utf8').replace('1.9.1', version));
    }
    return join(copy, 'build/src/index.js');
  }

  async function bundleOf(version: string, minify: boolean): Promise<string> {
    const outfile = join(folder, `${version}-${minify}.cjs`);
    const contents = `export * from ${JSON.stringify(files[version])}; export const SDK = '1.30.1'`;
    const stdin = { contents, resolveDir: folder };
    await build({ stdin, outfile, minify, bundle: true, platform: 'node' });
    return outfile;
  }

  async function run(registering: string, copies: readonly string[], flags = AUTO, env = {}) {
    const args = [files[registering] ?? registering, ...copies.map((version) => files[version] as string)];
    const { code, stdout, stderr } = await stage.run('apps/copies.mjs', {
      ...{ flags, args },
      env: { NODE_NO_WARNINGS: '1', ...env }, // llmtrace warns that the endpoint of the stage has no effect
    });
    assert.deepEqual({ code, stderr }, { code: 0, stderr: '' });
    return JSON.parse(stdout);
  }

  it('is seen by every copy of the API from the start', async () => {
    const copies = ['1.9.1', '1.9.0', '1.10.0', '1.4.1', '1.9.0 in a minified bundle'];
    const { before } = await run('none', copies, AUTO, { FLUSH: 'true' });
    assert.deepEqual(
      before,
      copies.map(() => ALL),
    );
    // As those of the AI SDK, whose versions 4 and 5 bring a copy of 1.9.0 of their own.
    assert.deepEqual(
      stage.collector.spans().map(({ name, parentSpanId }) => [name, parentSpanId]),
      copies.map(() => ['work', 'b'.repeat(16)]),
    );
  });

  it('is there without an exporter, too', async () => {
    const { stdout, stderr } = await stage.runBare('apps/copies.mjs', {
      flags: AUTO,
      args: ['none', files['1.9.1'] as string],
    });
    assert.deepEqual(JSON.parse(stdout).before, [{ ...ALL, span: false }], stderr);
  });

  for (const version of [
    ...['1.9.1', '1.9.0', '1.10.0', '1.4.1', '1.9.0 in a bundle', '1.9.0 in a minified bundle'],
    ...['1.10.0 in a bundle', '1.10.0 in a minified bundle'],
  ]) {
    it(`ends when ${version} registers, which is not refused`, async () => {
      const { after } = await run(version, [version]);
      assert.deepEqual(after.accepted, [true, true, true]);
      assert.equal(after.again, false); // as without llmtrace
      assert.deepEqual(after.seen, [THEIRS]);
      assert.deepEqual(after.names, ['early', 'late']);
    });
  }

  it('ends for all copies; each copy then sees the same as without llmtrace', async () => {
    const copies = ['1.9.1', '1.9.0', '1.4.1'];
    for (const version of copies.slice(0, 2)) {
      const { after } = await run(version, copies);
      assert.deepEqual(
        after.seen,
        copies.map(() => THEIRS),
      );
      const { after: native } = await run(version, copies, []);
      assert.deepEqual(after.seen, native.seen);
    }
  });

  it('is none where the application has registered by an older API before: the calls have its spans as parents', async function () {
    if (!('registerHooks' in module)) this.skip();
    const { stdout, stderr } = await stage.runBare('apps/older-api.mjs');
    assert.equal(stdout, 'chat gpt-4.1-mini true\n', stderr);
  });
});
