// The ways in which llmtrace gets into an application. `without` is the same application without llmtrace.

/** A flag; an application's own OpenTelemetry there is none. */
export const IMPORT = {
  title: '`--import`',
  name: '--import',
  flags: ['--import', '@llmtrace/auto'],
  docs: ['README.md', '--import @llmtrace/auto'],
};

export const REQUIRE = {
  quick: false,
  title: '`--require`',
  name: '--require',
  flags: ['--require', '@llmtrace/auto'],
  docs: ['README.md', '--require'],
};

export const ENVIRONMENT = {
  title: '`NODE_OPTIONS`',
  name: 'NODE_OPTIONS',
  quick: false,
  env: { NODE_OPTIONS: '--import @llmtrace/auto' },
  docs: ['README.md', 'NODE_OPTIONS="--import @llmtrace/auto"'],
};

const ALONE = { flags: ['--import', './otel.mjs'], files: ['own-sdk-alone'] };

/** The application's own NodeSDK has llmtrace's instrumentations. */
export const OWN_SDK = {
  title: 'a NodeSDK of the application',
  name: 'own NodeSDK',
  flags: ['--import', '@llmtrace/auto/hook', '--import', './otel.mjs'],
  files: ['own-sdk'],
  without: ALONE,
  docs: [
    'README.md',
    'node --import @llmtrace/auto/hook --import ./otel.mjs',
    '...llmtraceInstrumentations()]',
  ],
};

/** The application has a NodeSDK that does not know llmtrace. */
export const BEFORE_OWN_SDK = {
  title: '`--import`, then a NodeSDK',
  name: '--import, then NodeSDK',
  flags: ['--import', '@llmtrace/auto', '--import', './otel.mjs'],
  files: ['own-sdk-alone'],
  without: ALONE,
};
export const AFTER_OWN_SDK = {
  title: 'a NodeSDK, then `--import`',
  name: 'NodeSDK, then --import',
  quick: false,
  flags: ['--import', './otel.mjs', '--import', '@llmtrace/auto'],
  files: ['own-sdk-alone'],
  without: ALONE,
};
export const SDK_IN_CODE = {
  title: '`--import`; a NodeSDK in code',
  name: '--import, NodeSDK in code',
  flags: ['--import', '@llmtrace/auto'],
  files: ['own-sdk-in-code-alone'],
  without: { files: ['own-sdk-in-code-alone'] },
};

/** `instrumentClient()`; `--import` starts what exports. */
export const BY_HAND = {
  title: '`instrumentClient()` beside `--import`',
  name: 'by hand',
  flags: ['--import', '@llmtrace/auto'],
  files: ['by-hand'],
  docs: ['docs/bundles.md', 'instrumentClient(new OpenAI('],
};
