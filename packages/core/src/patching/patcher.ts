/**
 * The **patcher** of one instrumentation: it claims the methods of a vendor's SDK in each copy of it, whichever way that
 * comes: by OpenTelemetry's hooks, by the line at the end of an ES module, loaded before, or handed over.
 */
import type { DiagLogger } from '@opentelemetry/api';
import {
  InstrumentationNodeModuleDefinition,
  InstrumentationNodeModuleFile,
} from '@opentelemetry/instrumentation';
import { loadedFiles, pathOfUrl, versionOf } from '../platform/packages.ts';
import { buildOf, copyOf, type SdkCopy } from '../platform/process-state.ts';
import type { PatchPoint, Vendor } from '../vendor/vendor.ts';
import { stepsOf } from './channels.ts';
import { type Claim, claim, claimAssigned, claimBehind } from './claim.ts';
import { at, reach, type TargetKind } from './find-prototypes.ts';
import { type Bindings, whenLoaded } from './module-announcements.ts';
import { asStep, filesOf, functionsIn, isEsModule, type ModuleFile, pointsOf } from './module-files.ts';
import { whenRequired } from './require-hook.ts';
import { isExpected } from './versions.ts';

/** The classes that a package (or one of its files) exports, by name. */
type Exports = Record<string, unknown>;

/** The instrumentation, as far as the patcher needs it. */
export interface Patches {
  readonly diag: DiagLogger;
  /** The replacement to run at each call of a method. */
  claimOf(point: PatchPoint, copy: SdkCopy): Claim;
  /** A method of `prototype` was patched. */
  patched(copy: SdkCopy, point: PatchPoint, prototype: object): void;
  /** A copy has not all methods that it should have. */
  missing(copy: SdkCopy, points: readonly PatchPoint[]): void;
}

export class Patcher {
  readonly #vendor: Vendor;
  readonly #patches: Patches;

  constructor(vendor: Vendor, patches: Patches) {
    this.#vendor = vendor;
    this.#patches = patches;
  }

  /** Patches each copy that loads from now on or has announced itself. */
  patchWhenLoaded(): InstrumentationNodeModuleDefinition {
    const vendor = this.#vendor;
    const versions = ['*']; // no upper bound: newer versions are feature-detected
    const known = filesOf(vendor);
    whenLoaded((name, classes, url, bindings) => {
      const version = (): string | undefined => versionOf(pathOfUrl(url), vendor.module);
      if (bindings) {
        this.#rebind(name, bindings, version);
        return;
      }
      const points = known.find((file) => file.name === name)?.points;
      if (points) this.#patchFile(points, classes, version(), buildOfAnnounced(vendor, name));
      else if (name === vendor.module) this.#patchMain(classes, version());
    });
    this.#observeChannels();
    if (vendor.hasNoMain) this.#patchWhenRequired(known);
    const files = known.map(
      ({ name, points }) =>
        new InstrumentationNodeModuleFile(
          name,
          versions,
          (exports: Exports, version?: string) => {
            this.#patchFile(points, exports, version, buildOfFile(name));
            return exports;
          },
          () => {}, // a method stays claimed: see LlmInstrumentation.disable()
        ),
    );
    const main = (exports: Exports, version?: string): Exports => {
      this.#patchMain(exports, version);
      return exports;
    };
    return new InstrumentationNodeModuleDefinition(vendor.module, versions, main, undefined, files);
  }

  #patchWhenRequired(known: readonly ModuleFile[]): void {
    const { module } = this.#vendor;
    const files = known.filter(({ name }) => !isEsModule(this.#vendor, name));
    whenRequired(
      files.map(({ name }) => name),
      (name, exports, folder) => {
        const points = files.find((file) => file.name === name)?.points ?? [];
        const version = folder === undefined ? undefined : versionOf(`${folder}/main.js`, module);
        this.#patchFile(points, exports as Exports, version, buildOfFile(name));
      },
    );
  }

  /** Channels have no copy: whichever version publishes, bundled ones too, is observed. */
  #observeChannels(): void {
    const { module, channels = [] } = this.#vendor;
    const copy: SdkCopy = { module, version: undefined, build: 'by hand', methods: new Map() };
    for (const point of channels) this.#patch(asStep(point), copy, () => stepsOf(point.channel));
  }

  /** Replaces functions, and methods of classes, of a module, and reports those that this version should have but lacks. */
  #rebind(name: string, bindings: Bindings, version: () => string | undefined): void {
    const vendor = this.#vendor;
    const points = functionsIn(vendor, name)
      .filter(({ className }) => className === '' || bindings[className] !== undefined)
      .filter((point) => isExpected(point, version()));
    if (points.length === 0) return;
    const copy = copyOf(vendor.module, version(), buildOf(bindings));
    const ownerOf = ({ className }: PatchPoint): object | undefined =>
      className === '' ? bindings : prototypeOf(bindings[className]);
    this.#patches.missing(
      copy,
      points.filter((point) => !this.#patch(point, copy, () => ownerOf(point))),
    );
  }

  /** Patches copies that were required before: classes can be patched at any time. */
  patchLoaded(): void {
    try {
      const files = filesOf(this.#vendor);
      for (const { name, exports, version } of loadedFiles(this.#vendor.module)) {
        const file = files.find((candidate) => candidate.name === name);
        if (file) this.#patchFile(file.points, exports as Exports, version, buildOfFile(name));
      }
    } catch (error) {
      this.#patches.diag.error('could not look for what is loaded', error);
    }
  }

  /** Patches the classes behind a client, or those that an SDK exports. */
  patchByHand(target: unknown, kind: TargetKind): void {
    try {
      const vendor = this.#vendor;
      const copy = copyOf(vendor.module, undefined, 'by hand');
      const reached = reach(vendor, pointsOf(vendor), target, kind);
      for (const [point, holder] of reached) this.#patch(point, copy, () => holder);
      // An unknown version may lack methods that were added or removed in some versions.
      const always = pointsOf(vendor).filter(
        ({ since, until, isInternal }) => !isInternal && (since ?? until) === undefined,
      );
      this.#patches.missing(
        copy,
        always.filter((point) => !reached.has(point)),
      );
    } catch (error) {
      this.#patches.diag.error('could not instrument by hand', error);
    }
  }

  #patchFile(
    points: readonly PatchPoint[],
    exports: Exports,
    version: string | undefined,
    build: SdkCopy['build'],
  ): void {
    const copy = copyOf(this.#vendor.module, version, build);
    const missing = points
      .filter((point) => !this.#patch(point, copy, () => prototypeOf(exports[point.className])))
      .filter((point) => point.isInternal && exports[point.className] !== undefined)
      .filter((point) => isExpected(point, version));
    this.#patches.missing(copy, missing);
  }

  /**
   * Patches the methods reachable from the package's main export that the file hooks have not patched, and reports
   * those that this version should have but lacks.
   */
  #patchMain(exports: Exports, version: string | undefined): void {
    const vendor = this.#vendor;
    const copy = copyOf(vendor.module, version, buildOf(exports));
    const missing = pointsOf(vendor)
      .filter(({ isInternal }) => !isInternal)
      .filter((point) => !this.#patch(point, copy, () => prototypeOf(at(vendor.main(exports), point.path))))
      .filter((point) => isExpected(point, version));
    this.#patches.missing(copy, missing);
  }

  /** Neither patching nor the getters that it reads may throw: an error would crash the application's import. */
  #patch(point: PatchPoint, copy: SdkCopy, owner: () => object | undefined): boolean {
    const { method, path } = point;
    try {
      const prototype = owner();
      const isClaimed = claimed(point, prototype, this.#patches.claimOf(point, copy));
      if (isClaimed) this.#patches.patched(copy, point, prototype as object);
      return isClaimed;
    } catch (error) {
      this.#patches.diag.error(`could not patch ${path}.${method}`, error);
      return false;
    }
  }
}

function claimed({ getter, method, isAssigned }: PatchPoint, holder: object | undefined, by: Claim): boolean {
  if (getter !== undefined) return claimBehind(holder, getter, method, by);
  return claim(holder, method, by) || (isAssigned === true && claimAssigned(holder, method, by));
}

const buildOfAnnounced = (vendor: Vendor, name: string): SdkCopy['build'] =>
  isEsModule(vendor, name) ? 'ES module' : 'CommonJS';

const buildOfFile = (name: string): SdkCopy['build'] => (name.endsWith('.mjs') ? 'ES module' : 'CommonJS');

const prototypeOf = (owner: unknown): object | undefined =>
  (owner as { prototype?: object } | undefined)?.prototype;
