/**
 * The **scope**: settings of the application for all calls within a function. It is kept in OpenTelemetry's context, which
 * `context.bind()` hands to callbacks, and in an AsyncLocalStorage, because a process without OpenTelemetry's SDK has no
 * active context.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { type Context, context, createContextKey } from '@opentelemetry/api';
import type { LlmAttributes } from '../model/attributes.ts';
import { sharedInProcess } from '../platform/shared-in-process.ts';

/** Settings of the calls within a function. A scope within another one has the values of both. */
export interface Scope {
  readonly attributes: LlmAttributes | undefined;
  /** The checked argument of `withLlmOptions`. */
  readonly options?: object | undefined;
}

const KEY = createContextKey('llmtrace.scope');
const SHARED = Symbol.for('llmtrace.scope');

const global = globalThis as { [SHARED]?: AsyncLocalStorage<Scope> };

/** All copies of llmtrace share it: its shape is a contract. It is made for the first scope. */
const storage = (): AsyncLocalStorage<Scope> => sharedInProcess(SHARED, () => new AsyncLocalStorage<Scope>());

/** The scope of a context, else the active one. */
export const scopeOf = (active: Context = context.active()): Scope | undefined =>
  (active.getValue(KEY) as Scope | undefined) ?? global[SHARED]?.getStore();

/** Runs a function in a scope. */
export const runIn = <T>(scope: Scope, run: () => T): T =>
  storage().run(scope, () => context.with(context.active().setValue(KEY, scope), run));

/** Runs a function in a scope that was active before, if there was one. */
export const runAsIn = <T>(scope: Scope | undefined, run: () => T): T => (scope ? runIn(scope, run) : run());
