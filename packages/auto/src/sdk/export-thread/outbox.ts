/** The **outbox**: telemetry of the application's thread until it is handed over, bounded in bytes. */
import { bytesOf, type Drops, Ledger, type Signal, signalOf } from '../export-report/ledger.ts';
import type { Notify } from '../export-report/report.ts';
import { Deferred, type Schedule, scheduleOf } from './hand-over.ts';
import type { WireItem } from './messages.ts';

/** The receiver that exports: a thread, or this thread if none can be started. */
export interface Receiver {
  readonly ledger: Ledger;
  post(items: WireItem[]): void;
  /** Returns when all that was posted has been exported, or may not be waited for any longer. */
  flush(): void;
  /** Resolves when all that was posted has been exported, or cannot be. */
  drain(): Promise<void>;
}

export class Outbox {
  /** What is kept elsewhere until it is released into this outbox. */
  readonly deferred = new Deferred(() => this.postAll());
  private readonly limit: number;
  private readonly drops: Drops;
  private readonly notify: Notify;
  /** All that were ever made: each receiver must know them. */
  private readonly instruments: WireItem[] = [];
  private items: WireItem[] = [];
  /** The items sent to a receiver that has not started to work, and may never do so. */
  private posted: WireItem[] = [];
  /** The items that were not sent to a receiver yet. */
  private readonly ledger = new Ledger();
  private readonly schedule: Schedule;
  private receiver: Receiver | undefined;
  private isReady = false;
  private isClosed = false;
  private isDirty = false;
  private sent = 0;

  /** @param isPrompt whether spans and log events are handed over as they end, each in a message. */
  constructor(limit: number, drops: Drops, notify: Notify, isPrompt = false) {
    this.limit = limit;
    this.drops = drops;
    this.notify = notify;
    this.schedule = scheduleOf(() => this.post(), isPrompt);
  }

  /** How many items were ever sent, without those that are deferred. */
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

  /**
   * Sets the receiver, which gets all items from now on without waiting until it is ready: a blocked event loop could
   * not learn of that.
   */
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

  /** The receiver has ended: new items wait for the next one, as do those sent to a receiver that never worked. */
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
   * @returns the number of items without a receiver, which are lost if the process ends now.
   */
  flush(more = false): Ledger | undefined {
    this.deferred.release();
    if (!this.receiver) return this.items.length > 0 ? this.ledger : undefined;
    if (!this.isDirty && !more) return undefined;
    this.isDirty = false;
    this.post();
    this.receiver.flush();
    return undefined;
  }

  /** Resolves when all that was sent has been exported, or cannot be. */
  async drain(): Promise<void> {
    this.postAll();
    await this.receiver?.drain();
  }

  /** Sends the waiting items, and what is deferred. */
  postAll(): void {
    this.deferred.release();
    this.post();
  }

  /** Sends the waiting items. */
  post(): void {
    this.deferred.releaseAlong();
    const { items, receiver } = this;
    if (items.length === 0 || !receiver) return;
    this.schedule.clear();
    this.items = [];
    if (!this.isReady) for (const item of items) this.posted.push(item);
    receiver.ledger.takeOver(this.ledger);
    receiver.post(items);
  }

  private drop(signal: Signal): void {
    this.drops.add(signal);
    this.notify({ kind: 'dropped', signal, limit: undefined });
  }
}
