/**
 * Detects worker threads and processes that the application starts without llmtrace's flags: by `execArgv: []`, a
 * separate `env`, `spawn(process.execPath, [file])`. llmtrace does not run there, so this thread warns once, if the
 * application itself started them and has a traced SDK: agents and tools start threads, too.
 */
import { subscribe } from 'node:diagnostics_channel';
import { readFileSync } from 'node:fs';
import module from 'node:module';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  getEnvironmentData,
  isMainThread,
  setEnvironmentData,
  threadId,
  type Worker,
} from 'node:worker_threads';
import { note } from '@llmtrace/core/internal';
import { diag } from '@opentelemetry/api';
import { nameOf } from './children.ts';
import { OWN_THREAD } from './once-per-thread.ts';
import { here } from './own-files.ts';

/** The threads that llmtrace has started in, in memory that all threads of the process share. */
const KEY = 'llmtrace.traced';
const MAX_THREADS = 1024;
/** A worker thread has so long, in ms, to start llmtrace: a busy machine takes seconds. */
const START_MS = 15_000;

// As they are now: the tests of an application may replace them.
const { clearTimeout, setTimeout } = globalThis;

/** @param sdks the modules of the SDKs that are traced. */
export function watchStarts(sdks: readonly string[]): void {
  const traced = tracedThreads();
  if (!isMainThread) Atomics.store(traced, threadId % MAX_THREADS, threadId);
  safely<{ worker: Worker }>('worker_threads', ({ worker }) => {
    const starter = starterOf(new Error().stack);
    if (starter !== undefined) watchThread(worker, traced, () => sayThread(starter, sdks));
  });
  if (!isByFlag(process.execArgv) || preloadsByEnvironment()) return;
  safely<{ process: StartedProcess }>('child_process', ({ process: child }) => {
    const starter = starterOf(new Error().stack);
    // Its file and arguments are not there yet.
    if (starter !== undefined) process.nextTick(() => isBare(child) && sayProcess(starter, child, sdks));
  });
}

function safely<T>(channel: string, see: (message: T) => void): void {
  subscribe(channel, (message) => {
    try {
      see(message as T);
    } catch (error) {
      diag.error(`llmtrace: could not look at what ${channel} starts`, error);
    }
  });
}

function tracedThreads(): Int32Array {
  const known = getEnvironmentData(KEY);
  const cells =
    known instanceof Int32Array
      ? known
      : new Int32Array(new SharedArrayBuffer(MAX_THREADS * Int32Array.BYTES_PER_ELEMENT));
  setEnvironmentData(KEY, cells);
  return cells;
}

function watchThread(worker: Worker, traced: Int32Array, say: () => void): void {
  const id = worker.threadId;
  const check = (): void => {
    if (Reflect.has(worker, OWN_THREAD) || Atomics.load(traced, id % MAX_THREADS) === id) return;
    say();
  };
  const timer = setTimeout(check, START_MS).unref();
  // One that ends by itself has had its time to start; one that is ended, perhaps not.
  worker.once('exit', (code) => {
    clearTimeout(timer);
    if (code === 0) check();
  });
}

function sayThread(starter: string, sdks: readonly string[]): void {
  if (!hasSdk(sdks)) return;
  note(
    {
      code: 'not-started',
      message: `a worker thread that ${starter} starts runs without llmtrace, since its \`execArgv\` or \`env\` leaves out what starts it, or its code is CommonJS in a string (\`eval: true\`), before which Node.js runs no \`--import\`; calls that it makes are not traced`,
      cure: 'Leave `execArgv` and `env` of the Worker as they are by default, or give it `execArgv: [...process.execArgv]`; for `eval: true`, start llmtrace by --require',
      lost: false,
    },
    true,
  );
}

export interface StartedProcess {
  readonly pid?: number;
  readonly spawnfile?: string;
  readonly spawnargs?: readonly string[];
}

function sayProcess(starter: string, { spawnargs = [] }: StartedProcess, sdks: readonly string[]): void {
  if (!hasSdk(sdks)) return;
  note(
    {
      code: 'not-started',
      message: `the process that ${starter} starts (${basename(fileOf(spawnargs) ?? '')}) runs without llmtrace, since its flags leave out what starts it; calls that it makes are not traced`,
      cure: 'Give it the flags of this process (`...process.execArgv`), or start llmtrace by NODE_OPTIONS',
      lost: false,
    },
    true,
  );
}

/** Whether a process is one of Node.js that runs a file of the application, and nothing else is loaded into it. */
function isBare({ pid, spawnfile = '', spawnargs = [] }: StartedProcess): boolean {
  if (!isNode(spawnfile)) return false;
  const file = fileOf(spawnargs);
  if (file === undefined || isInstalled(file) || loadsMore(spawnargs)) return false;
  return !loadsMore(words(optionsOf(pid)));
}

export const isNode = (spawnfile: string): boolean =>
  /^node(?:\.exe)?$/.test(basename(spawnfile)) || spawnfile === process.execPath;

const fileOf = (args: readonly string[]): string | undefined =>
  args.slice(1).find((word) => /\.[cm]?[jt]sx?$/.test(word));

const loadsMore = (args: readonly string[]): boolean =>
  args.some((word) => /^(?:--import|--require|-r|--loader|--experimental-loader)(?:=|$)/.test(word));

/** The `NODE_OPTIONS` with which a process was started, if the system shows them. */
function optionsOf(pid: number | undefined): string | undefined {
  try {
    const variables = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
    return variables.find((variable) => variable.startsWith('NODE_OPTIONS='))?.slice('NODE_OPTIONS='.length);
  } catch {
    return undefined;
  }
}

const words = (text: string | undefined): readonly string[] => text?.split(/\s+/) ?? [];

/** Whether flags load this package, by its name or by the path that has taken its place. */
const isByFlag = (flags: readonly string[]): boolean =>
  flags.some((flag) => nameOf(flag.replace(/^--(?:import|require)=/, '')).includes('@llmtrace/auto'));

/** Whether NODE_OPTIONS loads it, which processes inherit. */
export const preloadsByEnvironment = (): boolean => isByFlag(words(process.env['NODE_OPTIONS']));

const isInstalled = (path: string): boolean => /[\\/]node_modules[\\/]/.test(path);

/** Pools start threads and processes for the application, with the flags that it names. */
const POOLS = /[\\/]node_modules[\\/](?:piscina|tinypool|workerpool|poolifier|threads|jest-worker)[\\/]/;

/** The folder of this package's files; undefined in a bundle that is an ES module, where no frame is of this package. */
const PACKAGE = here === undefined ? undefined : fileURLToPath(new URL('..', here));

/** The file and line of the application that starts something, or the pool that does; undefined for others. */
function starterOf(stack: string | undefined): string | undefined {
  const frames = (stack ?? '').split('\n').flatMap((line) => {
    const place = /(?:\(|^\s{0,8}at (?:async )?)((?:file:\/\/|[\\/]|[A-Za-z]:\\)[^()]*:\d+):\d+\)?$/.exec(
      line,
    )?.[1];
    if (place === undefined) return [];
    return place.startsWith('file://') ? fileOfUrl(place) : place;
  });
  const others = frames.filter((place) => PACKAGE === undefined || !place.startsWith(PACKAGE));
  const [first] = others;
  if (first === undefined) return undefined;
  if (!isInstalled(first)) return first;
  return POOLS.test(first) ? (others.find((place) => !isInstalled(place)) ?? first) : undefined;
}

function fileOfUrl(place: string): string | [] {
  const [, url = '', line = ''] = /^(.*):(\d+)$/.exec(place) ?? [];
  return URL.canParse(url) ? `${fileURLToPath(url)}:${line}` : [];
}

/** Whether the application has one of the SDKs. */
function hasSdk(sdks: readonly string[]): boolean {
  const [, main] = process.argv;
  const froms = [...(main === undefined ? [] : [() => main]), () => join(process.cwd(), 'index.js')];
  return froms.some((from) => sdks.some((sdk) => canResolve(from, sdk)));
}

/** @param from may throw: the folder that the process runs in may be deleted. */
function canResolve(from: () => string, sdk: string): boolean {
  try {
    module.createRequire(from()).resolve(sdk);
    return true;
  } catch {
    return false;
  }
}
