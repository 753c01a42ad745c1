// `npm run test:file -- FILE`: the file alone, where `mocha FILE` also runs all others.
module.exports = {
  ...require('./test-fixtures/mocha.cjs'),
};
