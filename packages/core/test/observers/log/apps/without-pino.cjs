// Hides pino, and prints what `diag` warns of.
const module_ = require('node:module');
const { diag } = require('@opentelemetry/api');

const resolve = module_._resolveFilename;
module_._resolveFilename = function (request, ...rest) {
  if (request === 'pino') throw Object.assign(new Error('hidden'), { code: 'MODULE_NOT_FOUND' });
  return resolve.call(this, request, ...rest);
};
const nothing = () => {};
const print = (text) => process.stderr.write(`${text}\n`);
diag.setLogger({ error: print, warn: print, info: nothing, debug: nothing, verbose: nothing });
