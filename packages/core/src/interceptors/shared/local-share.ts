/** This process's share of a limit, which it keeps to while the store is out of reach. */
import { type Limits, LocalGate } from '../admission.ts';
import type { Fallback, Taken } from './store.ts';
import type { StoreSnapshot } from './store-snapshot.ts';
import { shareOf } from './ticket.ts';

/** What a share is a share of. */
export interface Whole {
  readonly limits: Limits;
  readonly fallback: Fallback;
  readonly snapshot: StoreSnapshot;
  /** The calls of this process that run. */
  readonly running: { readonly size: number };
  readonly now: () => number;
  /** The amount that a request of `tokens` tokens takes of each bucket. */
  amountsOf(tokens: number): number[];
}

export class LocalShare {
  readonly #whole: Whole;
  #gate: LocalGate;
  /** Among how many processes the limit is divided. */
  #sharers = 1;
  /** What has gone by this share, of each bucket. */
  #spent: readonly number[] = [];

  /** @param levels what is left in each bucket. */
  constructor(whole: Whole, levels: readonly number[]) {
    this.#whole = whole;
    this.#gate = this.#divided(levels);
  }

  /** How long until a request may pass, in ms. Where there are other processes by now, the share is another one. */
  delay(tokens: number, waiting: boolean): number {
    const { processes } = this.#whole.snapshot;
    if (this.#sharers !== processes) this.#divide(this.whole().map((level) => level / processes));
    return this.#gate.delay(tokens, waiting);
  }

  pass(tokens: number): void {
    this.#gate.pass(tokens);
    this.#spend(tokens, 1);
  }

  /** A call runs by a turn that the store gave: it takes nothing of the share but its place. */
  passByStore(): void {
    this.#divide(this.#gate.levels());
  }

  leave(refund: number): void {
    this.#gate.leave(refund);
  }

  /** Calls that have gone by the share have gone by turns of the store, as is known now. */
  giveBack(tokens: number): void {
    this.#spend(tokens, -1);
  }

  /** The store knows better what is left, but not what has gone by the shares since then. */
  relearn(taken: Taken, announcing: boolean): void {
    const { snapshot } = this.#whole;
    const before = this.whole();
    snapshot.update(taken, announcing);
    const shares = snapshot.shares([]);
    this.#divide(
      before.map((level, i) =>
        Math.max(level / snapshot.processes, (shares[i] ?? 0) - (this.#spent[i] ?? 0)),
      ),
    );
  }

  /** What is left of the whole limit, if all processes have done as this one did. */
  whole(): number[] {
    return this.#gate.levels().map((level) => level * this.#sharers);
  }

  #divide(levels: readonly number[]): void {
    this.#gate = this.#divided(levels);
  }

  #divided(levels: readonly number[]): LocalGate {
    const { limits, fallback, snapshot, running, now } = this.#whole;
    this.#sharers = snapshot.processes;
    const share = fallback === 'local' ? shareOf(limits, this.#sharers) : {};
    return new LocalGate(share, now, { levels, running: running.size });
  }

  #spend(tokens: number, sign: 1 | -1): void {
    this.#spent = this.#whole.amountsOf(tokens).map((amount, i) => (this.#spent[i] ?? 0) + sign * amount);
  }
}
