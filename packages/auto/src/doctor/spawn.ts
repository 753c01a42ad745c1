/** Runs an application with the doctor in it, and in all processes that it starts. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { ownFile } from '../process/own-files.ts';
import { isIdle, type Report } from './report.ts';

/** Code passed as text runs in the project's folder. */
const SELF_TEST = `
import { selfTest } from '${ownFile('doctor/self-test')}';
await selfTest((name) => import(name));
`;

/** The time after which an application that ignores the request to end is killed, in ms. */
const PATIENCE_MS = 5000;

export interface Outcome {
  /** The exit code as a shell reports it: 128 and the number of the signal. */
  readonly code: number;
  /** Of each process in which something was found, or else of the first. */
  readonly reports: readonly Report[];
}

/** @param command the application; where there is none, the self-test is run in its place. */
export async function examined(
  command: readonly string[],
  { wait, asIs }: { wait: number | undefined; asIs: boolean },
): Promise<Outcome> {
  const folder = mkdtempSync(join(tmpdir(), 'llmtrace-doctor-'));
  try {
    const { kill, code: ended } = started(command, { folder, asIs });
    const timers = wait === undefined ? [] : endAfter(wait * 1000, kill);
    const code = await ended;
    for (const timer of timers) clearTimeout(timer);
    return { code: wait === undefined ? code : 0, reports: reportsIn(folder) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export interface StartOptions {
  /** The folder for the reports of all processes of node; undefined for no reports. */
  readonly folder?: string | undefined;
  readonly asIs?: boolean;
  /** Variables in addition to those of this process. */
  readonly env?: Readonly<Record<string, string>>;
}

export interface Started {
  readonly kill: (signal: NodeJS.Signals) => void;
  /** The exit code as a shell reports it: 128 and the number of the signal. */
  readonly code: Promise<number>;
}

/** Starts a command with llmtrace in each process of node that it starts. It has this process's input, output and signals. */
export function started(command: readonly string[], { folder, asIs = false, env }: StartOptions): Started {
  const [file, ...args] = commandOf(command);
  const child = spawn(file as string, args, {
    stdio: 'inherit',
    env: {
      ...process.env,
      ...env,
      ...(folder !== undefined && { LLMTRACE_DOCTOR_FOLDER: folder }),
      NODE_OPTIONS: nodeOptions(command, { asIs, isExamined: folder !== undefined }),
    },
  });
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  // A terminal gives Ctrl+C to the application too.
  process.on('SIGINT', () => process.stdin.isTTY || child.kill('SIGINT'));
  const code = new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve(code ?? 128 + (signal ? constants.signals[signal] : 0)));
  });
  return { kill: (signal) => child.kill(signal), code };
}

function endAfter(ms: number, kill: (signal: NodeJS.Signals) => void): NodeJS.Timeout[] {
  return [setTimeout(() => kill('SIGTERM'), ms), setTimeout(() => kill('SIGKILL'), ms + PATIENCE_MS)];
}

/** Flags of node, a file that it runs, or a folder that is a package: all that is for node. */
function commandOf(command: readonly string[]): string[] {
  const [first] = command;
  if (first === undefined) return [process.execPath, '--input-type=module', '--eval', SELF_TEST];
  return isForNode(first) ? [process.execPath, ...command] : [...command];
}

const isForNode = (first: string): boolean =>
  first.startsWith('-') ||
  /\.[cm]?[jt]sx?$/.test(first) ||
  (statSync(first, { throwIfNoEntry: false })?.isDirectory() ?? false);

/**
 * The variable reaches every process of node that the command leads to. The doctor starts llmtrace only if no
 * preloaded module may start it, so that the findings are those without the doctor.
 */
function nodeOptions(
  command: readonly string[],
  { asIs, isExamined }: { asIs: boolean; isExamined: boolean },
): string {
  const nodeOptions = process.env['NODE_OPTIONS'] ?? '';
  const isOwn = asIs || mayStart([...nodeOptions.split(/\s+/), ...flagsOf(command)]);
  const modules = [...(isExamined ? [ownFile('doctor/attach')] : []), ...(isOwn ? [] : [ownFile('index')])];
  return [...modules.map((url) => `--import ${url}`), nodeOptions].join(' ').trim();
}

/** Flags that take the next word as their value. */
const TAKES = /^(?:--import|--require|-r|--loader|--experimental-loader|--conditions|-C|--env-file|--title)$/;

const NODE = /(?:^|[\\/])node(?:\.exe)?$/;

/** The arguments of node or of its runner (`tsx`); those after the application's file belong to the application. */
export function flagsOf(command: readonly string[]): readonly string[] {
  const end = command.findIndex((word, index) => {
    if (word.startsWith('-')) return word === '--';
    if (NODE.test(word) || TAKES.test(command[index - 1] ?? '')) return false;
    return isForNode(word) || command.slice(0, index).some((before) => NODE.test(before));
  });
  return end < 0 ? command : command.slice(0, end);
}

/** Whether a file of the application's own, or llmtrace, is loaded before the application. */
function mayStart(words: readonly string[]): boolean {
  return words.some((word, index) => {
    const [flag = '', value = words[index + 1] ?? ''] = word.split('=', 2);
    return /^(?:--import|--require|-r)$/.test(flag) && /^(?:\.|\/|file:|@llmtrace\/)/.test(value);
  });
}

/** The reports that are complete. */
export function reportsIn(folder: string): Report[] {
  const reports = readdirSync(folder).flatMap((name) => {
    try {
      return [JSON.parse(readFileSync(join(folder, name), 'utf8')) as Report];
    } catch {
      // It is being written: the next look finds it.
      return [];
    }
  });
  // A report about missing worker threads must not get lost.
  const busy = reports.filter(
    (report) => !isIdle(report) || report.findings.some(({ code, lost }) => code === 'not-started' && !lost),
  );
  return busy.length > 0 ? busy : reports.slice(0, 1);
}
