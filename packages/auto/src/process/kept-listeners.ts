/**
 * Listeners to events of the process that stay if the application removes all of an event, or all
 * (`process.removeAllListeners()`): without them telemetry would be lost in silence, and a signal that the application
 * listens to later would count as unhandled.
 */
import type { EventEmitter } from 'node:events';

type Listener = Parameters<typeof process.on>[1];

interface Kept {
  readonly event: string;
  readonly listener: Listener;
  readonly removed: (() => void) | undefined;
}

const kept: Kept[] = [];

/**
 * Adds a listener that is added again, in the next tick, if it was removed: an application that removes all and then
 * counts the listeners finds none.
 *
 * @param removed runs at once when the listener was removed: the process may end in the same tick.
 */
export function keepListening(event: string, listener: Listener, removed?: () => void): void {
  if (kept.length === 0) process.on('removeListener', onRemoved);
  kept.push({ event, listener, removed });
  process.on(event, listener);
}

function onRemoved(event: string | symbol, listener: unknown): void {
  const entry = kept.find((each) => each.listener === listener && each.event === event);
  if (!entry) return;
  // Not those that are only moved.
  if (!has(entry)) entry.removed?.();
  process.nextTick(restore);
}

function restore(): void {
  // `process.removeAllListeners()` removes this one last.
  if (!hears('removeListener', onRemoved)) process.on('removeListener', onRemoved);
  for (const entry of kept) if (!has(entry)) process.on(entry.event, entry.listener);
}

const has = ({ event, listener }: Kept): boolean => hears(event, listener);

const hears = (event: string, listener: Listener): boolean =>
  (process as EventEmitter).listeners(event).includes(listener);
