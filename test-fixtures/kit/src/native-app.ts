/**
 * An application without llmtrace. It runs each row of a copy of an SDK, and prints the observations.
 * Its arguments are the module of the vendor case, the set and the format.
 */

import { type Observation, observe } from './harness.ts';
import { type Format, loadSdk } from './sdks.ts';
import { startVendorServer } from './server.ts';
import { useAsyncContext } from './telemetry.ts';
import { playsOf } from './test-cases.ts';
import type { VendorCase } from './vendor-profile.ts';

const [url = '', set = '', format = 'cjs'] = process.argv.slice(2);
const { vendorCase }: { vendorCase: VendorCase } = await import(url);
const sdk = await loadSdk({ set, package: vendorCase.package, format: format as Format });
const server = await startVendorServer();
useAsyncContext();
const observations: Record<string, Observation | { error: string }> = {};
for (const { row, name, ...setting } of playsOf(vendorCase, sdk).plays) {
  observations[name] = await observe(row, setting, sdk, server).catch((error) => ({ error: String(error) }));
}
process.stdout.write(JSON.stringify(observations), () => process.exit(0));
