import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { withPaths } from '../../src/process/children.ts';
import { type Stage, setStage } from '../stage.ts';

describe('NODE_OPTIONS for child processes', () => {
  const here = 'file:///srv/shop/dist/process/own-files.js';
  for (const [what, options, expected] of [
    ['--import', '--import @llmtrace/auto', '--import file:///srv/shop/dist/index.js'],
    ['--import=', '--import=@llmtrace/auto', '--import=file:///srv/shop/dist/index.js'],
    ['a quoted name', '--import "@llmtrace/auto"', '--import file:///srv/shop/dist/index.js'],
    ['the hook', '--import @llmtrace/auto/hook', '--import file:///srv/shop/dist/hook.js'],
    ['--require', '--require @llmtrace/auto', '--require /srv/shop/dist/index.js'],
    ['-r', '-r @llmtrace/auto', '-r /srv/shop/dist/index.js'],
    [
      'what stands beside it',
      '--max-old-space-size=64 --import @llmtrace/auto --import  tsx',
      '--max-old-space-size=64 --import file:///srv/shop/dist/index.js --import  tsx',
    ],
    ['other packages', '--import @llmtrace/automatic -r ./@llmtrace/auto', undefined],
    ['other flags', '--conditions @llmtrace/auto', undefined],
  ] as const) {
    it(`have a place for ${what}`, () => assert.equal(withPaths(options, here), expected ?? options));
  }

  it('quote a path that needs it', () =>
    assert.equal(
      withPaths('-r @llmtrace/auto', 'file:///srv/my%20shop/dist/process/own-files.js'),
      '-r "/srv/my shop/dist/index.js"',
    ));
});

/** Those that inherit `process.execArgv`, and those that do not. */
const [INHERITING, OTHERS] = [
  ['cluster', 'fork', 'worker'],
  ['exec', 'spawn'],
];

describe('child processes in another folder', () => {
  let stage: Stage;
  let folder: string;
  before(async () => {
    stage = await setStage();
  });
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'llmtrace-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  after(() => stage.close());

  for (const [name, flags, env] of [
    ['NODE_OPTIONS', [], { NODE_OPTIONS: '--import @llmtrace/auto' }],
    ['NODE_OPTIONS with --require', [], { NODE_OPTIONS: '--require @llmtrace/auto' }],
    ['--import', ['--import', '@llmtrace/auto'], {}],
    ['--require', ['--require=@llmtrace/auto'], {}],
  ] as const) {
    it(`start by ${name}`, async () => {
      const { code, stdout, stderr } = await stage.runBare('apps/elsewhere.mjs', {
        flags,
        env,
        args: [folder],
      });
      assert.equal(code, 0, stderr);
      // Those that flags do not reach are named, one line for all.
      const isNamed =
        /^\(node:\d+\) llmtrace: the process that \S+ starts \(elsewhere\.mjs\) runs without llmtrace/;
      if (name.startsWith('NODE_OPTIONS')) assert.equal(stderr, '');
      else assert.match(stderr, isNamed);
      assert.ok((stderr.match(/llmtrace:/g) ?? []).length <= 1, stderr);
      const { exits, started } = JSON.parse(stdout);
      assert.deepEqual(exits, { spawn: 0, exec: 0, fork: 0, cluster: 0, worker: 0 });
      // What `process.execArgv` has is for those alone that inherit it.
      assert.deepEqual(started, [...INHERITING, ...(name.startsWith('NODE_OPTIONS') ? OTHERS : [])].sort());
    });
  }
});
