// What `npm test` runs in one process, one spec after the other.
module.exports = {
  ...require('./test-fixtures/mocha.cjs'),
  spec: [
    'packages/instrumentation-openai/test/beneath.test.ts',
    'packages/instrumentation-http-clients/test/yielding.test.ts',
  ],
};
