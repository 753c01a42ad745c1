// Bundlers: the SDK left out of the bundle, the SDK inside and instrumented by hand, and inside with a flag alone.
import { script } from './drive.mjs';
import { OTEL } from './versions.mjs';

const PROJECT = {
  name: 'bundlers',
  packages: {
    ...OTEL,
    ...{ esbuild: '0.28.2', webpack: '5.113.0', 'webpack-cli': '7.3.1', rollup: '4.68.8', vite: '8.4.0' },
    ...{ '@rollup/plugin-node-resolve': '16.0.3', '@rollup/plugin-commonjs': '29.0.0' },
    ...{
      '@rollup/plugin-json': '6.1.0',
      rolldown: '1.3.3',
      tsup: '9.0.0',
      typescript: '5.9.3',
      bun: '1.4.5',
    },
  },
};
const IMPORT = ['--import', '@llmtrace/auto'];
const DOCS = 'docs/bundles.md';

/** `external` and `inside` are the commands of a build; `words` are those of the documentation for `external`. */
function bundler(name, { external, inside, out = 'out.mjs', words, handWords = [], more = [], quick }) {
  return {
    ...{ name, title: `\`${name}\``, group: 'Bundlers', project: PROJECT, app: ['calls', 'bundlers'], quick },
    start: ['node', '{flags}', out],
    drive: script(),
    ways: [
      {
        ...{ title: 'the SDK outside, `--import`', name: 'outside', flags: IMPORT },
        ...{ build: external, without: { build: external }, docs: words && [DOCS, ...words] },
      },
      {
        ...{ title: 'the SDK inside, `instrumentClient()` and `--import`', name: 'inside, by hand' },
        ...{ flags: IMPORT, files: ['by-hand'], build: inside, without: { build: inside } },
        docs: [DOCS, 'instrumentClient(new OpenAI(', ...handWords],
      },
      {
        ...{ title: 'the SDK inside, `--import` alone', name: 'inside, --import' },
        // No hook sees what is inside a bundle: its calls are traced by their requests.
        ...{ flags: IMPORT, build: inside, without: { build: inside } },
        docs: [DOCS, '--import @llmtrace/auto'],
      },
      ...more,
    ],
  };
}

/** The application's own NodeSDK and llmtrace are in the bundle, the vendor's SDK is outside. */
const ownSdk = (build, flags) => ({
  ...{ title: 'the SDK outside; NodeSDK and `/instrumentations` inside', name: 'own NodeSDK inside' },
  ...{ build, flags, files: ['own-sdk-in-code'], without: { build, files: ['provider'] } },
  docs: [
    'README.md',
    "import { llmtraceInstrumentations } from '@llmtrace/auto/instrumentations';",
    '...llmtraceInstrumentations()]',
  ],
});

const BANNER =
  "import { createRequire as requireOfBundle } from 'node:module'; const require = requireOfBundle(import.meta.url);";
const esbuild = (format, extension, ...rest) => [
  [
    ...['esbuild', 'script.mjs', '--bundle', '--platform=node', `--format=${format}`],
    ...[`--outfile=out.${extension}`, ...rest],
  ],
];
const CJS = esbuild('cjs', 'cjs', '--external:openai');
const ESM = esbuild('esm', 'mjs', `--banner:js=${BANNER}`, '--external:openai');
const webpack = (...rest) => [['webpack', ...rest]];
const rolldown = (...rest) => [
  ['rolldown', 'script.mjs', '--platform', 'node', '--format', 'esm', '--file', 'out.mjs', ...rest],
];
const bun = (...rest) => [
  ['bun', 'build', 'script.mjs', '--target', 'node', '--outfile', 'out.mjs', ...rest],
];

export const BUNDLERS = [
  bundler('esbuild', {
    quick: ['outside', 'inside, by hand'],
    external: ESM,
    inside: esbuild('esm', 'mjs', `--banner:js=${BANNER}`),
    words: ['--external:openai'],
    handWords: [BANNER],
    more: [ownSdk(ESM, ['--import', '@llmtrace/auto/hook'])],
  }),
  bundler('esbuild CJS', {
    external: CJS,
    inside: esbuild('cjs', 'cjs', '--minify'),
    out: 'out.cjs',
    words: ['--external:openai'],
    more: [ownSdk(CJS)],
  }),
  bundler('webpack', {
    external: webpack('--env', 'external'),
    inside: webpack(),
    out: 'out.cjs',
    words: ["externals: { openai: 'commonjs openai' }"],
    handWords: ['ignoreWarnings: [{ module: /require-in-the-middle/ }]'],
    more: [ownSdk(webpack('--env', 'external'))],
  }),
  bundler('rollup', {
    external: [['rollup', '-c', 'rollup.external.config.mjs']],
    inside: [['rollup', '-c', 'rollup.inside.config.mjs']],
    words: ["external: ['openai']"],
  }),
  bundler('vite', {
    external: [
      ['vite', 'build', '--ssr', 'script.mjs', '--outDir', 'dist', '-c', 'vite.external.config.mjs'],
    ],
    inside: [['vite', 'build', '--ssr', 'script.mjs', '--outDir', 'dist', '-c', 'vite.inside.config.mjs']],
    out: 'dist/out.mjs',
    words: ["ssr: { external: ['openai'] }"],
  }),
  bundler('rolldown', { external: rolldown('--external', 'openai'), inside: rolldown() }),
  bundler('tsup', {
    external: [['tsup', '--config', 'tsup.external.config.mjs']],
    inside: [['tsup', '--config', 'tsup.inside.config.mjs']],
    out: 'out.js',
  }),
  bundler('bun build', { external: bun('--external', 'openai'), inside: bun() }),
];
