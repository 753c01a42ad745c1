// Writes README.md's table of variables out of the option tables of core and auto: `node scripts/docs/options.mjs`, after
// a build. With `--check` it writes nothing, and fails where the table is not as it would be written.

import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { SETTINGS_TABLE } from '../../packages/auto/src/settings.ts';
import { root } from '../lib/npm.mjs';
import { withVariables } from '../lib/option-table.mjs';

const require = createRequire(import.meta.url);
const { OPTION_TABLE } = require(join(root, 'packages/core/dist/internal.js'));

const file = join(root, 'README.md');
const before = readFileSync(file, 'utf8');
const after = withVariables(before, OPTION_TABLE, SETTINGS_TABLE);
if (process.argv.includes('--check')) {
  if (after !== before) {
    console.error('README.md: the table of variables is not up to date. Run: node scripts/docs/options.mjs');
    process.exit(1);
  }
} else {
  writeFileSync(file, after);
}
