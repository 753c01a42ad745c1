// Builds the viewer's page: one script with its libraries, one style sheet, and a file with the libraries' licences.
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';
import { thirdParty } from './third-party.mjs';

export async function buildPage(folder) {
  const out = join(folder, 'dist', 'page');
  const page = join(folder, 'page');
  const root = dirname(dirname(folder));
  mkdirSync(out, { recursive: true });
  const { metafile } = await build({
    entryPoints: [join(page, 'app.tsx'), join(page, 'app.css')],
    outdir: out,
    absWorkingDir: root,
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
  const licences = thirdParty(root, 'Third-party code in the page', metafile);
  writeFileSync(join(folder, 'dist', 'THIRD_PARTY.md'), licences);
}
