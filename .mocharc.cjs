// What `npm test` runs: all specs but those that another configuration has.
const { spec: apps } = require('./.mocharc.apps.json');
const { spec: redis } = require('./.mocharc.redis.json');
const { spec: serial } = require('./.mocharc.serial.json');

module.exports = {
  spec: [
    'packages/*/test/conformance/*.test.ts',
    'packages/*/test/!(conformance)/**/*.test.ts',
    'packages/*/test/*.test.ts',
    'test-fixtures/kit/test/**/*.test.ts',
  ],
  ignore: [...apps, ...redis, ...serial, 'packages/testing/test/testing.test.ts'],
  'node-option': ['expose-gc', 'single-threaded-gc', 'conditions=llmtrace:source'],
  require: ['./test-fixtures/compile-cache.mjs'],
  reporter: './test-fixtures/reporter.mjs',
  timeout: 90000,
  slow: 2000,
  parallel: true,
  jobs: 4,
};
