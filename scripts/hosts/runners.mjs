// Test runners.
import { script } from './drive.mjs';
import { OTEL } from './versions.mjs';
import { ENVIRONMENT, IMPORT } from './ways.mjs';

const PROJECT = {
  name: 'test-runners',
  packages: { ...OTEL, jest: '30.5.2', vitest: '5.1.2', vite: '8.4.0', mocha: '12.0.3' },
};
const DOCS = 'docs/test-runners.md';
const BY_ENVIRONMENT = {
  ...ENVIRONMENT,
  docs: [DOCS, 'NODE_OPTIONS="--import @llmtrace/auto"'],
  quick: true,
};

const runner = (name, start, ways, quick) => ({
  ...{ name, title: `\`${name}\``, group: 'Test runners', project: PROJECT, app: ['calls', 'tests'], start },
  ...{ drive: script(), ways, quick },
});
/** The way that the documentation shows. */
const CONFIGURED = {
  ...{ title: '`execArgv` and a setup file', name: 'execArgv', files: ['tests-vitest'] },
  docs: [DOCS, "execArgv: ['--import', '@llmtrace/auto']", 'afterAll(() => llmtrace.flush());'],
};
const vitest = (pool) => ['vitest', 'run', '--pool', pool, 'vitest.test.mjs'];

export const RUNNERS = [
  runner(
    'jest',
    ['jest', '--config', 'jest.config.cjs'],
    [
      {
        ...{ title: 'a setup file', name: 'setup file', files: ['tests-jest'] },
        docs: [
          DOCS,
          "instrumentModule(require('openai'));",
          'afterAll(() => llmtrace.flush());',
          "setupFilesAfterEnv: ['./jest.setup.cjs']",
        ],
      },
      BY_ENVIRONMENT,
    ],
    true,
  ),
  runner(
    'vitest forks',
    vitest('forks'),
    [
      CONFIGURED,
      {
        ...{ ...BY_ENVIRONMENT, mayLose: 1 },
        lost: 'vitest kills a fork 500 ms after its last test; on a busy machine that is too soon, as the documentation says',
      },
    ],
    ['execArgv'],
  ),
  runner('vitest threads', vitest('threads'), [BY_ENVIRONMENT]),
  runner('vitest vmThreads', vitest('vmThreads'), [BY_ENVIRONMENT]),
  runner(
    'mocha',
    ['mocha', '{flags}', '--timeout', '30000', 'mocha.test.mjs'],
    [
      {
        ...{ title: '`--node-option import=@llmtrace/auto`', name: '--node-option' },
        flags: ['--node-option', 'import=@llmtrace/auto'],
        docs: [DOCS, 'mocha --node-option import=@llmtrace/auto'],
      },
      { ...BY_ENVIRONMENT, docs: undefined },
    ],
  ),
  runner(
    'node --test',
    ['node', '{flags}', '--test', 'node.test.mjs'],
    [{ ...IMPORT, docs: [DOCS, 'node --import @llmtrace/auto --test'] }],
  ),
];
