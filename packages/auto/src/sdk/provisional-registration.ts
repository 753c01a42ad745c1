/**
 * A **loan** is a provider that llmtrace registers in OpenTelemetry's API until the application registers its own,
 * which the API then never refuses because of llmtrace. Every copy of the API in the process sees it, of whatever
 * version.
 *
 * All copies of the API share one object, the **registry**, behind a symbol of `globalThis`. They read it there, refuse a
 * registration of what it has already, or by a copy of another version than the first, and put the object back as they
 * register. So loans are on the prototype of the registry, and the symbol has a setter: what is put back is about to
 * be registered in, and for this moment neither the loans nor a version of llmtrace's are there.
 */
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { versionOf } from '@llmtrace/core/internal';
import { context } from '@opentelemetry/api';
import { apiVersionFrom } from '../process/api-version.ts';
import { type Caller, callersOf, versionNear } from '../process/calling-code.ts';

const KEY: unique symbol = Symbol.for('opentelemetry.js.api.1');
const API = '@opentelemetry/api';
/** A copy of the API sees what is in a registry of its own version, or a later one of the same major version. */
const SEEN_BY_ALL = '1.9999.0';

/** The entries of the registry that llmtrace lends or reads. */
export type Part = 'trace' | 'context' | 'propagation' | 'metrics' | 'diag';

type Registry = { version?: string } & { [P in Part]?: unknown };

interface Desk {
  readonly registry: Registry;
  /** Whether llmtrace made it, so that its version is not yet that of a copy of the API. */
  readonly isOurs: boolean;
  readonly loans: Registry;
  /** The code that has registered a part; unknown where that was before llmtrace started. */
  readonly registrants: Map<string, readonly Caller[]>;
}

let desk: Desk | undefined;

/** Puts `value` in the place of a provider that is not registered yet. */
export function lend(part: Part, value: unknown): void {
  desk ??= openDesk();
  if (!Object.hasOwn(desk.registry, part)) desk.loans[part] = value;
}

/** Puts another value in the place of one that is still on loan. */
export function exchange(part: Part, from: unknown, to: unknown): void {
  if (desk?.loans[part] === from) lend(part, to);
}

/** A plain access: `Reflect.get` of a global takes five times as long (226 of 44 ns), several times a call. */
const currentRegistry = (): Registry | undefined => (globalThis as { [KEY]?: Registry })[KEY];

/** The entry that other code has registered, with any copy of the API. */
export function registered<T>(part: Part): T | undefined {
  const registry = currentRegistry();
  return registry && Object.hasOwn(registry, part) ? (registry[part] as T) : undefined;
}

/** The code that has registered a part, the innermost first; empty where that is not known. */
export const registrantsOf = (part: Part): readonly Caller[] => desk?.registrants.get(part) ?? [];

function openDesk(): Desk {
  const found = currentRegistry();
  const registry = found ?? { version: SEEN_BY_ALL };
  if (found) showToOurCopy(found);
  const opened: Desk = { registry, isOurs: !found, loans: {}, registrants: new Map() };
  Object.setPrototypeOf(registry, opened.loans);
  let restore: (() => void) | undefined;
  const put = (value: unknown): void => {
    // Code that sets another registry, as a test may, starts anew: all loans end.
    if (value === registry) restore = stepBack(opened, callersOf(put));
    else Object.defineProperty(globalThis, KEY, { value, writable: true, enumerable: true });
  };
  const get = (): Registry => {
    const settle = restore;
    restore = undefined;
    settle?.();
    return registry;
  };
  Object.defineProperty(globalThis, KEY, { configurable: true, enumerable: true, get, set: put });
  return opened;
}

/**
 * A copy of 1.10 or later sees nothing of a registry that an older copy has made, unless it has once found the same
 * registry compatible. That of llmtrace finds it so here: calls would else lose their parents, as when the application registers
 * before it loads llmtrace.
 */
function showToOurCopy(registry: Registry): void {
  const { version } = registry;
  if (!Reflect.set(registry, 'version', SEEN_BY_ALL)) return; // one of 1.10 is fixed
  context.active();
  Reflect.set(registry, 'version', version);
}

/** Removes the loans during a registration. Returns a function that restores those still needed. */
function stepBack({ registry, isOurs, loans, registrants }: Desk, stack: readonly Caller[]): () => void {
  const [lent, before] = [{ ...loans }, partsOf(registry)];
  for (const part of Object.keys(lent)) Reflect.deleteProperty(loans, part);
  if (isOurs && before.length === 0) registry.version = versionOfApi(stack) ?? SEEN_BY_ALL;
  return () => {
    const now = partsOf(registry);
    for (const part of now) if (!before.includes(part)) registrants.set(part, stack);
    const left = Object.entries(lent).filter(([part]) => !now.includes(part));
    Object.assign(loans, Object.fromEntries(left));
    if (isOurs && now.length === 0) registry.version = SEEN_BY_ALL;
  };
}

/** The entry that other code has registered. */
const partsOf = (registry: Registry): string[] => Object.keys(registry).filter((key) => key !== 'version');

/** The version of the copy of the API that registers something: it must find its own. */
function versionOfApi([api]: readonly Caller[]): string | undefined {
  const known = api && (versionOf(api.file, API) ?? versionNear(api));
  return known ?? apiVersionFrom(pathToFileURL(resolve(process.argv[1] ?? 'index.js')));
}
