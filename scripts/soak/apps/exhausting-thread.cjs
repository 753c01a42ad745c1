// Loaded in the place of the export thread's file, which is beside it: the first such thread runs out of memory.
require('./real-worker.js');
const { existsSync, writeFileSync } = require('node:fs');
const { join } = require('node:path');

const mark = join(__dirname, 'exhausted');
const kept = [];
function fill() {
  for (;;) kept.push(new Array(1e6).fill(kept.length));
}
if (!existsSync(mark)) {
  setTimeout(() => {
    writeFileSync(mark, '');
    fill();
  }, 1000);
}
