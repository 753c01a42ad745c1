// Writes the version of each instrumentation's package into its source, which passes it to OpenTelemetry as the
// version of the instrumentation scope. `lerna version` runs this script before its commit. `--check` writes nothing,
// and fails if a version differs.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { manifestOf, packageFolders } from '../lib/npm.mjs';

const wrong = [];
for (const folder of packageFolders()) {
  const { name, version } = manifestOf(folder);
  const file = join(folder, 'src', 'index.ts');
  if (!existsSync(file)) continue;
  const source = readFileSync(file, 'utf8');
  const right = source.replace(/(super\('(@llmtrace\/[^']+)', ')[^']+'/, (all, before, scope) =>
    scope === name ? `${before}${version}'` : all,
  );
  if (right === source) continue;
  wrong.push(name);
  if (!process.argv.includes('--check')) writeFileSync(file, right);
}
if (process.argv.includes('--check') && wrong.length > 0) {
  console.error(`the version in the source is not the package's: ${wrong.join(', ')}`);
  process.exitCode = 1;
}
