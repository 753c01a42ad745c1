/** Runs applications without llmtrace. A run with llmtrace must have the same observations. */

import type { Observation } from './harness.ts';
import { runApp } from './run-app.ts';
import { type Format, KIT_FLAGS, kitFile } from './sdks.ts';
import type { VendorCase } from './vendor-profile.ts';

/** The observations of each row of a copy, by the format; the error of a row that failed. */
export type NativeRuns = Record<Format, Record<string, Observation | { error: string }>>;

/** Runs all rows of a copy in a process that does not load llmtrace. */
export async function observeNative(vendor: VendorCase, set: string): Promise<NativeRuns> {
  const { code, signal, stdout, stderr } = await runApp(kitFile('native-app'), {
    flags: KIT_FLAGS,
    args: [vendor.url, set],
    timeout: 120_000,
  });
  if (code === 0) return JSON.parse(stdout);
  throw new Error(`Expected the native run of ${set} to end well, got ${signal ?? code}: ${stderr}`);
}
