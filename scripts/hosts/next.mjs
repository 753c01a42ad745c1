// Next.js: two bundlers, three ways to run it, three ways in.
import { served } from './drive.mjs';
import { sleep } from './process.mjs';
import { OTEL } from './versions.mjs';

const PROJECT = {
  name: 'next',
  packages: {
    ...OTEL,
    ...{ next: '16.4.6', react: '19.3.1', 'react-dom': '19.3.1', '@vercel/otel': '2.1.3' },
  },
};
const DOCS = 'docs/nextjs.md';
const REQUESTS = [...['/api/chat', '/api/stream', '/', '/api/legacy'], { path: '/action', form: true }];

/** A provider of the application's own sends what it has after its own delay, and is never asked to flush. */
const OWN_DELAY = { OTEL_BSP_SCHEDULE_DELAY: '200' };
const drive = served(REQUESTS, { more: () => sleep(2000).then(() => []) });

const WAYS = [
  {
    ...{ title: '`instrumentClient()`, `@vercel/otel`', name: 'by hand', env: OWN_DELAY },
    ...{ files: ['next-provider', 'next-by-hand'], without: { files: ['next-provider'], env: OWN_DELAY } },
    docs: [DOCS, "registerOTel('shop')", 'export const openai = instrumentClient(new OpenAI());'],
  },
  {
    ...{ title: '`serverExternalPackages`, `NODE_OPTIONS`', name: 'external', files: ['next-external'] },
    ...{ env: { NODE_OPTIONS: '--import @llmtrace/auto' }, quick: false },
    docs: [DOCS, "serverExternalPackages: ['openai'"],
  },
  {
    ...{ title: '`serverExternalPackages`, a NodeSDK in `instrumentation.js`', name: 'own NodeSDK' },
    ...{ files: ['next-own-sdk-alone', 'next-own-sdk'], env: OWN_DELAY, quick: false },
    without: { files: ['next-own-sdk-alone'], env: OWN_DELAY },
    docs: [
      DOCS,
      "import '@llmtrace/auto/hook';",
      'new NodeSDK({ instrumentations: [...llmtraceInstrumentations()] }).start();',
    ],
  },
];

const build = (bundler) => [['next', 'build', `--${bundler}`]];
const host = (name, more) => ({
  ...{ name: `Next.js ${name}`, group: 'Next.js', project: PROJECT, app: ['next'], drive, ways: WAYS },
  ...more,
});
const start = (bundler, more) =>
  host(`${bundler} start`, {
    build: build(bundler),
    start: ['next', 'start', '--hostname', '127.0.0.1', '--port', '{port}'],
    ...more,
  });
const dev = (bundler) =>
  host(`${bundler} dev`, {
    start: ['next', 'dev', `--${bundler}`, '--hostname', '127.0.0.1', '--port', '{port}'],
  });
/** A flag names no file that Next.js would copy: the application imports llmtrace. */
const STANDALONE = {
  ...{
    title: "`serverExternalPackages`, `import('@llmtrace/auto')` in `instrumentation.js`",
    name: 'imported',
  },
  ...{ files: ['next-standalone'], quick: false },
  docs: [DOCS, "await import('@llmtrace/auto');", 'outputFileTracingIncludes:'],
};

/** The output, copied to where none of the application's packages are. */
const standalone = (bundler) =>
  host(`${bundler} standalone`, {
    build: [...build(bundler), ['cp', '-r', '.next/standalone', '{folder}-away']],
    env: { STANDALONE: '1', HOSTNAME: '127.0.0.1' },
    cwd: '{folder}-away',
    start: ['node', 'server.js'],
    ways: [...WAYS.filter(({ name }) => name !== 'external'), STANDALONE],
  });

export const NEXT = [
  start('turbopack', { quick: true }),
  dev('turbopack'),
  standalone('turbopack'),
  start('webpack'),
  dev('webpack'),
  standalone('webpack'),
];
