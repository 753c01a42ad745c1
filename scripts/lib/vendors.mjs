// The vendors with an SDK, as their packages declare them in the field `llmtrace` of package.json.
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { packageFolders } from './npm.mjs';

/**
 * For each package: the name of its folder (`folder`), the vendor's name in `LLMTRACE_INSTRUMENTATIONS` (`name`), the
 * npm package of the SDK (`sdk`), and the prefix of its copies' folders in test-fixtures/sdks (`sets`).
 */
export const VENDORS = packageFolders().flatMap((folder) => {
  const { llmtrace } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  return llmtrace?.sdk ? [{ folder: basename(folder), ...llmtrace }] : [];
});
