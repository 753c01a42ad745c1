// An installation that lacks one of llmtrace's own packages.
const Module = require('node:module');

const resolve = Module._resolveFilename;
Module._resolveFilename = function resolveFilename(name, ...rest) {
  if (name === '@llmtrace/instrumentation-google-generative-ai') throw new Error('not there');
  return resolve.call(this, name, ...rest);
};
