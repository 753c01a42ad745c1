/**
 * The hook that lets instrumentations see ES modules. It is import-in-the-middle's, limited to the vendors' files
 * that llmtrace patches: over everything it would cost every import of the application, and break some. Beside
 * another copy of it, which it cannot see past, the files tell of themselves.
 */
import module from 'node:module';
import { pathToFileURL } from 'node:url';
import { facts, hookPatterns, mainLine, mainModules, tellingLines, type Vendor } from '@llmtrace/core';
import { addAsRead, isReadHere } from './esm-reads.ts';
import { isFirst } from './once.ts';
import { fileOf, initialize, loadSync } from './telling.ts';

const require = module.createRequire(import.meta.url);
// A copy of import-in-the-middle knows only the instrumentations that use the same copy.
const instrumentations = module.createRequire(require.resolve('@opentelemetry/instrumentation'));

/** Registers the hooks for the files of these vendors, once a thread. It must run before they are imported. */
export function registerEsmHook(vendors: readonly Vendor[]): void {
  if (!isFirst('hook')) return;
  facts().hook = true;
  const include = vendors.flatMap(hookPatterns);
  const lines = new Map(vendors.flatMap((vendor) => [...tellingLines(vendor)]));
  if (registerSync(include, lines)) return;
  const register = (): void => registerAsync(include, lines);
  if (isReadHere()) addAsRead(readLines(vendors, lines), register);
  else register();
}

/** The lines with which modules tell of themselves, the main ones too, which nothing else shows. */
function readLines(vendors: readonly Vendor[], lines: ReadonlyMap<string, string>) {
  const mains = new Map(
    vendors.flatMap((vendor) => mainModules(vendor).map((file) => [file, vendor] as const)),
  );
  return (url: string): string | undefined => {
    const file = fileOf(url);
    const main = mains.get(file);
    const line = lines.get(file);
    if (!main) return line;
    return [line, mainLine(main, url)].filter(Boolean).join('');
  };
}

/** The hooks that run in a thread of Node's own. */
function registerAsync(include: readonly RegExp[], lines: ReadonlyMap<string, string>): void {
  // A query makes it a module of its own. Else it would be the one that the application has registered, or will, and
  // what it may look at would be limited for the application's instrumentations too.
  const file = pathToFileURL(instrumentations.resolve('import-in-the-middle/hook.mjs'));
  module.register(`${file.href}?llmtrace`, { data: { include } });
  const telling = import.meta.url.endsWith('.ts') ? './telling.ts' : './telling.js';
  module.register(new URL(telling, import.meta.url), { data: lines });
}

/** False where this Node, or an older import-in-the-middle, has no hooks in the application's own thread. */
function registerSync(include: readonly RegExp[], lines: ReadonlyMap<string, string>): boolean {
  try {
    const { supportsSyncHooks } = instrumentations('import-in-the-middle/supports-sync-hooks.mjs');
    if (!supportsSyncHooks()) return false;
  } catch {
    return false;
  }
  instrumentations('import-in-the-middle/register-hooks.mjs').register({ include });
  initialize(lines);
  module.registerHooks({ load: loadSync });
  return true;
}
