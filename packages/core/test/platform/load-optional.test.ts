import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { entryFile } from '../../src/platform/load-optional.ts';

const CORE = new URL('../../dist/internal.js', import.meta.url).href;

describe('an optional package', () => {
  let folder: string;
  const at = (...path: string[]): string => join(folder, ...path);
  const install = (...path: string[]): void => {
    mkdirSync(at(...path, 'node_modules', 'planted'), { recursive: true });
    writeFileSync(at(...path, 'node_modules', 'planted', 'index.js'), `exports.from = '${path.join('/')}';`);
  };
  const SAYS = `import(${JSON.stringify(CORE)}).then(({ loadOptional }) => console.log(loadOptional('planted')?.from));`;
  const says = (...args: string[]): string =>
    execFileSync(process.execPath, args, { cwd: at('cwd'), encoding: 'utf8' }).trim();

  before(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'llmtrace-test-')));
    install('cwd');
    install('app');
    mkdirSync(at('bare'));
    for (const name of ['app', 'bare']) {
      writeFileSync(at(name, 'main.cjs'), SAYS);
      writeFileSync(at(name, 'main.mjs'), SAYS);
      writeFileSync(
        at(name, 'worker.cjs'),
        `new (require('node:worker_threads').Worker)(require('node:path').join(__dirname, 'main.cjs'));`,
      );
    }
    writeFileSync(at('say.mjs'), SAYS);
    symlinkSync(at('app', 'main.mjs'), at('bare', 'link.mjs'));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  for (const script of ['main.cjs', 'main.mjs', 'main', 'worker.cjs']) {
    it(`is never loaded from the working directory, by ${script}`, () => {
      assert.equal(says(at('bare', script === 'main' ? 'main.cjs' : script)), 'undefined');
    });

    it(`is loaded from where the application is, by ${script}`, () => {
      assert.equal(says(script === 'main' ? '../app/main.cjs' : at('app', script)), 'app');
    });
  }

  it('is loaded from where the application really is, before its entry runs, too', () => {
    assert.equal(says(at('bare', 'link.mjs')), 'app');
    assert.equal(says('--import', at('say.mjs'), at('app', 'worker.cjs')).split('\n')[0], 'app');
    assert.equal(says('--import', at('say.mjs'), at('bare', 'worker.cjs')).split('\n')[0], 'undefined');
  });

  it('is not loaded from an argument that looks like a script', () => {
    assert.equal(says('-e', SAYS, at('app', 'main.cjs')), 'undefined');
    assert.equal(says(`--eval=${SAYS}`, at('app', 'main.cjs')), 'undefined');
  });

  it('has an entry file only where there is a script', () => {
    const cases: [argv: string[], execArgv: string[], expected: string | undefined][] = [
      [['node', '/nowhere/app.js'], [], '/nowhere/app.js'],
      [['node', '/nowhere/app.js'], ['--enable-source-maps'], '/nowhere/app.js'],
      [['node'], [], undefined],
      [['node', '-'], [], undefined],
      [['node', 'argument'], [], undefined],
      [['node', '[worker eval]'], [], undefined],
      ...['-e', '-p', '-pe', '-i', '--eval', '--print', '--eval=1\n', '--interactive'].map(
        (option): [string[], string[], undefined] => [['node', '/nowhere/app.js'], [option], undefined],
      ),
    ];
    for (const [argv, execArgv, expected] of cases) assert.equal(entryFile(argv, execArgv), expected);
  });
});
