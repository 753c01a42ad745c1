/**
 * The hook that lets instrumentations see ES modules. It is import-in-the-middle's, limited to the vendors' files
 * that llmtrace patches: over everything it would cost every import of the application, and break some.
 */
import module from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { hookPatterns } from '@llmtrace/core';
import { isFirst } from './once.ts';
import type { VendorEntry } from './vendors.ts';
import { warn } from './warn.ts';

const require = module.createRequire(import.meta.url);
// A copy of import-in-the-middle knows only the instrumentations that use the same copy.
const instrumentations = module.createRequire(require.resolve('@opentelemetry/instrumentation'));

const probe = import.meta.url.endsWith('.ts') ? './probe.ts' : './probe.js';

/** Registers the hook for the files of these vendors, once a thread. It must run before they are imported. */
export function registerEsmHook(entries: readonly VendorEntry[]): void {
  if (!isFirst('hook')) return;
  const probeUrl = new URL(probe, import.meta.url).href;
  const include = [...entries.flatMap(({ load }) => hookPatterns(load().vendor)), probeUrl];
  if (!registerSync(include)) {
    const hook = instrumentations.resolve('import-in-the-middle/hook.mjs');
    module.register(pathToFileURL(hook), { data: { include } });
  }
  void check(probeUrl);
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

/** Imports a module of our own, to see whether it is seen: another hook that came first may keep it from ours. */
async function check(probeUrl: string): Promise<void> {
  let seen = false;
  const { Hook } = instrumentations('import-in-the-middle');
  const hook = new Hook([fileURLToPath(probeUrl)], () => {
    seen = true;
  });
  await import(probeUrl);
  hook.unhook();
  if (seen) return;
  warn(
    'another copy of import-in-the-middle wraps the modules of this process: ' +
      'what is imported (not required) is not traced. Let @llmtrace/auto come first, or share one copy',
  );
}
