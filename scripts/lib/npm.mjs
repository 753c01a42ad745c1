// Shared code of the scripts that try the packages as a user would: the registry, Node.js versions from it, and the
// packed packages. Downloads are kept in `.cache`, which git ignores.
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const root = new URL('../..', import.meta.url).pathname;

/** The package.json of a folder. */
export const manifestOf = (folder) => JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));

/** The name of the package that a specifier is of: `@opentelemetry/core` of `@opentelemetry/core/build/x`. */
export const packageNameOf = (specifier) => /^(?:@[^/]+\/)?[^/]+/.exec(specifier)[0];
const CACHE = ['--cache', join(root, '.cache', 'npm'), '--prefer-offline'];

/** The folders of all packages. */
export const packageFolders = () =>
  readdirSync(join(root, 'packages')).map((name) => join(root, 'packages', name));

/** Runs npm for at most 15 minutes, which a busy machine needs, and returns its output. */
export const npm = (args, cwd = root) =>
  execFileSync('npm', [...args, ...CACHE], {
    cwd,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 900_000,
  });

/** Whether the registry answers within 8 s. */
export function isRegistryThere() {
  try {
    npm(['view', 'node', 'version', '--prefer-online', '--fetch-timeout=8000', '--fetch-retries=0']);
    return true;
  } catch {
    return false;
  }
}

/** The newest version of a package; undefined if it is unknown. */
export function newestOf(name) {
  try {
    return npm(['view', name, 'version', '--prefer-online']).trim();
  } catch {
    return undefined;
  }
}

/** The `node` binary of a major version, from the registry. */
export function nodeOf(major) {
  const folder = join(root, '.cache', 'nodes', major);
  const binary = join(folder, 'node_modules', 'node', 'bin', 'node');
  if (!existsSync(binary)) install(folder, [`node@${major}`]);
  return binary;
}

/** The `node` binary of a major version: that of this process, where it is of that version. */
export const binaryOf = (major) =>
  process.versions.node.startsWith(`${major}.`) ? process.execPath : nodeOf(major);

/** Installs packages into a folder, which becomes a separate project. */
export function install(folder, specifiers, manifest = {}) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, ...manifest }));
  npm(['install', '--no-audit', '--no-fund', ...specifiers], folder);
}

const folders = [];
process.once('exit', () => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** A folder outside this repository, so that Node.js finds none of its packages; removed when the process ends. */
export function temporaryFolder() {
  const folder = mkdtempSync(join(tmpdir(), 'llmtrace-'));
  folders.push(folder);
  return folder;
}

/** Packs each package as `npm publish` does. @returns npm's reports, each with `path`, the path of the tarball */
export function packAll(destination) {
  return packageFolders().map((folder) => {
    const reports = JSON.parse(npm(['pack', '--json', '--pack-destination', destination], folder));
    // npm prints an array; since npm 11 it prints an object by name.
    const [packed] = Object.values(reports);
    return { ...packed, folder, path: join(destination, packed.filename) };
  });
}
