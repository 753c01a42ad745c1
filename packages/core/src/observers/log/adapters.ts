/** One way to write a line through any logger: loggers differ in where the message and the fields go. */

/** The fields of a line besides its message. */
export type Fields = Readonly<Record<string, unknown>>;

/** Writes one line. */
export type WriteLine = (level: string, message: string, fields: Fields) => void;

/** A logger of the shape of pino, winston, bunyan, or the console: with a method for each level, or with `log`. */
// biome-ignore lint/complexity/noBannedTypes: the methods of loggers take different things
export type AnyLogger = { readonly [method: string]: Function | unknown } | object;

type Methods = Readonly<Record<string, unknown>>;

/** How `logger` wants its lines: winston as one object with its `message`, the console as text, others as pino. */
export function writerFor(logger: AnyLogger): WriteLine {
  const methods = logger as Methods;
  if (typeof methods['log'] !== 'function') {
    return (level, msg, fields) => method(methods, level)?.call(logger, fields, msg);
  }
  if (typeof methods['configure'] === 'function' || methods['transports'] !== undefined) {
    const log = methods['log'] as (entry: object) => void;
    return (level, message, fields) => log.call(logger, { ...fields, level, message });
  }
  return (level, msg, fields) =>
    (method(methods, level) ?? method(methods, 'log'))?.call(
      logger,
      JSON.stringify({ level, ...fields, msg }),
    );
}

function method(methods: Methods, name: string): ((...args: unknown[]) => void) | undefined {
  const found = methods[name];
  return typeof found === 'function' ? (found as (...args: unknown[]) => void) : undefined;
}
