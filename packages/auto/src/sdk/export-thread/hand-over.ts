/**
 * Decides when telemetry goes to the export thread: spans and log events as they end, before the application may stop
 * the process; measurements during calls (each chunk of a stream) in periodic batches.
 */
import { bytesOf, signalOf } from '../export-report/ledger.ts';
import type { WireItem } from './messages.ts';

/** So often, in ms, … */
const POST_MS = 500;
/** … or as soon as this many items wait. */
const POST_ITEMS = 512;
const POST_BYTES = 2 ** 20;

// As they are now: the tests of an application may replace them.
const { clearTimeout, setTimeout } = globalThis;

/** When the waiting items are due. */
export interface Schedule {
  /** An item waits, the `count`-th, and `bytes` with those before it. */
  added(item: WireItem, count: number, bytes: number): void;
  /** Nothing waits any more. */
  clear(): void;
}

/** @param post hands over all that waits, and clears the schedule. */
export function scheduleOf(post: () => void): Schedule {
  let timer: NodeJS.Timeout | undefined;
  let isDue = false;
  return {
    added(item, count, bytes) {
      if (isDue) return;
      if (count >= POST_ITEMS || bytes >= POST_BYTES) post();
      else if (signalOf(item) === 'metrics') timer ??= setTimeout(post, POST_MS).unref();
      else {
        isDue = true;
        queueMicrotask(post);
      }
    },
    clear() {
      clearTimeout(timer);
      timer = undefined;
      isDue = false;
    },
  };
}

export interface HandOver {
  add(item: WireItem): void;
  /** Sends the waiting items. */
  now(): void;
}

export function handOver(post: (items: WireItem[]) => void): HandOver {
  let items: WireItem[] = [];
  let bytes = 0;

  const now = (): void => {
    schedule.clear();
    const batch = items;
    items = [];
    bytes = 0;
    if (batch.length > 0) post(batch);
  };
  const schedule = scheduleOf(now);

  return {
    add(item) {
      bytes += bytesOf(item);
      schedule.added(item, items.push(item), bytes);
    },
    now,
  };
}
