/**
 * The conformance suite. In each use of a call an application must see the same as without llmtrace, and the
 * telemetry must have each call once, with the right values. All vendors run the same suite.
 */
import { prometheusObserver } from '@llmtrace/prometheus';
import { describeGuards, describeTogether } from './conformance-guards.ts';
import { describeNeighbours } from './conformance-neighbours.ts';
import type { Observation } from './harness.ts';
import { observeNative } from './native.ts';
import { hookVendorModules, loadSdk, type SdkName, sdkInfo } from './sdks.ts';
import { startVendorServer } from './server.ts';
import { type ComingCopy, type Copy, perform, type Subject, type Troupe } from './suite.ts';
import { createTelemetry } from './telemetry.ts';
import { playsOf } from './test-cases.ts';
import type { VendorCase } from './vendor-profile.ts';

/**
 * Describes the suite for some copies of a vendor's SDK, to be run by mocha with `--expose-gc`. Each copy has a
 * separate file: with one copy in its heap, a process collects garbage in half of the time that ten take (0.4 s
 * against 0.8).
 */
export function describeConformance(
  vendor: VendorCase,
  subject: Subject,
  sets: readonly string[] = vendor.sets,
): void {
  describeSuite(`conformance: ${vendor.name}`, vendor, subject, (troupe) => {
    const copies = copiesOf(vendor, sets);
    for (const [index, copy] of copies.entries()) describeCopy(troupe, copy, copies[index + 1]);
    describeGuards(troupe, copies);
    describeNeighbours(troupe, copies);
  });
}

/** Describes the behaviour of all copies of a vendor's SDK in one process. */
export function describeAllCopies(vendor: VendorCase, subject: Subject): void {
  describeSuite(`conformance: ${vendor.name}, all copies`, vendor, subject, (troupe) =>
    describeTogether(troupe, copiesOf(vendor, vendor.sets)),
  );
}

function describeSuite(
  name: string,
  vendor: VendorCase,
  subject: Subject,
  tests: (troupe: Troupe) => void,
): void {
  describe(name, function suite() {
    this.timeout(120_000);
    const troupe = { vendor, subject, saboteur: {}, prometheus: prometheusObserver() } as Troupe;

    before(async () => {
      await hookVendorModules();
      troupe.server = await startVendorServer();
      troupe.telemetry = createTelemetry();
      // The SDKs load later: the instrumentation patches them as they load.
      troupe.instrumentation = troupe.telemetry.install(
        subject.create({
          observers: [troupe.saboteur, troupe.prometheus],
          modelMap: modelsOf(vendor),
        }),
      );
    });

    after(async () => {
      troupe.instrumentation?.disable();
      await troupe.server?.close();
    });

    tests(troupe);
  });
}

/** The `modelMap` that gives the vendor's models their prices: the test server's host has none. */
const modelsOf = ({ families, otherModels = [], provider }: VendorCase): Record<string, string> =>
  Object.fromEntries(
    [...families.flatMap(({ model, responseModel }) => [model, responseModel ?? model]), ...otherModels].map(
      (model) => [model, `${provider}:${model}`],
    ),
  );

const copiesOf = (vendor: VendorCase, sets: readonly string[]): ComingCopy[] =>
  sets.flatMap((set) =>
    (['cjs', 'esm'] as const).map((format) => comingCopy(vendor, { set, package: vendor.package, format })),
  );

function comingCopy(vendor: VendorCase, name: SdkName): ComingCopy {
  let native: Promise<Record<string, Observation>> | undefined;
  let loaded: Promise<Copy> | undefined;
  const prepare = () => {
    native ??= observeNative(vendor, name);
    native.catch(() => {}); // `ready()` rejects with the same error
    return native;
  };
  const load = async () => ({ native: await prepare(), sdk: await loadSdk(name) });
  return {
    name,
    prepare,
    ready() {
      loaded ??= load();
      return loaded;
    },
  };
}

/** @param next the copy whose run without llmtrace takes place in the meantime. */
function describeCopy(troupe: Troupe, coming: ComingCopy, next: ComingCopy | undefined): void {
  const info = sdkInfo(coming.name);
  const { plays, leftOut } = playsOf(troupe.vendor, info);
  describe(`${info.package} ${info.version} as ${info.format}`, () => {
    before(async () => {
      await coming.ready();
      next?.prepare();
    });
    for (const play of plays) it(play.name, async () => perform(troupe, await coming.ready(), play));
    for (const { name, reason } of leftOut) it.skip(`${name} (${reason})`);
  });
}
