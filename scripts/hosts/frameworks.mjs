// Frameworks that build a server of their own.
import { served } from './drive.mjs';
import { BY_HAND, IMPORT } from './ways.mjs';

const BUNDLED = {
  ...{ title: '`--import` alone', expect: 'either', warning: /bundled/ },
  why: 'no hook sees what is inside a bundle',
};

const framework = (name, packages, more) => ({
  ...{ name, group: 'Frameworks', app: ['calls', name.toLowerCase().replaceAll(' ', '-')] },
  project: { name: name.toLowerCase().replaceAll(' ', '-'), packages, manifest: { type: 'module' } },
  drive: served(['/chat', '/stream']),
  ways: [{ ...IMPORT, ...BUNDLED }, BY_HAND],
  ...more,
});

const NEST = {
  name: 'nest',
  packages: {
    ...{ '@nestjs/common': '12.5.1', '@nestjs/core': '12.5.1', '@nestjs/platform-express': '12.5.1' },
    ...{ '@nestjs/cli': '12.0.8', 'reflect-metadata': '0.2.2', rxjs: '7.8.2', typescript: '5.9.3' },
    ...{ '@swc/cli': '0.8.1', '@swc/core': '1.16.22', '@types/node': '24.10.1' },
    ...{
      webpack: '5.113.0',
      'ts-loader': '9.6.2',
      'webpack-node-externals': '3.0.0',
      'fork-ts-checker-webpack-plugin': '9.2.0',
      'tsconfig-paths-webpack-plugin': '4.2.0',
    },
  },
};
const nest = (builder, list) => ({
  ...{ name: `NestJS ${builder}`, group: 'Frameworks', project: NEST, app: ['nest'] },
  build: [['nest', 'build', '--builder', builder]],
  start: ['node', '{flags}', 'dist/main.js'],
  drive: served(['/chat', '/stream']),
  ways: list,
});
const NEST_BY_HAND = { ...BY_HAND, files: ['nest-by-hand'] };

export const FRAMEWORKS = [
  framework(
    'Nuxt',
    { nuxt: '4.5.2', vue: '3.5.45' },
    { build: [['nuxt', 'build']], start: ['node', '{flags}', '.output/server/index.mjs'] },
  ),
  framework(
    'SvelteKit',
    {
      ...{ '@sveltejs/kit': '3.2.0', '@sveltejs/adapter-node': '6.0.1', svelte: '5.57.3', vite: '8.4.0' },
      '@sveltejs/vite-plugin-svelte': '7.3.1',
    },
    { build: [['vite', 'build']], start: ['node', '{flags}', 'build/index.js'] },
  ),
  framework(
    'React Router',
    {
      ...{ 'react-router': '8.4.0', '@react-router/dev': '8.4.0', '@react-router/serve': '8.4.0' },
      ...{
        '@react-router/node': '8.4.0',
        react: '19.3.1',
        'react-dom': '19.3.1',
        isbot: '5.2.3',
        vite: '8.4.0',
      },
    },
    {
      build: [['react-router', 'build']],
      start: ['node', '{flags}', 'node_modules/@react-router/serve/bin.cjs', './build/server/index.js'],
      drive: served(['/chat', '/stream', '/']),
    },
  ),
  framework(
    'Astro',
    { astro: '7.3.5', '@astrojs/node': '11.1.6' },
    { build: [['astro', 'build']], start: ['node', '{flags}', 'dist/server/entry.mjs'] },
  ),
  nest('tsc', [IMPORT, NEST_BY_HAND]),
  nest('swc', [IMPORT, NEST_BY_HAND]),
  nest('webpack', [{ ...IMPORT, ...BUNDLED }, NEST_BY_HAND]),
];
