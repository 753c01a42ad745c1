/**
 * Module hooks that append an announcement line to the vendors' ES modules (see `module-announcements.ts` of
 * `@llmtrace/core`). They run in the application's own thread, or where Node.js has no such hooks, in the thread of
 * its module loader.
 */
import type { LoadFnOutput, LoadHookContext, LoadHookSync } from 'node:module';
import type { FunctionFiles } from '@llmtrace/core/internal';
import { namesIn, rebindingLine } from './rebinding.ts';

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
}

export const SELF = 'llmtrace:self';

let lines: Lines = { files: new Map(), mains: new Map(), functions: [] };

/** Takes the lines to add. */
export function initialize(data: Lines): void {
  lines = data;
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
  const file = fileOf(url);
  if (file === '') return undefined;
  const main = isPlain(url)
    ? lines.mains.get(file)?.replace(JSON.stringify(SELF), () => JSON.stringify(url))
    : undefined;
  const line = lines.files.get(file);
  const names = namesIn(lines.functions, file);
  if (line === undefined && main === undefined && names === undefined) return undefined;
  const fixed = `${line ?? ''}${main ?? ''}`;
  return (source) => fixed + (names ? rebindingLine({ file, url, syntax: 'esm' }, source, names) : '');
}

const isPlain = (url: string): boolean => !/[?#]/.test(url);

/**
 * A module's name from the package on. Other hooks may have added a query, or a fragment that names another module: esmock's
 * mock of a package has the package's URL there.
 */
export function fileOf(url: string): string {
  const path = url.split(/[?#]/, 1)[0] ?? '';
  const at = path.lastIndexOf('/node_modules/');
  return at < 0 ? '' : path.slice(at + '/node_modules/'.length);
}
