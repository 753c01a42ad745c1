// Builds the viewer's page: one script with its libraries, one style sheet, and a file with the libraries' licences.
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';

/** The folder of the package that a file belongs to. */
const packageOf = (file) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0];

function licenceOf(root, folder) {
  const { name, version, license } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));
  const file = ['LICENSE', 'LICENSE.md', 'license'].find((each) => {
    try {
      return readFileSync(join(root, folder, each));
    } catch {
      return false;
    }
  });
  if (!file) throw new Error(`${name} has no licence text, which the viewer must ship.`);
  return `## ${name} ${version} (${license})\n\n\`\`\`\n${readFileSync(join(root, folder, file), 'utf8').trim()}\n\`\`\`\n`;
}

/** The licence texts of the packages that the script contains. The licences require them. */
function thirdParty(root, metafile) {
  const folders = new Set(Object.keys(metafile.inputs).map(packageOf).filter(Boolean));
  const texts = [...folders].sort().map((folder) => licenceOf(root, folder));
  return `# Third-party code in the page\n\n${texts.join('\n')}`;
}

export async function buildPage(folder) {
  const out = join(folder, 'dist', 'page');
  const page = join(folder, 'page');
  mkdirSync(out, { recursive: true });
  const { metafile } = await build({
    entryPoints: [join(page, 'app.tsx'), join(page, 'app.css')],
    outdir: out,
    absWorkingDir: dirname(dirname(folder)),
    bundle: true,
    minify: true,
    format: 'esm',
    target: ['chrome123', 'firefox120', 'safari17.5'],
    jsx: 'automatic',
    jsxImportSource: 'preact',
    legalComments: 'none',
    metafile: true,
    logLevel: 'warning',
  });
  for (const name of ['index.html', 'icon.svg']) copyFileSync(join(page, name), join(out, name));
  writeFileSync(join(folder, 'dist', 'THIRD_PARTY.md'), thirdParty(dirname(dirname(folder)), metafile));
}
