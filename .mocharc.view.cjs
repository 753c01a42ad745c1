// `npm run test:view`: the viewer in a browser.
module.exports = {
  ...require('./test-fixtures/mocha.cjs'),
  spec: ['packages/view/test/browser/*.browser.ts'],
  'node-option': ['conditions=llmtrace:source'],
  require: [],
  timeout: 60000,
  slow: 10000,
};
