/**
 * The conformance suite. In each use of a call an application must see the same as without llmtrace, and the
 * telemetry must have each call once, with the right values. All vendors run the same suite.
 */
import { prometheusObserver } from '@llmtrace/prometheus';
import { describeGuards, describeTogether } from './conformance-guards.ts';
import { describeNeighbours } from './conformance-neighbours.ts';
import { observeNative } from './native.ts';
import { hookVendorModules, loadSdk, sdkInfo } from './sdks.ts';
import { startVendorServer } from './server.ts';
import { type ComingCopy, type Copy, perform, type Subject, type Troupe } from './suite.ts';
import { createTelemetry } from './telemetry.ts';
import { playsOf } from './test-cases.ts';
import type { VendorCase } from './vendor-profile.ts';

/** The instrumentation of a vendor. */
export interface Subjects {
  /** With its defaults. */
  readonly plain: Subject;
  /** With every feature on that stands between an SDK and its vendor. @default it is not tested */
  readonly resilient?: Subject;
}

/**
 * Describes the suite for some copies of a vendor's SDK, to be run by mocha with `--expose-gc`. Each copy has a
 * separate file: with one copy in its heap, a process collects garbage in half of the time that ten take (0.4 s
 * against 0.8).
 *
 * The suite runs again with every feature on, for the newest copy, or for all copies where the variable `CI` is set. The
 * run without llmtrace and the neighbours do not depend on the features: both suites share them.
 */
export function describeConformance(
  vendor: VendorCase,
  { plain, resilient }: Subjects,
  sets: readonly string[] = vendor.sets,
): void {
  const copies = sets.flatMap((set) => copiesOf(vendor, set));
  describeSuite(`conformance: ${vendor.name}`, vendor, plain, (troupe) => {
    describePlays(troupe, copies);
    describeNeighbours(troupe, copies);
  });
  const newest = vendor.sets.at(-1);
  const repeated = copies.filter(({ name }) => process.env['CI'] || name.set === newest);
  if (resilient && repeated.length > 0)
    describeSuite(`conformance: ${vendor.name}, every feature on`, vendor, resilient, (troupe) =>
      describePlays(troupe, repeated),
    );
}

/** Describes the behaviour of all copies of a vendor's SDK in one process. */
export function describeAllCopies(vendor: VendorCase, { plain, resilient }: Subjects): void {
  const copies = vendor.sets.flatMap((set) => copiesOf(vendor, set));
  const describeFor = (title: string, subject: Subject) =>
    describeSuite(`conformance: ${vendor.name}, all copies${title}`, vendor, subject, (troupe) =>
      describeTogether(troupe, copies),
    );
  describeFor('', plain);
  if (resilient) describeFor(', every feature on', resilient);
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

/** Both formats of a copy. */
function copiesOf(vendor: VendorCase, set: string): ComingCopy[] {
  const observed = once(() => observeNative(vendor, set));
  return (['cjs', 'esm'] as const).map((format) => {
    const name = { set, package: vendor.package, format };
    const load = once(() => loadSdk(name));
    const ready = async (): Promise<Copy> => {
      const native = (await observed())[format] as Copy['native'];
      return { native, sdk: await load() };
    };
    return { name, load, ready: once(ready) };
  });
}

/** The function, which runs at most once. */
function once<T extends object>(run: () => T): () => T {
  let result: T | undefined;
  return () => {
    result ??= run();
    return result;
  };
}

function describePlays(troupe: Troupe, copies: readonly ComingCopy[]): void {
  for (const copy of copies) describeCopy(troupe, copy);
  describeGuards(troupe, copies);
}

function describeCopy(troupe: Troupe, coming: ComingCopy): void {
  const info = sdkInfo(coming.name);
  const { plays, leftOut } = playsOf(troupe.vendor, info);
  describe(`${info.package} ${info.version} as ${info.format}`, () => {
    before(() => coming.ready());
    for (const play of plays) it(play.name, async () => perform(troupe, await coming.ready(), play));
    for (const { name, reason } of leftOut) it.skip(`${name} (${reason})`);
  });
}
