// The vendors, as their packages declare themselves: the field `llmtrace` of package.json.
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { packageFolders } from './npm.mjs';

/**
 * By package: its folder's name, the vendor's name in `LLMTRACE_INSTRUMENTATIONS`, the npm package of the SDK, and
 * the prefix of its copies' names in test-fixtures/sdks.
 */
export const VENDORS = packageFolders().flatMap((folder) => {
  const { llmtrace } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  return llmtrace?.sdk ? [{ folder: basename(folder), ...llmtrace }] : [];
});
