/**
 * Module hooks that append an announcement line to the vendors' ES modules (see `module-announcements.ts` of
 * `@llmtrace/core`). They run in the application's own thread, or where Node.js has no such hooks, in the thread of
 * its module loader.
 */
import type { LoadFnOutput, LoadHookContext, LoadHookSync } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { FunctionFiles } from '@llmtrace/core/internal';
import { endOfName, type PackageFile, packageFile, type Wanted } from './package-files.ts';
import { byPackage, namesIn, rebindingLine, type Syntax } from './rebinding.ts';

/** The lines to add, by file (`openai/resources/embeddings.mjs`). */
export interface Lines {
  readonly files: ReadonlyMap<string, string>;
  /**
   * Of main modules. Their line imports the module itself, by the URL that takes the place of {@link SELF}. A URL with a query
   * gets none: esmock adds a query to each import within its modules, so that the module would import a copy without end.
   */
  readonly mains: ReadonlyMap<string, string>;
  /** Files whose functions are to be replaced. Their line depends on their source. */
  readonly functions: readonly FunctionFiles[];
  /**
   * Of CommonJS files, with {@link SELF} in place of their URL. They are for packages in folders of other names: elsewhere
   * OpenTelemetry's hook of `require` sees them.
   */
  readonly commonJs: ReadonlyMap<string, string>;
}

export const SELF = 'llmtrace:self';

let lines: Lines = { files: new Map(), mains: new Map(), functions: [], commonJs: new Map() };
let functions = byPackage([]);
let wanted: Wanted | undefined;

/** Takes the lines to add. */
export function initialize(data: Lines): void {
  lines = data;
  functions = byPackage(data.functions);
  wanted = wantedBy(data);
}

function wantedBy({ files, mains, functions, commonJs }: Lines): Wanted {
  const names = [...files.keys(), ...mains.keys(), ...commonJs.keys()];
  const packages = [
    ...names.map((name) => name.slice(0, endOfName(name))),
    ...functions.map((each) => each.module),
  ];
  const paths = new Set(names.map((name) => name.slice(endOfName(name) + 1)));
  // One pattern for all: each module of another package is asked.
  const ofFunctions = new RegExp(functions.map((each) => `(?:${each.files.source})`).join('|') || '(?!)');
  return {
    packages: new Set(packages),
    isPath: (path) => paths.has(path) || ofFunctions.test(path),
  };
}

export async function load(
  url: string,
  context: LoadHookContext,
  next: (url: string, context: LoadHookContext) => LoadFnOutput | Promise<LoadFnOutput>,
): Promise<LoadFnOutput> {
  return telling(url, await next(url, context));
}

export const loadSync: LoadHookSync = (url, context, next) => telling(url, next(url, context));

function telling(url: string, loaded: LoadFnOutput): LoadFnOutput {
  if (!isModule(loaded.format) || !loaded.source) return loaded;
  const line = lineOf(url);
  if (line === undefined) return loaded;
  const { source } = loaded;
  const text = typeof source === 'string' ? source : new TextDecoder().decode(source);
  return { ...loaded, source: `${text}\n${line(text)}` };
}

/** Deno 2.9 names no format. */
const isModule = (format: unknown): boolean =>
  format === 'module' || (format === undefined && process.versions['deno'] !== undefined);

/** The line that the module of a URL is to end with, by its source; undefined for one that is to stay as it is. */
export function lineOf(url: string): ((source: string) => string) | undefined {
  const plain = withoutQuery(url);
  const found = fileOf(plain);
  if (!found) return undefined;
  const { name: file } = found;
  const main =
    plain === url
      ? lines.mains.get(file)?.replace(JSON.stringify(SELF), () => JSON.stringify(url))
      : undefined;
  const line = lines.files.get(file);
  const names = namesIn(functions, found);
  if (line === undefined && main === undefined && names === undefined) return undefined;
  const fixed = `${line ?? ''}${main ?? ''}`;
  return (source) => fixed + (names ? rebindingLine({ file, url, syntax: 'esm' }, source, names) : '');
}

/**
 * Other hooks may have added a query, or a fragment that names another module: esmock's mock of a package has the package's
 * URL there.
 */
function withoutQuery(url: string): string {
  const query = url.indexOf('?');
  const plain = query < 0 ? url : url.slice(0, query);
  const fragment = plain.indexOf('#');
  return fragment < 0 ? plain : plain.slice(0, fragment);
}

/** The file of a URL, if it is one of a vendor's package. */
function fileOf(url: string): PackageFile | undefined {
  if (!wanted || !url.startsWith('file:')) return undefined;
  try {
    return packageFile(pathOf(url), wanted);
  } catch {
    return undefined; // no path of this system
  }
}

/** Most URLs are their path: `fileURLToPath()` takes longer than all else here. */
const pathOf = (url: string): string =>
  url.startsWith('file:///') && !url.includes('%') && process.platform !== 'win32'
    ? url.slice('file://'.length)
    : slashed(fileURLToPath(url));

const slashed = (path: string): string => path.replaceAll('\\', '/');

/** The line that a module is to end with as `require` compiles it; undefined for one that is to stay as it is. */
export function compiledLine(path: string, syntax: Syntax, source: string): string | undefined {
  const file = wanted && packageFile(slashed(path), wanted);
  if (!file) return undefined;
  const url = pathToFileURL(path).href;
  const isMissed = file.isElsewhere && syntax === 'cjs';
  const line = isMissed ? lines.commonJs.get(file.name)?.replace(SELF, () => url) : undefined;
  const names = namesIn(functions, file);
  if (line === undefined && names === undefined) return undefined;
  return `${line ?? ''}${names ? rebindingLine({ file: file.name, url, syntax }, source, names) : ''}`;
}
