/**
 * The **life cycle** of llmtrace in a thread. All copies of this package share it, since only one of them starts (a
 * bundle of the application may contain a second copy): its shape is a contract.
 */

/** The functions of the copy that started, for all copies. */
export interface Lifecycle {
  readonly state: 'running' | 'shut-down';
  /** Adds options in code to those of the configuration file. @throws TypeError for a wrong one, and changes nothing. */
  configure(options: object): void;
  /** Ends open calls, stops tracing, and releases llmtrace's resources after `flush` has resolved. */
  shutdown(flush: () => Promise<void>): Promise<void>;
}

const SHARED = Symbol.for('llmtrace.lifecycle');

/** The life cycle of this thread; undefined if llmtrace does not run in it. */
export const lifecycle = (): Lifecycle | undefined => Reflect.get(globalThis, SHARED);

export function setLifecycle(value: Lifecycle): void {
  Object.defineProperty(globalThis, SHARED, { value, configurable: true });
}
