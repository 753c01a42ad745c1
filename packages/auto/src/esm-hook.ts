/**
 * The hook that lets instrumentations see ES modules. It is import-in-the-middle's, limited to the vendors' files
 * that llmtrace patches: over everything it would cost every import of the application, and break some.
 */
import module from 'node:module';
import { pathToFileURL } from 'node:url';
import { hookPatterns, type Vendor } from '@llmtrace/core';
import { isFirst } from './once.ts';
import { warn } from './warn.ts';

const require = module.createRequire(import.meta.url);
// A copy of import-in-the-middle knows only the instrumentations that use the same copy.
const instrumentations = module.createRequire(require.resolve('@opentelemetry/instrumentation'));

const PROBE = new URL(import.meta.url.endsWith('.ts') ? './probe.ts' : './probe.js', import.meta.url);
/** When the hook is looked after, in ms: at once, and when others have had the time to register theirs. */
const CHECKS = [0, 1000];

/** Registers the hook for the files of these vendors, once a thread. It must run before they are imported. */
export function registerEsmHook(vendors: readonly Vendor[]): void {
  if (!isFirst('hook')) return;
  const include = [...vendors.flatMap(hookPatterns), /\/probe\.[jt]s\?llmtrace/];
  if (!registerSync(include)) {
    const hook = instrumentations.resolve('import-in-the-middle/hook.mjs');
    module.register(pathToFileURL(hook), { data: { include } });
  }
  for (const delay of CHECKS) {
    const look = (): void => void check(`${PROBE.href}?llmtrace=${delay}`).catch(() => {});
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

/** Imports a module of our own, to see whether it is seen: another hook may keep it from ours. */
async function check(probe: string): Promise<void> {
  const { addHook, removeHook } = instrumentations('import-in-the-middle');
  let seen = false;
  const look = (url: string): void => {
    if (url === probe) seen = true;
  };
  addHook(look);
  await import(probe);
  removeHook(look);
  if (seen) return;
  warn(
    'another copy of import-in-the-middle wraps the modules of this process: what is imported (not required) ' +
      'is not traced. Let both share one copy',
  );
}
