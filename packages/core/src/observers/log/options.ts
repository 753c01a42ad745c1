/** The options of log lines: their defaults and rules. */
import { flag, oneOf, presentName, type Rules, shown } from '../../options/rules.ts';
import { optionTable } from '../../options/table.ts';
import type { AnyLogger } from './adapters.ts';

/** Where llmtrace's own log lines go: JSON lines or readable ones on stderr, or nowhere. */
export type LogMode = 'json' | 'pretty' | 'off';

export const LOG_MODES = ['json', 'pretty', 'off'] as const;

/** What the environment says of log lines. */
export interface LogVariables {
  readonly mode: LogMode;
  readonly hideContent: boolean;
}

/** The former name of `hideContent`. */
export const FORMER_LOG = 'sanitizeContent';

export const LOG_RULES: Rules<LogVariables> = {
  mode: oneOf(LOG_MODES, 'LLMTRACE_LOG'),
  hideContent: { ...flag('LLMTRACE_LOG_HIDE_CONTENT'), former: FORMER_LOG },
};

export const LOG_TABLE = optionTable<LogVariables>(
  'log',
  LOG_RULES,
  { mode: 'off', hideContent: true },
  {
    mode: '[log lines](docs/logs.md) on stderr',
    hideContent: '`false`: message content is in log lines, too',
  },
);

/** Options of the log lines of calls. */
export interface LogOptions {
  /**
   * Writes the lines: a logger of pino, winston, bunyan, or the console. Without one, llmtrace writes by itself, on
   * stderr.
   */
  logger?: AnyLogger | undefined;
  /**
   * How llmtrace writes by itself: JSON lines, which takes the package `pino`, or readable ones (by `pino-pretty`,
   * where it is installed). `off` writes nothing, also to a `logger`.
   * @default 'json'
   */
  mode?: LogMode;
  /** The level of lines about calls that start, complete, or are cancelled. @default 'info' */
  level?: string;
  /** The level of lines about calls that fail. @default 'error' */
  errorLevel?: string;
  /** Write a line when a call starts. @default true */
  logRequest?: boolean;
  /** Write a line when a call ends and has not failed. @default true */
  logResponse?: boolean;
  /** Write a line when a call fails. @default true */
  logErrors?: boolean;
  /**
   * Keep message content out of the lines, which then have only the number of messages. With `false`, lines have
   * `system_instructions`, `input_messages` and `output_messages`, redacted and truncated as the option `content`
   * defines. Environment: `LLMTRACE_LOG_HIDE_CONTENT`.
   * @default true
   */
  hideContent?: boolean;
  /** @deprecated The former name of `hideContent`. */
  sanitizeContent?: boolean;
}

/** The same, complete. */
export interface ResolvedLog extends Required<Omit<LogOptions, 'logger' | 'sanitizeContent'>> {
  logger: AnyLogger | undefined;
}

/**
 * Completes the option `log`; wrong values are refused by name.
 * @param mode the value of the environment variable, if it is set.
 * @param hideContent the same.
 */
export function resolveLog(
  option: LogMode | LogOptions | undefined,
  mode: LogMode | undefined,
  hideContent?: boolean,
): ResolvedLog {
  const options = optionsOf(option, mode);
  const resolved: ResolvedLog = {
    logger: options.logger,
    mode: options.mode ?? (mode === 'pretty' ? 'pretty' : 'json'),
    level: options.level ?? 'info',
    errorLevel: options.errorLevel ?? 'error',
    logRequest: options.logRequest ?? true,
    logResponse: options.logResponse ?? true,
    logErrors: options.logErrors ?? true,
    hideContent: options.hideContent ?? hideContent ?? true,
  };
  expectMode('log.mode', resolved.mode);
  // A wrong value would not keep content out.
  for (const name of ['hideContent', 'logRequest', 'logResponse', 'logErrors'] as const)
    expect(typeof resolved[name] === 'boolean', `log.${name}`, 'a boolean', shown(resolved[name]));
  expectLogger(resolved);
  return resolved;
}

function optionsOf(log: LogMode | LogOptions | undefined, mode: LogMode = 'off'): LogOptions {
  if (log === undefined) return { mode };
  if (typeof log === 'object' && log !== null) return byPresentName(log);
  expectMode('log', log);
  return { mode: log };
}

function byPresentName(log: LogOptions): LogOptions {
  if (log.sanitizeContent === undefined) return log;
  const present = presentName('log', FORMER_LOG, LOG_RULES);
  return { [present]: log.sanitizeContent, ...log };
}

function expectMode(name: string, value: LogMode): void {
  expect(LOG_MODES.includes(value), name, `one of ${LOG_MODES.join(', ')}`, shown(value));
}

/** A logger has a method for each level, or one for all of them. */
function expectLogger({ logger, level, errorLevel }: ResolvedLog): void {
  for (const [name, value] of Object.entries({ level, errorLevel })) {
    expect(typeof value === 'string' && value !== '', `log.${name}`, 'the name of a level', shown(value));
    const writes = (method: string): boolean =>
      typeof (logger as unknown as Record<string, unknown> | null)?.[method] === 'function';
    const able = logger === undefined || writes(value) || writes('log');
    expect(able, 'log.logger', `a logger with a method \`${value}\` or \`log\``, typeof logger);
  }
}

function expect(right: boolean, name: string, expected: string, got: string): void {
  if (!right) throw new TypeError(`Expected \`${name}\` to be ${expected}, got ${got}.`);
}
