/** Every spec runs in one of the runs of CI. */
import assert from 'node:assert/strict';
import { globSync } from 'node:fs';
import { createRequire } from 'node:module';
// @ts-expect-error: it has no types
import { lookupFiles } from 'mocha/lib/cli/lookup-files.js';

interface Config {
  readonly spec: readonly string[];
  readonly ignore?: readonly string[];
}

const require = createRequire(new URL('../../../package.json', import.meta.url));

/** The files that mocha finds by some patterns. It fails where a pattern finds none. */
const found = (patterns: readonly string[]): string[] =>
  patterns.flatMap((pattern) => lookupFiles(pattern, ['ts'], false));

function filesOf(name: string): string[] {
  const { spec, ignore = [] }: Config = require(`./.mocharc${name}.cjs`);
  const ignored = new Set(found(ignore));
  return [...new Set(found(spec))].filter((file) => !ignored.has(file));
}

describe('the specs', () => {
  it('each run once: by themselves, with applications, in one process, or alone', () => {
    const alone = 'packages/testing/test/testing.test.ts';
    assert.ok(require('./package.json').scripts.test.endsWith(alone));
    const run = [...['', '.apps', '.redis', '.serial'].flatMap(filesOf), alone].filter((file) =>
      file.endsWith('.test.ts'),
    );
    const all = ['packages/*/test/**/*.test.ts', 'test-fixtures/kit/test/**/*.test.ts'].flatMap((pattern) =>
      globSync(pattern),
    );
    assert.deepEqual(run.sort(), all.sort());
  });
});
