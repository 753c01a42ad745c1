/** @module The command `llmtrace`. Its subcommands are functions of `@llmtrace/auto` and `@llmtrace/view`. */
import module from 'node:module';
import { numberOf, parsed, UsageError, unknownCommand } from './options.ts';
import { USAGE } from './usage.ts';

const require = module.createRequire(import.meta.url);

type Command = (args: readonly string[]) => Promise<number> | number;

/** Each package is loaded only for its commands, so that `--help` does not wait for OpenTelemetry. */
const auto = () => require('@llmtrace/auto/cli') as typeof import('@llmtrace/auto/cli');
const viewer = () => require('@llmtrace/view') as typeof import('@llmtrace/view');

/** @throws UsageError for a command that cannot be started. */
async function run(args: readonly string[]): Promise<number> {
  if (args.length === 0) throw new UsageError('Name the application to run: llmtrace run app.mjs');
  const { code } = auto().start(args, {});
  return code.catch((error: Error) => {
    throw new UsageError(`${args[0]} cannot be started: ${error.message}`);
  });
}

const VIEW_OPTIONS = {
  port: { type: 'string' },
  host: { type: 'string' },
  token: { type: 'boolean' },
  'no-open': { type: 'boolean' },
  file: { type: 'string' },
  forward: { type: 'boolean' },
  'max-spans': { type: 'string' },
  'max-memory': { type: 'string' },
  'allow-origin': { type: 'string', multiple: true },
} as const;

const MAX_PORT = 65_535;
const MAX_SPANS = 10_000_000;
const MAX_MEMORY = 65_536;

function view(args: readonly string[]): Promise<number> {
  const cut = args.indexOf('--');
  const viewArgs = cut < 0 ? args : args.slice(0, cut);
  const { values, positionals } = parsed('view', viewArgs, VIEW_OPTIONS);
  const text = (name: string) => values[name] as string | undefined;
  const { start, reportsIn } = auto();
  const launcher = {
    reportsIn,
    start: (command: readonly string[], options: { folder: string; env: Record<string, string> }) =>
      start(command, options).code,
  };
  return viewer().view(
    {
      port: numberOf(values, 'port', [0, MAX_PORT]),
      host: text('host'),
      file: text('file'),
      hasToken: values['token'] === true,
      opens: values['no-open'] !== true,
      forwards: values['forward'] === true,
      maxSpans: numberOf(values, 'max-spans', [1, MAX_SPANS]),
      maxMemory: numberOf(values, 'max-memory', [1, MAX_MEMORY]),
      allowedOrigins: (values['allow-origin'] ?? []) as readonly string[],
      read: positionals,
      command: cut < 0 ? [] : args.slice(cut + 1),
    },
    launcher,
  );
}

/** @throws UsageError for more arguments than the command takes. */
function allow(most: number, positionals: readonly string[]): void {
  if (positionals.length > most) throw new UsageError(`There is one argument too many: ${positionals[most]}`);
}

function prices(args: readonly string[]): number {
  const { positionals } = parsed('prices', args, {});
  allow(1, positionals);
  return auto().prices(positionals[0]);
}

function init(args: readonly string[]): number {
  const { values, positionals } = parsed('init', args, { write: { type: 'boolean' } });
  allow(0, positionals);
  return auto().init({ write: values['write'] === true });
}

const COMMANDS: Readonly<Record<string, Command>> = {
  run,
  view,
  prices,
  init,
  doctor: (args) => auto().doctor(args),
};

const HELP = new Set(['--help', '-h', 'help']);

/** The help text, if an argument requests it. Arguments of the application do not count, with `run` and after `--`. */
function helpFor(name: string, args: readonly string[]): string | undefined {
  const llmtraceArgs =
    name === 'run' ? args.slice(0, 1) : args.slice(0, args.includes('--') ? args.indexOf('--') : undefined);
  return llmtraceArgs.some((word) => HELP.has(word)) ? USAGE[name] : undefined;
}

const version = (): string => (require('../package.json') as { version: string }).version;

async function dispatch(args: readonly string[]): Promise<number> {
  const [name = '', ...rest] = args;
  if (name === '' || HELP.has(name)) {
    process.stdout.write(USAGE[''] ?? '');
    return 0;
  }
  if (name === '--version' || name === '-v') {
    process.stdout.write(`llmtrace ${version()}, Node.js ${process.versions.node}\n`);
    return 0;
  }
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (!command) throw unknownCommand(name, Object.keys(COMMANDS));
  const help = helpFor(name, rest);
  if (help === undefined) return command(rest);
  process.stdout.write(help);
  return 0;
}

/** @returns the exit code; 2 if the arguments are wrong. */
export async function main(args: readonly string[]): Promise<number> {
  try {
    return await dispatch(args);
  } catch (error) {
    process.stderr.write(`llmtrace: ${error instanceof Error ? error.message : String(error)}\n`);
    return 2;
  }
}
