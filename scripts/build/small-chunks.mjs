// Joins the small chunks of a package: for a start each file costs as much as 5 KB of code.
import { basename, join } from 'node:path';
import { build } from 'esbuild';

/** A chunk that is longer than this stays a file of its own. */
const SMALL = 6000;

/** An import of another chunk, of names of it or for its effects, as esbuild writes it. */
const IMPORT = /^import (?:\{\n([^}]*)\n\} from )?"(\.[^"]+)";$/gm;
const EXPORTS = /^export \{\n([^}]*)\n\};$/m;

/** An import of another package: a command that loads one of the chunks shall not load OpenTelemetry. */
const PACKAGE = /(?: from|^import) "(?!node:)[^."]/m;

const JOINED = 'joined.js';

/** The entries of a list in braces: `a` and `a as b`, as pairs. */
const pairsIn = (list) =>
  list.split(',').map((entry) => {
    const [from, to = from] = entry.trim().split(' as ');
    return [from, to];
  });

/** The name that an export of a chunk has in the file of all. */
const joinedName = (file, name) => `${name}_${basename(file, '.js')}`;

/**
 * @param outputs what esbuild has written, as ES modules.
 * @param folder of the chunks.
 * @param main the entry point whose start counts: chunks that it does not load stay.
 * @returns them with one file in place of the small chunks. A chunk stays if it imports one that does.
 */
export async function joinSmallChunks(outputs, folder, main) {
  const chunks = new Map(
    outputs
      .filter(({ path }) => path === join(folder, basename(path)))
      .map((file) => [basename(file.path), file]),
  );
  const loaded = loadedBy(main, chunks);
  const isSmall = (name, { text }) =>
    loaded.has(name) && text.length <= SMALL && EXPORTS.test(text) && !PACKAGE.test(text);
  const small = new Map([...chunks].filter(([name, file]) => isSmall(name, file)));
  const importsOther = ({ text }) =>
    [...text.matchAll(IMPORT)].some(([, , from]) => !small.has(basename(from)));
  for (let before = -1; before !== small.size; ) {
    before = small.size;
    for (const [name, file] of small) if (importsOther(file)) small.delete(name);
  }
  if (small.size < 2) return outputs;
  const names = (file) => pairsIn(EXPORTS.exec(file.text)[1]).map(([, exported]) => exported);
  const contents = [...small]
    .map(
      ([name, file]) =>
        `export { ${names(file).map((each) => `${each} as ${joinedName(name, each)}`)} } from './${name}';`,
    )
    .join('\n');
  const result = await build({
    stdin: { contents, resolveDir: folder, sourcefile: JOINED },
    bundle: true,
    format: 'esm',
    platform: 'node',
    write: false,
    plugins: [inMemory(small, folder)],
  });
  const [{ text }] = result.outputFiles;
  const rest = outputs.filter(
    ({ path }) => !(path === join(folder, basename(path)) && small.has(basename(path))),
  );
  return [
    ...rest.map((file) => ({ path: file.path, text: renamed(file.text, small) })),
    { path: join(folder, JOINED), text },
  ];
}

/** The names of the chunks that a file imports, and those that they import. */
function loadedBy({ text }, chunks, found = new Set()) {
  for (const [, , from] of text.matchAll(IMPORT)) {
    const name = basename(from);
    if (found.has(name) || !chunks.has(name)) continue;
    found.add(name);
    loadedBy(chunks.get(name), chunks, found);
  }
  return found;
}

/** Stands for the one import while its names are collected. */
const PLACE = '/* the joined chunks */';

/** One import in place of those from small chunks. */
function renamed(text, small) {
  const taken = [];
  let folder;
  const others = text.replace(IMPORT, (all, list, from) => {
    const name = basename(from);
    if (!small.has(name)) return all;
    const place = folder === undefined ? PLACE : '';
    folder = from.slice(0, -name.length);
    if (list !== undefined)
      taken.push(...pairsIn(list).map(([exported, local]) => `  ${joinedName(name, exported)} as ${local}`));
    return place;
  });
  const names = taken.length > 0 ? `{\n${taken.join(',\n')}\n} from ` : '';
  return others.replace(PLACE, () => `import ${names}"${folder}${JOINED}";`);
}

const inMemory = (files, folder) => ({
  name: 'chunks in memory',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^\.\// }, ({ path }) => ({ path: join(folder, path), namespace: 'chunk' }));
    onResolve({ filter: /^[^.]/ }, ({ path, kind }) =>
      kind === 'entry-point' ? undefined : { path, external: true },
    );
    onLoad({ filter: /./, namespace: 'chunk' }, ({ path }) => ({ contents: files.get(basename(path)).text }));
  },
});
