// What all runs of mocha have in common.
module.exports = {
  'node-option': ['expose-gc', 'single-threaded-gc', 'conditions=llmtrace:source'],
  require: ['./test-fixtures/compile-cache.mjs'],
  reporter: './test-fixtures/reporter.mjs',
  timeout: 90000,
  slow: 2000,
};
