/**
 * The line at the end of a module that has its functions replaced: it hands over an accessor for each, which sets
 * the module's own binding. Importers of an ES module, and callers within the module, see the new value; nothing of `exports`
 * changes but what CommonJS copied there. It imports nothing: it also runs in the thread of Node.js' module loader.
 */
import type { FunctionFiles } from '@llmtrace/core/internal';
import type { PackageFile } from './package-files.ts';

/** How a module is written. */
export type Syntax = 'esm' | 'cjs';

/** By the name of their package: each module that loads is looked up, and most packages have none. */
export type FunctionsByPackage = ReadonlyMap<string, readonly FunctionFiles[]>;

export function byPackage(all: readonly FunctionFiles[]): FunctionsByPackage {
  const found = new Map<string, FunctionFiles[]>();
  for (const each of all) {
    const known = found.get(each.module);
    if (known) known.push(each);
    else found.set(each.module, [each]);
  }
  return found;
}

/** @returns undefined for a file that stays as it is. */
export function namesIn(
  all: FunctionsByPackage,
  { name, module }: Pick<PackageFile, 'name' | 'module'>,
): readonly string[] | undefined {
  const names = all
    .get(module)
    ?.filter(({ files }) => files.test(name.slice(module.length + 1)))
    .flatMap((functions) => functions.names);
  return names?.length ? [...new Set(names)] : undefined;
}

/** @param url of the module. */
export function rebindingLine(
  { file, url, syntax }: { file: string; url: string; syntax: Syntax },
  source: string,
  names: readonly string[],
): string {
  const accessors = names.flatMap((name) => {
    const binding =
      syntax === 'esm' ? (exportedAs(source, name) ?? declaredAs(source, name)) : assignedAs(source, name);
    return binding === undefined ? [] : [accessor(name, binding, syntax)];
  });
  // The exports of an ES module have this tag too: it separates the two builds of a package.
  if (syntax === 'esm') accessors.push(`[Symbol.toStringTag]: 'Module'`);
  const [quotedFile, quotedUrl] = [file, url].map((text) => JSON.stringify(text));
  return `;globalThis[Symbol.for('llmtrace.loaded')]?.(${quotedFile}, {}, ${quotedUrl}, { ${accessors.join(', ')} });`;
}

function accessor(name: string, binding: string, syntax: Syntax): string {
  const get = `get ${name}() { return typeof ${binding} === 'undefined' ? undefined : ${binding}; }`;
  // CommonJS as TypeScript writes it has copied the value.
  const set =
    syntax === 'esm'
      ? `${binding} = value;`
      : `const was = ${binding}; ${binding} = value; if (module.exports.${name} === was) module.exports.${name} = value;`;
  return `${get}, set ${name}(value) { ${set} }`;
}

const IDENTIFIER = /^[A-Za-z_$][\w$]*$/;

/**
 * The binding that an ES module exports by a name, by its declaration or its lists of exports. The chunks of rolldown export
 * short names (`Agent as t`); there it is the binding of that name.
 */
export function exportedAs(source: string, name: string): string | undefined {
  let renamed: string | undefined;
  for (let at = source.indexOf('export'); at >= 0; at = source.indexOf('export', at + 6)) {
    const rest = source.slice(at + 6, at + 206).trimStart();
    if (rest.startsWith('{')) {
      const open = source.indexOf('{', at);
      const close = source.indexOf('}', open);
      const list = source.slice(open + 1, Math.max(open, close));
      const binding = listedAs(list, name);
      if (binding !== undefined) return binding;
      if (list.split(',').some((entry) => entry.trimStart().startsWith(`${name} as `))) renamed = name;
    } else if (DECLARED.exec(rest)?.[1] === name) return name;
  }
  return renamed;
}

/** A `const` cannot be set. */
const DECLARED = /^(?:async function|function|class|let|var)\b ?\*? ?([\w$]+)/;

/** A function that an ES module declares and does not export. Within a block the line would be indented. */
function declaredAs(source: string, name: string): string | undefined {
  const isDeclared = ['function ', 'async function '].some((before) =>
    source.includes(`\n${before}${name}(`),
  );
  return isDeclared ? name : undefined;
}

/** `generateText` and `N5e as query` of a list of exports. */
function listedAs(list: string, name: string): string | undefined {
  for (const entry of list.split(',')) {
    const [binding = '', exported = binding] = entry.split(' as ').map((word) => word.trim());
    if (exported === name && IDENTIFIER.test(binding)) return binding;
  }
  return undefined;
}

/** The binding that a CommonJS module exports by a name, as TypeScript, rollup and esbuild write it. */
export function assignedAs(source: string, name: string): string {
  for (const before of [`exports.${name}=`, `exports.${name} =`, `${name}:()=>`, `${name}: () =>`]) {
    const at = lastWhole(source, before);
    const after = at < 0 ? '' : source.slice(at + before.length, at + before.length + 200).trimStart();
    const binding = LEADING_NAME.exec(after)?.[0];
    if (binding !== undefined && !KEYWORDS.has(binding)) return binding;
  }
  return name;
}

/** The last place of a text that begins with a name, unless that is the end of a longer one: `Agent` of `DurableAgent`. */
function lastWhole(source: string, text: string): number {
  let at = source.lastIndexOf(text);
  while (at > 0 && /[\w$]/.test(source.charAt(at - 1))) at = source.lastIndexOf(text, at - 1);
  return at;
}

const LEADING_NAME = /^[A-Za-z_$][\w$]*/;

/** What may stand there in place of a name. */
const KEYWORDS: ReadonlySet<string> = new Set([
  'void',
  'function',
  'async',
  'class',
  'undefined',
  'null',
  'require',
]);
