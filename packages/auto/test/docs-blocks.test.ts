/**
 * The code in all pages: each block of JavaScript or TypeScript is an example's file, which `npm run check` checks the
 * types of, or stands in the README of a package, from where it is run.
 */
import assert from 'node:assert/strict';
import { globSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { runApp } from '@llmtrace/test-fixtures/run-app';
import { file } from './stage.ts';

const ROOT = file('../../..');
const read = (path: string): string => readFileSync(path, 'utf8');

/** Blocks may be part of a list. */
const blocksOf = (text: string): string[] =>
  [...text.matchAll(/^( *)```(?:[cm]?[jt]sx?|javascript|typescript)\n(.*?)^\1```$/gms)].map(
    ([, indent = '', body = '']) => body.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
  );

describe('the code in all pages', () => {
  const examples = new Set(
    globSync(`{docs/examples,packages/*/examples}/**/*.*`, { cwd: ROOT }).map((path) =>
      read(join(ROOT, path)),
    ),
  );
  const pages = globSync(['README.md', 'CONTRIBUTING.md', 'docs/*.md'], { cwd: ROOT });

  it('is a file of an example', () => {
    assert.ok(pages.length > 20);
    for (const page of pages)
      for (const block of blocksOf(read(join(ROOT, page))))
        assert.ok(examples.has(block), `no example is this block of ${page}:\n${block}`);
  });

  const readmes = globSync('packages/*/README.md', { cwd: ROOT }).filter(
    (path) => blocksOf(read(join(ROOT, path))).length > 0,
  );
  for (const readme of readmes) {
    it(`of ${relative('packages', readme)} runs`, async () => {
      const folder = mkdtempSync(join(tmpdir(), 'llmtrace-readme-'));
      try {
        symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
        for (const [index, block] of blocksOf(read(join(ROOT, readme))).entries()) {
          const path = join(folder, `block-${index}.mjs`);
          writeFileSync(path, block);
          const env = {
            OTEL_TRACES_EXPORTER: 'none',
            OTEL_METRICS_EXPORTER: 'none',
            OTEL_LOGS_EXPORTER: 'none',
          };
          const { code, stderr } = await runApp(path, { cwd: folder, timeout: 60_000, env });
          assert.deepEqual({ code, stderr }, { code: 0, stderr: '' }, block);
        }
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    });
  }
});
