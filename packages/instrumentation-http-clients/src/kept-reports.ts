/** Reports on a request whose answer may turn out not to be that of its call. */
import type { Exchange, RequestObserver } from './exchange.ts';

type Report = (to: Exchange) => void;

/** The reports of a watcher on one request, which are kept until the call has use for them. */
export class KeptReports implements RequestObserver {
  #isOpen = true;
  #reports: Report[] = [];
  #exchange: Exchange | undefined;

  // The call is open: its request is known.
  sent(): void {}
  requestSent(): void {}

  answered(...args: Parameters<Exchange['answered']>): void {
    this.#report((to) => to.answered(...args));
  }

  data(bytes: Uint8Array): void {
    if (this.#exchange) this.#exchange.data(bytes);
    else if (this.#isOpen) {
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
    else if (this.#isOpen) this.#reports.push(report);
  }

  /** Hands the reports, and all that come, to an exchange; not those that were dropped. */
  accept(make: () => Exchange): void {
    if (!this.#isOpen) return;
    const reports = this.#reports;
    this.drop();
    this.#exchange = make();
    for (const report of reports) report(this.#exchange);
  }

  drop(): void {
    this.#isOpen = false;
    this.#reports = [];
  }
}
