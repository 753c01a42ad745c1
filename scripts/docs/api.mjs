// Writes the public names of each package to packages/*/api.md: `node scripts/docs/api.mjs`, after a build. With
// `--check` it writes nothing, and fails if a report is out of date.

import { readFileSync, writeFileSync } from 'node:fs';
import { reportOf, reportPath, shortPath } from '../lib/api-report.mjs';
import { packageFolders, root } from '../lib/npm.mjs';

const isChecking = process.argv.includes('--check');
const before = (path) => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
};

for (const folder of packageFolders()) {
  const path = reportPath(folder);
  const report = reportOf(folder);
  if (!isChecking) writeFileSync(path, report);
  else if (before(path) !== report) {
    console.error(
      `${shortPath(root, path)}: the public names have changed. If the change is intended, run: node scripts/docs/api.mjs`,
    );
    process.exitCode = 1;
  }
}
