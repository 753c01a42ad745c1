import assert from 'node:assert/strict';
import { isTsNodePassedBy } from '../../src/process/ts-node.ts';

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
