// Rehearses a release in a clone of this repository: `lerna version`, then `lerna publish` to a registry on loopback.
import { execFile, execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { manifestOf, packageFolders, root, temporaryFolder } from '../lib/npm.mjs';

const run = promisify(execFile);
const NEXT = '9.0.0';

/** A registry without packages that accepts all; it keeps the manifests of the published packages. */
async function startRegistry() {
  const published = [];
  const server = createServer(async (request, response) => {
    const parts = [];
    for await (const part of request) parts.push(part);
    if (request.method === 'PUT') {
      const { versions } = JSON.parse(Buffer.concat(parts));
      published.push(...Object.values(versions));
    }
    response
      .writeHead(request.method === 'PUT' ? 201 : 404, { 'content-type': 'application/json' })
      .end('{}');
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return { published, host: `127.0.0.1:${server.address().port}`, close: () => server.close() };
}

/** Clones the checked-out commit and copies this build into the clone. */
function clone() {
  const folder = join(temporaryFolder(), 'clone');
  execFileSync('git', ['clone', '--quiet', '--no-tags', root, folder]);
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  writeFileSync(join(folder, '.git', 'info', 'exclude'), '/node_modules\n');
  for (const from of packageFolders()) {
    if (existsSync(join(from, 'dist')))
      cpSync(join(from, 'dist'), join(folder, 'packages', basename(from), 'dist'), { recursive: true });
  }
  return folder;
}

/** Rehearses the release; returns the failures. */
export async function rehearse() {
  const folder = clone();
  const registry = await startRegistry();
  const userconfig = join(folder, '..', 'npmrc');
  writeFileSync(userconfig, `//${registry.host}/:_authToken=none\n`);
  const env = { ...process.env, NPM_CONFIG_USERCONFIG: userconfig };
  const lerna = (...args) =>
    run('lerna', [...args, '--yes', '--loglevel', 'error'], { cwd: folder, timeout: 240_000, env });
  try {
    await lerna('version', NEXT, '--no-git-tag-version', '--no-push');
    commit(folder);
    await lerna('publish', 'from-package', '--registry', `http://${registry.host}/`);
    return judge(folder, registry.published);
  } catch (error) {
    return [`lerna: ${error.stderr || error.message}`];
  } finally {
    registry.close();
  }
}

/** Commits the changes of `lerna version`, since `lerna publish` refuses uncommitted files. */
function commit(folder) {
  const who = ['-c', 'user.name=rehearsal', '-c', 'user.email=rehearsal@localhost'];
  execFileSync('git', ['add', '--all'], { cwd: folder });
  execFileSync('git', [...who, 'commit', '--quiet', '--message', 'release'], { cwd: folder });
}

/**
 * The failures: all packages must be published in one version, depend on one another in that version, and have it in
 * their sources.
 */
function judge(folder, published) {
  const names = published.map(({ name }) => name);
  const wanted = packageFolders().map((path) => manifestOf(path).name);
  const versions = published.flatMap(({ version, dependencies = {} }) => [
    version,
    ...Object.keys(dependencies)
      .filter((name) => wanted.includes(name))
      .map((name) => dependencies[name]),
  ]);
  const sources = execFileSync('node', [join(folder, 'scripts', 'release', 'set-versions.mjs'), '--check'], {
    stdio: 'pipe',
  });
  return [
    ...wanted.filter((name) => !names.includes(name)).map((name) => `${name} was not published`),
    ...versions.filter((version) => version !== NEXT).map((version) => `a version is ${version}`),
    ...(sources.length > 0 ? [`${sources}`] : []),
  ];
}
