/**
 * The hook by which instrumentations see ES modules: it adds announcements to the vendors' files and reads no other
 * file. It does not use import-in-the-middle, which has one set of options for the process: registering it for the
 * vendors' files would limit the application's instrumentations to these files, too.
 */
import module from 'node:module';
import {
  announcingLines,
  commonJsLines,
  type Finding,
  facts,
  functionFiles,
  mainLine,
  mainModules,
  note,
  type Vendor,
} from '@llmtrace/core/internal';
import { diag } from '@opentelemetry/api';
import { isFirst } from '../process/once-per-thread.ts';
import { ownFile } from '../process/own-files.ts';
import { announceCommonJs } from './commonjs-load.ts';
import { addAsCompiled } from './compile.ts';
import { initialize, type Lines, lineOf, loadSync, SELF } from './loader-hooks.ts';
import { addAsRead, isReadHere } from './read-patch.ts';

/**
 * Registers the hooks for the files of these vendors, once a thread. It must run before they are imported. It never
 * throws: in a bundle of the application the file of the hook may be missing.
 */
export function registerEsmHook(vendors: readonly Vendor[]): void {
  if (!isFirst('hook')) return;
  try {
    const lines = linesOf(vendors);
    register(lines);
    addAsCompiled(!hasSyncHooks(process.versions.node));
    announceCommonJs(vendors);
    facts().hook = true;
  } catch (error) {
    diag.error('llmtrace: could not register the hook for ES modules', error);
    const [finding, isWarning] = refusal();
    note(finding, isWarning);
  }
}

/** Why no hook could be registered, and whether that is a warning. */
function refusal(): [Finding, boolean] {
  if (process.env['JEST_WORKER_ID'] !== undefined) return [refusedByJest, false];
  return [isNode() ? noHook : notNode, true];
}

/**
 * jest 30 loads the modules of a test by itself and lets no hook be registered. The setup file of the tests can still
 * instrument the SDK; an untraced call produces a separate warning.
 */
const refusedByJest = {
  code: 'hook-missing',
  message: 'jest lets no module hook be registered; an SDK is not seen when a test loads it',
  cure: 'Use `instrumentModule(exports)` of `@llmtrace/auto/manual` in a file of `setupFilesAfterEnv`',
  lost: false,
} as const;

/** Bun 1.4 reports a version of Node.js whose hooks it lacks. */
const isNode = (): boolean => 'registerHooks' in module || !hasSyncHooks(process.versions.node);

const notNode = {
  code: 'hook-missing',
  message: 'this runtime lacks the module hooks of Node.js; SDKs that are imported are not traced',
  cure: 'Use `instrumentClient(client)` of `@llmtrace/auto/manual`, or run the application on Node.js',
  lost: true,
} as const;

const noHook = {
  code: 'hook-missing',
  message:
    'the file of the hook for ES modules is missing, as in a bundle; SDKs that are imported are not traced',
  cure: 'Leave `@llmtrace/auto` out of the bundle, or use `instrumentClient(client)` of `@llmtrace/auto/manual`',
  lost: true,
} as const;

function register(lines: Lines): void {
  initialize(lines);
  if (hasSyncHooks(process.versions.node)) module.registerHooks({ load: loadSync });
  else if (isReadHere()) addAsRead(lineOf, () => registerAsync(lines));
  else registerAsync(lines);
}

const linesOf = (vendors: readonly Vendor[]): Lines => ({
  files: new Map(vendors.flatMap((vendor) => [...announcingLines(vendor)])),
  mains: new Map(
    vendors.flatMap((vendor) => mainModules(vendor).map((file) => [file, mainLine(vendor, SELF)] as const)),
  ),
  functions: vendors.flatMap(functionFiles),
  commonJs: new Map(vendors.flatMap((vendor) => [...commonJsLines(vendor, SELF)])),
});

/** The hooks that run in a thread of Node's own. */
function registerAsync(data: Lines): void {
  const file = ownFile('esm/loader-hooks');
  if (!file) throw new Error('The file of the module hooks is missing.');
  module.register(file, { data });
}

/** The first release of each line whose hooks in the application's thread also see modules that `require` loads. */
const SYNC_SINCE: Readonly<Record<number, readonly [minor: number, patch: number]>> = {
  22: [22, 3],
  24: [11, 1],
  25: [1, 0],
};

/**
 * Whether a Node.js has hooks that run in the application's own thread. Those before
 * https://github.com/nodejs/node/pull/59929 refuse CommonJS modules that come without a source.
 *
 * @param version such as `24.11.1`.
 */
export function hasSyncHooks(version: string): boolean {
  const [major = 0, minor = 0, patch = 0] = version.split('.').map((part) => Number.parseInt(part, 10));
  if (major > 25) return true;
  const [sinceMinor, sincePatch] = SYNC_SINCE[major] ?? [Number.POSITIVE_INFINITY, 0];
  return minor > sinceMinor || (minor === sinceMinor && patch >= sincePatch);
}
