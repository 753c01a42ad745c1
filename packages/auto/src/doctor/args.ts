/** The arguments of `llmtrace-doctor`: its options, then the application with the application's arguments. */

export interface Arguments {
  readonly help: boolean;
  readonly version: boolean;
  /** The time after which the application is ended, in s; undefined sets no limit. */
  readonly wait: number | undefined;
  /** Nothing is added to how the application is started. */
  readonly asIs: boolean;
  /** The application as it is started: flags of node and a file, or a command; empty for none. */
  readonly command: readonly string[];
}

export const USAGE = `Says whether the calls of an application are traced, and if not, why.

  llmtrace-doctor                          looks at the project in this folder
  llmtrace-doctor app.mjs …                runs it with node, and reports at its end
  llmtrace-doctor --import ./otel.mjs app.mjs …   flags of node come before the file
  llmtrace-doctor npm start                runs any command

  --wait <s>   ends the application after so many seconds; without it, it ends by itself or by Ctrl+C
  --as-is      adds nothing to how it is started: for applications that start llmtrace in their own code
  --version    writes the version of @llmtrace/auto, and of Node.js
  --help       writes this text

Exit codes: 1 where a finding loses traces; 2 where the arguments are wrong or the command cannot be started; else that
of the application (0 where --wait ended it, 128 and the number of the signal that ended it).
`;

/** @throws TypeError for a wait that is no number of seconds. */
export function parse(args: readonly string[]): Arguments {
  const options = { help: false, version: false, wait: undefined as number | undefined, asIs: false };
  let at = 0;
  for (; at < args.length; at++) {
    if (args[at] === '--help' || args[at] === '-h') options.help = true;
    else if (args[at] === '--version' || args[at] === '-v') options.version = true;
    else if (args[at] === '--as-is') options.asIs = true;
    else if (args[at] === '--wait') options.wait = seconds(args[++at]);
    else break;
  }
  return { ...options, command: args.slice(at) };
}

/** The longest delay of a timer, in s, less the time that the application has to end. */
const MAX_WAIT = 2_147_000;

function seconds(text: string | undefined): number {
  const value = Number(text);
  // Timers take no more: a longer one would end at once.
  if (text && value > 0) return Math.min(value, MAX_WAIT);
  throw new TypeError(`Expected --wait to be a number of seconds, got ${text ?? 'nothing'}.`);
}
