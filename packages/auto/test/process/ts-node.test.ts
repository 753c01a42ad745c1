import assert from 'node:assert/strict';
import { hookPassedBy, isTsNodePassedBy } from '../../src/process/ts-node.ts';

const IMPORT = ['--import', '@llmtrace/auto'];

describe('ts-node', () => {
  const table: [what: string, argv1: string, execArgv: string[], nodeOptions: string, expected: boolean][] = [
    ['its command beside --import', '/srv/node_modules/.bin/ts-node', [], '--import @llmtrace/auto', true],
    [
      'its file beside --import',
      '/srv/node_modules/ts-node/dist/bin.js',
      [],
      '--import=@llmtrace/auto',
      true,
    ],
    ['its hook beside --import', '/srv/app.ts', [...IMPORT, '-r', 'ts-node/register'], '', true],
    ['its hook in one word', '/srv/app.ts', [...IMPORT, '--require=ts-node/register'], '', true],
    ['its command beside --require', '/srv/node_modules/.bin/ts-node', [], '--require @llmtrace/auto', false],
    ['its loader', '/srv/app.ts', [...IMPORT, '--loader', 'ts-node/esm'], '', false],
    ['an application of such a name', '/srv/my-ts-nodes/app.js', IMPORT, '', false],
    ['no ts-node', '/srv/app.ts', [...IMPORT, '--import', 'tsx'], '', false],
  ];
  for (const [what, argv1, execArgv, nodeOptions, expected] of table) {
    it(`is ${expected ? '' : 'not '}passed by: ${what}`, () => {
      assert.equal(isTsNodePassedBy({ argv: ['node', argv1], execArgv, nodeOptions }), expected);
    });
  }
});

describe('another hook that compiles TypeScript', () => {
  const table: [what: string, execArgv: string[], file: string, expected: string | undefined][] = [
    ['beside --import', [...IMPORT, '-r', 'esbuild-register'], '/srv/app.ts', 'esbuild-register'],
    ['in one word', [...IMPORT, '--require=@swc-node/register'], '/srv/app.tsx', '@swc-node/register'],
    [
      'by its file',
      [...IMPORT, '-r', './node_modules/sucrase/register/index.js'],
      '/srv/app.ts',
      'sucrase/register',
    ],
    ['beside --require', ['--require', '@llmtrace/auto', '-r', 'esbuild-register'], '/srv/app.ts', undefined],
    ['of ES modules', ['--import', '@swc-node/register/esm-register', ...IMPORT], '/srv/app.mts', undefined],
    ['of an application that needs none', [...IMPORT, '-r', '@babel/register'], '/srv/app.js', undefined],
  ];
  for (const [what, execArgv, file, expected] of table) {
    it(`is ${expected ? '' : 'not '}passed by: ${what}`, () => {
      assert.equal(hookPassedBy({ argv: ['node', file], execArgv, nodeOptions: '' }), expected);
      assert.equal(
        hookPassedBy({ argv: ['node', file], execArgv: [], nodeOptions: execArgv.join(' ') }),
        expected,
      );
    });
  }
});
