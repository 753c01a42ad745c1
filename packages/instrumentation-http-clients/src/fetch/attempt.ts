/**
 * One attempt of a call whose `fetch` is instrumented. Interceptors may follow it by another one, so what the watcher of
 * its client reports is kept, and reaches the call once the application gets this attempt's outcome.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { Exchange, OpenedCall, RequestObserver } from '../exchange.ts';

const sending = new AsyncLocalStorage<Attempt>();

/** The attempt that is under way here: a request that a client sends now is a part of it. */
export function attemptHere(): Attempt | undefined {
  const attempt = sending.getStore();
  return attempt?.isOver ? undefined : attempt;
}

type Report = (to: Exchange) => void;

/** The reports on one request of an attempt. */
class AttemptReports implements RequestObserver {
  #make: (() => Exchange) | undefined;
  #reports: Report[] = [];
  #exchange: Exchange | undefined;

  constructor(make: () => Exchange) {
    this.#make = make;
  }

  // The call is open: its request is known.
  sent(): void {}
  requestSent(): void {}

  answered(...args: Parameters<Exchange['answered']>): void {
    this.#report((to) => to.answered(...args));
  }

  data(bytes: Uint8Array): void {
    if (this.#exchange) this.#exchange.data(bytes);
    else if (this.#make) {
      const copy = Buffer.from(bytes); // an interceptor may change the chunk
      this.#reports.push((to) => to.data(copy));
    }
  }

  ended(): void {
    this.#report((to) => to.ended());
  }

  failed(error: unknown): void {
    this.#report((to) => to.failed(error));
  }

  #report(report: Report): void {
    if (this.#exchange) report(this.#exchange);
    else if (this.#make) this.#reports.push(report);
  }

  accept(): void {
    const reports = this.#reports;
    this.#exchange = this.#make?.();
    this.drop();
    if (this.#exchange) for (const report of reports) report(this.#exchange);
  }

  drop(): void {
    this.#make = undefined;
    this.#reports = [];
  }
}

export class Attempt {
  /** The code that sends it. */
  readonly owner: object;
  readonly call: OpenedCall;
  #reports: AttemptReports | undefined;
  isOver = false;

  constructor(owner: object, call: OpenedCall) {
    this.owner = owner;
    this.call = call;
  }

  run<T>(send: () => T): T {
    return sending.run(this, send);
  }

  /** A request of the attempt; of several, which redirects lead to, the last one's answer is the attempt's. */
  observe(make: () => Exchange): RequestObserver {
    this.#reports?.drop();
    this.#reports = new AttemptReports(make);
    return this.#reports;
  }

  /** The application gets this attempt's outcome. @returns false where no watcher has seen its request. */
  accept(): boolean {
    this.isOver = true;
    this.#reports?.accept();
    return this.#reports !== undefined;
  }

  /** The application does not get this attempt's outcome. */
  drop(): void {
    this.isOver = true;
    this.#reports?.drop();
  }
}
