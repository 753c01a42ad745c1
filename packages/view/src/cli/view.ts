/** `llmtrace view`: starts the viewer, opens the browser, and runs a command whose telemetry goes to the viewer. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DoctorReport } from '../api-types.ts';
import { readBack } from '../server/file.ts';
import { isLoopback, newToken } from '../server/guard.ts';
import type { Viewer, ViewerOptions } from '../server/server.ts';
import { findAddress } from './address.ts';
import { openBrowser } from './browser.ts';
import { environmentOf, headersOf } from './environment.ts';
import { keepMemorySmall } from './memory.ts';

export interface ViewSettings {
  readonly port?: number | undefined;
  readonly host?: string | undefined;
  readonly hasToken?: boolean;
  /** Whether to open the browser. */
  readonly opens?: boolean;
  readonly file?: string | undefined;
  readonly maxSpans?: number | undefined;
  /** In MB. */
  readonly maxMemory?: number | undefined;
  readonly allowedOrigins?: readonly string[];
  /** Whether to send all telemetry also to the endpoint in the environment. */
  readonly forwards?: boolean;
  /** Files to show, which an earlier `file` has written. */
  readonly read?: readonly string[];
  /** The command to run. Without one, the viewer runs until Ctrl+C. */
  readonly command?: readonly string[];
}

/** Runs commands with llmtrace. `@llmtrace/auto` implements it; this package does not import that. */
export interface Launcher {
  /** @returns the exit code as a shell reports it. */
  start(
    command: readonly string[],
    options: { folder: string; env: Record<string, string> },
  ): Promise<number>;
  reportsIn(folder: string): readonly DoctorReport[];
}

const say = (words: string): boolean => process.stderr.write(`llmtrace  ${words}\n`);

const isPerson = (): boolean =>
  process.stderr.isTTY === true && !process.env['CI'] && !process.env['SSH_CONNECTION'];

function optionsOf(settings: ViewSettings, token: string | undefined): ViewerOptions {
  const { host, file, maxSpans, maxMemory, allowedOrigins, forwards } = settings;
  const endpoint = process.env['OTEL_EXPORTER_OTLP_ENDPOINT'];
  if (forwards && !endpoint) say('--forward has no effect: OTEL_EXPORTER_OTLP_ENDPOINT is not set');
  return {
    token,
    file,
    warn: say,
    ...(host !== undefined && { host }),
    ...(allowedOrigins && { allowedOrigins }),
    limits: {
      ...(maxSpans !== undefined && { maxSpans }),
      ...(maxMemory !== undefined && { maxBytes: maxMemory * 2 ** 20 }),
    },
    ...(forwards &&
      endpoint && {
        forward: { endpoint, headers: headersOf(process.env['OTEL_EXPORTER_OTLP_HEADERS']) },
      }),
  };
}

async function readFiles(viewer: Viewer, files: readonly string[]): Promise<void> {
  for (const file of files) {
    const wrong = await readBack(file, viewer.store).catch(async (error: Error) => {
      await viewer.close();
      throw new Error(`${file} cannot be read: ${error.message}`);
    });
    if (wrong > 0) say(`${wrong} lines of ${file} are no OTLP and were skipped`);
  }
}

const LOOK_MS = 1000;

/** Shows the doctor's reports on the setup page: processes write them while they run. */
function showReports(viewer: Viewer, folder: string, { reportsIn }: Launcher): () => void {
  const look = () => viewer.setDoctor(reportsIn(folder));
  const timer = setInterval(look, LOOK_MS).unref();
  return () => {
    clearInterval(timer);
    look();
  };
}

interface Running {
  readonly url: string;
  readonly token: string | undefined;
  readonly viewer: Viewer | undefined;
  readonly command: readonly string[];
}

async function run({ url, token, viewer, command }: Running, launcher: Launcher): Promise<number> {
  const { env, replaced } = environmentOf(url, token, process.env);
  if (replaced.length > 0) say(`the command sends to the viewer instead of ${replaced.join(', ')}`);
  const folder = mkdtempSync(join(tmpdir(), 'llmtrace-view-'));
  const stop = viewer && showReports(viewer, folder, launcher);
  try {
    return await launcher.start(command, { folder, env });
  } finally {
    stop?.();
    rmSync(folder, { recursive: true, force: true });
  }
}

const untilInterrupted = (): Promise<void> =>
  new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });

/** The time in which an open page receives the last calls, in ms. */
const LAST_TICK_MS = 300;

/** @returns the command's exit code; 1 if no port is free. */
export async function view(settings: ViewSettings, launcher: Launcher): Promise<number> {
  keepMemorySmall();
  const needsToken = settings.hasToken || (settings.host !== undefined && !isLoopback(settings.host));
  const token = needsToken ? newToken() : undefined;
  const { command = [], file, read = [] } = settings;
  // A viewer that is already running has neither this token nor these files.
  const mayShare = token === undefined && file === undefined && read.length === 0;
  const found = await findAddress(settings.port, optionsOf(settings, token), { say, mayShare });
  if (!found) {
    say('no port is free: name one with --port');
    return 1;
  }
  const { url, viewer } = found;
  if (viewer) await readFiles(viewer, [...read]);
  announce({ url, token, viewer, command }, file);
  if (isPerson() && settings.opens !== false) openBrowser(pageOf(url, token));
  if (command.length === 0) {
    if (viewer) await untilInterrupted();
    await viewer?.close();
    return 0;
  }
  return afterwards(await run({ url, token, viewer, command }, launcher), found.url, viewer);
}

const pageOf = (url: string, token: string | undefined): string => (token ? `${url}/#token=${token}` : url);

function announce({ url, token, viewer, command }: Running, file: string | undefined): void {
  say(`view      ${pageOf(url, token)}${viewer ? '' : '    (a viewer that is already running)'}`);
  if (command.length === 0 && viewer) {
    const headers = token ? ` OTEL_EXPORTER_OTLP_HEADERS=authorization=Bearer%20${token}` : '';
    say(`send to   OTEL_EXPORTER_OTLP_ENDPOINT=${url}${headers}    Ctrl+C ends it`);
  }
  if (file) say(`kept in   ${file}`);
}

/** At a terminal the viewer runs on until Ctrl+C; otherwise it ends with the command. */
async function afterwards(code: number, url: string, viewer: Viewer | undefined): Promise<number> {
  if (!viewer) return code;
  if (isPerson()) {
    say(`the command ended with ${code}; the viewer stays at ${url} until Ctrl+C`);
    await untilInterrupted();
  } else await new Promise((resolve) => setTimeout(resolve, LAST_TICK_MS));
  await viewer.close();
  return code;
}
