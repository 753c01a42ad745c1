/**
 * Tracing channels of `node:diagnostics_channel` on which a framework publishes its operations. Each is observed once in the
 * process; instrumentations claim the two steps as they claim methods. Nothing of the framework is replaced.
 */
import type { AsyncLocalStorage } from 'node:async_hooks';
import { tracingChannel } from 'node:diagnostics_channel';
import { type Context, context, diag } from '@opentelemetry/api';
import { sharedInProcess } from '../platform/shared-in-process.ts';

/** The steps of a channel. Until they are claimed, they do nothing. */
interface Steps {
  start(message: unknown): Context | undefined;
  asyncEnd(message: unknown): unknown;
}

/** The {@link Steps} of each channel, by its name. */
const CHANNELS = Symbol.for('llmtrace.channels');

/** The steps of a channel, which is observed from now on. */
export function stepsOf(name: string): Steps {
  const all = sharedInProcess(CHANNELS, () => new Map<string, Steps>());
  const known = all.get(name);
  if (known) return known;
  const steps: Steps = { start: () => undefined, asyncEnd: () => undefined };
  all.set(name, steps);
  observe(name, steps);
  return steps;
}

/** What throws in there would be an uncaught exception of the application. */
function safely<T>(step: () => T): T | undefined {
  try {
    return step();
  } catch (error) {
    diag.error('llmtrace: a channel was not observed', error);
    return undefined;
  }
}

function observe(name: string, steps: Steps): void {
  const channel = tracingChannel(name);
  channel.start.bindStore(
    contextStore as unknown as AsyncLocalStorage<Context>,
    (message) => safely(() => steps.start(message)) ?? context.active(),
  );
  channel.asyncEnd.subscribe((message) => void safely(() => steps.asyncEnd(message)));
}

/**
 * OpenTelemetry's context as a store of a channel: it may get its manager later. Node.js 26 asks a store for a scope, where
 * others run a function in it.
 */
const contextStore = {
  run: <T>(active: Context, run: () => T): T => context.with(active, run),
  withScope: (active: Context): unknown => storage()?.withScope?.(active) ?? { [Symbol.dispose]() {} },
};

interface Storage {
  withScope?(active: Context): unknown;
}

/** That of OpenTelemetry's context manager; undefined where it has another way to keep the context. */
function storage(): Storage | undefined {
  const api = context as unknown as { _getContextManager?(): { _asyncLocalStorage?: Storage } };
  return api._getContextManager?.()._asyncLocalStorage;
}
