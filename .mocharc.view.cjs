// `npm run test:view`: the viewer in a browser. Mocha takes an empty list of `require` for a package without a name.
const { require: _compileCache, ...common } = require('./test-fixtures/mocha.cjs');

module.exports = {
  ...common,
  spec: ['packages/view/test/browser/*.browser.ts'],
  'node-option': ['conditions=llmtrace:source'],
  timeout: 60000,
  slow: 10000,
};
