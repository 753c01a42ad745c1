/** Runs an application in a separate process, without the variables of this process that would change it. */
import { execFileSync, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

export interface RunOptions {
  /** Flags of node itself, before the file: `['--import', '@llmtrace/auto']`. */
  flags?: readonly string[];
  /** Arguments of the application. */
  args?: readonly string[];
  /** Variables to add to the clean environment. */
  env?: Readonly<Record<string, string>>;
  /** The node binary. @default the one that runs this process */
  node?: string;
  /** The working directory. @default the current one */
  cwd?: string;
  /**
   * The time after which the application is killed, in ms. @default 60000: a busy machine starts Node ten times
   * slower.
   */
  timeout?: number;
}

export interface RunResult {
  code: number | null;
  /** The signal that ended the application: `SIGKILL` after `timeout`. */
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

/**
 * Variables that would change how an application runs or where it sends its telemetry. A cache of compiled files changes
 * neither.
 */
const FOREIGN =
  /^(?:OTEL_|LLMTRACE_|NODE_(?!COMPILE_CACHE$)|OPENAI_|AZURE_|ANTHROPIC_|GOOGLE_|GEMINI_|.*_PROXY$)/i;

/** The environment of this process without the variables that would change an application's behaviour. */
export function cleanEnvironment(env: NodeJS.ProcessEnv = process.env): Record<string, string> {
  const kept = Object.entries(env).filter(([name, value]) => value !== undefined && !FOREIGN.test(name));
  return Object.fromEntries(kept) as Record<string, string>;
}

/** Runs `file` and waits for its end, `timeout` at most. */
export function runApp(file: string, options: RunOptions = {}): Promise<RunResult> {
  const { flags = [], args = [], env = {}, node = process.execPath, cwd, timeout = 60_000 } = options;
  const child = spawn(node, [...flags, file, ...args], {
    // Most of these applications export nothing; without this, llmtrace would say so in the output that tests
    // compare.
    env: { ...cleanEnvironment(), LLMTRACE_QUIET: 'true', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout,
    killSignal: 'SIGKILL',
    ...(cwd === undefined ? {} : { cwd }),
  });
  const stdout = textOf(child.stdout);
  const stderr = textOf(child.stderr);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve({ code, signal, stdout: stdout(), stderr: stderr() }));
  });
}

function textOf(stream: NodeJS.ReadableStream): () => string {
  const parts: Buffer[] = [];
  stream.on('data', (part: Buffer) => parts.push(part));
  return () => Buffer.concat(parts).toString();
}

/** A Node.js of version 20, if this machine has one: npm puts its own before it on the path. */
export function olderNode(): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  const all = [process.env['TEST_NODE'], ...folders.map((folder) => join(folder, 'node'))];
  return all.find((path) => {
    if (!path || !existsSync(path)) return false;
    const version = execFileSync(path, ['--version'], { encoding: 'utf8' });
    return /^v(?:20|22\.1[2-4])\./.test(version);
  });
}
