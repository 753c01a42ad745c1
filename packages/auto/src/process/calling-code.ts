/** Which code calls, by the stack as V8 knows it: source maps and formatters of the application have no part in it. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export interface Caller {
  /** The path of its file. */
  readonly file: string;
  /** Where in the text of that file. */
  readonly position: number;
}

/** More than lie between OpenTelemetry's API and the code that starts an SDK. */
const MAX_FRAMES = 30;

/** The callers of `callee`, the innermost first, without those in Node.js itself; empty where none can be known. */
export function callersOf(callee: (...args: never[]) => unknown): Caller[] {
  try {
    return sitesAbove(callee).flatMap(callerOf);
  } catch {
    return []; // `--frozen-intrinsics`, say
  }
}

function sitesAbove(callee: (...args: never[]) => unknown): NodeJS.CallSite[] {
  const { prepareStackTrace, stackTraceLimit } = Error;
  const holder: { stack?: unknown } = {};
  try {
    Error.stackTraceLimit = MAX_FRAMES;
    Error.prepareStackTrace = (_error, sites) => sites;
    Error.captureStackTrace(holder, callee);
    return Array.isArray(holder.stack) ? holder.stack : [];
  } finally {
    Error.prepareStackTrace = prepareStackTrace;
    Error.stackTraceLimit = stackTraceLimit;
  }
}

function callerOf(site: NodeJS.CallSite): Caller[] {
  const name = site.getFileName();
  const file = name?.startsWith('file:') ? fileURLToPath(name) : name;
  if (!file || file.startsWith('node:')) return [];
  return [{ file, position: (site as { getPosition?(): number }).getPosition?.() ?? 0 }];
}

const VERSION = /["'](1\.\d{1,3}\.\d{1,3})["']/g;

/** The version of the 1.x line that a bundle names nearest to a caller in it. */
export function versionNear({ file, position }: Caller): string | undefined {
  try {
    const text = readFileSync(file, 'utf8');
    const found = [...text.matchAll(VERSION)].map(({ index, 1: version = '' }) => ({ index, version }));
    const distance = ({ index }: { index: number }): number => Math.abs(index - position);
    return found.sort((a, b) => distance(a) - distance(b))[0]?.version;
  } catch {
    return undefined;
  }
}

/** The name of the package that a file is of; else the path of the file. */
export const packageNameOf = (file: string): string =>
  /^.*[\\/]node_modules[\\/]((?:@[^\\/]+[\\/])?[^\\/]+)[\\/]/.exec(file)?.[1]?.replace('\\', '/') ?? file;
