/**
 * Decides when telemetry goes to the export thread: spans and log events as they end, before the application may stop
 * the process, but no two messages within some milliseconds; measurements in periodic batches.
 */
import { bytesOf, signalOf } from '../export-report/ledger.ts';
import type { WireItem } from './messages.ts';

/** Measurements go so often, in ms, … */
const POST_MS = 500;
/** … or as soon as this many items wait. */
const POST_ITEMS = 512;
const POST_BYTES = 2 ** 20;
/**
 * Spans and log events that end within so many ms after a message go together in the next one. A message wakes the
 * export thread, which took a tenth of the CPU time of a busy server when each span was one.
 */
const SPACING_MS = 10;
/** Measurements go along with spans no more often than each so many ms. */
const ALONG_MS = 100;

// As they are now: the tests of an application may replace them.
const { clearTimeout, setTimeout } = globalThis;
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
  let posted = Number.NEGATIVE_INFINITY;
  const due = (): void => {
    isDue = true;
    clearTimeout(timer);
    timer = undefined;
    if (isPrompt || now() - posted >= SPACING_MS) queueMicrotask(post);
    else timer = setTimeout(post, SPACING_MS).unref();
  };
  return {
    added(item, count, bytes) {
      if (count >= POST_ITEMS || bytes >= POST_BYTES) post();
      else if (isDue) return;
      else if (signalOf(item) === 'metrics') timer ??= setTimeout(post, POST_MS).unref();
      else due();
    },
    clear() {
      clearTimeout(timer);
      timer = undefined;
      isDue = false;
      posted = now();
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
