/**
 * The hook that lets instrumentations see ES modules. It is import-in-the-middle's, limited to the vendors' files
 * that llmtrace patches: over everything it would cost every import of the application, and break some.
 */
import module from 'node:module';
import { pathToFileURL } from 'node:url';
import { facts, HOOK_OTHER_COPY, hookPatterns, note, type Vendor } from '@llmtrace/core';
import { isFirst } from './once.ts';

const require = module.createRequire(import.meta.url);
// A copy of import-in-the-middle knows only the instrumentations that use the same copy.
const instrumentations = module.createRequire(require.resolve('@opentelemetry/instrumentation'));

const probe = (name: string): string =>
  new URL(import.meta.url.endsWith('.ts') ? `./${name}.mts` : `./${name}.mjs`, import.meta.url).href;

/** When it is looked whether the hook works, in ms, and the module of our own that is imported for that. */
const CHECKS = [
  [0, probe('probe-early')],
  [1000, probe('probe-late')],
] as const;

/** Registers the hook for the files of these vendors, once a thread. It must run before they are imported. */
export function registerEsmHook(vendors: readonly Vendor[]): void {
  if (!isFirst('hook')) return;
  const include = [...vendors.flatMap(hookPatterns), ...CHECKS.map(([, url]) => url)];
  if (!registerSync(include)) {
    const hook = instrumentations.resolve('import-in-the-middle/hook.mjs');
    module.register(pathToFileURL(hook), { data: { include } });
  }
  facts().hook = true; // until it is known better
  for (const [delay, url] of CHECKS) {
    const look = (): void => void check(url).catch(() => {});
    if (delay === 0) look();
    else setTimeout(look, delay).unref();
  }
}

/** False where this Node, or an older import-in-the-middle, has no hooks in the application's own thread. */
function registerSync(include: readonly (string | RegExp)[]): boolean {
  try {
    const { supportsSyncHooks } = instrumentations('import-in-the-middle/supports-sync-hooks.mjs');
    if (!supportsSyncHooks()) return false;
  } catch {
    return false;
  }
  instrumentations('import-in-the-middle/register-hooks.mjs').register({ include });
  return true;
}

/** Imports a module, to see whether it is seen: another hook may keep it from ours. */
async function check(url: string): Promise<void> {
  const { addHook, removeHook } = instrumentations('import-in-the-middle');
  let seen = false;
  const look = (wrapped: string): void => {
    if (wrapped === url) seen = true;
  };
  addHook(look);
  await import(url);
  removeHook(look);
  if (seen) return;
  facts().hook = false;
  note(HOOK_OTHER_COPY, true);
}
