/**
 * Sees vendors' ES modules when Node.js reads them. Node.js 20, and 22 before 22.15, have no hooks in the
 * application's thread: their hooks need a second thread with a separate loader, which more than doubles the time and
 * the memory of the start. But their module loader reads each file by the current `readFile` of `fs.promises`. All of
 * these versions are released, so this will not change.
 */
import fs from 'node:fs';
import module from 'node:module';
import { replace } from './replace.ts';

const { promises } = fs;

/** Whether Node.js reads modules in this way in this thread: not after other code has registered asynchronous hooks. */
export function isReadHere(): boolean {
  const { moduleLoadList = [] } = process as { moduleLoadList?: string[] };
  const options = [process.env['NODE_OPTIONS'] ?? '', ...process.execArgv].join(' ');
  return (
    /^v(?:20|22\.1[2-4])\./.test(process.version) &&
    moduleLoadList.length > 0 &&
    !moduleLoadList.includes('NativeModule internal/modules/esm/hooks') &&
    !/--(?:experimental-)?loader\b/.test(options)
  );
}

type LineOf = (url: string) => ((source: string) => string) | undefined;

/**
 * Has modules end with a line more.
 *
 * @param lineOf the line of the module of a URL, by its source; undefined for one that is to stay as it is.
 * @param instead runs when other code registers hooks: from then on, modules are read in the hooks' thread.
 */
export function addAsRead(lineOf: LineOf, instead: () => void): void {
  const restore = replace(promises, 'readFile', (readFile) => {
    return function (this: unknown, ...args) {
      const line = args.length === 1 && args[0] instanceof URL ? lineOf(args[0].href) : undefined;
      const read = readFile.apply(this, args);
      if (line === undefined || !isLoader(new Error('read').stack)) return read;
      return (read as Promise<Buffer>).then((source) =>
        Buffer.concat([source, Buffer.from(`\n${line(source.toString())}`)]),
      );
    };
  });
  const restoreRegister = replace(module, 'register', (register) => {
    return function (this: unknown, ...args) {
      restore();
      restoreRegister();
      module.syncBuiltinESMExports();
      instead();
      return register.apply(this, args);
    };
  });
  module.syncBuiltinESMExports();
}

/** Other readers get the file unchanged. An application may have switched stack traces off. */
function isLoader(stack: unknown): boolean {
  const caller = String(stack).split('\n')[2];
  return caller === undefined || caller.includes('node:internal/modules/esm/load:');
}
