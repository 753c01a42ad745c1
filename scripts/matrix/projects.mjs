// Makes projects outside this repository, as a user has them: each has the packed packages of llmtrace, one line of
// OpenTelemetry, and a folder for each version of a vendor's SDK.
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { install, packAll, root, temporaryFolder } from '../lib/npm.mjs';
import { packagesOf } from './plan.mjs';

const { tsx } = JSON.parse(readFileSync(join(root, 'packages', 'auto', 'package.json'))).devDependencies;
const APPS = join(root, 'scripts', 'matrix', 'apps');

/** The files of the application in each format; all make the calls of `apps/<vendor>.mjs`. */
const files = (name) => {
  const esm = [`import * as sdk from '${name}';`, `import { run } from './run.mjs';`];
  return {
    'app.mjs': [...esm, 'console.log(await run(sdk));'],
    'app.cjs': [
      `const sdk = require('${name}');`,
      `import('./run.mjs').then(({ run }) => run(sdk)).then(console.log);`,
    ],
    'app.ts': [...esm, 'const answered: boolean = await run(sdk);', 'console.log(answered);'],
    'app.cts': [
      `const sdk: object = require('${name}');`,
      `import('./run.mjs').then(({ run }) => run(sdk)).then(console.log);`,
    ],
  };
};

/** Makes the projects. @returns a function that finds the folder of a set on a line of OpenTelemetry */
export function makeProjects(sdks, lines, log) {
  const base = temporaryFolder();
  const tarballs = packAll(base).map(({ path }) => path);
  const folderOf = (set, line) => join(base, line, set);
  for (const line of lines) {
    log(`installing the packages beside ${line}, and ${sdks.length} SDKs`);
    install(join(base, line), [...tarballs, ...packagesOf(line), `tsx@${tsx}`]);
    for (const sdk of sdks) {
      const folder = folderOf(sdk.set, line);
      if (line === lines[0]) makeProject(folder, sdk);
      else cpSync(folderOf(sdk.set, lines[0]), folder, { recursive: true });
    }
  }
  return folderOf;
}

function makeProject(folder, { name, version, vendor }) {
  install(folder, [`${name}@${version}`], { type: 'module' });
  for (const host of ['host.mjs', 'host.cjs']) cpSync(join(APPS, host), join(folder, host));
  cpSync(join(APPS, `${vendor}.mjs`), join(folder, 'run.mjs'));
  for (const [file, text] of Object.entries(files(name))) writeFileSync(join(folder, file), text.join('\n'));
}
