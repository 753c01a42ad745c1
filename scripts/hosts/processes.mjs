// Threads, processes that fork, process managers, and loaders of TypeScript.
import { restarted, script, served } from './drive.mjs';
import { PLAIN } from './servers.mjs';
import { ENVIRONMENT, IMPORT, REQUIRE } from './ways.mjs';

const MANAGERS = { name: 'process-managers', packages: { pm2: '7.0.4', nodemon: '3.1.14' } };
const TYPESCRIPT = {
  name: 'typescript',
  packages: { tsx: '4.23.15', 'ts-node': '10.9.2', typescript: '5.9.3', '@types/node': '24.10.1' },
};
const GROUP = 'Processes';

const plain = (name, file, more) => ({
  ...{ name, group: GROUP, project: PLAIN, app: ['calls', 'processes'] },
  start: ['node', '{flags}', file],
  drive: script(),
  ways: [IMPORT, ENVIRONMENT],
  ...more,
});

const DOCS = 'docs/process-managers.md';
/** PM2 takes the flags of node from its own file. */
const PM2_WAYS = [
  {
    ...{ title: '`node_args: --import`', name: 'node_args', env: { NODE_ARGS: '--import @llmtrace/auto' } },
    docs: [DOCS, 'node_args', '--import @llmtrace/auto', 'kill_timeout: 5000'],
  },
  { ...ENVIRONMENT, docs: [DOCS, 'NODE_OPTIONS="--import @llmtrace/auto"', 'kill_timeout: 5000'] },
];
const pm2 = (mode) => ({
  ...{ name: `PM2 ${mode}`, group: GROUP, project: MANAGERS, app: ['calls', 'processes'] },
  start: ['pm2-runtime', 'start', `ecosystem.${mode}.config.cjs`],
  env: { PM2_HOME: '{folder}/.pm2' },
  drive: served(['/', '/', '/'], { end: 'SIGINT' }),
  ways: PM2_WAYS,
});

const typescript = (name, start, ways) => ({
  ...{ name, title: `\`${name}\``, group: GROUP, project: TYPESCRIPT, app: ['typescript'], start },
  ...{ drive: script(), ways },
});

const WITHOUT_FLAGS = { expect: 'either', warning: /execArgv|worker/i };

export const PROCESSES = [
  plain('worker_threads', 'threads.mjs', { quick: true }),
  plain('worker_threads, execArgv: []', 'threads-without-flags.mjs', {
    ways: [{ ...IMPORT, ...WITHOUT_FLAGS }, ENVIRONMENT],
  }),
  plain('cluster', 'cluster.mjs', { drive: served(['/', '/', '/']), quick: true }),
  plain('fork', 'fork.mjs'),
  plain('a child in another folder', 'elsewhere.mjs', { ways: [ENVIRONMENT] }),
  pm2('fork'),
  pm2('cluster'),
  {
    ...{ name: 'nodemon', title: '`nodemon`', group: GROUP, project: MANAGERS, app: ['calls', 'processes'] },
    start: ['nodemon', '--delay', '0.1', '{flags}', 'server.mjs'],
    drive: restarted('server.mjs', ['/'], 'SIGTERM'),
    ways: [
      { title: '`nodemon --import`', name: '--import', flags: ['--import', '@llmtrace/auto'] },
      { ...ENVIRONMENT, docs: [DOCS, 'NODE_OPTIONS="--import @llmtrace/auto"', 'nodemon'] },
    ],
  },
  plain('node --watch', 'server.mjs', {
    start: ['node', '--watch', '{flags}', 'server.mjs'],
    drive: restarted('server.mjs', ['/'], 'SIGTERM'),
    ways: [{ ...IMPORT, docs: [DOCS, 'node --watch --import @llmtrace/auto'] }],
  }),
  typescript('tsx', ['tsx', '{flags}', 'app.ts'], [IMPORT]),
  typescript(
    'ts-node',
    ['node', '{flags}', '-r', 'ts-node/register/transpile-only', 'app.ts'],
    [
      { ...REQUIRE, docs: ['docs/bundles.md', 'node --require @llmtrace/auto -r ts-node/register'] },
      {
        ...{ ...IMPORT, docs: undefined, expect: 'warned', warning: /--require @llmtrace/ },
        why: 'ts-node does not work beside any `--import`',
        without: { flags: ['--import', 'data:text/javascript,'] },
      },
    ],
  ),
];
