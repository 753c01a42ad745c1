// Reports the public names of a package, from the declarations that TypeScript wrote: each public name with its
// declaration, and the package's declarations that these refer to. Comments are left out.
import { readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { manifestOf } from './npm.mjs';

/** Entry points for llmtrace's own packages only: they may change in each version. */
const INTERNAL = ['./internal'];

/** The report on the package in `folder`, as Markdown. */
export function reportOf(folder) {
  const { name, exports } = manifestOf(folder);
  const files = new Map();
  const doors = Object.entries(exports).filter(([door, { types }]) => types && !INTERNAL.includes(door));
  const sections = doors.map(([door, { types }]) => {
    const entry = join(folder, types);
    const names = exportedNames(entry, files);
    const path = name + door.slice(1);
    const block = names.length === 0 ? 'It exports nothing.\n' : codeOf(declarationsOf(names, entry, files));
    return `## \`${path}\`\n\n${block}`;
  });
  const head =
    `# Public names of ${name}\n\nWritten by \`node scripts/docs/api.mjs\`, after a build. ` +
    'A change of this file is a change for users.\n';
  return `${head}\n${sections.join('\n')}`;
}

const codeOf = ({ exported, reached }) => {
  const more =
    reached.length > 0
      ? `\n\n// Reached by the names above, and not exported.\n\n${reached.join('\n\n')}`
      : '';
  return `\`\`\`ts\n${exported.join('\n\n')}${more}\n\`\`\`\n`;
};

/** The declarations of the names, and those that they reach, each sorted by name. */
function declarationsOf(names, entry, files) {
  const exported = new Map();
  const reached = new Map();
  const seen = new Set();
  const queue = names.map((name) => ({ name, public: name, ...found(entry, name, files) }));
  for (const item of queue) {
    const key = `${item.file} ${item.local}`;
    if (item.public === undefined && seen.has(key)) continue;
    seen.add(key);
    const text = item.file ? textOf(item, files) : `export ${item.local}; // of ${item.from}`;
    (item.public === undefined ? reached : exported).set(item.public ?? `${item.local} ${item.file}`, text);
    if (item.file)
      queue.push(...neededBy(item, files).filter((next) => !seen.has(`${next.file} ${next.local}`)));
  }
  const sorted = (map) => [...map].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, text]) => text);
  return { exported: sorted(exported), reached: sorted(reached) };
}

/** The declaration of a name, with a comment if the public name differs from the declared one. */
function textOf({ file, local, public: name }, files) {
  const text = parsed(file, files).declarations.get(local) ?? `// not found: ${local}`;
  return name === undefined || name === local ? text : `// as ${name}\n${text}`;
}

/** The package's declarations that a declaration refers to. */
function neededBy({ file, local }, files) {
  const { declarations, imports } = parsed(file, files);
  const words = new Set((declarations.get(local) ?? '').match(/[A-Za-z_$][\w$]*/g));
  return [...words]
    .filter((word) => word !== local && (declarations.has(word) || imports.get(word)?.file))
    .map((word) => found(file, word, files))
    .filter((next) => next.file);
}

/** Finds the declaration of a name that a file declares, imports or exports. */
function found(file, name, files) {
  const { declarations, imports, exports, stars } = parsed(file, files);
  const { from, local } = exports.get(name) ?? imports.get(name) ?? {};
  if (from?.startsWith('.')) {
    const target = fileOf(file, from);
    return local === '*' ? { file: target, local: '*', namespace: true } : found(target, local, files);
  }
  if (from !== undefined) return { from, local: name };
  if (declarations.has(local ?? name)) return { file, local: local ?? name };
  for (const star of stars) {
    const there = found(fileOf(file, star), name, files);
    if (there.file) return there;
  }
  return { from: 'an unknown module', local: name };
}

function exportedNames(file, files) {
  const { exports, stars } = parsed(file, files);
  return [...exports.keys(), ...stars.flatMap((star) => exportedNames(fileOf(file, star), files))];
}

const fileOf = (file, specifier) => join(dirname(file), specifier.replace(/\.[jt]s$/, '.d.ts'));

function parsed(file, files) {
  if (!files.has(file)) files.set(file, parse(readFileSync(file, 'utf8')));
  return files.get(file);
}

const DECLARATION =
  /^(export )?(?:declare )?(?:abstract )?(?:class|interface|type|function|const|let|enum|namespace) ([\w$]+)/;

/** The kinds of statements of a declaration file, each with the function that records it. */
const STATEMENTS = [
  [
    /^(import|export)(?: type)? \{([^}]*)\}(?: from ["']([^"']+)["'])?/s,
    (known, [, kind, list, from]) => addNames(known[`${kind}s`], list, from),
  ],
  [
    /^(import|export)(?: type)? \* as ([\w$]+) from ["']([^"']+)["']/,
    (known, [, kind, name, from]) => known[`${kind}s`].set(name, { from, local: '*', file: true }),
  ],
  [/^export \* from ["']([^"']+)["']/, (known, [, from]) => known.stars.push(from)],
  [DECLARATION, (known, [, isExported, name], text) => addDeclaration(known, name, text, isExported)],
];

/** The statements of a declaration file. TypeScript starts each one at the start of a line. */
function parse(source) {
  const known = { declarations: new Map(), imports: new Map(), exports: new Map(), stars: [] };
  for (const text of statementsOf(withoutComments(source))) {
    const [pattern, add] = STATEMENTS.find(([kind]) => kind.test(text)) ?? [];
    add?.(known, pattern.exec(text), text);
  }
  known.declarations.set('*', '// a namespace of all names of its file');
  return known;
}

function addNames(target, list, from) {
  for (const entry of list.split(',').map((part) => part.trim().replace(/^type /, ''))) {
    const [local, name = local] = entry.split(' as ');
    if (local !== '') target.set(name, { from, local, file: from?.startsWith('.') });
  }
}

/** Adds a declaration; the overloads of a function become one. */
function addDeclaration(known, name, text, isExported) {
  const before = known.declarations.get(name);
  known.declarations.set(name, before === undefined ? text : `${before}\n${text}`);
  if (isExported) known.exports.set(name, { local: name });
}

/** Removes comments, which start a line or follow a declaration. */
const withoutComments = (source) =>
  source
    .replace(/^[ \t]*\/\*[\s\S]*?\*\/[ \t]*\n?/gm, '')
    .replace(/^[ \t]*\/\/.*\n?/gm, '')
    .replace(/[ \t]*\/\*\*[\s\S]*?\*\//g, '');

function statementsOf(source) {
  const statements = [];
  for (const line of source.split('\n')) {
    if (/^[a-z]/.test(line)) statements.push(line);
    else if (statements.length > 0 && line !== '') statements.push(`${statements.pop()}\n${line}`);
  }
  return statements.map((text) => text.trimEnd());
}

/** The path of the report of the package in `folder`. */
export const reportPath = (folder) => join(folder, 'api.md');

export const shortPath = (root, path) => relative(root, path);
