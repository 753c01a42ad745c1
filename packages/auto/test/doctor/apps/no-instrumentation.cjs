// An installation that lacks one of llmtrace's own files.
const Module = require('node:module');

const resolve = Module._resolveFilename;
Module._resolveFilename = function resolveFilename(name, ...rest) {
  if (name.endsWith('/instrumentations/openai/code.js')) throw new Error('not there');
  return resolve.call(this, name, ...rest);
};
