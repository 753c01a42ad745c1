/** Writes received telemetry to a file of OTLP in JSON, one request a line, as OpenTelemetry's file exporter does. */
import { closeSync, constants, createReadStream, fstatSync, openSync, renameSync, writeSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { requestOfLogs, requestOfSpans } from '../otlp/json.ts';
import { type Store, type Taken, writtenOf } from '../store/store.ts';

/** The size from which on the file is renamed to `.1`, and a new one started. */
const MAX_FILE = 256 * 2 ** 20;
const { O_APPEND, O_CREAT, O_NOFOLLOW = 0, O_WRONLY } = constants;

/** The file may contain prompts, so only its owner can read it, and links are not followed. */
const open = (path: string): number => openSync(path, O_APPEND | O_CREAT | O_WRONLY | O_NOFOLLOW, 0o600);

export interface Recorder {
  record(taken: Taken): void;
  close(): void;
}

export function recorder(path: string, store: Store): Recorder {
  let file = open(path);
  let size = fstatSync(file).size;
  const write = (request: unknown) => {
    const line = `${JSON.stringify(request)}\n`;
    if (size > MAX_FILE) {
      closeSync(file);
      renameSync(path, `${path}.1`);
      file = open(path);
      size = 0;
    }
    size += writeSync(file, line);
  };
  return {
    record({ spans, logs }) {
      if (spans.length > 0) write(requestOfSpans(spans.map((row) => writtenOf(store, row))));
      if (logs.length > 0) write(requestOfLogs(logs));
    },
    close: () => closeSync(file),
  };
}

/** Reads a file into the store. @returns the number of skipped lines, which are no OTLP */
export async function readBack(path: string, store: Store): Promise<number> {
  let wrong = 0;
  for await (const line of createInterface({
    input: createReadStream(path),
    crlfDelay: Number.POSITIVE_INFINITY,
  })) {
    if (line.trim() === '') continue;
    const signal = /^\{\s*"resourceLogs"/.test(line) ? 'logs' : 'traces';
    try {
      store.receive(signal, 'json', Buffer.from(line));
    } catch {
      wrong++;
    }
  }
  return wrong;
}
