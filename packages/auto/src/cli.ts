/**
 * @module The functions behind the command `llmtrace`: start of applications with llmtrace, the doctor, prices, set-up.
 * Each loads its file when it is called: a command that only starts a process needs none of OpenTelemetry (13 MB).
 */
import module from 'node:module';
import type { InitOptions } from './command/init.ts';
import type { Report } from './doctor/report.ts';
import type { Started, StartOptions } from './doctor/spawn.ts';

export type { InitOptions, Report, Started, StartOptions };

const require = module.createRequire(import.meta.url);

const spawning = () => require('./doctor/spawn.ts') as typeof import('./doctor/spawn.ts');

/** Starts a command with llmtrace in each process of node that it starts. It has this process's input, output and signals. */
export function start(command: readonly string[], options: StartOptions): Started {
  return spawning().started(command, options);
}

/** The reports in a folder that processes wrote until now: of each in which something was found, or else of the first. */
export function reportsIn(folder: string): Report[] {
  return spawning().reportsIn(folder);
}

/** Runs the doctor with its command line. @returns the exit code. */
export function doctor(args: readonly string[]): Promise<number> {
  return (require('./doctor/diagnose.ts') as typeof import('./doctor/diagnose.ts')).diagnose(args);
}

/** Prints what a model costs, or all that are known. @param file of prices, by default that of `LLMTRACE_PRICES`. */
export function prices(model: string | undefined, file?: string): number {
  return (require('./command/prices.ts') as typeof import('./command/prices.ts')).prices(model, file);
}

/** Prints, or writes, what this project needs to be traced. @returns the exit code. */
export function init(options: InitOptions): number {
  return (require('./command/init.ts') as typeof import('./command/init.ts')).init(options);
}
