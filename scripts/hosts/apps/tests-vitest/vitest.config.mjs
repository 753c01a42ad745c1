export default {
  test: {
    execArgv: ['--import', '@llmtrace/auto'],
    setupFiles: ['./vitest.setup.mjs'],
  },
};
