/** The base class of all instrumentations of llmtrace: OpenTelemetry's base class over a {@link Vendor}. */
import { type MeterProvider, metrics, type TracerProvider, trace } from '@opentelemetry/api';
import {
  InstrumentationBase,
  type InstrumentationNodeModuleDefinition,
} from '@opentelemetry/instrumentation';
import type { Engine } from './assemble.ts';
import {
  type CompleteConfig,
  isSwitchedOff,
  type LlmTraceConfig,
  resolveConfig,
  warnOfUnknownVariables,
} from './config.ts';
import { noteInstrumentation, noteMissing, notePatched } from './diagnosis/record-patching.ts';
import type { EngineConfig } from './engine/engine-config.ts';
import { type EngineCode, engineCode, isUnderWay } from './engine-code.ts';
import type { EventLogger, EventLoggerProvider } from './model/event-logger.ts';
import { SCHEMA_URL } from './observers/conventions.ts';
import { newerLoggerProvider } from './observers/newer-logger-provider.ts';
import type { Claim } from './patching/claim.ts';
import { Patcher } from './patching/patcher.ts';
import { beforeRequireHook, limitRequireHook } from './patching/require-hook.ts';
import { isNoop, processWide } from './platform/process-wide.ts';
import { silenceTracers } from './platform/silent-tracers.ts';
import { warnOnce } from './platform/warn.ts';
import type { PatchPoint, Vendor } from './vendor/vendor.ts';

/** Of the Logs API of either line of OpenTelemetry. */
type LoggerProvider = Parameters<InstrumentationBase['setLoggerProvider']>[0];

/** Methods of an object, by name. */
type Methods = Record<string, unknown>;

/** The declaration of a vendor's package (its export `entry`), for `@llmtrace/auto` and the scripts. */
export interface InstrumentationEntry {
  /** As `LLMTRACE_INSTRUMENTATIONS` names it. */
  readonly name: string;
  readonly vendor: Vendor;
  readonly Instrumentation: new (config?: LlmTraceConfig) => LlmInstrumentation;
}

export abstract class LlmInstrumentation extends InstrumentationBase<LlmTraceConfig> {
  // `declare`, all of them: the base class's constructor sets them before fields of this class exist,
  // and fields would then overwrite what it set.
  declare private _engine: Engine | undefined;
  declare private _tracers: TracerProvider | undefined;
  declare private _meters: MeterProvider | undefined;
  /** The same, unless it records nothing. */
  declare private _recordingMeters: MeterProvider | undefined;
  declare private _loggers: EventLoggerProvider | undefined;
  /** The provider that the current engine's instruments come from. */
  declare private _meteredBy: MeterProvider | undefined;
  declare private _patching: Patcher | undefined;
  declare private _silent: boolean | undefined;
  /** True if the environment disables llmtrace and the code does not enable it. */
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
    const { sharedLimits } = this.getConfig() as CompleteConfig;
    if (!this._off && sharedLimits !== false)
      engineCode()?.openSharedLimits(this.getConfig() as CompleteConfig);
  }

  /** Makes itself known to the doctor, and to other copies of llmtrace. */
  private _join(): void {
    noteInstrumentation(this, this.vendor, this._off ? undefined : isUnderWay);
    if (!this._off) silenceTracers(this.vendor.silentTracers);
  }

  /**
   * Instruments the SDK that made `client`, where no hook could: it is bundled with the application, or was loaded
   * before llmtrace. It is the classes behind the client that are patched, so all other clients of the same copy of
   * the SDK are traced too. It may be called for each client; a second time changes nothing.
   *
   * @returns `client` in any case: a client that cannot be instrumented produces a warning.
   */
  instrumentClient<T>(client: T): T {
    this._patcher().patchByHand(client, 'client');
    return client;
  }

  /**
   * The same for the SDK's exports: `import * as openai from 'openai'`, or its main class.
   *
   * @returns `exports`, in any case.
   */
  instrumentModule<T>(exports: T): T {
    this._patcher().patchByHand(exports, 'module');
    return exports;
  }

  /** A set-up of OpenTelemetry enables every disabled instrumentation; `LLMTRACE_ENABLED=false` must prevent that. */
  override enable(): void {
    if (this._off) return;
    this._silent = false;
    super.enable();
    this._patcher().patchLoaded();
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
    this._recordingMeters = isNoop(provider) ? undefined : provider;
    this._engine = undefined;
  }

  override setLoggerProvider(provider: LoggerProvider): void {
    super.setLoggerProvider(provider);
    this._loggers = provider as EventLoggerProvider;
    this._engine = undefined;
  }

  protected override init(): InstrumentationNodeModuleDefinition[] {
    limitRequireHook(this);
    return [this._patcher().patchWhenLoaded()];
  }

  /** Made when the base class's constructor first asks for it: no field of this class exists then. */
  private _patcher(): Patcher {
    this._patching ??= new Patcher(this.vendor, {
      diag: this._diag,
      claimOf: (point) => this._claimOf(point),
      patched: (...patch) => {
        if (!this._off) silenceTracers(this.vendor.replacedTracers);
        notePatched(...patch);
      },
      missing: noteMissing,
    });
    return this._patching;
  }

  private _claimOf(point: PatchPoint): Claim {
    let looked = false;
    return {
      owner: this,
      enabled: () => this.isEnabled(),
      call: (original, self, args) => {
        const calls = engineCode();
        if (!calls) return original.apply(self, args);
        const engine = this._current();
        if (!looked)
          calls.lookForOthers(this.vendor, engine, () => [
            original,
            (self as Methods | undefined)?.[point.method],
          ]);
        looked = true;
        return engine ? calls.patchedCall(engine, point, original, self, args) : original.apply(self, args);
      },
    };
  }

  /** Undefined if the OpenTelemetry providers fail, or the engine is missing: the application's call then runs untraced. */
  protected _current(): EngineConfig | undefined {
    const calls = engineCode();
    const engine = calls && this._configured(calls);
    const options = calls?.activeOptions();
    return engine && options ? engine.withOptions(options) : engine;
  }

  private _configured(calls: EngineCode): Engine | undefined {
    const meters = this._meterProvider();
    if (this._engine && this._meteredBy === meters) return this._engine;
    try {
      this._engine = this._makeEngine(calls, meters);
      this._meteredBy = meters;
      return this._engine;
    } catch (error) {
      this._diag.error('could not start', error);
      warnOnce(`calls of ${this.vendor.module} are not traced: OpenTelemetry's providers refuse`);
      return undefined;
    }
  }

  private _meterProvider(): MeterProvider {
    return this._recordingMeters ?? processWide().meters ?? this._meters ?? metrics.getMeterProvider();
  }

  private _makeEngine(calls: EngineCode, meters: MeterProvider): Engine {
    const config = this.getConfig() as CompleteConfig;
    const { instrumentationName: name, instrumentationVersion: version, vendor } = this;
    const scope = config.semconv === 'latest' ? {} : { schemaUrl: SCHEMA_URL };
    return calls.engineOf(vendor, config, {
      tracer: (this._tracers ?? processWide().tracers ?? trace).getTracer(name, version, scope),
      meter: meters.getMeter(name, version, scope),
      events: this._eventLoggers(scope),
      diag: this._diag,
    });
  }

  /** The application's, and those of both lines of OpenTelemetry's global Logs API. */
  private _eventLoggers(scope: { schemaUrl?: string }): EventLogger[] {
    const { instrumentationName: name, instrumentationVersion: version } = this;
    const loggers = this._loggers ?? processWide().loggers;
    const logger = loggers?.getLogger(name, version, scope) ?? (this.logger as EventLogger);
    const newer = newerLoggerProvider()?.getLogger(name, version, scope);
    return newer ? [logger, newer] : [logger];
  }
}
