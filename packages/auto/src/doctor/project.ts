/** Lists the installed packages of a project, and those known to keep calls from being traced. */
import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Finding, manifestIn } from '@llmtrace/core/internal';
import { isNewer } from './destination.ts';
import { pm2Findings } from './pm2-project.ts';

const API = '@opentelemetry/api';
/** Folders with packages that are looked into, at most: a large monorepo has some thousands. */
const MAX_FOLDERS = 20_000;

export interface Installed {
  readonly name: string;
  readonly version: string;
  readonly folder: string;
}

/** All copies of these packages that applications in `folder` can load, or packages beneath them. */
export function installed(folder: string, names: readonly string[]): Installed[] {
  const found: Installed[] = [];
  let left = MAX_FOLDERS;
  const look = (modules: string): void => {
    for (const name of packagesIn(modules)) {
      if (left-- <= 0) return;
      const path = join(modules, name);
      const version = names.includes(name) ? manifestIn(path).version : undefined;
      if (version !== undefined) found.push({ name, version, folder: path });
      look(join(path, 'node_modules'));
    }
  };
  for (let at = folder; ; at = dirname(at)) {
    look(join(at, 'node_modules'));
    for (const name of foldersIn(join(at, 'node_modules/.pnpm')))
      look(join(at, 'node_modules/.pnpm', name, 'node_modules'));
    if (dirname(at) === at) return found;
  }
}

/** The names of the packages in a `node_modules`; links lead to packages that are read elsewhere. */
function packagesIn(modules: string): string[] {
  return foldersIn(modules).flatMap((name) =>
    name.startsWith('@') ? foldersIn(join(modules, name)).map((part) => `${name}/${part}`) : name,
  );
}

function foldersIn(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => (entry.isDirectory() && !entry.name.startsWith('.')) || entry.name.includes('@'))
      .map(({ name }) => name);
  } catch {
    return [];
  }
}

/** @param sdks the npm packages that llmtrace traces. */
export function projectFindings(folder: string, sdks: readonly string[]): Finding[] {
  const all = installed(folder, [...sdks, API]);
  const of = (name: string): Installed[] => all.filter((copy) => copy.name === name);
  const found = sdks.filter((name) => of(name).length > 0);
  return [
    ...(found.length === 0 ? [noSdk(folder, sdks)] : []),
    ...apiCopies(of(API)),
    ...bundlers(folder, found),
    ...pm2Findings(folder),
  ];
}

const noSdk = (folder: string, sdks: readonly string[]): Finding => ({
  code: 'no-sdk',
  message: `${folder} has none of ${sdks.join(', ')} installed`,
  cure: 'Run it in the folder of the application, or name the application',
  lost: false,
});

const listed = (copies: readonly Installed[]): string =>
  copies.map(({ version, folder }) => `${version} in ${folder}`).join(', ');

function apiCopies(copies: readonly Installed[]): Finding[] {
  const isMixed = copies.some((one) => copies.some((other) => isNewer(one.version, other.version)));
  if (!isMixed) return [];
  return [
    {
      code: 'api-versions',
      message: `there are several versions of ${API}, of which a newer one does not see what an older one has registered: ${listed(copies)}`,
      cure: `Have one: see \`npm ls ${API}\`, then \`npm dedupe\``,
      lost: false,
    },
  ];
}

const BUNDLERS: Readonly<Record<string, string>> = {
  next: '`serverExternalPackages` of next.config',
  webpack: '`externals` of webpack.config',
  rollup: '`external` of rollup.config',
  tsup: '`external` of tsup.config',
  esbuild: '`external` of esbuild',
};

/** Bundlers that the project itself asks for. */
function bundlers(folder: string, sdks: readonly string[]): Finding[] {
  const asked = dependenciesIn(folder);
  return Object.entries(BUNDLERS).flatMap(([name, option]) => {
    if (!asked.has(name) || sdks.length === 0) return [];
    return [
      {
        code: 'bundled' as const,
        message: `the project uses ${name}; an SDK that it bundles is not traced`,
        cure: `Put ${sdks.join(', ')} into ${option}, or use \`instrumentClient(client)\` of \`@llmtrace/auto/manual\``,
        lost: false,
      },
    ];
  });
}

function dependenciesIn(folder: string): Set<string> {
  const { dependencies, devDependencies } = manifestIn(folder);
  return new Set(Object.keys({ ...dependencies, ...devDependencies }));
}
