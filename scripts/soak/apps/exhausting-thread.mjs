// Loaded in the place of the export thread's file, which is beside it: the first such thread runs out of memory.
import './real-worker.js';
import { existsSync, writeFileSync } from 'node:fs';

const mark = new URL('./exhausted', import.meta.url);
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
