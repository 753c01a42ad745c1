// `npm run test:redis`: limits over processes, which need a machine that does nothing else.
module.exports = {
  ...require('./test-fixtures/mocha.cjs'),
  spec: [
    'packages/redis/test/limit.test.ts',
    'packages/redis/test/slow.test.ts',
    'packages/redis/test/limit.full.ts',
  ],
  slow: 120000,
};
