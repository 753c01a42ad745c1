/** Whether a server listens at the OTLP endpoints that spans and metrics are sent to. */
import { spawnSync } from 'node:child_process';
import type { Finding } from '@llmtrace/core/internal';
import { endpointOf, shown } from '../process/otlp-endpoint.ts';
import type { AutoSettings } from '../settings.ts';

/** How long an endpoint is tried, in ms. */
const WAIT_MS = 2000;

const SCRIPT = `
const [host, port, wait] = process.argv.slice(1);
const socket = require('node:net').connect({ host, port: Number(port) });
const end = (why) => { process.stdout.write(why); process.exit(); };
socket.on('connect', () => end('')).on('error', (error) => end(error.code || 'error'));
setTimeout(end, Number(wait), 'no answer in ' + wait + ' ms');
`;

/**
 * The endpoints that refuse a connection. A child process tries them, because the exit of this process waits for no
 * socket.
 */
export function unreachable(settings: AutoSettings): Finding[] {
  const urls = (['traces', 'metrics', 'logs'] as const).flatMap(
    (signal) => endpointOf(settings, signal) ?? [],
  );
  return [...new Set(urls)].flatMap((url) => {
    const why = tried(url);
    if (why === '') return [];
    return [
      {
        code: 'exporter-unreachable',
        message: `no server listens at ${shown(url)}, where telemetry is sent to (${why}); it is lost`,
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
    return ''; // the permission model of Node.js prevents child processes: the result is unknown
  }
}
