// Builds the packages: `npm run build`. TypeScript checks the sources, which are ES modules, and writes the
// declarations; esbuild writes CommonJS. CommonJS alone, as OpenTelemetry's own packages: every process can load it
// (`require` in jest or under Yarn PnP, `import`), so there is one copy of the state in each.
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { buildPage } from './build/page.mjs';
import { packageFolders, root } from './lib/npm.mjs';

/** Bundlers follow `require('…')` only where no variable hides the `require` that CommonJS has. */
const REQUIRE = /^const require = (?:module\.)?createRequire\(import\.meta\.url\);$/m;

const commonJs = {
  name: 'CommonJS',
  setup({ onLoad }) {
    onLoad({ filter: /\.ts$/ }, ({ path }) => {
      return { contents: readFileSync(path, 'utf8').replace(REQUIRE, ''), loader: 'ts' };
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

/** Exports are plain properties, not getters, because they are read for each chunk of a stream. */
const footer =
  "module.exports = Object.defineProperty({ ...module.exports }, '__esModule', { value: true });";

/** The entry points of a package. */
function doorsOf(folder) {
  const { exports } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const paths = Object.keys(exports).filter((path) => !path.endsWith('.json'));
  return paths.map((path) => (path === '.' ? 'index' : path.slice(2)));
}

/**
 * A package with one entry point becomes one file: it loads several times faster than a hundred. So does one with the
 * entry point `internal`, out of which its other ones are but lists of names: there is one copy of the state.
 */
function buildsOf(folder) {
  const src = join(folder, 'src');
  const doors = doorsOf(folder).map((name) => join(src, `${name}.ts`));
  if (doors.length === 1) return [{ entryPoints: doors, plugins: [withKit, commonJs] }];
  const internal = join(src, 'internal.ts');
  if (!doors.includes(internal)) {
    const files = readdirSync(src, { recursive: true }).filter((name) => name.endsWith('.ts'));
    return [{ entryPoints: files.map((name) => join(src, name)), plugins: [apart, commonJs] }];
  }
  const lists = doors.filter((door) => door !== internal);
  return [
    { entryPoints: [internal], plugins: [commonJs] },
    { entryPoints: lists, plugins: [apart, commonJs] },
  ];
}

execFileSync('tsc', ['-b'], { cwd: root, stdio: 'inherit' });
await buildPage(join(root, 'packages', 'view'));
await Promise.all(
  packageFolders().flatMap((folder) =>
    buildsOf(folder).map((options) =>
      build({
        ...options,
        outdir: join(folder, 'dist'),
        outbase: join(folder, 'src'),
        bundle: true,
        packages: 'external',
        define: { 'import.meta.url': 'fileUrl' },
        inject: [join(root, 'scripts', 'build', 'file-url.mjs')],
        format: 'cjs',
        platform: 'node',
        target: 'node20.19',
        footer: { js: footer },
        logLevel: 'warning',
      }),
    ),
  ),
);
