/** Runs applications without llmtrace. A run with llmtrace must have the same observations. */

import type { Observation } from './harness.ts';
import { runApp } from './run-app.ts';
import { KIT_FLAGS, kitFile, type SdkName } from './sdks.ts';
import type { VendorCase } from './vendor-profile.ts';

/** Runs all rows in a process that does not load llmtrace. */
export async function observeNative(
  vendor: VendorCase,
  { set, format }: SdkName,
): Promise<Record<string, Observation>> {
  const { code, signal, stdout, stderr } = await runApp(kitFile('native-app'), {
    flags: KIT_FLAGS,
    args: [vendor.url, set, format],
    timeout: 60_000,
  });
  if (code === 0) return JSON.parse(stdout);
  throw new Error(
    `Expected the native run of ${set} (${format}) to end well, got ${signal ?? code}: ${stderr}`,
  );
}
