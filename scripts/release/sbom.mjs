// The software bill of materials (CycloneDX, JSON) of a release: everything that `npm install` of all packages adds
// to a project, and the packages in their bundles.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { install, manifestOf, npm, packAll, root, temporaryFolder } from '../lib/npm.mjs';

/** The bill of the packed packages. npm gives it the name of the folder. */
export function sbomOf(packed) {
  const folder = join(temporaryFolder(), 'llmtrace');
  const { version } = JSON.parse(readFileSync(join(root, 'lerna.json'), 'utf8'));
  install(folder, ['--ignore-scripts', '--omit=peer', ...packed.map(({ path }) => path)], {
    name: 'llmtrace',
    version,
  });
  const bill = JSON.parse(npm(['sbom', '--sbom-format', 'cyclonedx', '--sbom-type', 'library'], folder));
  for (const component of bill.components ?? []) withoutFiles(component);
  const bundled = packed.flatMap(({ folder: from }) => bundledIn(from));
  return { ...bill, components: [...(bill.components ?? []), ...bundled] };
}

const HEADING = /^## (\S+) (\S+) \((\S+)\)$/gm;

/** The components in the bundle of a package: its build lists them, with their licences. */
function bundledIn(folder) {
  const file = join(folder, 'dist', 'THIRD_PARTY.md');
  if (!existsSync(file)) return [];
  const into = manifestOf(folder).name;
  return Array.from(readFileSync(file, 'utf8').matchAll(HEADING), ([, name, version, license]) => ({
    'bom-ref': `${into}/bundle/${name}@${version}`,
    type: 'library',
    name,
    version,
    purl: `pkg:npm/${name.replace('@', '%40')}@${version}`,
    licenses: [{ license: { id: license } }],
    properties: [{ name: 'cdx:npm:package:bundled', value: 'true' }],
  }));
}

/** Removes the paths of the tarballs, which exist on this machine only. */
function withoutFiles(component) {
  const isElsewhere = ({ url }) => /^(?:https?|git\+https|git\+ssh|git|ssh):/.test(url);
  if (component.externalReferences)
    component.externalReferences = component.externalReferences.filter(isElsewhere);
}

/** The faults of a bill of materials, one line each. */
export function wrongWithSbom(bill, packed) {
  const components = bill.components ?? [];
  const missing = packed.filter(
    ({ name, version }) =>
      !components.some((component) => decodeURIComponent(component.purl) === `pkg:npm/${name}@${version}`),
  );
  const text = JSON.stringify(bill);
  return [
    bill.bomFormat !== 'CycloneDX' && 'it is not in the format CycloneDX',
    bill.metadata?.component?.name !== 'llmtrace' && 'it is not of llmtrace',
    ...missing.map(({ name, version }) => `it lacks ${name}@${version}`),
    ...components
      .filter((component) => !component.licenses?.length)
      .map((component) => `${component['bom-ref']} has no licence`),
    (text.includes(root) || text.includes('file:')) && 'it has a path of this machine',
  ].filter(Boolean);
}

// node scripts/release/sbom.mjs <file>
if (import.meta.filename === process.argv[1]) {
  const [, , file = 'sbom.cdx.json'] = process.argv;
  const packed = packAll(temporaryFolder());
  const bill = sbomOf(packed);
  const wrong = wrongWithSbom(bill, packed);
  for (const line of wrong) console.error(line);
  writeFileSync(file, `${JSON.stringify(bill, undefined, 2)}\n`);
  console.log(`${file}: ${bill.components.length} components`);
  process.exitCode = wrong.length === 0 ? 0 : 1;
}
