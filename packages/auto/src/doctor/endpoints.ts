/** Whether there is anybody at the OTLP endpoints that spans and metrics are sent to. */
import { spawnSync } from 'node:child_process';
import type { AutoSettings, Finding } from '@llmtrace/core';

/** How long an endpoint is tried, in ms. */
const WAIT_MS = 2000;
const DEFAULT = 'http://localhost:4318';
const DEFAULT_GRPC = 'http://localhost:4317';

const SCRIPT = `
const [host, port, wait] = process.argv.slice(1);
const socket = require('node:net').connect({ host, port: Number(port) });
const end = (why) => { process.stdout.write(why); process.exit(); };
socket.on('connect', () => end('')).on('error', (error) => end(error.code || 'error'));
setTimeout(end, Number(wait), 'no answer in ' + wait + ' ms');
`;

/** Where a signal is sent; undefined where it is not sent by OTLP. */
export function endpointOf(settings: AutoSettings, signal: 'TRACES' | 'METRICS'): string | undefined {
  const exporters = signal === 'TRACES' ? settings.traceExporters : settings.metricExporters;
  const otlp = exporters.find(({ name }) => name === 'otlp');
  if (!otlp) return undefined;
  const { env } = settings;
  const own = env[`OTEL_EXPORTER_OTLP_${signal}_ENDPOINT`] || env['OTEL_EXPORTER_OTLP_ENDPOINT'];
  return own || (otlp.protocol === 'grpc' ? DEFAULT_GRPC : DEFAULT);
}

/** A URL as it may be shown: without a name and a password, also where it is none, and whoever wrote it erred. */
export function shown(url: string | undefined): string {
  if (url === undefined) return '';
  const known = URL.canParse(url) ? new URL(url) : undefined;
  // `user:password@host` is a URL of a scheme `user`; and what is before the last @ may all be a password.
  if (!known || !/^https?:$/.test(known.protocol) || known.pathname.includes('@'))
    return url.slice(url.lastIndexOf('@') + 1).split(/[?#]/, 1)[0] ?? '';
  const { protocol, host, pathname } = known;
  return `${protocol}//${host}${pathname === '/' ? '' : pathname}`;
}

/** The endpoints that no connection can be made to. It takes a process of its own: an exit waits for no socket. */
export function unreachable(settings: AutoSettings): Finding[] {
  const urls = (['TRACES', 'METRICS'] as const).flatMap((signal) => endpointOf(settings, signal) ?? []);
  return [...new Set(urls)].flatMap((url) => {
    const why = tried(url);
    if (why === '') return [];
    return [
      {
        code: 'exporter-unreachable',
        what: `nobody is there at ${shown(url)}, where telemetry is sent to (${why}); it is lost`,
        cure: 'Start the collector, or set OTEL_EXPORTER_OTLP_ENDPOINT to where it is',
        lost: true,
      } as const,
    ];
  });
}

/** Why no connection can be made to a URL; empty where it can. */
function tried(url: string): string {
  const address = URL.canParse(url) ? new URL(url) : undefined;
  if (!address?.hostname) return 'no URL';
  const port = address.port || (address.protocol === 'https:' ? '443' : '80');
  const host = address.hostname.replace(/^\[|\]$/g, '');
  const args = ['-e', SCRIPT, host, port, String(WAIT_MS)];
  try {
    const { stdout } = spawnSync(process.execPath, args, {
      env: {},
      encoding: 'utf8',
      timeout: 2 * WAIT_MS,
    });
    return stdout ?? '';
  } catch {
    return ''; // the permission model of Node.js lets no process start: then nobody can tell
  }
}
