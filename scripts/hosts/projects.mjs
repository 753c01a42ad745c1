// The folders that hosts run in: outside of this repository, with llmtrace installed from its packed tarballs. An
// install is kept in `.cache/hosts` until its packages or the tarballs change; each run gets its packages in a fresh folder.
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { install, npm, root } from '../lib/npm.mjs';
import { execute } from './process.mjs';
import { BASE } from './versions.mjs';

const CACHE = join(root, '.cache', 'hosts');
const APPS = join(root, 'scripts', 'hosts', 'apps');
/** What tools keep among the packages. */
const CACHES = ['.cache', '.vite', '.vite-temp', '.astro'];
const INSTALL_BOUND = 600_000;
/** What an npm install has of llmtrace. */
const PACKED = ['node_modules/@llmtrace', 'node_modules/.package-lock.json'];

/** How each package manager installs; those that npm does not bring along are packages themselves. */
const MANAGERS = {
  npm: {
    install: [
      'npm',
      'install',
      '--no-audit',
      '--no-fund',
      '--prefer-offline',
      '--cache',
      join(root, '.cache', 'npm'),
    ],
  },
  pnpm: { tool: 'pnpm@12.21.0', install: ['pnpm', 'install', '--store-dir', join(CACHE, 'pnpm-store')] },
  yarn: { tool: '@yarnpkg/cli-dist@4.18.1', install: ['yarn', 'install', '--no-immutable'] },
};
const TOOLS = join(CACHE, 'tools');

/** The folder of a package manager's command. */
function binariesOf({ tool }) {
  if (!tool) return undefined;
  const folder = join(TOOLS, tool.replaceAll(/\W/g, '-'));
  const binaries = join(folder, 'node_modules', '.bin');
  if (!existsSync(binaries)) install(folder, [tool]);
  return binaries;
}

/** A project as a table entry: `packages` by name and version, `manager`, `manifest`, `files` (a folder in `apps`). */
export class Projects {
  #registry;
  #base;
  #count = 0;
  #copies = new Map();

  constructor(registry, base) {
    this.#registry = registry;
    this.#base = base;
  }

  /** A folder for a run, which has the packages until `release()`; no `folder` where the install fails. */
  async take(project) {
    if (!this.#copies.has(project)) this.#copies.set(project, await this.#copy(project));
    const { copy, output, binaries } = this.#copies.get(project);
    if (!copy) return { output };
    const folder = join(this.#base, String(++this.#count));
    const [kept, used] = [copy, folder].map((parent) => join(parent, 'node_modules'));
    cpSync(copy, folder, { recursive: true, verbatimSymlinks: true, filter: (path) => path !== kept });
    if (existsSync(kept)) renameSync(kept, used);
    const release = () => {
      for (const cache of CACHES) rmSync(join(used, cache), { recursive: true, force: true });
      if (existsSync(used)) renameSync(used, kept);
      rmSync(folder, { recursive: true, force: true });
    };
    return { folder, output, binaries, release };
  }

  /** Copies an install out of this repository, whose packages would otherwise be found from it. */
  async #copy(project) {
    const { from, output, code, binaries } = await this.#install(project);
    if (code !== 0) return { output };
    const copy = join(this.#base, project.name);
    const { code: linked } = await execute(['cp', '-al', from, copy], { cwd: this.#base });
    if (linked !== 0) cpSync(from, copy, { recursive: true, verbatimSymlinks: true });
    return { copy, output, binaries };
  }

  async #install(project) {
    const from = join(CACHE, project.name);
    const manifest = { private: true, dependencies: { ...BASE, ...project.packages }, ...project.manifest };
    const others = hash(JSON.stringify([manifest, project, process.version]));
    const key = hash(others + this.#registry.digest);
    const stamp = join(from, '.installed.json');
    const kept = existsSync(stamp) ? JSON.parse(readFileSync(stamp, 'utf8')) : {};
    if (kept.key === key) return { from, ...kept };
    if (kept.others === others && !project.manager) dropPacked(from);
    else this.#makeProject(from, manifest, project);
    this.#configure(from);
    const result = await this.#runInstall(project, from);
    if (result.code === 0) writeFileSync(stamp, JSON.stringify({ key, others, ...result }));
    return { from, ...result };
  }

  #makeProject(from, manifest, project) {
    rmSync(from, { recursive: true, force: true });
    mkdirSync(from, { recursive: true });
    writeFileSync(join(from, 'package.json'), JSON.stringify(manifest, undefined, 2));
    if (project.files) addFiles(from, [project.files]);
    if (project.manager === 'yarn') writeFileSync(join(from, 'yarn.lock'), ''); // marks the root of a project
  }

  /** Tells each package manager where the packages of llmtrace are. */
  #configure(folder) {
    const { url } = this.#registry;
    writeFileSync(join(folder, '.npmrc'), `@llmtrace:registry=${url}\n`);
    const yarn = [
      `npmRegistryServer: "${npm(['config', 'get', 'registry']).trim()}"`,
      `npmScopes: { llmtrace: { npmRegistryServer: "${url}" } }`,
      'unsafeHttpWhitelist: ["127.0.0.1"]',
      `globalFolder: ${join(CACHE, 'yarn-global')}`,
      'enableTelemetry: false',
      'enableGlobalCache: false',
      'npmMinimalAgeGate: 0',
    ];
    writeFileSync(join(folder, '.yarnrc.yml'), `${yarn.join('\n')}\n`);
  }

  async #runInstall({ manager = 'npm' }, folder) {
    const { install: command, ...tool } = MANAGERS[manager];
    const binaries = binariesOf(tool);
    // All of the environment: it says how the registry is reached.
    const options = { cwd: folder, env: process.env, binaries, timeout: INSTALL_BOUND };
    const { code, output } = await execute(command, options);
    return { code: code ?? 1, output, binaries };
  }
}

/** Has npm install the packages of llmtrace anew, and leave all others as they are. */
function dropPacked(folder) {
  for (const path of ['.installed.json', 'package-lock.json', ...PACKED])
    rmSync(join(folder, path), { recursive: true, force: true });
}

/** Copies folders of `apps` into a folder; a later one replaces the files of an earlier one. */
export function addFiles(folder, names) {
  for (const name of names) cpSync(join(APPS, name), folder, { recursive: true });
}

const hash = (text) => createHash('sha1').update(text).digest('hex');
