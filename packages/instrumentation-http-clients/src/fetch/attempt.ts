/**
 * One attempt of a call whose `fetch` is instrumented. Interceptors may follow it by another one, so what the watcher of
 * its client reports is kept, and reaches the call once the application gets this attempt's outcome.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { Exchange, OpenedCall, RequestObserver } from '../exchange.ts';
import { KeptReports } from '../kept-reports.ts';

const sending = new AsyncLocalStorage<Attempt>();

/** The attempt that is under way here: a request that a client sends now is a part of it. */
export function attemptHere(): Attempt | undefined {
  const attempt = sending.getStore();
  return attempt?.isOver ? undefined : attempt;
}

export class Attempt {
  /** The code that sends it. */
  readonly owner: object;
  readonly call: OpenedCall;
  #request: { readonly reports: KeptReports; readonly make: () => Exchange } | undefined;
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
    this.#request?.reports.drop();
    this.#request = { reports: new KeptReports(), make };
    return this.#request.reports;
  }

  /** The application gets this attempt's outcome. @returns false where no watcher has seen its request. */
  accept(): boolean {
    this.isOver = true;
    this.#request?.reports.accept(this.#request.make);
    return this.#request !== undefined;
  }

  /** The application does not get this attempt's outcome. */
  drop(): void {
    this.isOver = true;
    this.#request?.reports.drop();
  }
}
