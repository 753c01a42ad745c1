// The licence texts of packages that a bundle contains. The licences require them.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { manifestOf } from '../lib/npm.mjs';

/** The folder of the package that a file belongs to, with its last `node_modules`. */
const packageOf = (file) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0];

function licenceOf(root, folder) {
  const { name, version, license } = manifestOf(join(root, folder));
  const text = ['LICENSE', 'LICENSE.md', 'license']
    .map((file) => textOf(join(root, folder, file)))
    .find(Boolean);
  if (!text) throw new Error(`${name} has no licence text, which a bundle must ship.`);
  return { title: `## ${name} ${version} (${license})`, text };
}

function textOf(file) {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return undefined;
  }
}

/**
 * @param title the heading.
 * @param metafile what esbuild says of a bundle, with paths from `root`.
 * @returns markdown with a heading for each package, and each text once; undefined where the bundle has none.
 */
export function thirdParty(root, title, metafile) {
  const used = Object.values(metafile.outputs).flatMap(({ inputs }) => Object.keys(inputs));
  const folders = new Set(used.map(packageOf).filter(Boolean));
  if (folders.size === 0) return undefined;
  const licences = [...folders].map((folder) => licenceOf(root, folder));
  const byText = Map.groupBy(
    licences.sort((one, other) => (one.title < other.title ? -1 : 1)),
    ({ text }) => text,
  );
  const sections = [...byText].map(
    ([text, of]) => `${of.map(({ title }) => title).join('\n')}\n\n\`\`\`\n${text}\n\`\`\`\n`,
  );
  return `# ${title}\n\n${sections.join('\n')}`;
}
