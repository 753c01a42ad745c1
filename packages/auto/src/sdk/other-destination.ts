/** Warns that the configured export does not happen because the application has registered its own provider. */
import { type Finding, isLocalHost, note } from '@llmtrace/core/internal';
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
  const names = traceExporters.map(({ name }) => name);
  if (exportsTo(real, names, endpointOf(settings, 'traces'))) return undefined;
  const variable = env['OTEL_TRACES_EXPORTER'] ? 'OTEL_TRACES_EXPORTER' : 'OTEL_EXPORTER_OTLP_ENDPOINT';
  return {
    code: 'elsewhere',
    message: `${variable} is set, but spans go to ${nameOf(real)}, which is registered: nothing is sent to where the variable says`,
    cure: 'Have that provider export there, too, or set LLMTRACE_EXPORT=both to have llmtrace send calls there',
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

/**
 * Whether a provider prints or sends as the variables say, as far as can be seen: an exporter of OpenTelemetry's own for OTLP may
 * send to any place that it does not show, and a minifier has renamed the classes of `@vercel/otel`.
 */
function exportsTo(provider: object, exporters: readonly string[], endpoint: string | undefined): boolean {
  const seen = new Set<object>([provider]);
  let looked = 0;
  for (const object of seen) {
    if (isExporter(object, exporters, endpoint) || isFor(endpoint, object)) return true;
    if (++looked >= MAX_OBJECTS) return false;
    for (const part of partsOf(object)) seen.add(part);
  }
  return false;
}

function isExporter(object: object, exporters: readonly string[], endpoint: string | undefined): boolean {
  const name = object.constructor?.name ?? '';
  if (name === 'ConsoleSpanExporter') return exporters.includes('console');
  const sends = exporters.some((exporter) => exporter !== 'console');
  return sends && SPAN_EXPORTER.test(name) && isSamePlace(endpoint, placeOf(object));
}

const SPAN_EXPORTER = /^OTLP(?!Metric|Log)\w*Exporter/;

/** A transport is within another one, which repeats what failed. */
const MAX_TRANSPORTS = 3;

/** The URL of an exporter over HTTP, or the address of one over gRPC; undefined where it does not show it. */
function placeOf(exporter: object): unknown {
  let at: unknown = propertyOf(exporter, '_delegate') ?? exporter;
  for (let depth = 0; depth < MAX_TRANSPORTS; depth++) at = propertyOf(at, '_transport') ?? at;
  const parameters = propertyOf(at, '_parameters');
  return propertyOf(parameters, 'url') ?? propertyOf(parameters, 'address') ?? propertyOf(exporter, 'url');
}

/** The value of an object's property; no getter is run. */
const propertyOf = (object: unknown, name: string): unknown =>
  typeof object === 'object' && object !== null
    ? Object.getOwnPropertyDescriptor(object, name)?.value
    : undefined;

/**
 * Whether two places are the same, or one of them is not known. The two ports of OTLP are those of one receiver; of another
 * machine the name alone is compared, since a port may be left out.
 */
function isSamePlace(endpoint: string | undefined, place: unknown): boolean {
  const [one, other] = [hostOf(endpoint), hostOf(place)];
  return one === undefined || other === undefined || one === other;
}

function hostOf(place: unknown): string | undefined {
  if (typeof place !== 'string') return undefined;
  // An address of gRPC may have no scheme, or be that of a socket.
  const text = /^\w+:\/\//.test(place) ? place : `http://${place}`;
  if (!URL.canParse(text)) return undefined;
  const { hostname, port } = new URL(text);
  if (hostname === '') return undefined;
  return isLocalHost(hostname) ? `localhost:${port === '4317' ? '4318' : port}` : hostname;
}

function isFor(endpoint: string | undefined, object: object): boolean {
  const url = propertyOf(object, 'url');
  return endpoint !== undefined && typeof url === 'string' && url.startsWith(endpoint);
}

/** The objects that are properties of one; no getter is run. */
function partsOf(object: object): object[] {
  const first = Array.isArray(object) ? object.slice(0, MAX_PARTS) : object;
  const names = Object.keys(first).slice(0, MAX_PARTS);
  return names.flatMap((name) => {
    const value = propertyOf(object, name);
    return typeof value === 'object' && value !== null && !ArrayBuffer.isView(value) ? [value] : [];
  });
}
