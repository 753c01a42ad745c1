// Builds the packages: `npm run build`. TypeScript checks the sources, which are ES modules, and writes the
// declarations; esbuild writes CommonJS. CommonJS alone, as OpenTelemetry's own packages: every process can load it
// (`require` in jest or under Yarn PnP, `import`), so there is one copy of the state in each.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { build, transform } from 'esbuild';
import { buildPage } from './build/page.mjs';
import { thirdParty } from './build/third-party.mjs';
import { manifestOf, packageFolders, packageNameOf, root } from './lib/npm.mjs';

/** Bundlers follow `require('…')` only where no variable hides the `require` that CommonJS has. */
const REQUIRE = /^const require = (?:module\.)?createRequire\(import\.meta\.url\);$/m;

/**
 * Imports `fileUrl`, which esbuild writes for `import.meta.url`: CommonJS lacks that. Its `inject` would import it too late
 * in a bundle with CommonJS in it.
 */
const FILE_URL = join(root, 'scripts', 'build', 'file-url.mjs');
const withFileUrl = (text) =>
  text.includes('import.meta.url') ? `import { fileUrl } from ${JSON.stringify(FILE_URL)};${text}` : text;

const commonJs = {
  name: 'CommonJS',
  setup({ onLoad }) {
    onLoad({ filter: /\.ts$/ }, ({ path }) => {
      const text = readFileSync(path, 'utf8').replace(REQUIRE, '');
      return { contents: withFileUrl(text), loader: 'ts' };
    });
  },
};

/** Bundles the kit's modules into `@llmtrace/testing`, whose fakes are those of llmtrace's own tests. */
const withKit = {
  name: 'kit',
  setup({ onResolve }) {
    onResolve({ filter: /^@llmtrace\/test-fixtures\// }, ({ path }) => ({
      path: join(root, 'test-fixtures/kit/src', `${path.slice('@llmtrace/test-fixtures/'.length)}.ts`),
    }));
  },
};

const TARGET = 'node20.19';

/** esbuild leaves it out where it makes CommonJS of an ES module, which is strict. */
const STRICT = '"use strict";';

/** The folder with the sources of an instrumentation, by its package's name. */
const instrumentationFolder = (name) => join(root, 'packages', name.slice('@llmtrace/'.length), 'src');

/** The source of an instrumentation, by its package's name. */
const instrumentationFile = (name) => join(instrumentationFolder(name), 'index.ts');

/**
 * It is declared for its types alone: with the base class in core's own file, a start loads 41 files less. What hooks the loading of
 * modules stays a package: a process may have one hook for ES modules.
 */
const BASE_CLASS = '@opentelemetry/instrumentation';

/**
 * Bundles the packages that a package does not declare as dependencies: the instrumentations, and OpenTelemetry's SDK,
 * of which `@llmtrace/auto` needs 0.3 of 29 MB. Packages of OpenTelemetry are resolved from the folder, since they have
 * copies of each other beneath them.
 */
const withUndeclared = (folder) => ({
  name: 'undeclared packages',
  setup({ onResolve, resolve }) {
    const { dependencies = {}, peerDependencies = {} } = manifestOf(folder);
    const declared = new Set(Object.keys({ ...dependencies, ...peerDependencies }));
    const isBundled = (path) => !declared.has(packageNameOf(path)) || packageNameOf(path) === BASE_CLASS;
    onResolve({ filter: /^@llmtrace\// }, ({ path }) => {
      if (isBundled(path)) return { path: instrumentationFile(path) };
      // One file of two: `@llmtrace/core` is but a list of names out of it.
      return path === '@llmtrace/core' ? { path: `${path}/internal`, external: true } : undefined;
    });
    onResolve({ filter: /^[@\w]/ }, async ({ path, kind, pluginData }) => {
      if (pluginData === folder || kind === 'entry-point') return undefined;
      return path.startsWith('@opentelemetry/') && isBundled(path)
        ? await resolve(path, { kind, resolveDir: folder, pluginData: folder })
        : { path, external: true };
    });
  },
});

/** Keeps each file of a package separate. */
const apart = {
  name: 'apart',
  setup({ onResolve }) {
    onResolve({ filter: /^\.\.?\/.*\.ts$/ }, ({ path }) => ({
      path: path.replace(/\.ts$/, '.js'),
      external: true,
    }));
  },
};

/** How esbuild begins a CommonJS file with exports: with getters of them. */
const GETTERS =
  /^var (\w+) = \{\};\n__export\(\1, \{\n([\s\S]*?)\n\}\);\nmodule\.exports = __toCommonJS\(\1\);\n/m;

/** What makes the exports of a file that is loaded when one of them is first used: `from` has them then. */
const lateExports = (from) => `
const lateExport = (name) => ({
  configurable: true,
  enumerable: true,
  get() {
    const value = ${from}?.[name];
    if (value === undefined) return undefined; // its file cannot be read now
    Reflect.defineProperty(this, name, { configurable: true, enumerable: true, writable: true, value });
    return value;
  },
});
`;

/**
 * esbuild's function for exports takes names that all objects inherit, too: where an application has put a value that is no
 * function into the prototype of all objects, no file would load from then on.
 */
const ofOwnNames = (code) =>
  code.replace(/\bfor \(var (\w+) in all\)\n/g, 'for (var $1 of Object.keys(all))\n');

/**
 * Makes exports plain properties: getters would be read for each chunk of a stream, and to make them of a thousand names
 * was a twelfth of what a start costs over the bare application. An export of a file that is loaded later is a getter until
 * its first use.
 *
 * @param late the names of such exports.
 * @param from the expression that has them.
 */
function withPlainExports(text, { late = new Set(), from = '', helperChunks = new Set() } = {}) {
  const code = ofOwnNames(text);
  const [getters, , list] = GETTERS.exec(code) ?? [];
  if (getters === undefined) {
    if (/^module\.exports = __toCommonJS/m.test(code))
      throw new Error('esbuild writes exports in another way');
    return code;
  }
  const exported = [...list.matchAll(/^ {2}("?[\w$]+"?): \(\) => ([\w$.]+),?$/gm)];
  if (exported.length !== list.split('\n').length) throw new Error('esbuild names exports in another way');
  const plain = exported
    .filter(([, name]) => !late.has(name))
    .map(([, name, binding]) => `${name}: ${binding}`);
  const lateOnes = exported
    .filter(([, name]) => late.has(name))
    .map(([, name]) => `${name}: lateExport('${name}')`);
  const rest = ['__esModule: { value: true }', ...lateOnes].join(', ');
  const end = `module.exports = Object.defineProperties({ ${plain.join(', ')} }, { ${rest} });\n`;
  const whole = code.replace(getters, '') + (lateOnes.length > 0 ? lateExports(from) : '') + end;
  return withoutHelpers(whole, helperChunks);
}

/** A function or a value of esbuild's own, at the beginning of a file. */
const HELPER = /^var (__\w+) = (?:\(.*\) => \{\n(?: .*\n)*\};|.*;)\n/gm;

/** A chunk, for the names that a file takes of it. */
const CHUNK = /^var (import_\w+) = require\("[./]+(?:chunks\/)?([A-Z0-9]{8}\.js)"\);\n/gm;

/** Whether a chunk, as an ES module, exports helpers of esbuild alone. */
const hasOnlyHelpers = (text) => /^export \{\n(?: {2}__\w+,?\n)+\};$/m.test(text);

/** Leaves out esbuild's helpers that the file does not use any more, a KB of most, and the chunks of such. */
function withoutHelpers(code, helperChunks) {
  const isUsed = (name) => code.split(new RegExp(`\\b${name}\\b`)).length > 2;
  const left = code
    .replace(HELPER, (all, name) => (isUsed(name) ? all : ''))
    .replace(CHUNK, (all, name, chunk) => (isUsed(name) || !helperChunks.has(chunk) ? all : ''));
  return left === code ? code : withoutHelpers(left, helperChunks);
}

/** An entry point shorter than this is not worth a further file. */
const SHORT_DOOR = 4096;

/** The names that esbuild lists for Node.js at the end of a CommonJS file. */
const LISTED = /^0 && \(module\.exports = \{\n[\s\S]*?\n\}\);\n/m;

/**
 * Writes an entry point. Node.js 20 looks through an imported file for the names of its exports letter by letter: the 32 KB of
 * `@llmtrace/auto` were a tenth of a start's CPU time and 6 MiB. So the code is in a file beside, which Node.js loads by a `require` that
 * it does not follow for names: one whose result is `module.exports` would be followed.
 */
function writeDoor(path, text) {
  const [names = ''] = LISTED.exec(text) ?? [];
  const rest = text.replace(names, '');
  const code = path.replace(/\.js$/, '.code.js');
  if (names === '' || rest.length < SHORT_DOOR) {
    rmSync(code, { force: true });
    writeFileSync(path, text);
    return;
  }
  writeFileSync(code, rest);
  writeFileSync(
    path,
    `${STRICT}\nconst code = require('./${basename(code)}');\n${names}module.exports = code;\n`,
  );
}

/** The entry points of a package. */
function doorsOf(folder) {
  const { exports } = manifestOf(folder);
  const paths = Object.keys(exports).filter((path) => !path.endsWith('.json'));
  return paths.map((path) => (path === '.' ? 'index' : path.slice(2)));
}

/**
 * A package with one entry point and no file that is loaded late becomes one file: it loads several times faster than
 * a hundred. So does one with the entry point `internal`, out of which others are but lists of names: there is one copy
 * of the state. What the files share that Node.js loads by themselves in another package becomes chunks.
 */
async function buildPackage(folder) {
  const src = join(folder, 'src');
  const doors = doorsOf(folder).map((name) => join(src, `${name}.ts`));
  if (doors.length === 1 && filesLoadedByName(sourcesOf(src)).length === 0)
    return await buildInOne(folder, doors);
  const lists = doors.filter((door) => /from '\.\/internal\.ts'/.test(readFileSync(door, 'utf8')));
  const late = await buildInChunks(
    folder,
    doors.filter((door) => !lists.includes(door)),
  );
  const { outputFiles } = await built(folder, { entryPoints: lists, plugins: [apart, commonJs] });
  for (const { path, text } of outputFiles)
    writeDoor(path, withPlainExports(text, { late, from: 'import_internal' }));
}

/** Options of a bundle with what its package does not declare, cut down to what is used: CommonJS cannot be. */
const BUNDLING = { packages: 'bundle', mainFields: ['module', 'main'], absWorkingDir: root, metafile: true };

async function buildInOne(folder, entryPoints) {
  const plugins = [withKit, withUndeclared(folder), commonJs];
  const { metafile, outputFiles } = await built(folder, { ...BUNDLING, entryPoints, plugins });
  for (const { path, text } of outputFiles) writeDoor(path, withPlainExports(text));
  writeLicences(folder, metafile);
}

function writeLicences(folder, metafile) {
  const licences = thirdParty(root, `Third-party code in ${manifestOf(folder).name}`, metafile);
  if (licences) writeFileSync(join(folder, 'dist', 'THIRD_PARTY.md'), licences);
}

const built = (folder, options) =>
  build({
    outdir: join(folder, 'dist'),
    outbase: join(folder, 'src'),
    bundle: true,
    packages: 'external',
    define: { 'import.meta.url': 'fileUrl' },
    format: 'cjs',
    platform: 'node',
    target: TARGET,
    write: false,
    logLevel: 'warning',
    ...options,
  });

/** Files that Node.js loads by themselves: `ownFile('esm/loader-hooks')`, and what is required when it is first used. */
const LOADED_BY_NAME = /\bownFile\('([\w/-]+)'\)|\brequire\('(\.[\w/.-]+)\.ts'\)/g;

/** What a package says of itself: its commands and files with side effects. */
function declaredFiles(folder) {
  const { bin = {}, sideEffects } = manifestOf(folder);
  const files = [...Object.values(bin), ...(Array.isArray(sideEffects) ? sideEffects : [])];
  return files
    .filter((file) => !file.endsWith('.code.js'))
    .map((file) => file.replace('./dist/', '').replace(/\.js$/, ''));
}

/** The names and the texts of a package's sources. */
const sourcesOf = (src) =>
  readdirSync(src, { recursive: true })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => [name, readFileSync(join(src, name), 'utf8')]);

const filesLoadedByName = (sources) =>
  sources.flatMap(([name, text]) =>
    Array.from(text.matchAll(LOADED_BY_NAME), ([, file, path]) => file ?? join(dirname(name), path)),
  );

/**
 * esbuild has a function of its own for `require()` in ES modules, which bundlers do not follow. So the calls have another
 * name until the chunks are CommonJS, and a path within `dist` for a file of this package.
 */
const requireLater = (src) => ({
  name: 'require later',
  setup({ onLoad }) {
    onLoad({ filter: /\.ts$/ }, ({ path }) => {
      const text = readFileSync(path, 'utf8');
      // Another `require` is a variable of the file.
      if (!REQUIRE.test(text)) return { contents: withFileUrl(text), loader: 'ts' };
      const contents = text
        .replace(REQUIRE, '')
        .replace(
          /\brequire\('(\.[\w/.-]+)\.ts'\)/g,
          (_all, name) => `require('dist:${outOf(src, join(dirname(path), name))}.js')`,
        )
        .replace(/\brequire\(/g, 'requireLater(');
      return { contents: withFileUrl(contents), loader: 'ts' };
    });
    // OpenTelemetry's packages without an ES module require Node.js' modules and the API, which are in no bundle.
    onLoad({ filter: /node_modules\/@opentelemetry\/.+\.js$/ }, ({ path }) => ({
      contents: readFileSync(path, 'utf8').replace(/\brequire\((?=["'][^.])/g, 'requireLater('),
    }));
  },
});

/** Chunks run before the file that imports them: another module cannot be loaded first for its effects. */
function refuseEffects(sources) {
  for (const [name, text] of sources) {
    if (/^import '\./m.test(text) && /^(?:import|export) (?!type\b).*from '\./ms.test(text))
      throw new Error(
        `${name}: a module that is imported for its effects must be the only import of its file`,
      );
  }
}

const nameWithin = (src, file) => relative(src, file).replace(/\.ts$/, '');

const INSTRUMENTATION = '@llmtrace/instrumentation-';

/** The files that the instrumentations in a package load when these are first used. */
const filesOfInstrumentations = (folder) =>
  Object.keys(manifestOf(folder).devDependencies ?? {})
    .filter((name) => name.startsWith(INSTRUMENTATION))
    .flatMap((name) => {
      const src = instrumentationFolder(name);
      return filesLoadedByName(sourcesOf(src)).map((file) => join(src, `${file}.ts`));
    })
    .map((file) => ({ in: file, out: outOf(folder, file) }));

/** The name within `dist` of a file of the package itself, or of an instrumentation that it has in it. */
function outOf(src, file) {
  if (!relative(src, file).startsWith('..')) return nameWithin(src, file);
  const [, name, inside] = /[\\/]packages[\\/]instrumentation-([\w-]+)[\\/]src[\\/](.+)$/.exec(file) ?? [];
  return nameWithin(src, name === undefined ? file : join(src, 'instrumentations', name, inside));
}

/** What `internal.ts` exports of a file that is also loaded later: the file stays out of those that a start loads. */
const exportedLate = (files) => ({
  name: 'exported late',
  setup({ onResolve }) {
    onResolve({ filter: /^\.\/.+\.ts$/ }, ({ path, importer }) =>
      /[\\/]internal\.ts$/.test(importer) && files.includes(join(dirname(importer), path))
        ? { path: path.replace(/\.ts$/, '.js'), external: true }
        : undefined,
    );
  },
});

/**
 * esbuild splits ES modules only: each of them then becomes CommonJS.
 * @returns the names that `internal.ts` exports late.
 */
async function buildInChunks(folder, doors) {
  const src = join(folder, 'src');
  const dist = join(folder, 'dist');
  const sources = sourcesOf(src);
  refuseEffects(sources);
  const named = [...declaredFiles(folder), ...filesLoadedByName(sources)].map((name) =>
    join(src, `${name}.ts`),
  );
  const { metafile, outputFiles } = await built(folder, {
    entryPoints: [
      ...[...new Set([...doors, ...named])].map((file) => ({ in: file, out: nameWithin(src, file) })),
      ...filesOfInstrumentations(folder),
    ],
    plugins: [exportedLate(named), withUndeclared(folder), requireLater(src)],
    ...BUNDLING,
    format: 'esm',
    splitting: true,
    chunkNames: 'chunks/[hash]',
  });
  const late = new Set();
  const helperChunks = new Set(
    outputFiles.filter(({ text }) => hasOnlyHelpers(text)).map(({ path }) => basename(path)),
  );
  rmSync(join(dist, 'chunks'), { recursive: true, force: true });
  await Promise.all(
    outputFiles.map(async ({ path, text }) => {
      const required = text
        .replace(/\brequireLater\(/g, 'require(')
        .replace(/"dist:([^"]+)"/g, (_all, file) => {
          const to = relative(dirname(path), join(dist, file));
          return JSON.stringify(to.startsWith('.') ? to : `./${to}`);
        });
      const { code } = await transform(required, {
        format: 'cjs',
        platform: 'node',
        target: TARGET,
        banner: STRICT,
      });
      mkdirSync(dirname(path), { recursive: true });
      const isInternal = path === join(dist, 'internal.js');
      const done = isInternal
        ? withLateExports(code, late, helperChunks)
        : withPlainExports(code, { helperChunks });
      // Packages load `internal` by `require` alone.
      const isDoor = doors.includes(join(src, relative(dist, path).replace(/\.js$/, '.ts')));
      if (isDoor && !isInternal) writeDoor(path, done);
      else writeFileSync(path, done);
    }),
  );
  writeLicences(folder, metafile);
  return late;
}

/**
 * Has `internal.js` load what it exports of `calls.ts` with the first use of it, in the one way that there is.
 * @param late gets the names.
 */
function withLateExports(code, late, helperChunks) {
  const rest = code.replace('var import_calls = require("./calls.js");\n', '');
  for (const [, name] of code.matchAll(/ (\w+): \(\) => import_calls\.\1\b/g)) late.add(name);
  const [, loader] = / engineCode: \(\) => ([\w$.]+)/.exec(code) ?? [];
  const done = withPlainExports(rest, { late, from: `${loader}()`, helperChunks });
  if (late.size === 0 || !loader || /\bimport_calls\b/.test(done))
    throw new Error('internal.ts exports names of calls.ts, uses none of them, and exports engineCode()');
  return done;
}

execFileSync('tsc', ['-b'], { cwd: root, stdio: 'inherit' });
await buildPage(join(root, 'packages', 'view'));
await Promise.all(packageFolders().map(buildPackage));
