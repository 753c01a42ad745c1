/** Finds a free port, or a viewer that is already running. */
import { startViewer, type Viewer, type ViewerOptions } from '../server/server.ts';

/** The first port to try, OTLP's own; the following ports are tried next. */
const FIRST = 4318;
const TRIED = 11;
const PATIENCE_MS = 500;

export interface Found {
  readonly url: string;
  /** Undefined if another process runs the viewer. */
  readonly viewer: Viewer | undefined;
}

/** Whether the server at that address is a viewer of llmtrace. */
async function isViewer(url: string): Promise<boolean> {
  try {
    const answer = await fetch(`${url}/api/state`, { signal: AbortSignal.timeout(PATIENCE_MS) });
    await answer.arrayBuffer();
    return answer.headers.get('x-llmtrace-viewer') === '1';
  } catch {
    return false;
  }
}

const isTaken = (error: unknown): boolean => (error as { code?: string }).code === 'EADDRINUSE';

/** @returns undefined if another program has the port. */
async function at(port: number, options: ViewerOptions, mayShare: boolean): Promise<Found | undefined> {
  try {
    const viewer = await startViewer({ ...options, port });
    return { url: viewer.url, viewer };
  } catch (error) {
    if (!isTaken(error)) throw error;
    const url = `http://127.0.0.1:${port}`;
    return mayShare && (await isViewer(url)) ? { url, viewer: undefined } : undefined;
  }
}

/** @returns undefined if no port is free. */
export async function findAddress(
  wanted: number | undefined,
  options: ViewerOptions,
  say: (words: string) => void,
): Promise<Found | undefined> {
  // A viewer that is already running has neither this token nor this file.
  const mayShare = options.token === undefined && options.file === undefined;
  const ports = wanted === undefined ? Array.from({ length: TRIED }, (_, index) => FIRST + index) : [wanted];
  for (const port of ports) {
    const found = await at(port, options, mayShare);
    if (found) return found;
    say(`port ${port} is taken by another program${wanted === undefined ? '; the next one is tried' : ''}`);
  }
  return undefined;
}
