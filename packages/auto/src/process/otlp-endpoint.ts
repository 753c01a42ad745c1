/** The OTLP endpoints of the environment: where telemetry is sent to, as it may be shown, and whether it is an address. */
import { type Finding, note } from '@llmtrace/core/internal';
import type { AutoSettings } from '../settings.ts';

const DEFAULT = 'http://localhost:4318';
const DEFAULT_GRPC = 'http://localhost:4317';

const EXPORTERS = { traces: 'traceExporters', metrics: 'metricExporters', logs: 'logExporters' } as const;

type Signal = keyof typeof EXPORTERS;
type Environment = AutoSettings['env'];

/** Where a signal is sent; undefined where it is not sent by OTLP. */
export function endpointOf(settings: AutoSettings, signal: Signal): string | undefined {
  const otlp = settings[EXPORTERS[signal]].find(({ name }) => name === 'otlp');
  if (!otlp) return undefined;
  return configured(settings.env, signal)?.value ?? (otlp.protocol === 'grpc' ? DEFAULT_GRPC : DEFAULT);
}

/** The variable that sets the endpoint of a signal. */
function configured(env: Environment, signal: Signal): { name: string; value: string } | undefined {
  for (const name of [`OTEL_EXPORTER_OTLP_${signal.toUpperCase()}_ENDPOINT`, 'OTEL_EXPORTER_OTLP_ENDPOINT']) {
    const value = env[name];
    if (value) return { name, value };
  }
  return undefined;
}

/** The endpoint of a signal, for a message about it. */
export const shownEndpoint = (env: Environment, signal: Signal): string =>
  shown(configured(env, signal)?.value ?? DEFAULT);

/** A URL as it may be shown: without user name and password, also where the text is no valid URL. */
export function shown(url: string | undefined): string {
  if (url === undefined) return '';
  const known = URL.canParse(url) ? new URL(url) : undefined;
  // `user:password@host` is a URL of a scheme `user`; and all text before the last @ may be a password.
  if (!known || !/^https?:$/.test(known.protocol) || known.pathname.includes('@'))
    return url.slice(url.lastIndexOf('@') + 1).split(/[?#]/, 1)[0] ?? '';
  const { protocol, host, pathname } = known;
  return `${protocol}//${host}${pathname === '/' ? '' : pathname}`;
}

/**
 * The exporters of a signal, without those whose endpoint is a URL of another scheme than HTTP's: each export would fail,
 * and the exit would wait for a thread that exports nothing.
 */
export function sendingExporters(settings: AutoSettings, signal: Signal): AutoSettings['traceExporters'] {
  const { value } = configured(settings.env, signal) ?? { value: DEFAULT };
  const exporters = settings[EXPORTERS[signal]];
  return isOtherScheme(value) ? exporters.filter((exporter) => !isHttpExporter(exporter)) : exporters;
}

const isHttpExporter = ({ name, protocol }: AutoSettings['traceExporters'][number]): boolean =>
  name === 'otlp' && protocol !== 'grpc';

const isOtherScheme = (value: string): boolean =>
  URL.canParse(value) && !/^https?:$/.test(new URL(value).protocol);

/** Reports endpoints that are no URL of HTTP. (Those of gRPC need no scheme.) */
export function checkEndpoints(settings: AutoSettings): void {
  for (const signal of Object.keys(EXPORTERS) as Signal[]) {
    const isHttp = settings[EXPORTERS[signal]].some(isHttpExporter);
    const endpoint = isHttp ? configured(settings.env, signal) : undefined;
    const finding = endpoint && endpointFinding(endpoint.name, endpoint.value);
    if (finding) note(finding, true);
  }
}

/** @returns undefined where the value is a URL of HTTP. */
export function endpointFinding(name: string, value: string): Finding | undefined {
  const isOther = isOtherScheme(value);
  if (!isOther && URL.canParse(value)) return undefined;
  // OpenTelemetry's exporters ignore a text that is no URL; they send nothing to a URL of another scheme.
  const now = isOther ? 'nothing is exported there' : `the exporter sends to ${DEFAULT} instead`;
  return {
    code: 'export-endpoint',
    message: `${name}=${shown(value)} is not a URL that starts with http:// or https://; ${now}`,
    cure: `Write it as http://host:port, or https://host`,
    lost: true,
  };
}
