/** The **outbox**: telemetry of the application's thread until it is handed over, bounded in bytes. */
import { bytesOf, type Drops, Ledger, type Signal, signalOf } from '../export-report/ledger.ts';
import type { Tell } from '../export-report/report.ts';
import { type Schedule, scheduleOf } from './hand-over.ts';
import type { WireItem } from './messages.ts';

/** What exports: a thread, or where there can be none, this one. */
export interface Receiver {
  readonly ledger: Ledger;
  post(items: WireItem[]): void;
  /** Returns when all that was posted has been exported, or may not be waited for any longer. */
  flush(): void;
  /** Resolves when all that was posted has been exported, or cannot be. */
  drain(): Promise<void>;
}

export class Outbox {
  private readonly limit: number;
  private readonly drops: Drops;
  private readonly tell: Tell;
  /** All that were ever made: each receiver must know them. */
  private readonly instruments: WireItem[] = [];
  private items: WireItem[] = [];
  /** What a receiver got that has not begun to work: it may never. */
  private posted: WireItem[] = [];
  /** What is here, and not with the receiver. */
  private readonly ledger = new Ledger();
  private readonly schedule: Schedule = scheduleOf(() => this.post());
  private receiver: Receiver | undefined;
  private isReady = false;
  private isClosed = false;
  private isDirty = false;
  private sent = 0;

  constructor(limit: number, drops: Drops, tell: Tell) {
    this.limit = limit;
    this.drops = drops;
    this.tell = tell;
  }

  /** How many items were ever sent. */
  get count(): number {
    return this.sent;
  }

  send(item: WireItem): void {
    if ('instrument' in item) this.instruments.push(item);
    const bytes = bytesOf(item);
    const signal = signalOf(item);
    const waiting = this.ledger.bytes + (this.receiver?.ledger.bytes ?? 0);
    if (this.isClosed || waiting + bytes > this.limit) {
      this.drop(signal);
      return;
    }
    this.isDirty = true;
    this.sent++;
    this.ledger.add(signal, bytes);
    const count = this.items.push(item);
    if (this.receiver) this.schedule.added(item, count, this.ledger.bytes);
  }

  /** Has a receiver, which gets all from now on: a process whose event loop stands still learns of no readiness. */
  connect(receiver: Receiver): void {
    this.receiver = receiver;
    if (this.instruments.length > 0) {
      for (const item of this.instruments) receiver.ledger.add('metrics', bytesOf(item));
      receiver.post(this.instruments);
    }
    this.post();
  }

  /** The receiver works. */
  ready(): void {
    this.isReady = true;
    this.posted = [];
  }

  /** The receiver is gone: what comes waits for the next, as does what one that never worked was given. */
  disconnect(): void {
    for (const item of this.posted) this.ledger.add(signalOf(item), bytesOf(item));
    this.items = [...this.posted, ...this.items];
    this.posted = [];
    this.receiver = undefined;
    this.isReady = false;
  }

  /** Nothing will ever be exported. */
  close(): void {
    this.isClosed = true;
    for (const item of this.items) this.drop(signalOf(item));
    this.items = [];
  }

  /**
   * @param more the receiver may have got something elsewhere.
   * @returns what has no receiver, and so will not be exported where the process ends now.
   */
  flush(more = false): Ledger | undefined {
    if (!this.receiver) return this.items.length > 0 ? this.ledger : undefined;
    if (!this.isDirty && !more) return undefined;
    this.isDirty = false;
    this.post();
    this.receiver.flush();
    return undefined;
  }

  /** Resolves when all that was sent has been exported, or cannot be. */
  async drain(): Promise<void> {
    this.post();
    await this.receiver?.drain();
  }

  /** Hands over what there is. */
  post(): void {
    this.schedule.clear();
    const { items, receiver } = this;
    if (items.length === 0 || !receiver) return;
    this.items = [];
    if (!this.isReady) for (const item of items) this.posted.push(item);
    receiver.ledger.takeOver(this.ledger);
    receiver.post(items);
  }

  private drop(signal: Signal): void {
    this.drops.add(signal);
    this.tell({ kind: 'dropped', signal, limit: undefined });
  }
}
