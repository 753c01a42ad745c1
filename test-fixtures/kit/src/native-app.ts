/**
 * An application without llmtrace. It runs each row of a copy of an SDK in both formats, and prints the observations.
 * Its arguments are the module of the vendor case and the set.
 */

import { observe } from './harness.ts';
import type { NativeRuns } from './native.ts';
import { type Format, loadSdk } from './sdks.ts';
import { startVendorServer } from './server.ts';
import { useAsyncContext } from './telemetry.ts';
import { playsOf } from './test-cases.ts';
import type { VendorCase } from './vendor-profile.ts';

const [url = '', set = ''] = process.argv.slice(2);
const { vendorCase }: { vendorCase: VendorCase } = await import(url);
const server = await startVendorServer();
useAsyncContext();

async function runs(format: Format): Promise<NativeRuns[Format]> {
  const sdk = await loadSdk({ set, package: vendorCase.package, format });
  const observations: NativeRuns[Format] = {};
  for (const { row, name, ...setting } of playsOf(vendorCase, sdk).plays)
    observations[name] = await observe(row, setting, sdk, server).catch((error) => ({
      error: String(error),
    }));
  return observations;
}

const all: NativeRuns = { cjs: await runs('cjs'), esm: await runs('esm') };
process.stdout.write(JSON.stringify(all), () => process.exit(0));
