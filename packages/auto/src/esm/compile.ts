/**
 * Has modules that `require` loads end with a line as they are compiled, by `Module.prototype._compile`. For CommonJS the hooks of
 * `module` would do, too, but a module that they give a source, and that an ES module imports, is no longer loaded by `require`: what
 * it requires would pass the hooks of other instrumentations by.
 */
import module from 'node:module';
import { compiledLine } from './loader-hooks.ts';
import { replace } from './replace.ts';

/** @param withEsm also ES modules, where the hooks do not see those that `require` loads. */
export function addAsCompiled(withEsm: boolean): void {
  replace(module.prototype, '_compile', (compile) => {
    return function (this: unknown, ...args) {
      const line = args[2] === 'module' && !withEsm ? undefined : lineFor(args);
      return compile.apply(this, line === undefined ? args : args.with(0, `${args[0]}\n${line}`));
    };
  });
}

/** Node.js names the format since it can require ES modules. */
function lineFor([source, path, format]: readonly unknown[]): string | undefined {
  if (typeof source !== 'string' || typeof path !== 'string') return undefined;
  return compiledLine(path, format === 'module' ? 'esm' : 'cjs', source);
}
