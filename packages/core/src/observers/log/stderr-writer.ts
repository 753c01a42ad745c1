/** The lines that llmtrace writes by itself, on stderr: stdout belongs to the application. */
import { writeSync } from 'node:fs';
import { loadOptional } from '../../platform/load-optional.ts';
import { printableValue } from '../../platform/printable.ts';
import { warnOnce } from '../../platform/warn.ts';
import { type Fields, type WriteLine, writerFor } from './adapters.ts';
import type { LogMode } from './options.ts';

const STDERR = 2;

type Pino = ((options: object, stream: unknown) => object) & { destination(options: object): unknown };
type Pretty = (options: object) => unknown;

const writers = new Map<LogMode, WriteLine | undefined>();

/** The function that writes lines, one for the process; undefined if none is available, which logs one warning. */
export function ownWriter(mode: LogMode): WriteLine | undefined {
  if (mode === 'off') return undefined;
  if (!writers.has(mode)) {
    const write = makeWriter(mode);
    // Content may be among the fields.
    writers.set(
      mode,
      write && ((level, message, fields) => write(level, message, printableValue(fields) as Fields)),
    );
  }
  return writers.get(mode);
}

function makeWriter(mode: LogMode): WriteLine | undefined {
  const pino = loadOptional<Pino>('pino');
  if (mode === 'json')
    return pino ? pinoWriter(pino, pino.destination({ dest: STDERR, sync: true })) : warnMissing();
  const pretty = pino && loadOptional<Pretty>('pino-pretty');
  return pretty ? pinoWriter(pino, pretty({ destination: STDERR, sync: true, colorize: false })) : writePlain;
}

/** It writes every level: the default of pino would drop lines whose level the options set to `debug`. */
const pinoWriter = (pino: Pino, stream: unknown): WriteLine => writerFor(pino({ level: 'trace' }, stream));

function warnMissing(): undefined {
  warnOnce('log lines need the package `pino`, which is not installed; none are written');
  return undefined;
}

function writePlain(level: string, message: string, fields: Fields): void {
  const time = new Date().toISOString();
  const texts = Object.entries(fields).map(([name, value]) => ` ${name}=${plain(value)}`);
  writeSync(STDERR, `${time} ${level.toUpperCase()} ${message}${texts.join('')}\n`);
}

/** A value in one piece: quoted where it could be taken for two. */
function plain(value: unknown): string {
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
  return /^[\w.:/@+-]+$/.test(text) ? text : JSON.stringify(text);
}
