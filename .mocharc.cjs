// What `npm test` runs: all specs but those that another configuration has.
const { spec: apps } = require('./.mocharc.apps.cjs');
const { spec: redis } = require('./.mocharc.redis.cjs');
const { spec: serial } = require('./.mocharc.serial.cjs');

module.exports = {
  ...require('./test-fixtures/mocha.cjs'),
  spec: [
    'packages/*/test/conformance/*.test.ts',
    'packages/*/test/!(conformance)/**/*.test.ts',
    'packages/*/test/*.test.ts',
    'test-fixtures/kit/test/**/*.test.ts',
  ],
  ignore: [...apps, ...redis, ...serial, 'packages/testing/test/testing.test.ts'],
  parallel: true,
  jobs: 4,
};
