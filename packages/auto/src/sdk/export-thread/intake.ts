/** The **intake** of a signal: the accepted items that are not exported yet, bounded in count and bytes. */
import type { Drops, Ledger, Signal } from '../export-report/ledger.ts';
import type { Notify, ReportingOptions } from '../export-report/report.ts';
import type { Contact, Setup } from './pipeline.ts';

/** Items are exported early where those that came since make up this share of all that may wait. */
const EARLY = 1 / 8;

export class Intake<T extends object> {
  /**
   * The largest number of accepted items. Items being exported count, too, so OpenTelemetry's own queues never
   * overflow; those would report drops only to `diag`.
   */
  private readonly max: number;
  private readonly signal: 'traces' | 'logs';
  private readonly exporters: number;
  private readonly early: number;
  private readonly ledger: Ledger;
  private readonly drops: Drops;
  private readonly notify: Notify;
  /** The accepted items, each with the number of exporters that have not settled it. */
  private readonly entries = new Map<T, { bytes: number; left: number }>();
  private since = 0;
  private hasDropped = false;

  constructor(signal: 'traces' | 'logs', setup: Setup, { ledger, drops, notify }: Contact) {
    this.max = setup.batching[signal].maxQueueSize;
    this.signal = signal;
    this.exporters = setup[signal].length;
    this.early = setup.queueBytes * EARLY;
    this.ledger = ledger;
    this.drops = drops;
    this.notify = notify;
  }

  /** Takes an item, or drops it where there is no room. */
  admit(item: T, bytes: number): boolean {
    if (this.exporters > 0 && this.entries.size < this.max) {
      this.entries.set(item, { bytes, left: this.exporters });
      this.since += bytes;
      return true;
    }
    this.ledger.remove(this.signal, bytes);
    this.drops.add(this.signal);
    if (!this.hasDropped) this.notify({ kind: 'dropped', signal: this.signal, limit: this.max });
    this.hasDropped = true;
    return false;
  }

  /** Whether enough items wait to export them before the interval has passed. */
  isDue(): boolean {
    if (this.since < this.early) return false;
    this.since = 0;
    return true;
  }

  /** For the wrapper of each exporter. */
  get reporting(): ReportingOptions<readonly T[]> & { signal: Signal } {
    return {
      signal: this.signal,
      notify: this.notify,
      settle: (items) => this.settle(items),
      countOf: (items) => items.length,
    };
  }

  private settle(items: readonly T[]): void {
    for (const item of items) {
      const entry = this.entries.get(item);
      if (!entry || --entry.left > 0) continue;
      this.entries.delete(item);
      this.ledger.remove(this.signal, entry.bytes);
    }
  }
}
