// Checks whether the packages can be published: `npm run check:release`. It checks their contents, metadata and
// sizes, runs publint and "are the types wrong", writes the software bill of materials, compiles a strict TypeScript
// project that uses the packages, and rehearses a release.

import { isRegistryThere, packAll, temporaryFolder } from '../lib/npm.mjs';
import { compileConsumers } from './consumer.mjs';
import { beGuest } from './guest.mjs';
import { rehearse } from './publish.mjs';
import { sbomOf, wrongWithSbom } from './sbom.mjs';
import { wrongWith } from './tarballs.mjs';

let [passed, failed] = [0, 0];
function report(name, wrong) {
  wrong.length > 0 ? failed++ : passed++;
  console.log(`${name.padEnd(48)} ${wrong.length > 0 ? 'wrong' : 'ok'}`);
  for (const line of wrong) console.log(line.replace(/^/gm, '    '));
}

const kB = (bytes) => `${(bytes / 1000).toFixed(1)} kB`;

const packed = packAll(temporaryFolder());
for (const tarball of packed) {
  const sizes = `${kB(tarball.size)}, unpacked ${kB(tarball.unpackedSize)}, ${tarball.files.length} files`;
  report(tarball.name, await wrongWith(tarball));
  console.log(`    ${sizes}`);
}
if (isRegistryThere()) {
  report('software bill of materials (CycloneDX)', wrongWithSbom(sbomOf(packed), packed));
  report('lerna version, lerna publish', await rehearse());
  const tarballs = packed.map(({ path }) => path);
  for (const { name, wrong } of beGuest(tarballs)) report(name, wrong);
  for (const { name, wrong } of compileConsumers(tarballs)) report(name, wrong);
} else {
  console.log(
    'skipped: the bill of materials, the rehearsed release and the strict TypeScript project, for the registry does not answer',
  );
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
