/**
 * Module hooks that let vendors' ES modules tell of themselves (see `loaded.ts` of `@llmtrace/core`). They run in the
 * application's own thread, or where Node.js has no such hooks, in the thread of its module loader.
 */
import type { LoadFnOutput, LoadHookContext, LoadHookSync } from 'node:module';

let lines: ReadonlyMap<string, string> = new Map();

/** Takes the lines to add, by file. */
export function initialize(data: ReadonlyMap<string, string>): void {
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
  const line = lines.get(fileOf(url));
  if (line === undefined || loaded.format !== 'module' || !loaded.source) return loaded;
  const { source } = loaded;
  const text = typeof source === 'string' ? source : new TextDecoder().decode(source);
  return { ...loaded, source: `${text}\n${line}` };
}

/** A module's name from the package on; other hooks may have added a query. */
export function fileOf(url: string): string {
  const at = url.lastIndexOf('/node_modules/');
  return at < 0 ? '' : (url.slice(at + '/node_modules/'.length).split(/[?#]/, 1)[0] ?? '');
}
