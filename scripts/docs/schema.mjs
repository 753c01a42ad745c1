// Writes packages/auto/config.schema.json, the JSON schema of a configuration file, from the option tables of core and
// auto: `node scripts/docs/schema.mjs`, after a build. With `--check` it writes nothing, and fails if the file is out of
// date.

import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { AUTO_OPTION_TABLE } from '../../packages/auto/src/auto-options.ts';
import { schemaOf } from '../lib/config-schema.mjs';
import { root } from '../lib/npm.mjs';

const require = createRequire(import.meta.url);
const { OPTION_TABLE } = require(join(root, 'packages/core/dist/internal.js'));

const file = join(root, 'packages/auto/config.schema.json');
const text = `${JSON.stringify(schemaOf(OPTION_TABLE, AUTO_OPTION_TABLE), undefined, 2)}\n`;
if (process.argv.includes('--check')) {
  let before = '';
  try {
    before = readFileSync(file, 'utf8');
  } catch {} // the file does not exist
  if (before !== text) {
    console.error('packages/auto/config.schema.json is not up to date. Run: node scripts/docs/schema.mjs');
    process.exit(1);
  }
} else {
  writeFileSync(file, text);
}
