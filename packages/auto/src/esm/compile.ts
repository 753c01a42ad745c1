/**
 * Has CommonJS modules end with a line as they are compiled, by `Module.prototype._compile`. The hooks of `module` would do,
 * too, but a module that they give a source, and that an ES module imports, is no longer loaded by `require`: what it requires
 * would pass the hooks of other instrumentations by.
 */
import module from 'node:module';
import { pathToFileURL } from 'node:url';
import type { FunctionFiles } from '@llmtrace/core/internal';
import { fileOf } from './loader-hooks.ts';
import { namesIn, rebindingLine } from './rebinding.ts';
import { replace } from './replace.ts';

export function addAsCompiled(functions: readonly FunctionFiles[]): void {
  if (functions.length === 0) return;
  replace(module.prototype, '_compile', (compile) => {
    return function (this: unknown, ...args) {
      const line = lineFor(functions, args);
      return compile.apply(this, line === undefined ? args : args.with(0, `${args[0]}\n${line}`));
    };
  });
}

/** Node.js 22 and later say whether what they compile is CommonJS; ES modules have their line from the hooks. */
function lineFor(
  functions: readonly FunctionFiles[],
  [source, path, format]: readonly unknown[],
): string | undefined {
  if (typeof source !== 'string' || typeof path !== 'string' || format === 'module') return undefined;
  const file = fileOf(path.replaceAll('\\', '/'));
  const names = file === '' ? undefined : namesIn(functions, file);
  return names && rebindingLine({ file, url: pathToFileURL(path).href, syntax: 'cjs' }, source, names);
}
