#!/usr/bin/env node
const { main } = require('../dist/index.js');

main(process.argv.slice(2)).then((code) => {
  process.exitCode = code;
});
