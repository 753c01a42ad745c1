// Package managers, flags of Node.js, restricted processes, and other runtimes.
import { script } from './drive.mjs';
import { PLAIN } from './servers.mjs';
import { ANTHROPIC, OTEL } from './versions.mjs';
import { ENVIRONMENT, IMPORT, REQUIRE } from './ways.mjs';

const host = (group, name, project, more) => ({
  ...{ name, group, project, app: ['calls'], start: ['node', '{flags}', 'script.mjs'], drive: script() },
  ...more,
});
const NOBODY = 65_534;
const without = (way, more = {}) => ({ ...way, docs: undefined, ...more });
const IS_ROOT = process.getuid?.() === 0;

const MANAGERS = [
  host(
    'Package managers',
    'pnpm',
    { name: 'pnpm', manager: 'pnpm', packages: {} },
    { ways: [IMPORT, ENVIRONMENT] },
  ),
  host(
    'Package managers',
    'npm workspaces',
    { name: 'workspaces', packages: {}, manifest: { workspaces: ['apps/*'] }, files: 'workspaces' },
    {
      cwd: '{folder}/apps/shop',
      app: [],
      start: ['node', '{flags}', 'shop.mjs'],
      ways: [IMPORT, ENVIRONMENT],
    },
  ),
  host(
    'Package managers',
    'Yarn PnP',
    { name: 'yarn', manager: 'yarn', packages: {} },
    {
      start: ['yarn', 'node', '{flags}', 'script.mjs'],
      ways: [
        without(IMPORT, {
          docs: ['docs/bundles.md', 'yarn node --import @llmtrace/auto'],
          says: /nodeLinker/,
        }),
        without(REQUIRE, { docs: ['docs/bundles.md', '--require'], says: /nodeLinker/ }),
      ],
    },
  ),
  host(
    'SDKs',
    '@anthropic-ai/sdk',
    { name: 'anthropic', packages: ANTHROPIC },
    {
      app: ['anthropic'],
      ways: [IMPORT, ENVIRONMENT],
    },
  ),
];

const flag = (name, flags, more) =>
  host('Flags and restrictions', name, PLAIN, {
    start: ['node', ...flags, '{flags}', 'script.mjs'],
    ways: [without(IMPORT)],
    ...more,
  });
/** In such a process a part may be impossible: then a line says which. */
const RESTRICTED = [
  flag('--permission', ['--permission', '--allow-fs-read=*'], {
    ways: [without(IMPORT, { says: /--allow-worker/ })],
  }),
  flag('--permission with workers', ['--permission', '--allow-fs-read=*', '--allow-worker']),
  flag('--frozen-intrinsics', ['--frozen-intrinsics']),
  ...(IS_ROOT
    ? [
        flag('non-root user, read-only files', [], {
          ...{ uid: NOBODY, gid: NOBODY },
          env: { TMPDIR: '/nonexistent', HOME: '/nonexistent' },
        }),
      ]
    : []),
];

const RUNTIMES = { name: 'runtimes', packages: { ...OTEL, bun: '1.4.5', deno: '2.9.6' } };
const BY_HAND = {
  ...{ title: '`instrumentClient()` and a NodeSDK', name: 'by hand', files: ['by-hand', 'provider'] },
  without: { files: ['provider'] },
  docs: ['docs/bundles.md', 'instrumentClient(new OpenAI('],
};
const runtime = (name, start, flags, more) =>
  host('Other runtimes', name, RUNTIMES, {
    start,
    ways: [
      BY_HAND,
      {
        ...{ title: `\`${flags[0]}\``, name: flags[0], flags, expect: 'either' },
        ...{ warning: /instrumentClient/, why: `${name} has no hooks of Node.js` },
        docs: ['docs/bundles.md', flags.join(' ')],
        ...more,
      },
    ],
  });

export const OTHERS = [
  ...MANAGERS,
  ...RESTRICTED,
  runtime('Bun', ['bun', '{flags}', 'script.mjs'], ['--preload', '@llmtrace/auto']),
  runtime(
    'Deno',
    ['deno', 'run', '--allow-all', '--node-modules-dir=manual', '{flags}', 'script.mjs'],
    ['--preload', './node_modules/@llmtrace/auto/dist/index.js'],
    { expect: undefined, says: /no export thread/ },
  ),
];
