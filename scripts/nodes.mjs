/** The versions of Node.js that scripts run other things on. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const root = new URL('..', import.meta.url).pathname;

/** The `node` binary of a major version, from the registry. */
export function nodeOf(major) {
  const folder = join(root, '.cache', 'nodes', major);
  const binary = join(folder, 'node_modules', 'node', 'bin', 'node');
  if (!existsSync(binary)) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'package.json'), '{ "private": true }');
    execFileSync('npm', ['install', '--no-audit', '--no-fund', `node@${major}`], {
      cwd: folder,
      stdio: 'pipe',
    });
  }
  return binary;
}
