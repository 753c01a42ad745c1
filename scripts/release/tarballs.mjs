// Checks the contents of a tarball, and its package.json.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join } from 'node:path';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { manifestOf, packageNameOf, root } from '../lib/npm.mjs';

const REPOSITORY = 'git+https://github.com/llmtrace/llmtrace.git';
/**
 * The largest sizes: 350 kB packed, 1.4 MB unpacked. A larger package probably contains files that it does not need.
 * The largest is `@llmtrace/auto`, with all instrumentations and its part of OpenTelemetry's SDK in it.
 */
const MOST = { size: 350_000, unpackedSize: 1_400_000 };
const NEEDED =
  /^(?:LICENSE|README\.md|package\.json|dist\/.+\.(?:d\.[mc]?ts|[mc]?js)|dist\/THIRD_PARTY\.md|dist\/page\/(?:index\.html|app\.css|icon\.svg)|bin\/.+\.js|config\.schema\.json|grafana\/.+\.json|rules\/.+\.yml)$/;

/** The faults of a package, one line each. */
export async function wrongWith({ path, folder, files, size, unpackedSize }) {
  const manifest = manifestOf(folder);
  const names = files.map((file) => file.path);
  return [
    ...contents(names, folder),
    ...(size > MOST.size || unpackedSize > MOST.unpackedSize ? ['it is too big'] : []),
    ...metadata(manifest, folder),
    ...undeclared(manifest, names, folder),
    ...(await publintOf(path)),
    ...typesOf(path),
  ];
}

function contents(names, folder) {
  const missing = ['LICENSE', 'README.md', 'dist/index.js', 'dist/index.d.ts'].filter(
    (name) => !names.includes(name),
  );
  const extra = names.filter((name) => !NEEDED.test(name) || isLeftOver(name, folder));
  return [...missing.map((name) => `it lacks ${name}`), ...extra.map((name) => `it does not need ${name}`)];
}

/** Whether a file is left over from an earlier build: its source no longer exists. */
function isLeftOver(name, folder) {
  const [, stem, extension] = /^dist\/(.+?)(?:\.d)?\.([mc]?)[jt]s$/.exec(name) ?? [];
  // The page, what files share, and the instrumentations of `@llmtrace/auto` have no source of that name.
  if (/^(?:page|chunks|instrumentations)\//.test(stem ?? '')) return false;
  if (stem === undefined) return false;
  // `index.code.js` has the code of `index.js`.
  const source = stem.replace(/\.code$/, '');
  return !existsSync(join(folder, 'src', `${source}.${extension}ts`));
}

/** The faults of the fields that npm needs for the package's page and for its statement of provenance. */
function metadata(manifest, folder) {
  const { repository = {}, publishConfig = {}, license, engines = {} } = manifest;
  const wanted = ['description', 'keywords', 'author', 'homepage', 'bugs', 'types', 'exports', 'files'];
  return [
    ...wanted.filter((field) => manifest[field] === undefined).map((field) => `it has no ${field}`),
    repository.url !== REPOSITORY && 'its repository is not the project’s',
    join(root, repository.directory ?? '') !== folder && 'its repository.directory is not its folder',
    license !== 'Apache-2.0' && 'its licence is not the project’s',
    publishConfig.access !== 'public' && 'it would not be published for all',
    engines.node === undefined && 'it does not say which Node.js it needs',
  ].filter(Boolean);
}

/** What Node.js itself has, for its own modules: the export thread asks for it, and does without. */
const INTERNAL = 'internal/test/binding';

/** The packages that its code requires without a declaration: this repository has them, an application may not. */
function undeclared({ name, dependencies, peerDependencies }, names, folder) {
  const declared = new Set([name, ...Object.keys({ ...dependencies, ...peerDependencies })]);
  const code = names.filter((file) => /^dist\/(?!page\/).+\.js$/.test(file));
  const required = code.flatMap((file) =>
    Array.from(
      readFileSync(join(folder, file), 'utf8').matchAll(/\b(?:require|import)\("([^."][^"]*)"\)/g),
      ([, specifier]) => specifier,
    ),
  );
  return [...new Set(required)]
    .filter((specifier) => !isBuiltin(specifier) && specifier !== INTERNAL)
    .filter((specifier) => !declared.has(packageNameOf(specifier)))
    .map((specifier) => `it requires ${specifier}, which it does not declare`);
}

async function publintOf(tarball) {
  const { messages, pkg } = await publint({
    pack: { tarball: new Uint8Array(readFileSync(tarball)).buffer },
    strict: true,
  });
  return messages.map((message) => `publint: ${formatMessage(message, pkg, { color: false })}`);
}

/** The faults that "are the types wrong" finds, under any module resolution. */
function typesOf(tarball) {
  try {
    execFileSync('attw', [tarball, '--profile', 'strict', '--format', 'ascii', '--no-color'], {
      encoding: 'utf8',
      timeout: 60_000,
    });
    return [];
  } catch (error) {
    return [`attw: ${error.stdout || error.message}`];
  }
}
