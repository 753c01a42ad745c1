/**
 * An application in which another instrumentation wraps the same method as llmtrace. It plays two rows in each format,
 * and prints the observations, the number of calls of the other instrumentations, and the number of spans. Its argument,
 * as JSON: {@link NeighboursScript}.
 */
import { createRequire } from 'node:module';
import {
  type NeighboursReport,
  type NeighboursReports,
  type NeighboursScript,
  PLAIN_ROWS,
  ROWS,
} from './conformance-neighbours.ts';
import { observe } from './harness.ts';
import { type Format, hookVendorModules, loadSdk, otelInstrumentation, type Sdk } from './sdks.ts';
import { startVendorServer } from './server.ts';
import { createTelemetry } from './telemetry.ts';
import { playsOf } from './test-cases.ts';
import type { VendorCase } from './vendor-profile.ts';

const script: NeighboursScript = JSON.parse(process.argv[2] ?? '');
const { vendorCase: vendor }: { vendorCase: VendorCase } = await import(script.vendor);
const [family] = vendor.families;
if (!family) throw new Error('Expected the vendor to have a family.');

await hookVendorModules();
const telemetry = createTelemetry();
const server = await startVendorServer();
let hits: Record<string, number> = {};
/** Promises that neighbours saw, each with its `responsePromise` at that time. */
let made: { promise: { responsePromise?: unknown }; of: unknown }[] = [];

/** The prototype in the SDK that has the method. */
const prototypeOf = (exports: Sdk['exports'], sdk?: Sdk): any => {
  const client = vendor.client({ ...sdk, exports } as Sdk, server.url, {});
  const { owner, method } = family.target(client);
  return { prototype: Object.getPrototypeOf(owner), method };
};

const wrapperOf = (name: string) => (original: (...args: unknown[]) => unknown) =>
  function neighbour(this: unknown, ...args: unknown[]) {
    hits[name] = (hits[name] ?? 0) + 1;
    const promise = original.apply(this, args) as { responsePromise?: unknown };
    made.push({ promise, of: promise.responsePromise });
    return promise;
  };

/** Wraps the method as most libraries do, by an assignment. */
function wrapPlainly(): void {
  for (const sdk of sdks.values()) {
    const { prototype, method } = prototypeOf(sdk.exports, sdk);
    prototype[method] = wrapperOf('plain')(prototype[method]);
  }
}

/** Wraps the method as instrumentations of OpenTelemetry do, which first remove the wrapper of another one. */
function wrapByShimmer(): void {
  const { InstrumentationBase, InstrumentationNodeModuleDefinition } = createRequire(import.meta.url)(
    otelInstrumentation(),
  );
  class Neighbouring extends InstrumentationBase {
    constructor() {
      super('neighbour', '1.0.0', {});
    }
    init() {
      return new InstrumentationNodeModuleDefinition(vendor.package, ['*'], (exports: any) => {
        const { prototype, method } = prototypeOf(exports);
        (this as any)._wrap(prototype, method, wrapperOf('shimmer'));
        return exports;
      });
    }
  }
  void new Neighbouring();
}

async function instrumentOurselves(): Promise<void> {
  const { [script.className]: Ours } = await import(script.module);
  telemetry.install(new Ours());
}

const sdks = new Map<Format, Sdk>();

const act: Record<NeighboursScript['order'][number], () => void | Promise<void>> = {
  plain: wrapPlainly,
  shimmer: wrapByShimmer,
  ours: instrumentOurselves,
  // A hook that is registered after the first load sees the module only when it is loaded again.
  async load() {
    for (const format of script.formats)
      sdks.set(format, await loadSdk({ set: script.set, format, package: vendor.package }));
  },
};
for (const step of script.order) await act[step]();

async function play(sdk: Sdk): Promise<NeighboursReport> {
  hits = {};
  made = [];
  await telemetry.reset();
  const rows = family?.streamsApart ? PLAIN_ROWS : ROWS;
  const plays = playsOf(vendor, sdk).plays.filter(
    ({ row, ...play }) => play.family === family && rows.includes(row.name),
  );
  const observations: NeighboursReport['observations'] = {};
  for (const play of plays) observations[play.name] = await observe(play.row, play, sdk, server);
  return {
    observations,
    hits,
    replaced: made.filter(({ promise, of }) => promise.responsePromise !== of).length,
    started: telemetry.started(),
    ended: telemetry.spans().length,
  };
}

const reports: NeighboursReports = {};
for (const [format, sdk] of sdks) reports[format] = await play(sdk);
process.stdout.write(JSON.stringify(reports), () => process.exit(0));
