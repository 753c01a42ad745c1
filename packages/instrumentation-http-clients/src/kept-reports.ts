/** Reports on a request whose answer may turn out not to be that of its call. */
import type { Exchange, RequestObserver } from './exchange.ts';

type Report = (to: Exchange) => void;

/** The reports of a watcher on one request, which are kept until the call has use for them. */
export class KeptReports implements RequestObserver {
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
      const copy = Buffer.from(bytes); // its receiver may change the chunk
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
