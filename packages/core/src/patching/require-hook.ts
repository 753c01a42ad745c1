/**
 * How instrumentations see CommonJS modules load. OpenTelemetry's base class hooks **every** `require` of the process as
 * the first instrumentation is made, and from then on gives each module out again as it was first seen: `http` as it was
 * before `HttpInstrumentation` existed, say. An application that makes its instrumentations after llmtrace would lose
 * all of their spans. So llmtrace has a hook of its own that looks at the vendors' packages only, and takes the base
 * class's away again: the next instrumentation makes it anew, as if llmtrace were not there.
 */
import module from 'node:module';
import { diag } from '@opentelemetry/api';
import { Hook, type OnRequireFn } from 'require-in-the-middle';

/** The method that `enable()` of the base class calls; the base class stores the result and never uses it. */
interface Registry {
  register(name: string, onRequire: OnRequireFn): unknown;
}

/** The function that a hook of require-in-the-middle replaces. */
interface Entrances {
  readonly require: typeof module.prototype.require;
  readonly getBuiltinModule: typeof process.getBuiltinModule;
}

const SINGLETON = '_requireInTheMiddleSingleton';

let before: Entrances | undefined;

const entrances = (): Entrances => ({
  require: module.prototype.require,
  getBuiltinModule: process.getBuiltinModule,
});

/** To be called before the constructor of OpenTelemetry's base class runs. */
export function beforeRequireHook(): void {
  before = entrances();
}

/** To be called within that constructor, before it enables the instrumentation. */
export function limitRequireHook(instrumentation: object): void {
  const was = before;
  before = undefined;
  const singleton: unknown = Reflect.get(instrumentation, SINGLETON);
  // If another library's instrumentation came first, its hook stays.
  if (!was || typeof singleton !== 'object' || !singleton || module.prototype.require === was.require) return;
  module.prototype.require = was.require;
  if (was.getBuiltinModule) process.getBuiltinModule = was.getBuiltinModule;
  if (Reflect.get(singleton.constructor, '_instance') === singleton)
    Reflect.set(singleton.constructor, '_instance', undefined);
  Reflect.set(instrumentation, SINGLETON, vendorsHook);
}

/**
 * Calls `listener` for files of packages whose main file is missing, like MCP's SDK. require-in-the-middle ignores the
 * files of such a package, except those that are registered by name.
 *
 * @param files with their extensions: `@modelcontextprotocol/sdk/dist/cjs/shared/protocol.js`.
 */
export function whenRequired(
  files: readonly string[],
  listener: (file: string, exports: unknown, folder: string | undefined) => void,
): void {
  const byName = new Map(files.map((file) => [file.replace(/\.js$/, ''), file]));
  observe([...byName.keys()], (exports, name, folder) => {
    const file = byName.get(name.replaceAll('\\', '/'));
    if (file !== undefined) listener(file, exports, folder);
    return exports;
  });
}

/** What require-in-the-middle gives out again. */
interface Cache {
  has(...file: unknown[]): boolean;
  set(...entry: unknown[]): void;
}

/** The loader of Node.js, which mocks of modules replace (mock-require, proxyquire), some for one `require` only. */
const loader = (): unknown => Reflect.get(module, '_load');

/**
 * Hooks `require`. require-in-the-middle gives a file's exports out again without asking Node.js: a mock of the application's tests
 * would have no effect, or would stay. So it does that only where no mock may answer.
 */
function observe(names: string[], onRequire: OnRequireFn): void {
  const unmocked = loader();
  const isUnmocked = (): boolean => loader() === unmocked;
  const hook = new Hook(names, { internals: true }, (exports, file, folder) => {
    if (!isUnmocked() && !isOfModule(exports)) return exports;
    try {
      return onRequire(exports, file, folder);
    } catch (error) {
      diag.error(`llmtrace: could not instrument ${file}`, error);
      return exports;
    }
  });
  const cache = Reflect.get(hook, '_cache') as Cache | undefined;
  if (!cache) return;
  const { has, set } = cache;
  cache.has = (...file) => isUnmocked() && has.apply(cache, file);
  cache.set = (...entry) => {
    if (isUnmocked()) set.apply(cache, entry);
  };
}

/** Whether Node.js has loaded a module with these exports. */
const isOfModule = (exports: unknown): boolean =>
  // All `require` functions share one cache, and a bundle has no URL.
  Object.values(module.createRequire(process.execPath).cache).some((loaded) => loaded?.exports === exports);

/** By the name of a package. */
const listeners = new Map<string, OnRequireFn[]>();
/** The names; the hook looks at them at each `require`. */
const names: string[] = [];

const vendorsHook: Registry = {
  register(name, onRequire) {
    if (names.length === 0) observe(names, handOut);
    if (!names.includes(name)) names.push(name);
    listeners.set(name, [...(listeners.get(name) ?? []), onRequire]);
  },
};

/** @param file such as `openai` for the main file, or `openai/resources/embeddings.js`. */
const handOut: OnRequireFn = (exports, file, folder) => {
  const path = file.replaceAll('\\', '/');
  const name = names.find((candidate) => path === candidate || path.startsWith(`${candidate}/`)) ?? '';
  return (listeners.get(name) ?? []).reduce((seen, listener) => listener(seen, file, folder), exports);
};
