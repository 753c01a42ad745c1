/** What all instrumentations of llmtrace are: OpenTelemetry's own base class over a {@link Vendor}. */
import {
  type Meter,
  type MeterProvider,
  metrics,
  type Tracer,
  type TracerProvider,
  trace,
} from '@opentelemetry/api';
import {
  InstrumentationBase,
  InstrumentationNodeModuleDefinition,
  InstrumentationNodeModuleFile,
} from '@opentelemetry/instrumentation';
import { layersOf } from './assemble.ts';
import {
  type CompleteConfig,
  isSwitchedOff,
  type LlmTraceConfig,
  resolveConfig,
  warnOfUnknownVariables,
} from './config.ts';
import type { CaptureOptions } from './content/capture.ts';
import type { ResolvedContent } from './content/options.ts';
import { redactorOf } from './content/redactors.ts';
import { costObserver, loadPrices } from './cost/cost.ts';
import { tellOthers } from './diagnosis/other-instrumentations.ts';
import { noteInstrumentation, noteMissing, notePatched } from './diagnosis/record-patching.ts';
import { watchAttempts } from './engine/attempts/watch.ts';
import { instrumented } from './engine/engine.ts';
import { silently } from './engine/native/native-span.ts';
import type { Engine } from './engine/open-call.ts';
import { watchRawBodies } from './engine/raw-json.ts';
import { circuitOf } from './interceptors/shared/circuit-breaker.ts';
import { type Naming, SCHEMA_URL } from './observers/attributes.ts';
import {
  type EventLogger,
  type EventLoggerProvider,
  eventObserver,
  newerLoggerProvider,
} from './observers/events.ts';
import { logObserver } from './observers/log/log.ts';
import type { ResolvedLog } from './observers/log/options.ts';
import { metricsObserver } from './observers/metrics/calls.ts';
import { spanObserver } from './observers/span.ts';
import { type Claim, claim, claimBehind } from './patching/claim.ts';
import { at, type Given, reach } from './patching/find-prototypes.ts';
import { whenLoaded } from './patching/module-announcements.ts';
import { beforeRequireHook, limitRequireHook } from './patching/require-hook.ts';
import { loadedFiles, pathOfUrl, versionOf } from './platform/packages.ts';
import { buildOf, copyOf, facts, type SdkCopy, tally } from './platform/process-state.ts';
import { isNoop, processWide } from './platform/process-wide.ts';
import { warnOnce } from './platform/warn.ts';
import { type Origin, originOf } from './vendor/provider.ts';
import type { Endpoint, PatchPoint, Vendor } from './vendor/vendor.ts';

/** Of the Logs API of either line of OpenTelemetry. */
type LoggerProvider = Parameters<InstrumentationBase['setLoggerProvider']>[0];

/** The classes that a package (or one of its files) exports, by name. */
type Exports = Record<string, unknown>;

export abstract class LlmInstrumentation extends InstrumentationBase<LlmTraceConfig> {
  // `declare`, all of them: the base class's constructor sets them before fields of this class exist,
  // and fields would then overwrite what it set.
  declare private _engine: Engine | undefined;
  declare private _tracers: TracerProvider | undefined;
  declare private _meters: MeterProvider | undefined;
  declare private _loggers: EventLoggerProvider | undefined;
  /** The provider that the current engine's instruments come from. */
  declare private _meteredBy: MeterProvider | undefined;
  declare private _silent: boolean | undefined;
  /** The environment says that nothing is to happen, and the code does not say otherwise. */
  declare private _off: boolean | undefined;

  /** A getter, for the same reason. */
  protected abstract get vendor(): Vendor;

  constructor(name: string, version: string, config: LlmTraceConfig) {
    const complete = resolveConfig(config);
    beforeRequireHook();
    super(name, version, complete);
    this._off = config.enabled === undefined && isSwitchedOff();
    this._join();
    if (!this._off) warnOfUnknownVariables();
    if (!this._off) openSharedLimits(this.getConfig() as CompleteConfig);
  }

  /** Makes itself known to the doctor, and to other copies of llmtrace. */
  private _join(): void {
    noteInstrumentation(this, this.vendor, !this._off);
  }

  /**
   * Instruments the SDK that made `client`, where no hook could: it is bundled with the application, or was loaded
   * before llmtrace. It is the classes behind the client that are patched, so all other clients of the same copy of
   * the SDK are traced too. It may be called for each client; a second time changes nothing.
   *
   * @returns `client`, in any case: what cannot be instrumented is a warning.
   */
  instrumentClient<T>(client: T): T {
    this._byHand(client, 'client');
    return client;
  }

  /**
   * The same by what the SDK exports: `import * as openai from 'openai'`, or its main class.
   *
   * @returns `exports`, in any case.
   */
  instrumentModule<T>(exports: T): T {
    this._byHand(exports, 'module');
    return exports;
  }

  /** A set-up of OpenTelemetry enables whatever is not: not against `LLMTRACE_ENABLED=false`. */
  override enable(): void {
    if (this._off) return;
    this._silent = false;
    super.enable();
    this._claimLoaded();
  }

  /**
   * Silences every copy of the SDK at once, at the next call. The base class would unpatch only the copy that was
   * loaded last, and would miss those that load in the meantime when it is enabled again.
   */
  override disable(): void {
    this._silent = true;
  }

  override isEnabled(): boolean {
    return super.isEnabled() && !this._silent;
  }

  override setConfig(config: LlmTraceConfig): void {
    super.setConfig(resolveConfig(config));
    this._engine = undefined;
  }

  override setTracerProvider(provider: TracerProvider): void {
    super.setTracerProvider(provider);
    this._tracers = provider;
    this._engine = undefined;
  }

  override setMeterProvider(provider: MeterProvider): void {
    super.setMeterProvider(provider);
    this._meters = provider;
    this._engine = undefined;
  }

  override setLoggerProvider(provider: LoggerProvider): void {
    super.setLoggerProvider(provider);
    this._loggers = provider as EventLoggerProvider;
    this._engine = undefined;
  }

  protected override init(): InstrumentationNodeModuleDefinition[] {
    limitRequireHook(this);
    const { vendor } = this;
    const versions = ['*']; // no upper bound: what a version has is looked at, not assumed
    const known = filesOf(vendor);
    whenLoaded((name, classes, url) => {
      const version = (): string | undefined => versionOf(pathOfUrl(url), vendor.module);
      const points = known.find((file) => file.name === name)?.points;
      if (points) this._claimFile(name, points, classes, version());
      else if (name === vendor.module) this._patchMain(classes, version());
    });
    const files = known.map(
      ({ name, points }) =>
        new InstrumentationNodeModuleFile(
          name,
          versions,
          (exports: Exports, version?: string) => {
            this._claimFile(name, points, exports, version);
            return exports;
          },
          () => {}, // a method stays claimed: see disable()
        ),
    );
    const main = (exports: Exports, version?: string): Exports => {
      this._patchMain(exports, version);
      return exports;
    };
    return [new InstrumentationNodeModuleDefinition(vendor.module, versions, main, undefined, files)];
  }

  private _claimFile(name: string, points: PatchPoint[], exports: Exports, version?: string): void {
    const copy = copyOf(this.vendor.module, version, name.endsWith('.mjs') ? 'ES module' : 'CommonJS');
    for (const point of points) this._claim(point, copy, () => prototypeOf(exports[point.className]));
  }

  /** Claims what was required before: classes can be patched at any time. */
  private _claimLoaded(): void {
    try {
      const files = filesOf(this.vendor);
      for (const { name, exports, version } of loadedFiles(this.vendor.module)) {
        const file = files.find((one) => one.name === name);
        if (file) this._claimFile(name, file.points, exports as Exports, version);
      }
    } catch (error) {
      this._diag.error('could not look for what is loaded', error);
    }
  }

  /** Claims what the files did not bring already, and says what could not be found. */
  private _patchMain(exports: Exports, version: string | undefined): void {
    const { vendor } = this;
    const copy = copyOf(vendor.module, version, buildOf(exports));
    const missing = pointsOf(vendor)
      .filter((point) => !this._claim(point, copy, () => prototypeOf(at(vendor.main(exports), point.path))))
      .filter((point) => isExpected(point, version));
    noteMissing(copy, missing);
  }

  private _byHand(given: unknown, kind: Given): void {
    try {
      const { vendor } = this;
      const copy = copyOf(vendor.module, undefined, 'by hand');
      const reached = reach(vendor, pointsOf(vendor), given, kind);
      for (const [point, holder] of reached) this._claim(point, copy, () => holder);
      // A version that is not known need not have what came later, or went.
      const always = pointsOf(vendor).filter(({ since, until }) => (since ?? until) === undefined);
      noteMissing(
        copy,
        always.filter((point) => !reached.has(point)),
      );
    } catch (error) {
      this._diag.error('could not instrument by hand', error);
    }
  }

  /** Patching must never throw, nor what it looks at: that would crash the application's import. */
  private _claim(point: PatchPoint, copy: SdkCopy, owner: () => object | undefined): boolean {
    try {
      const prototype = owner();
      const { traced } = facts();
      let looked = false;
      const by: Claim = {
        owner: this,
        enabled: () => this.isEnabled(),
        call: (original, self, args) => {
          if (!looked) tellOthers(this.vendor.module, () => [original, (self as Exports)[point.method]]);
          looked = true;
          const engine = this._current();
          if (!engine) return original.apply(self, args);
          if (!isEndpoint(point)) return this._help(engine, original, self, args);
          tally(traced, copy.module);
          return instrumented(engine, point, original, self, args);
        },
      };
      const { getter, method } = point;
      const isClaimed =
        getter === undefined ? claim(prototype, method, by) : claimBehind(prototype, getter, method, by);
      if (isClaimed) notePatched(copy, point, prototype as object);
      return isClaimed;
    } catch (error) {
      this._diag.error(`could not patch ${point.path}.${point.method}`, error);
      return false;
    }
  }

  /** Runs a helper that starts a native span, which it must not where the call gets one of ours. */
  private _help(
    { nativeSpans }: Engine,
    original: (...args: unknown[]) => unknown,
    self: unknown,
    args: unknown[],
  ): unknown {
    const { native, client } = this.vendor;
    const run = (): unknown => original.apply(self, args);
    return native && nativeSpans === 'ours' ? silently(native, client(self), run) : run();
  }

  /** Undefined where the providers do not give what it takes: the application's call goes on without us. */
  protected _current(): Engine | undefined {
    const meters = this._meterProvider();
    if (this._engine && this._meteredBy === meters) return this._engine;
    try {
      this._engine = this._makeEngine(meters);
      this._meteredBy = meters;
      return this._engine;
    } catch (error) {
      this._diag.error('could not start', error);
      warnOnce(`calls of ${this.vendor.module} are not traced: OpenTelemetry's providers refuse`);
      return undefined;
    }
  }

  private _meterProvider(): MeterProvider {
    const { _meters: meters } = this;
    if (meters && !isNoop(meters)) return meters;
    return processWide().meters ?? meters ?? metrics.getMeterProvider();
  }

  private _makeEngine(meters: MeterProvider): Engine {
    const config = this.getConfig() as CompleteConfig;
    const { instrumentationName: name, instrumentationVersion: version, vendor } = this;
    const scope = config.semconv === 'latest' ? {} : { schemaUrl: SCHEMA_URL };
    const tracer: Tracer = (this._tracers ?? processWide().tracers ?? trace).getTracer(name, version, scope);
    const meter: Meter = meters.getMeter(name, version, scope);
    const naming: Naming = config;
    usePrices(config.prices);
    const { content } = config;
    const log = logObserver(config.log as ResolvedLog, content.maxLength);
    const { intercept, retries, settling, telling } = layersOf(config, meter);
    // in the order in which they end: the cost is known before it is told
    const own = [
      costObserver({ models: config.modelMap }),
      ...settling,
      spanObserver(() => tracer, naming, {
        exceptions: config.exceptionsOnSpans,
        content: isOn(content, 'SPAN') ? content : undefined,
      }),
      metricsObserver(meter, naming),
      eventObserver(this._eventLoggers(scope), naming, isOn(content, 'EVENT') ? content : undefined),
      ...(log ? [log] : []),
    ];
    const given = [...telling, ...new Set([...config.observers, ...(processWide().observers ?? [])])];
    return {
      vendor,
      observers: [...own, ...given],
      watching: [...own.filter(({ chunk }) => chunk), ...given],
      intercept,
      retries,
      diag: this._diag,
      nativeSpans: config.nativeSpans,
      streamUsage: config.streamUsage,
      content: captureOptions(config),
      origin: origins(vendor, config.providerMap),
    };
  }

  /** The application's, and those of both lines of OpenTelemetry's global Logs API. */
  private _eventLoggers(scope: { schemaUrl?: string }): EventLogger[] {
    const { instrumentationName: name, instrumentationVersion: version } = this;
    const loggers = this._loggers ?? processWide().loggers;
    const own = loggers?.getLogger(name, version, scope) ?? (this.logger as EventLogger);
    const newer = newerLoggerProvider()?.getLogger(name, version, scope);
    return newer ? [own, newer] : [own];
  }
}

const isOn = ({ capture }: ResolvedContent, where: 'SPAN' | 'EVENT'): boolean =>
  capture.startsWith(where) || capture === 'SPAN_AND_EVENT';

/** Undefined where nobody takes content: nothing of it is then looked at. */
function captureOptions({ content, log }: CompleteConfig): CaptureOptions | undefined {
  const { sanitizeContent, mode } = log as ResolvedLog;
  const isTaken =
    content.capture !== 'NO_CONTENT' || content.completionHook || (mode !== 'off' && !sanitizeContent);
  return isTaken ? { ...content, redactor: redactorOf(content.redact) } : undefined;
}

/** Connects early where there are limits to keep, so that the first call need not wait for it. */
function openSharedLimits({ sharedLimits, rateLimit, budget }: CompleteConfig): void {
  if (sharedLimits && rateLimit.length + budget.length > 0) circuitOf(sharedLimits).open();
}

let pricesInUse = '';

/** Reads a file of prices once, for all instrumentations that name it. */
function usePrices(file: string): void {
  if (file === pricesInUse || file === '') return;
  pricesInUse = file;
  loadPrices(file);
}

/** Finds a client's origin, and remembers it: for most applications a client's base URL never changes. */
function origins(vendor: Vendor, map: Readonly<Record<string, string>>): Engine['origin'] {
  const known = new WeakMap<object, { baseURL: string | undefined; origin: Origin }>();
  return (client, args) => {
    const baseURL = vendor.baseURL(client, args);
    const remembered = known.get(client as object);
    if (remembered && remembered.baseURL === baseURL) return remembered.origin;
    watchAttempts(client);
    watchRawBodies(client, vendor.rawMethods ?? []);
    const fallback = vendor.protocolOf?.(client) ?? vendor.provider;
    const origin = originOf(baseURL, vendor.providerOf?.(client), fallback, map);
    known.set(client as object, { baseURL, origin });
    return origin;
  };
}

const pointsOf = ({ endpoints, native }: Vendor): readonly PatchPoint[] =>
  native ? [...endpoints, ...native.helpers] : endpoints;

const isEndpoint = (point: PatchPoint): point is Endpoint => 'operation' in point;

/** The vendor's files, each with the methods to wrap whose class it exports. */
function filesOf(vendor: Vendor): { name: string; points: PatchPoint[] }[] {
  const points = pointsOf(vendor);
  const names = new Set(points.flatMap(({ files }) => files));
  return [...names].flatMap((file) => {
    const inside = points.filter(({ files }) => files.includes(file));
    return vendor.extensions.map((extension) => ({
      name: `${vendor.module}/${file}${extension}`,
      points: inside,
    }));
  });
}

const prototypeOf = (owner: unknown): object | undefined =>
  (owner as { prototype?: object } | undefined)?.prototype;

/** Whether a version should have a method: an unknown one should. */
function isExpected({ since, until }: PatchPoint, version: string | undefined): boolean {
  if (version === undefined) return until === undefined;
  const isFrom = since === undefined || isAtLeast(version, since);
  return isFrom && !(until !== undefined && isAtLeast(version, until));
}

function isAtLeast(version: string, wanted: string): boolean {
  const [has, wants] = [version, wanted].map((text) => text.split(/[.-]/, 3).map(Number));
  const first = [0, 1, 2].find((index) => wants?.[index] !== has?.[index]);
  return first === undefined || (has?.[first] ?? 0) > (wants?.[first] ?? 0);
}
