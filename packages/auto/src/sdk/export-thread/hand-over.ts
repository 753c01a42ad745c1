/**
 * Decides when telemetry goes to the export thread: spans and log events as they end, before the application may stop
 * the process or block its event loop, unless there are many; measurements in periodic batches.
 */
import { bytesOf, signalOf } from '../export-report/ledger.ts';
import type { WireItem } from './messages.ts';

/** Measurements go so often, in ms, … */
const POST_MS = 500;
/** … or as soon as this many items wait. */
const POST_ITEMS = 512;
const POST_BYTES = 2 ** 20;
/**
 * After more than {@link MOST_AT_ONCE} items within so many ms, spans and log events that end in the next so many go together
 * in one message. A message wakes the export thread, which took a tenth of the CPU time of a busy server when each span was
 * one. What waits is lost if the event loop stands still from then on until a signal ends the process.
 */
const SPACING_MS = 10;
/** A server that is half busy sends no more; one at its limit sends 18. */
const MOST_AT_ONCE = 8;
/** Measurements go along with spans no more often than each so many ms. */
const ALONG_MS = 100;

// As they are now: the tests of an application may replace them.
const { clearTimeout, queueMicrotask, setTimeout } = globalThis;
const now = performance.now.bind(performance);

/** When the waiting items are due. */
export interface Schedule {
  /** An item waits, the `count`-th, and `bytes` with those before it. */
  added(item: WireItem, count: number, bytes: number): void;
  /** Nothing waits any more. */
  clear(): void;
}

/**
 * @param post hands over all that waits, and clears the schedule.
 * @param isPrompt whether spans and log events go as they end, however many: a platform may freeze the process at once.
 */
export function scheduleOf(post: () => void, isPrompt = false): Schedule {
  let timer: NodeJS.Timeout | undefined;
  let isDue = false;
  let waiting = 0;
  /** The items that were handed over since. */
  let recent = 0;
  let since = Number.NEGATIVE_INFINITY;
  const isBusy = (): boolean => recent > MOST_AT_ONCE && now() - since < SPACING_MS;
  const due = (): void => {
    isDue = true;
    clearTimeout(timer);
    timer = undefined;
    if (isPrompt || !isBusy()) queueMicrotask(post);
    else timer = setTimeout(post, SPACING_MS).unref();
  };
  return {
    added(item, count, bytes) {
      waiting = count;
      if (count >= POST_ITEMS || bytes >= POST_BYTES) post();
      else if (isDue) return;
      else if (signalOf(item) === 'metrics') timer ??= setTimeout(post, POST_MS).unref();
      else due();
    },
    clear() {
      clearTimeout(timer);
      timer = undefined;
      isDue = false;
      if (now() - since >= SPACING_MS) {
        since = now();
        recent = 0;
      }
      recent += waiting;
      waiting = 0;
    },
  };
}

/** Gives what it has, by the thread that it was registered with. */
export type Release = () => void;

/** Those that keep measurements, and release them together: before a flush, and some time after one has kept the first. */
export class Deferred {
  private readonly releases: Release[] = [];
  private readonly due: () => void;
  private timer: NodeJS.Timeout | undefined;
  private released = Number.NEGATIVE_INFINITY;

  /** @param due runs where the time is over. */
  constructor(due: () => void) {
    this.due = due;
  }

  /** @returns what to call with the first measurement that is kept. */
  add(release: Release): () => void {
    this.releases.push(release);
    return () => {
      this.timer ??= setTimeout(this.due, POST_MS).unref();
    };
  }

  /** As spans go: a process may be ended while its event loop stands still, when no timer runs. */
  releaseAlong(): void {
    if (this.timer !== undefined && now() - this.released >= ALONG_MS) this.release();
  }

  release(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.released = now();
    for (const release of this.releases) release();
  }
}

export interface HandOver {
  readonly deferred: Deferred;
  add(item: WireItem): void;
  /** Sends the waiting items, and what is deferred. */
  now(): void;
}

export function handOver(post: (items: WireItem[]) => void, isPrompt: boolean): HandOver {
  let items: WireItem[] = [];
  let bytes = 0;

  const send = (): void => {
    deferred.releaseAlong();
    const batch = items;
    if (batch.length === 0) return;
    schedule.clear();
    items = [];
    bytes = 0;
    post(batch);
  };
  const sendAll = (): void => {
    deferred.release();
    send();
  };
  const schedule = scheduleOf(send, isPrompt);
  const deferred = new Deferred(sendAll);

  return {
    deferred,
    add(item) {
      bytes += bytesOf(item);
      schedule.added(item, items.push(item), bytes);
    },
    now: sendAll,
  };
}
