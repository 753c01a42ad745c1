/**
 * When telemetry is handed over to the export thread: as a call ends, before the application does anything that may stop
 * the process; what is recorded while calls go on (each chunk of a stream), together and now and then.
 */
import type { WireItem } from './messages.ts';

/** So often, in ms, … */
const POST_MS = 500;
/** … or as soon as there is so much of it. */
const POST_ITEMS = 512;

// As they are now: the tests of an application may replace them.
const { clearTimeout, setTimeout } = globalThis;

export interface HandOver {
  add(item: WireItem): void;
  /** Hands over what there is. */
  now(): void;
}

export function handOver(post: (items: WireItem[]) => void): HandOver {
  let items: WireItem[] = [];
  let timer: NodeJS.Timeout | undefined;
  let isDue = false;

  const now = (): void => {
    clearTimeout(timer);
    timer = undefined;
    isDue = false;
    const batch = items;
    items = [];
    if (batch.length > 0) post(batch);
  };

  return {
    add(item) {
      const count = items.push(item);
      if (isDue) return;
      if ('span' in item || 'log' in item) {
        isDue = true;
        queueMicrotask(now);
      } else if (count >= POST_ITEMS) now();
      else timer ??= setTimeout(now, POST_MS).unref();
    },
    now,
  };
}
