/**
 * The SDK keeps its current span in an AsyncLocalStorage of its own, under a global symbol (0.6 and later). OpenTelemetry's
 * context follows each change of it, so that the spans of model calls and of tools' code are below their agent.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { type Context, context } from '@opentelemetry/api';
import { aroundOf, contextOf } from './tracing.ts';

const STORAGE = Symbol.for('openai.agents.core.asyncLocalStorage');

/** The value that the SDK stores. */
interface Store {
  readonly trace?: unknown;
  readonly span?: { readonly spanData?: unknown } | undefined;
}

type Storage = AsyncLocalStorage<Store | undefined>;

const mirrored = new WeakSet<object>();

/** Each run calls this before the SDK uses its storage: the application may have replaced the storage since the last run. */
export function mirrorContext(): void {
  const known = Reflect.get(globalThis, STORAGE) as Storage | undefined;
  const storage: Storage = known ?? new AsyncLocalStorage();
  if (!known)
    Object.defineProperty(globalThis, STORAGE, { value: storage, writable: true, configurable: true });
  if (mirrored.has(storage)) return;
  mirrored.add(storage);
  mirror(storage);
}

const activeOf = (store: Store | undefined): Context | undefined =>
  contextOf(store?.span?.spanData) ?? contextOf(store?.trace);

function mirror(storage: Storage): void {
  const { run, enterWith } = storage;
  define(storage, 'run', (store: Store, callback: () => unknown, ...args: unknown[]): unknown => {
    const active = activeOf(store);
    const inside = (): unknown => Reflect.apply(run, storage, [store, callback, ...args]);
    return active ? context.with(active, inside) : inside();
  });
  define(storage, 'enterWith', (store: Store | undefined): void => {
    const before = storage.getStore();
    enterWith.call(storage, store);
    const active = activeOf(store) ?? aroundOf(before?.trace);
    if (active && active !== context.active()) contextStorage()?.enterWith(active);
  });
}

function define(storage: object, key: string, value: unknown): void {
  Object.defineProperty(storage, key, { value, configurable: true, writable: true, enumerable: false });
}

/** The storage of OpenTelemetry's context manager; undefined if the manager keeps the context in another way. */
function contextStorage(): AsyncLocalStorage<Context> | undefined {
  const api = context as unknown as { _getContextManager?(): { _asyncLocalStorage?: unknown } };
  const storage = api._getContextManager?.()._asyncLocalStorage;
  return storage instanceof AsyncLocalStorage ? storage : undefined;
}
