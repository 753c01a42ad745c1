/**
 * The **life cycle** of llmtrace in a thread. All copies of this package share it, since only one of them starts (a
 * bundle of the application may contain a second copy): its shape is a contract.
 */

/** What the copy that started offers to all. */
export interface Lifecycle {
  readonly state: 'running' | 'shut-down';
  /** Takes options in code, on top of the configuration file's. @throws TypeError for a wrong one, and changes nothing. */
  configure(options: object): void;
  /** Ends the calls that are open, stops tracing, and releases what llmtrace holds once `flush` has resolved. */
  shutdown(flush: () => Promise<void>): Promise<void>;
}

const SHARED = Symbol.for('llmtrace.lifecycle');

/** Undefined where llmtrace does not run in this thread. */
export const lifecycle = (): Lifecycle | undefined => Reflect.get(globalThis, SHARED);

export function setLifecycle(value: Lifecycle): void {
  Object.defineProperty(globalThis, SHARED, { value, configurable: true });
}
