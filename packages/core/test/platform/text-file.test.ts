import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readTextFile } from '../../src/platform/text-file.ts';

describe('a file that a configuration names', () => {
  let folder: string;
  const at = (name: string): string => join(folder, name);
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'llmtrace-test-'));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('is read whole', () => {
    writeFileSync(at('a.json'), '{"ä": 1}');
    assert.equal(readTextFile(at('a.json')), '{"ä": 1}');
  });

  it('is no folder, and no device', () => {
    assert.throws(() => readTextFile(folder), /EISDIR|regular file/);
    if (process.platform !== 'win32') assert.throws(() => readTextFile('/dev/zero'), /regular file/);
  });

  it('is no FIFO, for whose writer it would wait', function () {
    if (process.platform === 'win32') this.skip();
    execFileSync('mkfifo', [at('fifo')]);
    assert.throws(() => readTextFile(at('fifo')), /regular file/);
  });

  it('has at most 16 MiB', () => {
    writeFileSync(at('large.json'), '');
    truncateSync(at('large.json'), 16 * 1024 * 1024 + 1);
    assert.throws(() => readTextFile(at('large.json')), /at most 16777216 bytes/);
  });
});
