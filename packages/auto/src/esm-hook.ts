/**
 * The hook that lets instrumentations see ES modules. It is import-in-the-middle's, limited to the vendors' files
 * that llmtrace patches: over everything it would cost every import of the application, and break some. Beside
 * another copy of it, which it cannot see past, the files tell of themselves.
 */
import module from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { facts, hookPatterns, mainLine, mainModules, note, tellingLines, type Vendor } from '@llmtrace/core';
import { diag } from '@opentelemetry/api';
import { addAsRead, isReadHere } from './esm-reads.ts';
import { isFirst } from './once.ts';
import { here, ownFile } from './own-files.ts';
import { fileOf, initialize, loadSync } from './telling.ts';

/**
 * Registers the hooks for the files of these vendors, once a thread. It must run before they are imported. It never
 * throws: in a bundle of the application the files of the hooks may be missing.
 */
export function registerEsmHook(vendors: readonly Vendor[]): void {
  if (!isFirst('hook')) return;
  try {
    register(vendors);
    facts().hook = true;
  } catch (error) {
    diag.error('llmtrace: could not register the hook for ES modules', error);
    note(noHook, true);
  }
}

const noHook = {
  code: 'hook-missing',
  what: 'the files of the hook for ES modules are missing, as in a bundle; SDKs that are imported are not traced',
  cure: 'Leave `@llmtrace/auto` and `@opentelemetry/instrumentation` out of the bundle, or use `instrumentClient(client)` of `@llmtrace/auto/manual`',
  lost: true,
} as const;

/** A copy of import-in-the-middle knows only the instrumentations that use the same copy. */
function requireOfInstrumentations(): NodeJS.Require {
  const own = module.createRequire(here ?? join(process.cwd(), 'index.js'));
  return module.createRequire(own.resolve('@opentelemetry/instrumentation'));
}

function register(vendors: readonly Vendor[]): void {
  const include = vendors.flatMap(hookPatterns);
  const lines = new Map(vendors.flatMap((vendor) => [...tellingLines(vendor)]));
  if (registerSync(include, lines)) return;
  const inThread = (): void => registerAsync(include, lines);
  if (isReadHere()) addAsRead(readLines(vendors, lines), inThread);
  else inThread();
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
  const hook = requireOfInstrumentations().resolve('import-in-the-middle/hook.mjs');
  module.register(pathToFileURL(hook), { data: { include } });
  const telling = ownFile('telling');
  if (telling) module.register(telling, { data: lines });
}

/** False where this Node, or an older import-in-the-middle, has no hooks in the application's own thread. */
function registerSync(include: readonly RegExp[], lines: ReadonlyMap<string, string>): boolean {
  let instrumentations: NodeJS.Require;
  try {
    instrumentations = requireOfInstrumentations();
    const { supportsSyncHooks } = instrumentations('import-in-the-middle/supports-sync-hooks.mjs');
    if (!supportsSyncHooks()) return false;
  } catch {
    return false;
  }
  try {
    instrumentations('import-in-the-middle/register-hooks.mjs').register({ include });
  } catch (error) {
    // Node.js finds no ES modules in an archive of Yarn's; modules tell of themselves without it.
    diag.debug('llmtrace: import-in-the-middle does not load', error);
  }
  initialize(lines);
  module.registerHooks({ load: loadSync });
  return true;
}
