/** Warns that the configured export does not happen because the application has registered its own provider. */
import { type Finding, note } from '@llmtrace/core/internal';
import type { TracerProvider } from '@opentelemetry/api';
import { packageNameOf } from '../process/calling-code.ts';
import { endpointOf } from '../process/otlp-endpoint.ts';
import { className, providerName } from '../process/provider-name.ts';
import type { AutoSettings } from '../settings.ts';
import { registrantsOf } from './provisional-registration.ts';

/** Warns once, if this is the case. */
export function warnElsewhere(settings: AutoSettings, provider: TracerProvider): void {
  const finding = elsewhere(settings, provider);
  if (finding) note(finding, true);
}

/** @param provider the one that is registered. */
export function elsewhere(settings: AutoSettings, provider: TracerProvider): Finding | undefined {
  const { traceExporters, exportTo, env } = settings;
  if (traceExporters.length === 0 || exportTo === 'both') return undefined;
  const real = delegateOf(provider);
  // Set-ups read the same variables.
  const exporters = traceExporters.map(({ name }) => (name === 'console' ? CONSOLE : OTLP));
  if (hasExporter(real, exporters, endpointOf(settings, 'traces'))) return undefined;
  const variable = env['OTEL_TRACES_EXPORTER'] ? 'OTEL_TRACES_EXPORTER' : 'OTEL_EXPORTER_OTLP_ENDPOINT';
  return {
    code: 'elsewhere',
    message: `${variable} is set, but spans go to ${nameOf(real)}, which is registered: nothing is sent to where the variable says`,
    cure: 'Have that provider export by OTLP, or set LLMTRACE_EXPORT=both to have llmtrace send calls there, too',
    lost: false,
  };
}

/** The provider behind the API's proxy. */
export function delegateOf(provider: TracerProvider): TracerProvider {
  const { getDelegate } = provider as { getDelegate?(): TracerProvider };
  return getDelegate?.call(provider) ?? provider;
}

/** The class of a provider, and the code that registered it. */
export function nameOf(provider: TracerProvider): string {
  const by = registrar();
  return by === undefined
    ? providerName(provider)
    : `${className(provider) ?? 'a provider'} (set up by ${by})`;
}

/** The package, or the file, that has an SDK register itself. */
function registrar(): string | undefined {
  const names = registrantsOf('trace').map(({ file }) => packageNameOf(file));
  return names.find((name) => !name.startsWith('@opentelemetry/'));
}

/**
 * How many objects of a provider are looked at, at most. One with two exporters has some hundred; in that of AWS's distribution,
 * which has its 40 instrumentations, too, the exporter is the 368th. They take some 2 ms, once.
 */
const MAX_OBJECTS = 2000;
/** A list of spans that wait may have thousands. */
const MAX_PARTS = 100;

/** The classes of OpenTelemetry's own exporters. */
const OTLP = /^OTLP\w*Exporter/;
const CONSOLE = /^ConsoleSpanExporter$/;

/**
 * Whether a provider has one of these exporters, or one for the endpoint, as far as can be seen: a minifier has renamed the
 * classes of `@vercel/otel`.
 */
function hasExporter(provider: object, exporters: readonly RegExp[], endpoint: string | undefined): boolean {
  const seen = new Set<object>([provider]);
  let looked = 0;
  for (const object of seen) {
    const name = object.constructor?.name ?? '';
    if (exporters.some((exporter) => exporter.test(name)) || isFor(endpoint, object)) return true;
    if (++looked >= MAX_OBJECTS) return false;
    for (const part of partsOf(object)) seen.add(part);
  }
  return false;
}

function isFor(endpoint: string | undefined, object: object): boolean {
  const url: unknown = Object.getOwnPropertyDescriptor(object, 'url')?.value;
  return endpoint !== undefined && typeof url === 'string' && url.startsWith(endpoint);
}

/** The objects that are properties of one; no getter is run. */
function partsOf(object: object): object[] {
  const first = Array.isArray(object) ? object.slice(0, MAX_PARTS) : object;
  const names = Object.keys(first).slice(0, MAX_PARTS);
  return names.flatMap((name) => {
    const value: unknown = Object.getOwnPropertyDescriptor(object, name)?.value;
    return typeof value === 'object' && value !== null && !ArrayBuffer.isView(value) ? [value] : [];
  });
}
