export default {
  test: {
    include: ['ask.vitest.mjs'],
    execArgv: ['--import', '@llmtrace/auto'],
    setupFiles: ['./vitest.setup.mjs'],
  },
};
