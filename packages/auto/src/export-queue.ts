/** The **outbox**: telemetry of the application's thread until it is handed over, bounded in bytes. */
import { bytesOf, type Drops, Ledger, type Signal, signalOf } from './export-ledger.ts';
import type { Tell } from './export-report.ts';
import type { WireItem } from './wire.ts';

/** Telemetry is handed over so often, in ms, … */
const POST_MS = 500;
/** … or as soon as there is so much of it. */
const POST_ITEMS = 512;
const POST_BYTES = 2 ** 20;

/** What exports: a thread, or where there can be none, this one. */
export interface Receiver {
  readonly ledger: Ledger;
  post(items: WireItem[]): void;
  /** Returns when all that was posted has been exported, or may not be waited for any longer. */
  flush(): void;
}

// As they are now: the tests of an application may replace them.
const { clearTimeout, setTimeout } = globalThis;

export class Outbox {
  private readonly limit: number;
  private readonly drops: Drops;
  private readonly tell: Tell;
  /** All that were ever made: each receiver must know them. */
  private readonly instruments: WireItem[] = [];
  private items: WireItem[] = [];
  /** What is here, and not with the receiver. */
  private readonly ledger = new Ledger();
  private timer: NodeJS.Timeout | undefined;
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
    if (!this.isReady) return;
    if (count >= POST_ITEMS || this.ledger.bytes >= POST_BYTES) this.post();
    else this.timer ??= setTimeout(() => this.post(), POST_MS).unref();
  }

  /** Has a receiver; it gets nothing before it is ready, unless the process ends. */
  connect(receiver: Receiver): void {
    this.receiver = receiver;
    if (this.instruments.length === 0) return;
    for (const item of this.instruments) receiver.ledger.add('metrics', bytesOf(item));
    receiver.post(this.instruments);
  }

  ready(): void {
    this.isReady = true;
    this.post();
  }

  /** The receiver is gone: what comes waits for the next. */
  disconnect(): void {
    this.receiver = undefined;
    this.isReady = false;
  }

  /** Nothing will ever be exported. */
  close(): void {
    this.isClosed = true;
    for (const item of this.items) this.drop(signalOf(item));
    this.items = [];
  }

  /** @returns what has no receiver, and so will not be exported where the process ends now. */
  flush(): Ledger | undefined {
    if (!this.receiver) return this.items.length > 0 ? this.ledger : undefined;
    if (!this.isDirty) return undefined;
    this.isDirty = false;
    this.post();
    this.receiver.flush();
    return undefined;
  }

  /** Hands over what there is. */
  post(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    const { items, receiver } = this;
    if (items.length === 0 || !receiver) return;
    this.items = [];
    receiver.ledger.takeOver(this.ledger);
    receiver.post(items);
  }

  private drop(signal: Signal): void {
    this.drops.add(signal);
    this.tell({ kind: 'dropped', signal, limit: undefined });
  }
}
