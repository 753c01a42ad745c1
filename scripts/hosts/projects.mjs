// The folders that hosts run in: outside of this repository, with llmtrace installed from its packed tarballs. An
// install is kept in `.cache/hosts` until its packages or the tarballs change; each run gets a copy by hard links.
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { install, npm, root } from '../lib/npm.mjs';
import { execute } from './process.mjs';
import { BASE } from './versions.mjs';

const CACHE = join(root, '.cache', 'hosts');
const APPS = join(root, 'scripts', 'hosts', 'apps');
const INSTALL_BOUND = 300_000;

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
  #installed = new Map();

  constructor(registry, base) {
    this.#registry = registry;
    this.#base = base;
  }

  /** A fresh copy of an installed project; undefined `folder` where the install fails, with its `output`. */
  async copy(project) {
    if (!this.#installed.has(project)) this.#installed.set(project, await this.#install(project));
    const { from, output, code, binaries } = this.#installed.get(project);
    if (code !== 0) return { output };
    const folder = join(this.#base, String(++this.#count));
    const { code: copied } = await execute(['cp', '-al', from, folder], { cwd: this.#base });
    if (copied !== 0) cpSync(from, folder, { recursive: true, verbatimSymlinks: true });
    return { folder, output, binaries };
  }

  async #install(project) {
    const from = join(CACHE, project.name);
    const manifest = { private: true, dependencies: { ...BASE, ...project.packages }, ...project.manifest };
    const key = hash(JSON.stringify([manifest, project, this.#registry.digest, process.version]));
    const stamp = join(from, '.installed.json');
    const kept = existsSync(stamp) ? JSON.parse(readFileSync(stamp, 'utf8')) : {};
    if (kept.key === key) return { from, ...kept };
    rmSync(from, { recursive: true, force: true });
    mkdirSync(from, { recursive: true });
    writeFileSync(join(from, 'package.json'), JSON.stringify(manifest, undefined, 2));
    if (project.files) addFiles(from, [project.files]);
    this.#configure(from);
    const result = await this.#runInstall(project, from);
    if (result.code === 0) writeFileSync(stamp, JSON.stringify({ key, ...result }));
    return { from, ...result };
  }

  /** Tells each package manager where the packages of llmtrace are. */
  #configure(folder) {
    const { url } = this.#registry;
    writeFileSync(join(folder, '.npmrc'), `@llmtrace:registry=${url}\n`);
    const yarn = [
      `npmRegistryServer: "${npm(['config', 'get', 'registry']).trim()}"`,
      `npmScopes: { llmtrace: { npmRegistryServer: "${url}" } }`,
      'unsafeHttpWhitelist: ["127.0.0.1"]',
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

/** Copies folders of `apps` into a folder; a later one replaces the files of an earlier one. */
export function addFiles(folder, names) {
  // A file that exists is a hard link to the cache: it is removed, never written.
  for (const name of names) {
    cpSync(join(APPS, name), folder, {
      recursive: true,
      filter: (_, to) => {
        if (existsSync(to) && !isFolder(to)) rmSync(to);
        return true;
      },
    });
  }
}

const hash = (text) => createHash('sha1').update(text).digest('hex');
const isFolder = (path) => statSync(path).isDirectory();
